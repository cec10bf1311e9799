import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { cell, date, formatted, serial, workbook } from '../workbook-builder.ts';
import { cellsOfRows, HEADER, load, loadRows, order } from './reading.ts';

/* Rows 1 to 6 of the behaviours of real workbooks. */

/** Names the zone where these tests are run once more, under another one. */
const ZONE = 'ENTRADA_TEST_ZONE';

test('1. date1904 is honoured, written as 1 or as true', async () => {
  const moments = [
    date(2019, 3, 14),
    date(1904, 1, 2),
    date(2019, 12, 31, 23, 59, 59),
    date(9999, 12, 31),
  ];
  for (const date1904 of ['1', 'true', '0', 'false']) {
    assert.deepEqual(
      await cellsOfRows([moments], { date1904 }),
      {
        A1: 'date 2019-03-14T00:00:00',
        B1: 'date 1904-01-02T00:00:00',
        C1: 'date 2019-12-31T23:59:59',
        D1: 'date 9999-12-31T00:00:00',
      },
      date1904,
    );
  }
});

test('1. serial 60, the 29 February 1900, is rejected; its neighbours and 1904 have no such hole', async () => {
  const cells = [59, 60, 61, -1, 2_958_466].map((value) => formatted(value, 14));
  assert.deepEqual(await cellsOfRows([cells]), {
    A1: 'date 1900-02-28T00:00:00',
    B1: 'invalid 60',
    C1: 'date 1900-03-01T00:00:00',
    D1: 'invalid -1',
    E1: 'invalid 2958466',
  });
  assert.deepEqual(await cellsOfRows([[formatted(60, 14)]], { date1904: '1' }), {
    A1: 'date 1904-03-01T00:00:00',
  });
  const { rows, messages } = await loadRows([order({ data: formatted(60, 14) })]);
  assert.deepEqual(rows, {});
  assert.deepEqual(messages, [
    'C2: DATA holds 60, and there is no such date or time. Type it again, such as 31/12/2025.',
  ]);
});

test('1. a year outside the range of the contract is rejected', async () => {
  const { rows, messages } = await loadRows([
    order({ data: date(1999, 12, 31, 23, 59, 59) }),
    order({ data: date(2100, 1, 1) }),
    order({ data: date(2000, 1, 1) }),
    order({ data: date(2099, 12, 31, 23, 59, 59) }),
  ]);
  assert.deepEqual(Object.keys(rows), ['4', '5']);
  assert.deepEqual(messages, [
    'C2: DATA must be at least 2000-01-01, and 1999-12-31 23:59:59 is less. Correct it.',
    'C3: DATA must be at most 2099-12-31, and 2100-01-01 is more. Correct it.',
  ]);
});

test('2. a date typed as text is read in the order that the contract declares, never guessed', async () => {
  const texts = [
    '14/03/2019',
    '1/2/2019',
    ' 14/03/2019 15:09:26 ',
    '03/14/2019',
    '29/02/2019',
    '2019-03-14',
    '14/03/19',
    '14/03/2019 24:00',
  ];
  const { rows, messages } = await loadRows(texts.map((data) => order({ data })));
  assert.deepEqual(
    Object.values(rows).map((row) => row[2]),
    ['2019-03-14T00:00:00', '2019-02-01T00:00:00', '2019-03-14T15:09:26'],
  );
  assert.deepEqual(messages, [
    'C5: DATA holds 03/14/2019, and there is no such date or time. Type it again, such as 31/12/2025.',
    'C6: DATA holds 29/02/2019, and there is no such date or time. Type it again, such as 31/12/2025.',
    'C7: DATA wants a date, and "2019-03-14" is none that can be read without guessing. Type it as a date, such as 31/12/2025.',
    'C8: DATA wants a date, and "14/03/19" is none that can be read without guessing. Type it as a date, such as 31/12/2025.',
    'C9: DATA holds 14/03/2019 24:00, and there is no such date or time. Type it again, such as 31/12/2025.',
  ]);
});

test('3. a time is rounded to milliseconds before it is split, so that 23:59:59.9999 is not lost', async () => {
  const day = serial(2019, 3, 14);
  const at = (seconds: number) => formatted(day + seconds / 86_400, 22);
  assert.deepEqual(await cellsOfRows([[at(86_399.9999), at(86_399.999), at(0.0004), at(0.0006)]]), {
    A1: 'date 2019-03-15T00:00:00',
    B1: 'date 2019-03-14T23:59:59.999',
    C1: 'date 2019-03-14T00:00:00',
    D1: 'date 2019-03-14T00:00:00.001',
  });
});

