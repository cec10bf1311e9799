import { helpEn } from './help-en.ts';

/**
 * Every message a person may see, by code. `{name}` stands for a value of the problem,
 * and `{name|row|rows}` for the word that goes with its number.
 * A code's first word is the component that speaks.
 */
export const en = {
  'lake.changed':
    '{file} was changed, moved or taken away while it was read. What is there next time is read then.',
  'lake.missing': '{file} is not there any more.',
  'lake.exists':
    '{file} is there already and was not overwritten. Use another name, or move the older file away first.',
  'lake.name':
    '"{file}" cannot be used as a name. Write folder/name, without "." or ".." as a folder and without "/" at either end.',
  'lake.long':
    'The name {file} is too long for this disk. Give the file a name of at most 255 bytes.',
  'lake.full':
    'No space is left on the disk for {file}. Free some space or raise the quota; then it can be tried again.',
  'lake.readonly':
    'The disk of {file} can only be read. Mount it with permission to write, then try again.',
  'lake.forbidden':
    'Entrada has no permission for {file}. Let the user it runs as read and write the file and its folder.',
  'lake.busy':
    'Too many files are open to reach {file}. It can be tried again; if this comes back, raise the limit of open files (ulimit -n).',
  'lake.failing':
    'The disk or network drive of {file} fails. Look into the log of the system (dmesg), and mend it or mount it anew; then it can be tried again.',
  'lake.noFolder':
    '{folder} is to be a folder, and something else stands in its place. Move that away, then try again.',
  'lake.disks':
    '{file}: the two folders are on different disks. Put them on the same disk, so that a file moves in one step.',
  'lake.bucket': 'There is no bucket {bucket}. Create it, or correct its name in ENTRADA_LAKE.',
  'lake.refused':
    'Google Cloud refuses access to {file} ({detail}). Grant the account that Entrada runs as the role roles/storage.objectUser on the bucket.',
  'lake.unreachable':
    'Cloud Storage did not answer for {file} ({detail}). Nothing was lost. Check the connection, or try again later.',
  'bus.closed': 'The topic {topic} takes nothing more: the bus was closed. Start Entrada again.',
  'bus.subscribed':
    'The topic {topic} has a subscription named {name} already. Give the second one another name.',
  'bus.topic':
    'There is no topic {topic} in the project. Create it with `terraform apply` (docs/deploy.md), or correct ENTRADA_PROJECT.',
  'bus.refused':
    'Google Cloud refuses access to the topic {topic} ({detail}). Grant the account that Entrada runs as the role roles/pubsub.editor.',
  'bus.unreachable':
    'Pub/Sub did not answer for the topic {topic} ({detail}). Nothing was lost. Check the connection, or try again later.',
  'bus.message':
    'A message of the topic {topic} is not one of Entrada: it begins with "{start}". Find out who publishes it; it was not acted upon.',
  'bus.silent':
    'No function has said anything for {minutes} {minutes|minute|minutes}. Look into the logs of the function {topic} and at what its dead-letter topic holds; the next run announces it again.',
  'cloud.sdk':
    'The package {name} is not installed. Install it beside Entrada: `npm install {name}@{version}`.',
  'cloud.credentials':
    'Google Cloud does not know who asks, or for which project ({detail}). Run `gcloud auth application-default login` and set ENTRADA_PROJECT, or give this machine a service account.',
  'zip.truncated':
    'The workbook is incomplete: its end is missing. Upload it again, or open it in Excel and save it again.',
  'zip.broken':
    'The workbook is damaged: {detail}. Open it in Excel, let it repair the file, save it and upload it again.',
  'zip.corrupt':
    'The workbook is damaged: the bytes of its part {part} are not those that were written. Upload it again from the original.',
  'zip.duplicate':
    'The workbook holds the part {part} twice, so it is unclear which one counts. Open it in Excel and save it again.',
  'zip.encrypted':
    'The part {part} of the workbook is encrypted. Save the workbook without a password.',
  'zip.method':
    'The part {part} is compressed in a way that workbooks do not use (method {method}). Open it in Excel and save it again.',
  'workbook.empty': 'The file is empty. Upload it again from the original.',
  'workbook.encrypted':
    'The workbook has a password. In Excel: File > Info > Protect Workbook > Encrypt with Password, clear it, save, and upload it again.',
  'workbook.xls':
    'This is an old .xls workbook (Excel 97-2003). In Excel: File > Save As > Excel Workbook (*.xlsx).',
  'workbook.xlsb':
    'This is a binary workbook (.xlsb). In Excel: File > Save As > Excel Workbook (*.xlsx).',
  'workbook.otherType':
    'The file is not a workbook, whatever its name says: it is {type}. Open it in Excel and save it as Excel Workbook (*.xlsx).',
  'workbook.document':
    'The file is not a workbook, whatever its name says: it is {type}. Upload the workbook itself, as Excel Workbook (*.xlsx).',
  'workbook.archive':
    'The file is not a workbook, whatever its name says: it is a ZIP archive. Unpack it, and upload the workbooks in it.',
  'workbook.repacked':
    'The file holds the parts of a workbook, but not where a workbook has them: it was unpacked and packed again. Upload the workbook as Excel saved it.',
  'workbook.unknownType':
    'The file is not a workbook: it begins with "{start}". Open the original in Excel and save it as Excel Workbook (*.xlsx).',
  'workbook.partMissing':
    'The workbook is damaged: its part {part} is missing. Open it in Excel, let it repair the file, and save it again.',
  'workbook.sheetMissing':
    'The workbook is damaged: nothing leads to its sheet "{sheet}". Open it in Excel, let it repair the file, and save it again.',
  'xml.doctype':
    'The part {part} of the workbook holds a DOCTYPE, which no workbook needs and some attacks use. Open it in Excel and save it again.',
  'xml.malformed':
    'The part {part} of the workbook is damaged: {detail}. Open it in Excel, let it repair the file, and save it again.',
  'damage.twoValues': 'a cell has two values',
  'damage.ranges': 'it merges, hides or calculates more ranges than a sheet has',
  'damage.declaration': 'it holds a declaration that no workbook has',
  'damage.end': 'it ends too early',
  'damage.empty': 'it is empty',
  'damage.outside': 'it has text outside its elements',
  'damage.open': 'a tag is not closed',
  'damage.tags': 'its tags do not match',
  'damage.nameless': 'a tag has no name',
  'damage.noValue': 'an attribute has no value',
  'damage.noQuotes': 'an attribute has no quotes',
  'damage.attributes': 'an element has too many attributes',
  'damage.deep': 'its elements are nested too deep',
  'damage.behind': 'it goes on behind its end',
  'damage.characters': 'it holds bytes that are no characters',
  'damage.list': 'the list of its parts is damaged',
  'damage.listCut': 'the list of its parts is cut off',
  'damage.listLong': 'the list of its parts is absurdly long',
  'damage.root': 'it should be a <{root}> of a spreadsheet and is something else',
  'damage.partElsewhere': 'the part {part} is not where it should be',
  'damage.partCut': 'the part {part} is cut off',
  'xml.entity':
    'The part {part} of the workbook holds "{entity}", which stands for no character. Open it in Excel and save it again.',
  'xml.long':
    'The part {part} of the workbook holds one piece of more than {limit} {limit|byte|bytes}, as no spreadsheet program writes. Open it in Excel and save it again.',
  'xml.large':
    'The part {part} of the workbook is longer than {limit} {limit|byte|bytes}, and no spreadsheet program writes as much of what is no cell. Open it in Excel and save it again.',
  'xml.encoding':
    'The part {part} of the workbook is written in an unknown encoding, {encoding}. Open it in Excel and save it again.',
  'sheet.address':
    'The sheet "{sheet}" has a cell at an address that cannot be: {address}. Open it in Excel, let it repair the file, and save it again.',
  'sheet.otherRow':
    'The sheet "{sheet}" has a cell in row {row} at an address that is none of that row: {address}. Open it in Excel, let it repair the file, and save it again.',
  'sheet.rowNumber':
    'The sheet "{sheet}" has a row with a number that cannot be: {row}. Open it in Excel, let it repair the file, and save it again.',
  'sheet.tooLong':
    'The sheet "{sheet}" has a row {row}, and no sheet has more than {last}. Open it in Excel, let it repair the file, and save it again.',
  'sheet.rowTwice':
    'The sheet "{sheet}" holds row {row} twice, so it is unclear which one counts. Open it in Excel and save it again.',
  'sheet.cellTwice':
    'The sheet "{sheet}" holds the cell {cell} twice, so it is unclear which one counts. Open it in Excel and save it again.',
  'sheet.longText':
    'A text of the workbook is longer than {limit} {limit|character|characters}, and no cell of Excel or of Google Sheets holds more. Shorten it, and save the workbook again.',
  'limit.inflatedBytes':
    'The workbook inflates to more than {limit} {limit|byte|bytes}, so it was not read further. If it is meant to be that large, set {setting} higher.',
  'limit.ratio':
    'The workbook inflates to more than {limit} {limit|time|times} its size, as only a hostile file does, so it was not read further. If it is honest, set {setting} higher.',
  'limit.cells':
    'A sheet has more than {limit} {limit|cell|cells} with a value. If that is right, set {setting} higher, or split the workbook.',
  'limit.sheets':
    'The workbook has more than {limit} {limit|sheet|sheets}. If that is right, set {setting} higher.',
  'limit.texts':
    'The workbook has more than {limit} different {limit|text|texts}. If that is right, set {setting} higher, or split the workbook.',
  'limit.textBytes':
    'The texts of the workbook take more than {limit} {limit|byte|bytes}. If that is right, set {setting} higher, or split the workbook.',
  'spotify.secrets':
    'SPOTIFY_CLIENT_ID and SPOTIFY_CLIENT_SECRET are not both set. Make an app at https://developer.spotify.com/dashboard (its owner needs Spotify Premium) and put the two values in the environment or in .env.',
  'spotify.credentials':
    'Spotify does not accept the client id and secret ({answer}). Copy both again from https://developer.spotify.com/dashboard into SPOTIFY_CLIENT_ID and SPOTIFY_CLIENT_SECRET.',
  'spotify.unauthorized':
    'Spotify refuses the token it has just given ({answer}). Look at https://developer.spotify.com/dashboard whether the app is still active, and check SPOTIFY_API_URL and SPOTIFY_ACCOUNTS_URL.',
  'spotify.premium':
    "Spotify answers only while the owner of the app has Premium. Renew that account's Premium, or use the id and secret of an app whose owner has it.",
  'spotify.forbidden':
    'Spotify refuses this app access ({answer}). Look at https://developer.spotify.com/dashboard whether the app is active and may use the Web API.',
  'spotify.limit':
    'Spotify does not take pages of {limit} any more: its rules have changed. Nothing was changed. Update Entrada, or report this.',
  'spotify.showMissing':
    'Spotify has no show {show} in the market {market}. Check the show id (the end of its address on open.spotify.com) and the market in the settings.',
  'spotify.refused':
    "Spotify refused {url} ({answer}). Check SPOTIFY_API_URL, SPOTIFY_ACCOUNTS_URL and the dataset's settings.",
  'spotify.rateLimited':
    'Spotify has had enough requests for now. The tables are as they were and what was fetched is kept; run again after {until}. Other apps of the same Spotify account use up the same quota.',
  'spotify.unavailable':
    '{host} gave no answer that can be used after {tries} {tries|try|tries} (the last: {answer}). The tables are as they were. Check the connection, or run again later.',
  'spotify.allNull':
    "A page of Spotify's answer held {count} empty {count|item|items} and nothing else (kept as {page}). The tables are as they were. Run again later; if it comes back, check the market in the settings.",
  'spotify.field':
    'Spotify\'s answer is not as expected: the field "{field}" of {item} holds {found} (kept as {page}). The tables are as they were. Update Entrada, or report this.',
  'spotify.fieldMissing':
    'Spotify\'s answer is not as expected: {item} lacks the field "{field}" (kept as {page}). The tables are as they were. Update Entrada, or report this.',
  'spotify.pageCap':
    'Spotify\'s list "{list}" does not end after {cap} {cap|page|pages}, so it was not read further. The tables are as they were. Where it is the shows, ask for fewer in the settings; else report this.',
  'spotify.total':
    'Spotify counts {total} {total|item|items} and gave {found}, even when read a second time. Items that did not come are not known to be gone; the next run asks again.',
  'spotify.replay':
    'The run cannot be replayed: its page {page} was not kept, or is damaged. Choose a run that went through, or run again without a replay.',
  'spotify.replayMissing':
    'There are no kept answers of a run {run} in {folder}. `entrada status` names the runs.',
  'spotify.replayOlder':
    'The answers of run {run} are older than what {table} holds, those of run {newer}. Replay that one, or replay the older one into a new home.',
  'spotify.notYet':
    'Spotify asked an earlier run to wait until {until}, so it was not asked. Run again after that.',
  'spotify.stopped': 'Entrada was stopped before Spotify had answered. Run again.',
  'spotify.empty':
    'Spotify gave nothing at all for {table}, so rows that are there already were left as they are. Check the settings of the dataset.',
  'spotify.changed': '{table}: {rows} {rows|row|rows}; {changes}',
  'spotify.change.added': '{count} new',
  'spotify.change.changed': '{count} changed',
  'spotify.change.vanished': '{count} vanished',
  'spotify.change.returned': '{count} came back',
  'spotify.change.removed': '{count} {count|does|do} not belong here any more',
  'spotify.unchanged': '{table}: {rows} {rows|row|rows}, nothing new',
  'spotify.asItWas': '{table}: left as it was. {reason}',
  'spotify.warning': '  Warning: {reason}',
  'spotify.nulls':
    '  Left out, because Spotify gave {nulls|it|them} empty: {nulls} {nulls|item|items}',
  'spotify.scheduled': 'Spotify is asked next at {time} (UTC).',
  'spotify.noDataset': 'There is no dataset of kind spotify in {folders}. Put one there.',
  'spotify.simulated':
    'Spotify, simulated: these tables come from a small server inside this demo, with podcasts that do not exist; nothing was asked of Spotify. For the real ones, see docs/spotify.md.',
  'dataset.syntax':
    '{file}, line {line}, column {column}: this is no YAML: "{text}". Look at the indentation, the quotes and the brackets of this line and of the one before.',
  'dataset.tab':
    '{file}, line {line}: the line is indented with a tab, which YAML does not take. Use spaces.',
  'dataset.notUtf8':
    '{file} is not saved as UTF-8, so its accents cannot be read. Save it as UTF-8 with a text editor.',
  'dataset.noContent':
    '{file}, line {line}: the file is empty. Write the contract; docs/datasets.md says what it takes, and the datasets that come with Entrada are examples.',
  'dataset.keyTwice': '{file}, line {line}: the key {key} is there twice. Take one away.',
  'dataset.missingKey':
    '{file}, line {line}: the key {key} is missing. Add it; docs/datasets.md says what it takes, and the datasets that come with Entrada are examples.',
  'dataset.unknownKey':
    '{file}, line {line}: there is no key {key}. Rename it or take it away; the keys are: {wanted}.',
  'dataset.notMapping':
    '{file}, line {line}: {found} stands where keys and their values are wanted, such as "name: vendas".',
  'dataset.notText':
    '{file}, line {line}: {key} is {found}, and a text is wanted. Put it between quotes.',
  'dataset.notBoolean': '{file}, line {line}: {key} is {found}. Write true or false.',
  'dataset.notVersion':
    '{file}, line {line}: {key} is {found}. Write a whole number from 1 on, such as 2.',
  'dataset.notList': '{file}, line {line}: {key} is {found}, and a list is wanted, such as [a, b].',
  'dataset.notOneOf': '{file}, line {line}: {key} is {found}. Wanted: {wanted}.',
  'dataset.empty': '{file}, line {line}: {key} is empty. Fill it in.',
  'dataset.notName':
    '{file}, line {line}: {key} is {found}, which cannot be a name in SQL. Use letters without accents, digits and _, and begin with no digit.',
  'dataset.reserved':
    '{file}, line {line}: {key} is {found}, which SQL, the landing table or the tables of sums keep for themselves. Give the column another name, and this one as an alias.',
  'dataset.upperCase':
    '{file}, line {line}: {key} is {found}. Write it in small letters: tables are called after it.',
  'dataset.ownName':
    '{file}, line {line}: {key} is {found}, which Entrada calls something of its own. Choose another name.',
  'dataset.notBound':
    '{file}, line {line}: {key} is {found}. Write a number, or for dates a day such as 2000-01-31.',
  'dataset.otherBound':
    '{file}, line {line}: {key} is {found}, and the column is of type {type}. Numbers are bounded by a number, and dates by a day such as 2000-01-31.',
  'dataset.noBound':
    '{file}, line {line}: {key} is {found}, and a column of type {type} has no bounds. Take it away.',
  'dataset.bounds':
    '{file}, line {line}: {key} is {found}, which is more than the max of {max}: no value would be right. Change one of them.',
  'dataset.period':
    '{file}, line {line}: period is {found}. Name one of the columns, of type date or datetime.',
  'dataset.periodOptional':
    '{file}, line {line}: period is {found}, and that column is optional. Without its date no row has a month: make it required, or name another.',
  'dataset.onlyKeyPeriod':
    '{file}, line {line}: period is {found}, and that column is the only key. Give one more column "key: true": one that says of what or of whom a row is.',
  'dataset.noKey': '{file}, line {line}: no column is a key. Give at least one "key: true".',
  'dataset.sharedHeader':
    '{file}, line {line}: the columns {column} and {other} are both found by the header "{header}". Rename one of them, or take the alias away.',
  'dataset.noContract':
    'The folder {folder} has no dataset.yaml. Add it (docs/datasets.md says what it takes), or move the folder out of datasets/.',
  'dataset.unreadable':
    '{file} cannot be read ({detail}). Let the user that runs Entrada read it, or move it away.',
  'dataset.misnamed': '{file} is not looked for. Rename it to dataset.yaml.',
  'dataset.notFolder':
    '{file} is a file where a folder of datasets is looked for. Move it away; each dataset is a folder in datasets/.',
  'dataset.noFolder':
    '{file} is not in a folder of its own. Make a folder for the dataset in datasets/, and move all of its files there.',
  'dataset.noProcedure':
    '{file}, line {line}: there is no procedure {found}. Add its file {found}.sql beside dataset.yaml, or correct the name.',
  'dataset.noTable':
    '{file}, line {line}: tables.sql makes no {found}. Correct the name, or make it there; what it makes is: {made}.',
  'dataset.tableOfOther':
    '{file}, line {line}: tables.sql makes {found}, and that is a table of {owner} already. Give it another name, here and in the procedures.',
  'dataset.sumColumn':
    '{file}, line {line}: the last column of {table} is {found}. A table of sums ends with its sum, SUM_ and the name of a column of the contract; one of anything else is not named under tables. Mend it, with another `version` in dataset.yaml where the home has the table already; in BigQuery it needs a new name.',
  'dataset.sumKey':
    '{file}, line {line}: {table} has the column {found}, which is neither one of the contract nor MONTH_START, ANO or MES. Sums are by those alone. Rename it, with another `version` in dataset.yaml where the home has the table already; in BigQuery the table needs a new name.',
  'dataset.unfilled':
    '{file}, line {line}: no procedure of {dataset} puts a row into the table {found}, so it would stay empty. Write INSERT INTO {found} or MERGE INTO {found} in one and name that under procedures in dataset.yaml, or take the table away. A list that seldom changes is a view: CREATE VIEW IF NOT EXISTS {found} AS SELECT … (docs/datasets.md).',
  'dataset.noTables':
    '{file}, line {line}: tables.sql makes no table at all, and {found} is wanted. Make it there, and each table that the procedures keep.',
  'dataset.withSql': '{file}, line {line}: {key} is {found}. Write it without .sql.',
  'dataset.kindTwice':
    '{file}, line {line}: {other} is of kind spotify too, and there may be one. Take one of them away.',
  'dataset.notWhole':
    '{file}, line {line}: {key} is {found}. Write a whole number within {wanted}.',
  'dataset.showId':
    '{file}, line {line}: {key} is {found}. Write the 22 letters and digits at the end of its address on open.spotify.com.',
  'dataset.market':
    '{file}, line {line}: {key} is {found}. Write the two capital letters of a country, such as BR.',
  'dataset.words':
    '{file}, line {line}: {key} is {found}, and every episode would match. Write the words to look for.',
  'dataset.schedule':
    '{file}, line {line}: {key} is {found}, which is no cron pattern of five fields. Write one such as "0 6 * * *".',
  'dataset.never':
    '{file}, line {line}: {key} is {found}, and no such time ever comes. Write one that does, such as "0 6 * * *".',
  'dataset.timezone':
    '{file}, line {line}: {key} is {found}, which is no time zone. Write one such as America/Sao_Paulo.',
  'dataset.anew': '{dataset}: its tables were made anew, of version {version}.',
  'dataset.wouldAnew':
    '{dataset}: the tables are not of version {version} yet, and stay as they are. What follows is compared with them as the next run makes them.',
  'dataset.broken': '{dataset}: left out until it is mended. {reason}',
  'dataset.awaited':
    'No dataset takes it, and it may be of one that is left out: {datasets}. It stays in entrada/ until the dataset is mended.',
  'contract.sheets':
    'More than one sheet could be meant: {sheets}. Leave one of them visible, or upload them one by one.',
  'contract.datasets':
    'The sheet "{sheet}" has the columns of more than one dataset: {datasets}. Whoever keeps the datasets must tell them apart, by a required column that the others have not.',
  'contract.within':
    'The sheet "{sheet}" has the columns of more than one dataset: {datasets}. All that {dataset} requires stands in workbooks of {other} too. Whoever keeps the datasets must give {dataset} a required column that those have not, or make one dataset of the two, in which the other columns are optional.',
  'contract.hidden':
    'The sheet "{sheet}" holds the columns that are expected, but it is hidden. Right-click a sheet tab, choose Unhide, and save. Where it is not listed there, whoever made the workbook hid it in the VBA editor.',
  'contract.twice':
    'The sheet "{sheet}" has the column {header} twice: {cells}. Rename or delete one of them.',
  'contract.missing':
    'The sheet "{sheet}" has a header in row {row}, but it lacks: {missing}. Add what is missing, with these names ({dataset}).',
  'contract.missingAmong':
    'The sheet "{sheet}" has a header in row {row}, but it lacks: {missing}. Add what is missing, with these names ({dataset}), or rename one of its others: {others}.',
  'contract.noHeader':
    'No sheet has a header that is known in its first {rows} rows. Expected are, in one row, {wanted}.',
  'cell.blank': '{cell}: {column} is blank. Fill it in.',
  'cell.notNumber':
    '{cell}: {column} wants a number, and "{value}" is none that can be read without guessing. Type the number.',
  'cell.notInteger':
    '{cell}: {column} wants a whole number, not {value}. Type it without decimal places.',
  'cell.notMoney':
    '{cell}: {column} wants an amount with at most two decimal places, not {value}. Round it.',
  'cell.notDate':
    '{cell}: {column} wants a date, and "{value}" is none that can be read without guessing. Type it as a date, such as {date}.',
  'cell.hasTime':
    '{cell}: {column} wants a day, and {value} has a time of day. Take the time away.',
  'cell.notText':
    '{cell}: {column} wants a text, and {value} is a number or a date. Format the cell as text and type it again.',
  'cell.ambiguous':
    '{cell}: {column} holds the text "{value}", which can be read as two different numbers. Type it as a number.',
  'cell.error': '{cell}: {column} holds the error {value}. Mend the formula.',
  'cell.boolean':
    '{cell}: {column} holds {value}, which is neither a number, a date nor a text. Type what belongs there; for a text, format the cell as text first.',
  'cell.uncalculated':
    '{cell}: {column} holds a formula that was never calculated. Open the workbook in Excel and save it again.',
  'cell.invalid':
    '{cell}: {column} holds "{value}", which is not what the cell says it is. Type the value again.',
  'cell.tooLarge':
    '{cell}: {column} holds {value}, more digits than a number keeps exactly. If it is a code, whoever runs Entrada can declare the column as a text.',
  'cell.tooSmall': '{cell}: {column} must be at least {min}, and {value} is less. Correct it.',
  'cell.tooBig': '{cell}: {column} must be at most {max}, and {value} is more. Correct it.',
  'cell.noSuchDate':
    '{cell}: {column} holds {value}, and there is no such date or time. Type it again, such as {date}.',
  'cell.merged':
    '{cell}: these cells are merged over {column}, so it is unclear which rows the value means. Unmerge them and fill in each cell.',
  'cell.total':
    '{cell}: {column} says "{value}", and it is unclear whether this row is a total or data of that name. Take the row away if it is a total; if not, whoever keeps the datasets can declare one more column as a key.',
  'warehouse.busy':
    'The database {file} is in use by process {holder}. Try again when it has finished.',
  'warehouse.full': 'The disk is full: {detail}. Make room and run again; nothing was lost.',
  'warehouse.memory':
    'The database needs more than half of the memory of this machine: {detail}. Free some, or run on a larger machine; nothing was lost.',
  'warehouse.readonly':
    'The database cannot be written: {detail}. Let the user that Entrada runs as read and write the file and its folder.',
  'warehouse.conflict':
    'Somebody else is changing {place} at the same time. Nothing was lost; it can be tried again.',
  'warehouse.sameContent':
    'The content of {file} has just been loaded under another name. The next look at it says so.',
  'warehouse.tooManyBytes':
    'A query would read more than ENTRADA_MAX_BYTES allows ({detail}). Set it higher if that is meant.',
  'warehouse.quota':
    'A quota of {place} is used up ({detail}). Try again later, or ask for a higher quota in the Google Cloud console.',
  'warehouse.refused':
    'Google Cloud refuses access to {place} ({detail}). Grant the account that Entrada runs as the roles roles/bigquery.dataEditor on the dataset and roles/bigquery.jobUser on the project.',
  'warehouse.unreachable':
    'BigQuery did not answer for {place} ({detail}). Nothing was lost. Check the connection, or try again later.',
  'dataset.sqlForeign':
    '{file}, line {line}: BigQuery cannot be prepared with this statement of the dataset {dataset}: "{start}". tables.sql takes CREATE TABLE IF NOT EXISTS and CREATE VIEW IF NOT EXISTS.',
  'warehouse.damaged':
    'The database {database} is damaged, or is of another program: {detail}. Move it away and put your copy of it in its place. Every workbook that was loaded rests in backup/; nothing is changed until then.',
  'warehouse.failed': 'The database failed: {detail}.',
  'query.invalid': 'The query was refused: {detail}',
  'query.statements': 'A query is one SQL statement; {count} were given.',
  'check.failed':
    'A check of {dataset} failed, so nothing of it was published: {compared} should be {expected} and is {found}. Its `checks.sql` says what is compared. If a procedure was changed, mend that; if somebody changed a table by hand, `entrada run --rebuild` makes it anew; if neither, and the dataset came with Entrada, please report this.',
  fault:
    'Something went wrong that should not: {detail}. Nothing was lost; please report this with ENTRADA_LOG=debug.',
  'output.lost': 'What there is to say cannot be written: {detail}. The work goes on without it.',
  'usage.command': 'There is no command "{command}". `entrada --help` lists them.',
  'usage.commandNear':
    'There is no command "{command}". Did you mean `entrada {near}`? `entrada --help` lists them all.',
  'usage.arguments': '{command} is used like this: {usage}',
  'usage.unknownFlag':
    '{command} has no option {flag}. `entrada {command} --help` lists its options.',
  'usage.flagNear':
    '{command} has no option {flag}. Did you mean {near}? `entrada {command} --help` lists its options.',
  'usage.flagValue':
    '{command}: the option {flag} is not used like this. `entrada {command} --help` shows how.',
  'usage.format': 'There is no format "{format}": it is table, json or csv.',
  'usage.formatJson':
    '--json writes JSON, and --format {format} does not. Leave one of the two out.',
  'usage.only': 'There is no "{only}" to ask for: it is podcasts, episodes or gb.',
  'setting.empty': 'The setting {setting} is empty. Give it a value, or take it away.',
  'setting.tilde':
    'The setting {setting} is "{value}". Only a shell knows what ~ stands for: write the whole path.',
  'setting.oneOf': 'The setting {setting} is "{value}". Write one of: {wanted}.',
  'setting.whole':
    'The setting {setting} is "{value}". Write a whole number above zero in digits alone, such as 1000.',
  'setting.seconds':
    'The setting {setting} is "{value}". Write a number of seconds, such as 60; 0 does not wait.',
  'setting.url':
    'The setting {setting} is "{value}". Write an address such as https://storage.example.com: http or https, and no slash at its end.',
  'setting.lake':
    'The setting {setting} is "{value}", which is neither a bucket nor a folder. Write a bucket as gs://BUCKET, with nothing after its name, or the path of a folder.',
  'setting.warehouse':
    'The setting {setting} is "{value}". Write bigquery:PROJECT.DATASET, or take it away for a database file in the home.',
  'setting.listen':
    'The setting {setting} is "{value}". Write ADDRESS:PORT with a port up to 65535, such as 127.0.0.1:2222.',
  'setting.unknown':
    'There is no setting {setting}, so it changes nothing. docs/settings.md lists them; take it away if it was meant for Entrada.',
  'setting.unknownNear':
    'There is no setting {setting}. Did you mean {near}? Rename it or take it away; docs/settings.md lists them.',
  'setting.file':
    'The settings in {file} cannot be read ({detail}). Let whoever runs Entrada read it, or take it away.',
  'setting.line':
    '{file}, line {line}: this sets nothing. Write NAME=value, or begin the line with # if it is a note.',
  'setting.receiver':
    'Functions receive only where they can reach: ENTRADA_LAKE=gs://BUCKET, ENTRADA_BUS=pubsub and ENTRADA_WAREHOUSE=bigquery:PROJECT.DATASET, since the database file of a home takes one process at a time. Set all three, or ENTRADA_RECEIVER=here.',
  'home.made': 'A new home is made in {home}. Drop workbooks into {home}/entrada.',
  'home.lost':
    'There are files in backup/ and no database {database}: a new one is made, and they count in it only once they are dropped again. If it was lost, stop and put your copy of it there.',
  'home.missing':
    'There is no Entrada home in {home} yet. `entrada run` makes one; --home DIR or ENTRADA_HOME names another folder.',
  'home.taken':
    'The folder {folder} of the home cannot be made: there, or above it, is a file, a link to nowhere, or no disk. Move away what is in its place; --home DIR or ENTRADA_HOME names another home.',
  'home.older':
    'The tables of this home were made by an older Entrada. `entrada run` brings them up to date, from the rows that are in them; nothing is lost.',
  'home.newer':
    'The tables of this home were made by a newer Entrada: {name} is at version {found}, and this one knows {version}. Use the newer one, or another home.',
  'dataset.sql':
    '{file}, line {line}: the database refuses this statement of the dataset {dataset} ({detail}). Mend it and run again.',
  'dataset.sqlMakes':
    '{file}, line {line}: "{start}" has no place here. tables.sql takes CREATE TABLE IF NOT EXISTS and CREATE VIEW IF NOT EXISTS with a plain name, each ended by ; at the end of a line.',
  'dataset.sqlReads':
    '{file}, line {line}: "{start}" has no place here. checks.sql and warnings.sql only read: SELECT, or WITH and a SELECT, each ended by ; at the end of a line.',
  'dataset.sqlChanges':
    '{file}, line {line}: "{start}" has no place here. A procedure takes INSERT, UPDATE, DELETE and MERGE, each ended by ; at the end of a line; Entrada begins and ends the transaction that it runs in.',
  'dataset.sqlColumns':
    '{file}, line {line}: this statement gives the columns {found}; wanted are {wanted}, in this order.',
  'dataset.noWarning':
    '{file}, line {line}: no row of the load {loadId} has {keyColumn} {key} and {column} {value}. KEY_COLUMN and NAME_COLUMN are columns of the contract, and a LOAD_ID is of the load that holds its value.',
  'dataset.columnType':
    '{file}, line {line}: {column} is of type {is}, and in this home it is {was}. Give the new column another name, or load those files of backup/ that are in force into a new home (docs/datasets.md).',
  'dataset.columnLost':
    '{file}, line {line}: there is no column {column} any more, and its values would be lost. Name it again (another header of it is an alias), or load those files of backup/ that are in force into a new home (docs/datasets.md).',
  'dataset.columnRequired':
    '{file}, line {line}: {column} is new, and the rows that are loaded have nothing in it. Declare it optional: true, or load those files of backup/ that are in force into a new home (docs/datasets.md).',
  'dataset.notCounted':
    'The procedures of {dataset} ran and left months of it uncounted, from {from} on: they are consolidated at every run, and never count. One of them has to set ROWS_COUNTED in ledger_months where DATASET is {dataset}; in a copy of another dataset the old name may have stayed.',
  'dataset.monthsOfOthers':
    "The procedures of {dataset} change rows of ledger_months that are of other datasets, so nothing was published. Each statement on ledger_months needs the condition DATASET = '{dataset}'.",
  'dataset.notUndone':
    'The procedures of {dataset} do not undo: with this workbook loaded and retracted, {table} {key} has "{after}" where it had "{before}". A procedure has to take away what its months have no more, add nothing twice, read what earlier ones of the order made, and touch no month but those from p_from to before p_to. If a procedure was changed, give dataset.yaml another version; if somebody changed a table by hand, `entrada run --rebuild` makes it anew.',
  'dataset.counted':
    'The procedures of {dataset} set ROWS_COUNTED to {counted} for a load that has {accepted} {accepted|row|rows} in {month}, so nothing was published. Let them count the rows of each load and month; docs/datasets.md shows how.',
  'dataset.twice': 'Two datasets are called {name}; one is in {folder}. Rename one of them.',
  'dataset.sqlMissing': 'The dataset {dataset} has no file {file}. Add it beside dataset.yaml.',
  'warehouse.waiting': 'Waiting for process {holder}, which is working on this home ...',
  'file.loaded':
    '{file}: {read} {read|row|rows} read, {loaded} loaded, {repeated} repeated, {rejected} rejected',
  'file.notCounted':
    '{file}: {read} {read|row|rows} read, {rejected} rejected; the others count once the tables are consolidated',
  'file.isRepeated': '{file}: nothing new',
  'file.repeated': 'The same content as {file}, loaded at {time} (UTC). It counts once.',
  'file.isRejected': '{file}: rejected',
  'file.rejections': '  The rejected rows, cell by cell: {place}',
  'file.skipped':
    '  Not data, so not summed: {totals} total {totals|row|rows} and {notes} note {notes|row|rows} ({count|row|rows} {rows})',
  'file.ignoredColumns': '  Columns that the contract does not name, ignored: {columns}',
  'file.rowsAbove':
    '  Above the header, so not read: rows {rows}. They stand below a row that names some of its columns: if they are data, they need that header, in a workbook of their own.',
  'file.hidden':
    '  Hidden in Excel, and read all the same: {rows} {rows|row|rows}, {columns} {columns|column|columns}',
  'file.later': '{file}: not now. {reason}',
  'wait.ready': '{file}: ready; the next run takes it',
  'wait.name': '{file}: left in entrada/; only .xlsx and .xlsm workbooks are taken',
  'wait.hidden': '{file}: left in entrada/; its name begins with a dot',
  'wait.temporary': '{file}: left in entrada/; its name says that it is still being uploaded',
  'wait.lockFile':
    '{file}: left in entrada/; Excel or LibreOffice makes it while a workbook is open',
  'wait.empty':
    '{file}: left in entrada/; it is empty so far (if it still is after ten minutes, it is rejected)',
  'wait.writing': '{file}: left in entrada/; it is still being written',
  'wait.incomplete':
    '{file}: left in entrada/; its end has not arrived yet (without it for ten minutes, it is rejected as damaged)',
  'odd.folder':
    '{file}: left in entrada/; it is a folder within a folder, and workbooks are taken from entrada/ and from its own folders. Move them up.',
  'odd.closed':
    '{file}: left in entrada/; it may not be read. Give the right to whoever runs Entrada.',
  'odd.spelling':
    '{file}: left in entrada/; its name is not written in UTF-8, and cannot be asked for. Rename it.',
  'odd.kind':
    '{file}: left in entrada/; it is a link or the like, and not the workbook itself. Put that there.',
  'wait.gaps': '{file}: left in entrada/; its bytes are not yet those that its checksums promise',
  'run.unpublished': '{dataset}: not consolidated; its tables are as they were. {reason}',
  'run.unwarned': '{dataset}: its warnings cannot be told; its tables are none the worse. {reason}',
  'run.nothing': 'Nothing new.',
  'run.consolidated': '{dataset}: tables consolidated for {ranges} (run {run})',
  'run.cost': 'BigQuery: {jobs} {jobs|job|jobs}, {mib} MiB billed, {seconds} s of slot time',
  'warning.twoValues':
    'Warning: {keyColumn} {key} has two values of {column}: {one} ({oneAt}, row {oneRow}) and {other} ({otherAt}, row {otherRow})',
  'warning.more': 'Warnings of the same kinds that are not shown: {count}',
  'watch.started': 'Watching {home}/entrada; Ctrl-C stops.',
  'watch.stopped': 'Stopped.',
  'watch.ended': 'Watching ends here: mend what is said above, then start `entrada watch` again.',
  'sftp.listening': 'SFTP on {address}, host key {fingerprint}; Ctrl-C stops.',
  'sftp.nobody': 'Nobody can log in yet: `entrada sftp user add NAME` makes an account.',
  'sftp.listen':
    'The address {address} cannot be had ({detail}). Free it, or set ENTRADA_SFTP_LISTEN to another one.',
  'sftp.accounts':
    'The file of accounts {file} is not right: {place} is missing, or is not what Entrada writes there. Put a copy of the file back, or move it away and add the accounts anew.',
  'sftp.hostKey':
    'The host key {file} is not an Ed25519 key without a passphrase. Put the right one back; without the file a new one is made, and every client asks whether it is to be trusted.',
  'sftp.key':
    '{file} is no file of public keys: a line begins with "{start}". Give a file such as id_ed25519.pub: Ed25519, ECDSA, or RSA of 2048 bits or more.',
  'sftp.userName':
    '"{name}" cannot be the name of an account. Use up to 32 of a-z, 0-9, ".", "-" and "_", beginning with a letter or digit; root is not taken.',
  'sftp.userUnknown': 'There is no account {name}. `entrada sftp user list` names them.',
  'sftp.userLocked': 'The account {name} could never log in. Give it --key FILE or --password.',
  'sftp.quotaValue': '"{quota}" is no quota. Give a whole number of megabytes above zero.',
  'sftp.passwordShort':
    'A password has at least {least} {least|character|characters}; this one has {found}.',
  'sftp.passwordPrompt': 'Password for {name}:',
  'sftp.userColumns': 'account, keys, password, quota (MB)',
  'sftp.userAdded':
    'The account {name} is kept, with {keys} {keys|key|keys} and {passwords} {passwords|password|passwords}. It counts from the next login on.',
  'sftp.userRemoved':
    'The account {name} is removed. Its files stay, and a session that is open goes on to its end.',
  'sftp.only': 'This server speaks SFTP only. Use sftp, or scp without -O.',
  'sftp.missing': 'There is no {file} here. There are entrada/ and rejeitados/.',
  'sftp.denied':
    '{file} cannot be changed. Only files in entrada/ can be put, renamed and removed.',
  'sftp.name':
    'The name {file} cannot be used: it has a back-slash or a control character, or is not in UTF-8. Give the file another name.',
  'sftp.handle': 'The program asked for something that is not open. Connect again.',
  'sftp.handles': 'More than {most} {most|file is|files are} open in this session. Close some.',
  'sftp.gaps':
    '{file} is incomplete: its bytes are missing from {offset} on, so it was not taken. Upload it again.',
  'sftp.quota':
    '{file} does not fit in the quota of {quota} {quota|byte|bytes}, so it was not taken. Wait until the files in entrada/ are taken, or remove some.',
  'check.sheet': 'Sheet "{sheet}", dataset {dataset}, header in row {row}',
  'check.columns': 'Columns: {columns}',
  'check.rows':
    '{read} {read|row|rows} read: {newRows} would be loaded, {repeated} {repeated|is|are} repeated, {rejected} rejected',
  'check.replaces': 'It would take the place of the file of its name loaded at {time} (UTC)',
  'check.format': 'There is no format "{format}" of cells: it is table or json.',
  'check.uncalculated': '(a formula that was never calculated)',
  'list.more': '  ... and {count} more; --json lists them all',
  'demo.dropped': '{count} sample {count|workbook|workbooks} dropped into {folder}',
  'demo.taken':
    'The folder {home} is not empty, and the demo did not make it. Name another with --home DIR.',
  'demo.holds':
    '{home} holds files that are not of the demo: {files}. Move them elsewhere, or name another folder with --home.',
  'demo.firstRows': '... {count} {count|row|rows} in all',
  'demo.next':
    'The database is {database}. Next, try:\n  {entrada} query --home {home} "SELECT * FROM con_mar_lin ORDER BY 5 DESC"\n  {entrada} status --home {home}\n  drop a workbook of yours into {home}/entrada, then: {entrada} run --home {home}',
  'deploy.local':
    'There is nothing to deploy on one machine: {database} is made by itself. ENTRADA_WAREHOUSE=bigquery:PROJECT.DATASET names a dataset of BigQuery.',
  'deploy.choose':
    'Say which: `entrada deploy --dry-run` shows what would change, `entrada deploy --apply` does it.',
  'deploy.needed':
    'Another version of the tables or procedures is deployed in {place}. `entrada deploy --dry-run` shows the difference, `entrada deploy --apply` brings it up to date.',
  'deploy.missing':
    'There is nothing of Entrada in {place} yet. `entrada deploy --apply` makes it.',
  'deploy.columnLost':
    'The column {column} of {table} is no longer declared, and its values would be lost. Declare it again, or drop it by hand if they are not needed.',
  'deploy.columnType':
    'The column {column} of {table} is {was} and declared as {is}. Give the new one another name, or copy the table by hand.',
  'deploy.partitions':
    'The table {table} is not partitioned as it is declared, and BigQuery cannot change that in place. Copy it by hand into a table that is.',
  'deploy.create': 'create {kind} {name}',
  'deploy.update': 'update {kind} {name}',
  'deploy.addColumns': 'update {kind} {name}: new columns {columns}',
  'deploy.months': 'consolidate all months of {name} anew',
  'deploy.nothing': '{place} is as it should be.',
  'deploy.rehearsed':
    '{count} {count|change|changes} in {place}. Nothing has changed yet; --apply does it.',
  'deploy.done': '{count} {count|change|changes} in {place} made.',
  'retract.unknown':
    'No file in force is called "{file}", nor has a hash that begins so (with six characters or more). `entrada status` lists them.',
  'retract.noDataset':
    '{file} was loaded into the dataset {dataset}, which is not there any more. Put its folder back into datasets/, and retract the file then.',
  'retract.ambiguous':
    '"{file}" stands for more than one file. Write the hash of the one that is meant behind it (when it was loaded, rows): {hashes}.',
  'retract.rehearsed':
    'Retracting {file} would take its rows out of {months} and change {keys} {keys|sum|sums}. Nothing has changed yet.',
  'retract.done':
    '{file} is retracted: its rows are out of {months}, and {keys} {keys|sum|sums} changed. Its file stays in backup/.',
  'retract.rehearsedEmpty': 'Retracting {file} would change no table: no row of it was loaded.',
  'retract.doneEmpty':
    '{file} is retracted. No row of it was loaded, so no table changed. Its file stays in backup/.',
  'retract.rehearsedStill':
    'Retracting {file} would change no table: the same content was dropped as {files} too, and would count by that. `entrada retract {hash}` takes it out under every name.',
  'retract.doneStill':
    '{file} is retracted. No table changed: the same content was dropped as {files} too, and counts by that. `entrada retract {hash}` takes it out under every name.',
  'retract.alsoAs':
    'The same content was dropped as {files} too, and does not count there either. Drop it again if it should.',
  'retract.wouldAlso':
    'The same content was dropped as {files} too, and would not count there either.',
  'datasets.columns': 'column, type, key, optional, min, max, also called',
  'datasets.tables': 'tables: {tables}',
  'datasets.procedures': 'procedures: {procedures}',
  'datasets.then': 'then',
  'datasets.settings': 'setting, value',
  'status.columns': 'file, state, read, loaded, rejected, repeated, when (UTC), hash, why',
  'status.runColumns': 'run, table, outcome, rows, null, when (UTC), why',
  'spotify.outcome.changed': 'changed',
  'spotify.outcome.unchanged': 'unchanged',
  'spotify.outcome.limited': 'limited',
  'spotify.outcome.postponed': 'postponed',
  'spotify.outcome.refused': 'refused',
  'spotify.outcome.failed': 'failed',
  'status.outdated':
    '{dataset}: the tables are not of version {version} yet. The next run makes them anew; if the last one tried and could not, it said why, and so will the next.',
  'status.due':
    '{dataset}: what was loaded for {ranges} is not in the tables yet. The next run consolidates it; if the last one tried and could not, it said why, and so will the next.',
  'status.noDataset':
    '{dataset}: there is no dataset of this name any more, and files of it are loaded. Its tables stay as they are, and a workbook of its kind is rejected. Put its folder back into datasets/; if it is to go, take its files out first with `entrada retract`.',
  'state.received': 'received',
  'state.loaded': 'loaded',
  'state.rejected': 'rejected',
  'state.repeated': 'repeated',
  'state.retracted': 'retracted',
  'state.failed': 'failed',
  'state.postponed': 'postponed',
  'state.gone': 'gone',
  'changes.columns': 'before, after',
  'trace.columns': 'file, sheet, row, {column}, repeats',
  'trace.pair': '"{pair}" is not a key and its value. Write it like ANO=2019.',
  'trace.twice': 'The key {key} is given twice. Give it once.',
  'trace.table': 'There is no table {table} to trace. There are: {tables}.',
  'trace.column': '{column} is no key of the table {table}. Its keys are: {columns}.',
  'trace.notYet':
    'The tables of this home are not yet as the contract of {dataset} has them. `entrada run` makes them so.',
  'trace.sum':
    '{rows} {rows|row counts and sums|rows count and sum} to {sum} ({column}); {repeated} more {repeated|repeats|repeat} one that counts and {repeated|adds|add} nothing.',
  'trace.rows':
    '{rows} {rows|row counts|rows count}; {repeated} more {repeated|repeats|repeat} one that counts.',
  'trace.none':
    'No row matches. `entrada query "SELECT * FROM {table} LIMIT 10"` shows how the values are written.',
  'file.tookOver': 'Counts in the place of {file}, which had the same content.',
  'file.replaced': 'Replaced by a newer file of the same name.',
  'file.replaces': '  Takes the place of the file of this name loaded at {time} (UTC)',
  'file.replacesStill':
    '  What that file said still counts, since it was dropped as {files} too. `entrada retract` with such a name takes it out there as well.',
  'file.replacesNot':
    '  Not one row of it was loaded, so the file of this name loaded at {time} (UTC) still counts. If it should not, `entrada retract` takes it out.',
  'file.namesake':
    '  Another file of this name was loaded at {time} (UTC), {hash}: {common} of its rows {common|is|are} in that one too, {fresh} {fresh|is|are} not. Both count. `entrada retract "{file}" {hash}` takes the older one out; the next time `entrada run --replaces` or the contract makes the newer one replace it.',
  'file.sameContent': '  Says the same as {file}, in other bytes: nothing new',
  'file.which': '{file} ({hash}, {time} UTC)',
  'file.gone': 'It was overwritten, moved or taken away before it could be taken in.',
  'file.none': 'There is no file {file} that can be read.',
  ...helpEn,
} as const;

export type Code = keyof typeof en;

/** The names of the values that a text has places for. */
type PlacesIn<Text> = Text extends `${string}{${infer Place}}${infer Rest}`
  ? (Place extends `${infer Name}|${string}` ? Name : Place) | PlacesIn<Rest>
  : never;

/**
 * What a message must be given at least, so that whoever forgets a value is told by the compiler. Nothing for a code
 * that is only known while Entrada runs: the ledger's, or another thread's.
 */
export type ValuesOf<C extends Code> = Code extends C
  ? unknown
  : Readonly<Record<PlacesIn<(typeof en)[C]>, string | number>>;
