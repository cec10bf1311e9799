import assert from 'node:assert/strict';
import { test } from 'node:test';
import { date, type Entry, SHEET, type Spec, workbook } from '../workbook-builder.ts';
import { cellsOf, open, refusal } from './reading.ts';

/* Rows 18 to 20 of the behaviours of real workbooks. */

const sheets = [{ rows: [['texto', 1.5, date(2019, 3, 14)]] }];
const CELLS = { A1: 'texto', B1: 1.5, C1: 'date 2019-03-14T00:00:00' };
const same = async (spec: Partial<Spec>) =>
  assert.deepEqual(await cellsOf(workbook({ sheets, ...spec })), CELLS);

const renamed = (rename: (name: string) => string) => (entries: Entry[]) =>
  entries.map((entry) => ({ ...entry, name: rename(String(entry.name)) }));

test('18. back-slashes in zip names are slashes', async () => {
  await same({ entries: renamed((name) => name.replaceAll('/', '\\')) });
  await same({ entries: renamed((name) => `/${name}`) });
});

test('18. a name in UTF-8 is read as that', () =>
  same({ place: (name) => name.replace('sheet1', 'março') }));

test('19. the same name twice in the zip refuses the file', async () => {
  const twice = (rename: (name: string) => string) => (entries: Entry[]) => [
    ...entries,
    { ...entries[0], name: rename(SHEET) },
  ];
  for (const rename of [
    String,
    (n: string) => n.toUpperCase(),
    (n: string) => n.replaceAll('/', '\\'),
  ]) {
    assert.match(
      await refusal(open(workbook({ sheets, entries: twice(rename) }))),
      /^The workbook holds the part xl\/worksheets\/sheet1\.xml twice, so it is unclear which one counts\./i,
    );
  }
});

test('20. zip64, data descriptors, a comment and bytes before the zip', async () => {
  await same({ zip: { zip64: true } });
  await same({ entries: (entries) => entries.map((entry) => ({ ...entry, descriptor: true })) });
  // Stored parts come in pieces too.
  const long = (xml: string) => xml.replace('</sheetData>', `${' '.repeat(2 ** 21)}</sheetData>`);
  await same({
    parts: { [SHEET]: long },
    entries: (entries) => entries.map((entry) => ({ ...entry, method: 0 })),
  });
  for (const comment of ['PK\u0005\u0006 is how a zip ends', 'x'.repeat(65_535)])
    await same({ zip: { comment } });
  const prefix = Buffer.from('#!/bin/sh PK\u0003\u0004');
  await same({ zip: { prefix } });
  await same({ zip: { prefix, zip64: true } });
  const bytes = workbook({ sheets });
  for (const around of [
    [prefix, bytes],
    [bytes, Buffer.alloc(100)],
  ])
    assert.deepEqual(await cellsOf(Buffer.concat(around)), CELLS);
  const end = bytes.subarray(-22);
  const signature = Buffer.from('PK\u0005\u0005\0\0');
  end.writeUInt32LE(end.readUInt32LE(12) + signature.length, 12);
  assert.deepEqual(
    await cellsOf(Buffer.concat([bytes.subarray(0, -22), signature, end])),
    CELLS,
    'a signature of the list of parts',
  );
});

test('20. a zip that is cut off, damaged, encrypted or lies is refused', async () => {
  const bytes = workbook({ sheets });
  assert.equal(
    await refusal(open(bytes.subarray(0, -30))),
    'The workbook is incomplete: its end is missing. Upload it again, or open it in Excel and save it again.',
  );
  assert.match(await refusal(open(bytes.subarray(10))), /the list of its parts is cut off/);
  const lie = (change: Partial<Entry>) =>
    refusal(
      cellsOf(
        workbook({
          sheets,
          entries: (all) => all.map((e) => (e.name === SHEET ? { ...e, ...change } : e)),
        }),
      ),
    );
  const corrupt =
    'The workbook is damaged: the bytes of its part xl/worksheets/sheet1.xml are not those that were written. Upload it again from the original.';
  assert.equal(await lie({ crc: 1 }), corrupt);
  assert.equal(await lie({ size: 1 }), corrupt);
  assert.equal(await lie({ packedSize: 20 }), corrupt);
  assert.match(await lie({ packedSize: 1e6 }), /the part xl\/worksheets\/sheet1\.xml is cut off/);
  assert.match(
    await lie({ encrypted: true }),
    /is encrypted\. Save the workbook without a password\.$/,
  );
  assert.match(await lie({ method: 12 }), /\(method 12\)/);
  const damaged = (change: (copy: Buffer, last: number) => void) => {
    const copy = Buffer.from(bytes);
    // Where the list of parts has the last one.
    change(copy, copy.lastIndexOf('PK\u0001\u0002', undefined, 'latin1'));
    return refusal(cellsOf(copy));
  };
  const list = /^The workbook is damaged: the list of its parts is damaged\./;
  // Fewer and more parts than there are, a last one that goes on behind the list, and one that lies behind the file.
  for (const count of [3, 99])
    assert.match(await damaged((copy) => copy.writeUInt16LE(count, copy.length - 12)), list);
  assert.match(await damaged((copy, last) => copy.writeUInt16LE(1_000, last + 32)), list);
  // One that the list only begins.
  const end = Buffer.from(bytes.subarray(-22));
  end.writeUInt16LE(end.readUInt16LE(10) + 1, 10);
  end.writeUInt32LE(end.readUInt32LE(12) + 2, 12);
  const begun = Buffer.concat([bytes.subarray(0, -22), Buffer.from('PK'), end]);
  assert.match(await refusal(open(begun)), list);
  assert.match(
    await damaged((copy, last) => copy.writeUInt32LE(copy.length - 2, last + 42)),
    /^The workbook is damaged: the part xl\/sharedStrings\.xml is not where it should be\./,
  );
});
