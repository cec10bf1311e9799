// A peer's whole way from a workbook to its rows, as one process. usage: read.mjs PEER FILE, from where it is installed

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const [peer, path] = process.argv.slice(2);
const require = createRequire(`${process.cwd()}/package.json`);
let rows = 0;
if (peer === 'exceljs') {
  const { default: exceljs } = await import(require.resolve('exceljs'));
  for await (const sheet of new exceljs.stream.xlsx.WorkbookReader(path, {
    sharedStrings: 'cache',
    worksheets: 'emit',
  })) {
    for await (const _ of sheet) rows++;
  }
} else if (peer === 'xlsx') {
  const xlsx = require('xlsx');
  const book = xlsx.read(readFileSync(path), { dense: true });
  rows = book.Sheets[book.SheetNames[0]]['!data'].length;
}
console.log(rows - 1);
