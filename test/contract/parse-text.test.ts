import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fold } from '../../src/contract/fold.ts';
import { type Parsed, parseDateText, parseNumberText } from '../../src/contract/parse-text.ts';

test('headers fold alike: width, case, accents, underscores, white space', () => {
  const alike: Record<string, string[]> = {
    'codigo da marca': [
      'Código da Marca',
      'CODIGO_DA_MARCA',
      '  código\u00a0 da\n marca ',
      'co\u0301digo da marca',
      'Ｃódigo＿da marca',
    ],
    'id marca': ['ID_MARCA', 'id marca', 'Id__Marca', '_ID_MARCA_'],
    'no 2': ['Nº 2'.normalize('NFC'), 'NO_2', 'n\u00ba ²'],
    '': ['', ' ', '___', '\u0301'],
  };
  for (const [folded, texts] of Object.entries(alike))
    for (const text of texts) assert.equal(fold(text), folded, JSON.stringify(text));
  for (const [a, b] of [
    ['ID', 'IDS'],
    ['QTD', 'Q.T.D'],
    ['MARCA1', 'MARCA 1'],
    ['ÇA', 'KA'],
  ])
    assert.notEqual(fold(a), fold(b));
});

const numbers: [text: string, ptBR: Parsed, plain: Parsed][] = [
  ['0', 0, 0],
  ['7', 7, 7],
  ['-7', -7, -7],
  [' 42 ', 42, 42],
  ['\u00a042\u00a0', 42, 42],
  ['1234', 1234, 1234],
  ['1234567', 1_234_567, 1_234_567],
  ['1.234', 'ambiguous', 1.234],
  ['-1.234', 'ambiguous', -1.234],
  ['999.999', 'ambiguous', 999.999],
  ['1,234', 1.234, 'ambiguous'],
  ['-999,999', -999.999, 'ambiguous'],
  ['0.123', 'format', 0.123],
  ['0,123', 0.123, 'format'],
  ['1.5', 'format', 1.5],
  ['1,5', 1.5, 'format'],
  ['1.2345', 'format', 1.2345],
  ['1.234,56', 1234.56, 'format'],
  ['1,234.56', 'format', 'format'],
  ['1.234.567', 1_234_567, 'format'],
  ['1.234.567,8', 1_234_567.8, 'format'],
  ['1.23.456', 'format', 'format'],
  ['12.34,5', 'format', 'format'],
  ['1234.567,8', 'format', 'format'],
  ['0.123.456', 'format', 'format'],
  ['1.234,', 'format', 'format'],
  [',5', 'format', 'format'],
  ['.5', 'format', 'format'],
  ['5.', 'format', 'format'],
  ['5,', 'format', 'format'],
  ['007', 'format', 'format'],
  ['+7', 'format', 'format'],
  ['--7', 'format', 'format'],
  ['- 7', 'format', 'format'],
  ['(7)', 'format', 'format'],
  ['7-', 'format', 'format'],
  ['1 234', 'format', 'format'],
  ["1'234", 'format', 'format'],
  ['1e3', 'format', 'format'],
  ['0x10', 'format', 'format'],
  ['10%', 'format', 'format'],
  ['Infinity', 'format', 'format'],
  ['NaN', 'format', 'format'],
  ['doze', 'format', 'format'],
  ['', 'format', 'format'],
  ['٣', 'format', 'format'],
  ['７', 'format', 'format'],
  ['R$ 5', 'format', 'format'],
  ['1\n2', 'format', 'format'],
];

test('a number as text is read in the declared notation, or not at all', () => {
  for (const [text, ptBR, plain] of numbers) {
    assert.equal(parseNumberText(text, 'pt-BR', false), ptBR, `pt-BR ${text}`);
    assert.equal(parseNumberText(text, 'plain', false), plain, `plain ${text}`);
  }
});

const money: [text: string, ptBR: Parsed][] = [
  ['R$ 1.500,00', 1500],
  ['R$1.500,00', 1500],
  ['R$\u00a01.500,00', 1500],
  ['  R$  0,05 ', 0.05],
  ['-R$ 5,00', -5],
  ['- R$ 5,00', -5],
  ['R$ -5,00', -5],
  ['1.500,00', 1500],
  ['R$ 1.500', 'ambiguous'],
  ['R$ 1500', 1500],
  ['R$', 'format'],
  ['R$ R$ 5', 'format'],
  ['-R$ -5,00', 'format'],
  ['r$ 5', 'format'],
  ['US$ 5,00', 'format'],
  ['$ 5,00', 'format'],
  ['5,00 R$', 'format'],
  ['€ 5,00', 'format'],
];

