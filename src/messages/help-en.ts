/**
 * What `--help` says: of each command by its name, and of its options by theirs. Usage lines are the same in every
 * language.
 */
export const helpEn = {
  'help.title': 'Entrada: drop a spreadsheet, get tables.',
  'help.every':
    'Every command has --help, --home DIR and --json; entrada --version says which this is.',
  'help.exitCodes':
    'Exit codes: 0 well; 1 a fault of ours; 2 wrong usage, or something that somebody must mend; 3 something was rejected; 4 try again later.',
  'help.home':
    'the folder with entrada/, backup/, rejeitados/ and the database (default: ENTRADA_HOME, or here)',
  'help.json': 'one JSON object a line on stdout; what a person reads goes to stderr',
  'help.help': 'this text',
  'help.demo': 'make sample workbooks in a new home and take them through',
  'help.demo.home': 'the folder to make, or to make anew (default: ./demo)',
  'help.run': 'load every workbook that waits in entrada/, consolidate, archive',
  'help.run.replaces': 'a file takes the place of the earlier one of its name',
  'help.run.rebuild':
    'make the tables of all months anew of the rows loaded: after a procedure was changed, or a table by hand',
  'help.watch': 'run again whenever a workbook has arrived, until Ctrl-C',
  'help.watch.sftp': 'serve SFTP as well, as `entrada sftp` does',
  'help.sftp':
    'serve SFTP, so that clients upload into entrada/; keep its accounts, show its host key',
  'help.sftp.about': `  entrada sftp: serves until Ctrl-C.
  entrada sftp user add NAME: makes an account, or gives one that is there more keys, another password or quota.
  entrada sftp user list: the accounts.
  entrada sftp user remove NAME: takes an account away; its files stay.
  entrada sftp fingerprint: the host key, as clients are shown it.`,
  'help.sftp.key': 'for `sftp user add NAME`: public keys that the account logs in with',
  'help.sftp.password':
    'for `sftp user add NAME`: ask for its password, or take the first line of stdin',
  'help.sftp.quota': 'for `sftp user add NAME`: how much of it may wait in entrada/ at one time',
  'help.spotify':
    'ask Spotify for the podcasts and episodes, and bring their three tables up to date',
  'help.spotify.only': 'one of the three tables (default: all)',
  'help.spotify.replay': 'take the answers that an earlier run kept, without the network',
  'help.check': 'read workbooks against the contract and load nothing',
  'help.check.about': `  FILE is a workbook anywhere, not only in entrada/. Shown are the sheet and the header row that were found, which
  column of the sheet is which of the contract, and the rows: those that would be loaded, those that repeat one (of
  the file, or of the home's tables where there is a home), and those rejected, with each cell and why; then, of the
  first table of sums, the sums that would change.

  Example: entrada check "vendas abril.xlsx"

  Exit codes: 0 nothing would be rejected; 3 something would be; 2 a file is not there, or waits for a dataset.`,
  'help.check.replaces': 'as `run --replaces` would: in the place of the earlier one of its name',
  'help.check.any': 'without a contract: list every cell of every sheet that holds a value',
  'help.check.format':
    'with --any, how cells are written (default: table; --json is --format json)',
  'help.status': 'what became of every file, and what waits',
  'help.query': 'query the tables; read only',
  'help.query.format': 'how rows are written (default: table; --json is --format json)',
  'help.retract': 'take a loaded file out of the tables, as if it had never been dropped',
  'help.retract.dryRun':
    'only show what would change: sums, before and after (20 of each table; all with --json)',
  'help.trace': 'the file, sheet and row of every sale behind a number',
  'help.trace.about': `  TABLE is one that \`entrada datasets\` lists under tables: that of the rows, or one of sums. KEY is a column of it
  other than its sum, and VALUE what \`entrada query\` prints there; KEY= is a blank. A row must match every pair; without any,
  it is the whole table. Shown are each row's file, sheet and row, and what it adds to the sum. One that names another in
  the last column repeats that one and adds nothing.

  Examples: entrada trace con_ano_mes ANO=2019 MES=3
            entrada trace con_mar_lin "MARCA=QUEM DISSE BERENICE" ID_LINHA=2

  Exit codes: 0 done, also where no row matches; 2 there is no such table or column.`,
  'help.deploy':
    'make or update the tables and procedures in BigQuery; say which of the two options',
  'help.deploy.dryRun': 'only show what would change',
  'help.deploy.apply': 'show it and do it',
  'help.datasets': 'the datasets known and their contracts',
} as const;
