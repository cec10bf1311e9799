/**
 * Every message a person may see, by code. `{name}` stands for a value of the problem.
 * A code's first word is the component that speaks.
 */
export const en = {
  'lake.changed':
    '{file} changed while it was being read. It stays where it is and is read again next time.',
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
  'lake.disks':
    '{file}: the two folders are on different disks. Put them on the same disk, so that a file moves in one step.',
  'bus.closed': 'The topic {topic} takes nothing more: the bus was closed. Start Entrada again.',
  'bus.subscribed':
    'The topic {topic} has a subscription named {name} already. Give the second one another name.',
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
  'workbook.empty': 'The file is empty.',
  'workbook.encrypted':
    'The workbook has a password. In Excel: File > Info > Protect Workbook > Encrypt with Password, clear it, save, and upload it again.',
  'workbook.xls':
    'This is an old .xls workbook (Excel 97-2003). In Excel: File > Save As > Excel Workbook (*.xlsx).',
  'workbook.xlsb':
    'This is a binary workbook (.xlsb). In Excel: File > Save As > Excel Workbook (*.xlsx).',
  'workbook.otherType':
    'The file is not a workbook, whatever its name says: it is {type}. Open it in Excel and save it as Excel Workbook (*.xlsx).',
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
  'xml.entity':
    'The part {part} of the workbook holds "{entity}", which stands for no character. Open it in Excel and save it again.',
  'xml.encoding':
    'The part {part} of the workbook is written in an unknown encoding, {encoding}. Open it in Excel and save it again.',
  'sheet.address':
    'The sheet "{sheet}" has a cell at an address that cannot be: {address}. Open it in Excel, let it repair the file, and save it again.',
  'sheet.rowTwice':
    'The sheet "{sheet}" holds row {row} twice, so it is unclear which one counts. Open it in Excel and save it again.',
  'sheet.cellTwice':
    'The sheet "{sheet}" holds the cell {cell} twice, so it is unclear which one counts. Open it in Excel and save it again.',
  'limit.inflatedBytes':
    'The workbook inflates to more than {limit} bytes, so it was not read further. If it is meant to be that large, set {setting} higher.',
  'limit.ratio':
    'The workbook inflates to more than {limit} times its size, as only a hostile file does, so it was not read further. If it is honest, set {setting} higher.',
  'limit.cells':
    'A sheet has more than {limit} cells with a value. If that is right, set {setting} higher, or split the workbook.',
  'limit.sheets':
    'The workbook has more than {limit} sheets. If that is right, set {setting} higher.',
  'limit.texts':
    'The workbook has more than {limit} different texts. If that is right, set {setting} higher, or split the workbook.',
  'limit.textBytes':
    'The texts of the workbook take more than {limit} bytes. If that is right, set {setting} higher, or split the workbook.',
} as const;

export type Code = keyof typeof en;
