// A peer's whole way from a workbook to its rows, as one process. usage: read.mjs PEER FILE, from where it is installed

import { openAsBlob, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const [peer, path] = process.argv.slice(2);
const require = createRequire(join(process.cwd(), 'package.json'));
let rows = 0;
if (peer === 'exceljs') {
  const exceljs = require('exceljs');
  const settings = { sharedStrings: 'cache', worksheets: 'emit', styles: 'cache' };
  for await (const sheet of new exceljs.stream.xlsx.WorkbookReader(path, settings)) {
    for await (const _ of sheet) rows++;
  }
} else if (peer === 'hucre') {
  // It has no CommonJS for `require` to find.
  const file = join(process.cwd(), 'node_modules/hucre/dist/xlsx.mjs');
  const { streamXlsxRows } = await import(pathToFileURL(file).href);
  for await (const _ of streamXlsxRows((await openAsBlob(path)).stream())) rows++;
} else if (peer === 'xlsx') {
  const xlsx = require('xlsx');
  const book = xlsx.read(readFileSync(path), { dense: true });
  rows = book.Sheets[book.SheetNames[0]].length;
}
console.log(rows - 1);