test('R$ is for money alone', () => {
  for (const [text, value] of money)
    assert.equal(parseNumberText(text, 'pt-BR', true), value, text);
  assert.equal(parseNumberText('R$ 1500.25', 'plain', true), 1500.25);
  assert.equal(parseNumberText('R$ 1,500', 'plain', true), 'ambiguous');
});

const at = (...parts: [number, number, number, number?, number?, number?]) => {
  const [year, month, ...rest] = parts;
  return Date.UTC(year, month - 1, ...rest);
};

const dates: [text: string, brazilian: Parsed, american: Parsed, iso: Parsed][] = [
  ['14/03/2019', at(2019, 3, 14), 'range', 'format'],
  ['03/04/2019', at(2019, 4, 3), at(2019, 3, 4), 'format'],
  ['1/2/2019', at(2019, 2, 1), at(2019, 1, 2), 'format'],
  ['01/01/0000', 'range', 'range', 'format'],
  ['2019-03-14', 'format', 'format', at(2019, 3, 14)],
  ['2019-3-14', 'format', 'format', 'format'],
  [' 14/03/2019 ', at(2019, 3, 14), 'range', 'format'],
  ['14/03/2019 15:09', at(2019, 3, 14, 15, 9), 'range', 'format'],
  ['14/03/2019 15:09:26', at(2019, 3, 14, 15, 9, 26), 'range', 'format'],
  ['14/03/2019T5:09', at(2019, 3, 14, 5, 9), 'range', 'format'],
  ['2019-03-14T15:09:26', 'format', 'format', at(2019, 3, 14, 15, 9, 26)],
  ['29/02/2020', at(2020, 2, 29), 'range', 'format'],
  ['29/02/2019', 'range', 'range', 'format'],
  ['29/02/1900', 'range', 'range', 'format'],
  ['29/02/2000', at(2000, 2, 29), 'range', 'format'],
  ['31/04/2019', 'range', 'range', 'format'],
  ['00/01/2019', 'range', 'range', 'format'],
  ['01/00/2019', 'range', 'range', 'format'],
  ['01/13/2019', 'range', at(2019, 1, 13), 'format'],
  ['2019-02-30', 'format', 'format', 'range'],
  ['31/12/1969', at(1969, 12, 31), 'range', 'format'],
  ['01/01/2019 24:00', 'range', 'range', 'format'],
  ['01/01/2019 23:60', 'range', 'range', 'format'],
  ['01/01/2019 23:59:60', 'range', 'range', 'format'],
  ['14/03/19', 'format', 'format', 'format'],
  ['14-03-2019', 'format', 'format', 'format'],
  ['14.03.2019', 'format', 'format', 'format'],
  ['14/mar/2019', 'format', 'format', 'format'],
  ['14/03/20190', 'format', 'format', 'format'],
  ['14/03/2019 15', 'format', 'format', 'format'],
  ['14/03/2019 3:09 PM', 'format', 'format', 'format'],
  ['2019-03-14Z', 'format', 'format', 'format'],
  ['2019-03-14T15:09:26Z', 'format', 'format', 'format'],
  ['2019-03-14T15:09:26-03:00', 'format', 'format', 'format'],
  ['43538', 'format', 'format', 'format'],
  ['hoje', 'format', 'format', 'format'],
  ['', 'format', 'format', 'format'],
];

test('a date as text is read in the declared order, or not at all', () => {
  for (const [text, brazilian, american, iso] of dates) {
    assert.equal(parseDateText(text, 'dd/mm/yyyy'), brazilian, `dd/mm/yyyy ${text}`);
    assert.equal(parseDateText(text, 'mm/dd/yyyy'), american, `mm/dd/yyyy ${text}`);
    assert.equal(parseDateText(text, 'yyyy-mm-dd'), iso, `yyyy-mm-dd ${text}`);
  }
});