test('3. every second of a day comes back as it went in', async () => {
  // Under another zone one of each minute will do, every second of a minute in its turn.
  const step = process.env[ZONE] === undefined ? 1 : 61;
  const seconds = Array.from({ length: Math.ceil(86_400 / step) }, (_, i) => i * step);
  const rows = Array.from({ length: Math.ceil(seconds.length / 40) }, (_, r) =>
    seconds.slice(40 * r, 40 * r + 40).map((s) => date(2019, 3, 14, 0, 0, s)),
  );
  const found = Object.values(await cellsOfRows(rows));
  const wanted = seconds.map(
    (s) => `date ${new Date(Date.UTC(2019, 2, 14, 0, 0, s)).toISOString().slice(0, 19)}`,
  );
  assert.deepEqual(found, wanted);
});

test('5. date formats are found by built-in ids and custom codes, past quotes, escapes and brackets', async () => {
  const dates = [
    14,
    17,
    22,
    27,
    30,
    36,
    45,
    47,
    50,
    55,
    58,
    71,
    81,
    'dd/mm/yyyy',
    'mmm\\-yy',
    '[$-416]dd/mm/yyyy;@',
  ];
  const more = [
    '[Red]yyyy',
    '"total" d',
    '[h]:mm:ss',
    '[ss]',
    'yyyy"年"m"月"',
    '\\"d\\"',
    '[$-F800]dddd',
  ];
  const numbers = [
    0,
    1,
    9,
    13,
    23,
    26,
    37,
    44,
    48,
    49,
    59,
    70,
    82,
    'General',
    '0.00',
    '#,##0 "dias"',
    '0.00E+00',
    '\\d0',
    '[Red]0',
  ];
  const plain = [
    '"R$" #,##0.00',
    '_-* #,##0_-',
    '[$R$-416] #,##0',
    '0_d',
    '0*d',
    '[<100]0',
    '0;"mês"',
  ];
  for (const format of [...dates, ...more]) {
    const { A1 } = await cellsOfRows([[formatted(43538, format)]]);
    assert.equal(A1, 'date 2019-03-14T00:00:00', String(format));
  }
  for (const format of [...numbers, ...plain]) {
    const { A1 } = await cellsOfRows([[formatted(43538, format)]]);
    assert.equal(A1, 43538, String(format));
  }
});

test('5. the formats of conditional formatting have numbers of their own', async () => {
  const foreign =
    '<dxf><numFmt numFmtId="14" formatCode="0.00%"/></dxf><dxf><numFmt numFmtId="0" formatCode="dd/mm/yyyy"/></dxf>';
  const parts = {
    'xl/styles.xml': (xml: string) =>
      xml.replace('</styleSheet>', `<dxfs count="2">${foreign}</dxfs></styleSheet>`),
  };
  assert.deepEqual(await cellsOfRows([[date(2019, 3, 14), 5]], { parts }), {
    A1: 'date 2019-03-14T00:00:00',
    B1: 5,
  });
});

test('5. a code that the workbook gives for a built-in id counts, as programs write those of their country', async () => {
  const codes =
    '<numFmts count="2"><numFmt numFmtId="14" formatCode="0.0"/><numFmt numFmtId="5" formatCode="d/m/yy"/></numFmts>';
  const parts = {
    'xl/styles.xml': (xml: string) => xml.replace(/(<styleSheet[^>]*>)/, `$1${codes}`),
  };
  assert.deepEqual(await cellsOfRows([[formatted(43_538, 14), formatted(43_538, 5)]], { parts }), {
    A1: 43_538,
    B1: 'date 2019-03-14T00:00:00',
  });
});

