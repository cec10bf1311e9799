import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatTable, visible, widthOf } from '../src/table.ts';

const table = (room?: number, ...rows: unknown[][]) =>
  formatTable(['n', 'texto'], rows, room).split('\n');

test('a text is as wide as a terminal shows it', () => {
  const widths: [string, number][] = [
    ['', 0],
    ['abc', 3],
    ['ação'.normalize('NFC'), 4],
    ['ação'.normalize('NFD'), 4],
    ['日本', 4],
    ['ｆｕｌｌ', 8],
    ['한글', 4],
    ['📈', 2],
    ['👨‍👩‍👧', 2],
    ['🇧🇷', 2],
    ['a\u200bb', 2],
    ['“x”…', 4],
  ];
  for (const [text, width] of widths) assert.equal(widthOf(text), width, text);
});

test('columns stand side by side, whatever their letters', () => {
  assert.deepEqual(
    table(undefined, [1, '日本'], [10, 'ação'], [null, '👨‍👩‍👧 x'], [-2.5, undefined]),
    ['   n  texto', '   1  日本', '  10  ação', '      👨‍👩‍👧 x', '-2.5'],
  );
});

test('a column is of numbers when every value of it is one', () => {
  assert.deepEqual(table(undefined, ['007', '1'], ['2019-01-01', '22']), [
    'n           texto',
    '007             1',
    '2019-01-01     22',
  ]);
  assert.deepEqual(table(undefined), ['n  texto']);
});

test('on a narrow terminal texts wrap between words, numbers stay whole, and nothing is lost', () => {
  const text = 'uma frase que não cabe em uma linha de terminal estreito';
  const lines = table(30, [123456789, text], [1, 'curto']);
  for (const line of lines) assert.ok(widthOf(line) <= 30, line);
  assert.deepEqual(lines.slice(0, 3), [
    '        n  texto',
    '123456789  uma frase que não',
    '           cabe em uma linha',
  ]);
  const words = lines.slice(1, -1).map((line) => line.slice(11).trim());
  assert.equal(words.join(' '), text);
  assert.equal(lines.at(-1), '        1  curto');
});

test('a word wider than its column breaks where its letters allow', () => {
  const lines = table(20, [1, '👨‍👩‍👧'.repeat(12)]);
  for (const line of lines) assert.ok(widthOf(line) <= 20, line);
  assert.equal(
    lines
      .slice(1)
      .map((line) => line.slice(3))
      .join(''),
    '👨‍👩‍👧'.repeat(12),
  );
});

test('a terminal too narrow for anything loses nothing', () => {
  const lines = table(1, [1234567890123, 'abcdefghijklmnopqrstuvwxyz']);
  assert.match(lines[1], /^1234567890123 {2}abc/);
  assert.equal(
    lines
      .slice(1)
      .map((line) => line.slice(15))
      .join(''),
    'abcdefghijklmnopqrstuvwxyz',
  );
});

test('of two wide columns each gives way, and a short one stays whole', () => {
  const wide = 'palavra '.repeat(20).trim();
  const lines = formatTable(['a', 'b', 'c'], [[wide, 'curta', wide]], 60).split('\n');
  for (const line of lines) assert.ok(widthOf(line) <= 60, line);
  assert.match(lines[1], /^palavra .* {2,}curta {2,}palavra /);
});

test('what would break a line or speak to the terminal is shown as its escape', () => {
  assert.equal(
    visible('a\nb\r\tc\u001b[0m\u0000\u009b\u202e\u200f'),
    'a\\nb\\r\\tc\\u001b[0m\\u0000\\u009b\\u202e\\u200f',
  );
  assert.deepEqual(table(undefined, [1, 'a\nb']), ['n  texto', '1  a\\nb']);
  assert.equal(formatTable(['a\u001bb\n'], []), 'a\\u001bb\\n');
});

test('a table of 100,000 rows is a matter of seconds, not minutes', () => {
  const rows = Array.from({ length: 100_000 }, (_, n) => [n, `MARÇA ${n}`]);
  assert.equal(formatTable(['n', 'texto'], rows).split('\n').length, 100_001);
});