test('5. of a format with sections the one that shows the value counts', async () => {
  const day = 'date 2019-03-14T00:00:00';
  for (const [code, value, found] of [
    ['[=0]"";dd/mm/yyyy', 43_538, day],
    ['[=0]"";dd/mm/yyyy', 0, 0],
    ['[>0]dd/mm/yyyy;General', 43_538, day],
    ['[=0]"-";[>0]dd/mm/yyyy;General', 43_538, day],
    ['[=0]"-";[>0]dd/mm/yyyy;General', -2, -2],
    ['[<0]d;0', 43_538, 43_538],
    ['[>=100000]d;[Red]0', 43_538, 43_538],
    ['[<>0]0;d', 43_538, 43_538],
    ['[>=45292]dd/mm/yyyy;"old"', 45_500, 'date 2024-07-27T00:00:00'],
    ['[>=45292]dd/mm/yyyy;"old"', 43_538, 43_538],
    ['[>100]0;h:mm', 0.5, 'date 1899-12-31T12:00:00'],
    ['[>100]0;h:mm', 101, 101],
    ['[<1]0%;dd/mm/yyyy', 0.5, 0.5],
    ['0;[>9]dd/mm/yyyy', 43_538, day],
    ['[<1]hh:mm', 43_538, 43_538],
    ['[<1]hh:mm', 0.5, 'date 1899-12-31T12:00:00'],
    ['dd/mm/yyyy;;"-"', 0, 0],
    ['dd/mm/yyyy;-0', -3, -3],
    ['dd/mm/yyyy;@', 43_538, day],
    ['0;dd/mm/yyyy;0;@', 43_538, 43_538],
  ] as const)
    assert.deepEqual(
      await cellsOfRows([[formatted(value, code)]]),
      { A1: found },
      `${code} ${value}`,
    );
});

test('5. a weekday or the year of an era alone is a date; a unit after digits is none', async () => {
  for (const code of ['aaa', '[$-804]aaaa', 'e', '[$-411]ggge"年"', '[$-D07041E]bbbb'])
    assert.deepEqual(await cellsOfRows([[formatted(43_538, code)]]), {
      A1: 'date 2019-03-14T00:00:00',
    });
  const units = [
    '0 kg',
    '#,##0.00 EUR',
    '0.0E+0',
    'General',
    '@',
    'Geral',
    'G/通用格式',
    'G/標準',
    'G/표준',
  ];
  for (const code of units)
    assert.deepEqual(await cellsOfRows([[formatted(43_538, code)]]), { A1: 43_538 });
});

test('6. strict OOXML and ISO dates (t="d") are read as the others are', async () => {
  const iso = (text: string) => cell('d', `<v>${text}</v>`);
  const cells = [
    '2019-03-14',
    '2019-03-14T15:09:26.5',
    '2019-03-14T15:09Z',
    '15:09:26',
    '2019-02-29',
    '2019-03-14T24:00:00',
    '2019-03-14T23:59:60',
  ];
  for (const strict of [true, false]) {
    assert.deepEqual(
      await cellsOfRows([['texto', date(2019, 3, 14), ...cells.map(iso)]], { strict }),
      {
        A1: 'texto',
        B1: 'date 2019-03-14T00:00:00',
        C1: 'date 2019-03-14T00:00:00',
        D1: 'date 2019-03-14T15:09:26.500',
        E1: 'date 2019-03-14T15:09:00',
        F1: 'date 1899-12-31T15:09:26',
        G1: 'invalid 2019-02-29',
        H1: 'invalid 2019-03-14T24:00:00',
        I1: 'invalid 2019-03-14T23:59:60',
      },
    );
  }
  const sheets = [{ rows: [HEADER, order({ data: iso('2019-03-14') })] }];
  const { rows } = await load(workbook({ sheets, strict: true }));
  assert.deepEqual(rows, { 2: [1, 'VULT', '2019-03-14T00:00:00', 5, null, null] });
});

if (process.env[ZONE] === undefined) {
  test('4. no time zone takes part: all of the above under other zones', async () => {
    // Summer time began at midnight in São Paulo; Apia is on the other side of the date line. The machine has its own.
    await Promise.all(['America/Sao_Paulo', 'Pacific/Apia'].map(runUnder));
  });
} else {
  test(`the zone is ${process.env[ZONE]}`, () => {
    assert.equal(new Intl.DateTimeFormat().resolvedOptions().timeZone, process.env[ZONE]);
  });
}

async function runUnder(TZ: string): Promise<void> {
  const { NODE_TEST_CONTEXT: _, ...env } = process.env;
  const { stdout } = await promisify(execFile)(process.execPath, [fileURLToPath(import.meta.url)], {
    env: { ...env, TZ, [ZONE]: TZ },
  });
  assert.match(stdout, /pass 13/);
}
