import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { commands } from '../src/commands/commands.ts';
import { TransientError } from '../src/errors.ts';
import { en } from '../src/messages/en.ts';
import { render } from '../src/messages/messages.ts';
import { ptBR } from '../src/messages/pt-BR.ts';
import { ROOT } from './repository.ts';

const codes = Object.keys(en) as (keyof typeof en)[];

/** A value more than once in one language and once in the other is no difference. */
const placeholders = (message: string) =>
  [...new Set([...message.matchAll(/\{(\w+)[|}]/g)].map(([, name]) => name))].sort();

test('both languages have the same codes, in the same order', () => {
  assert.deepEqual(Object.keys(ptBR), codes);
});

test('each translation says the same values', () => {
  for (const code of codes)
    assert.deepEqual(placeholders(ptBR[code]), placeholders(en[code]), code);
});

test('each translation says the same commands, settings, flags and addresses', () => {
  const literal = /`[^`]*`|--[a-z]+|\b[A-Z]+_[A-Z_]+\b|https?:\/\/[^\s,]+|\*\.\w+|docs\/\S+\.md/g;
  const literals = (message: string) => [...new Set(message.match(literal))].sort();
  for (const code of codes) assert.deepEqual(literals(ptBR[code]), literals(en[code]), code);
});

test('every message is said somewhere', () => {
  const files = globSync('src/**/*.ts', { cwd: ROOT, exclude: ['src/messages/*'] });
  const source = files.map((file) => readFileSync(join(ROOT, file), 'utf8')).join('');
  const begun = [...source.matchAll(/`(\w+\.(?:\w+\.)?)\$\{/g)].map(([, start]) => start);
  const isSaid = (code: string) =>
    source.includes(`'${code}'`) || begun.some((start) => code.startsWith(start));
  assert.deepEqual(
    codes.filter((code) => !isSaid(code)),
    [],
  );
});

test('who forgets a value that a message says is told by the compiler', () => {
  const file = 'entrada.duckdb';
  // @ts-expect-error The message names the process too.
  assert.ok(new TransientError('warehouse.busy', { file }));
  // @ts-expect-error It has no values at all.
  assert.ok(new TransientError('warehouse.busy'));
  // @ts-expect-error A message that is not thrown is held to its values as well.
  assert.match(render({ code: 'warehouse.busy', values: { file } }, 'en'), /\{holder\}/);
  assert.ok(new TransientError('warehouse.busy', { file, holder: 1, more: 'is no harm' }));
});

test('no message is unfinished', () => {
  for (const [language, messages] of Object.entries({ en, 'pt-BR': ptBR })) {
    for (const [code, message] of Object.entries(messages)) {
      const where = `${language} ${code}: ${message}`;
      assert.ok(message.trim().length > 3, where);
      assert.doesNotMatch(message, /\b(TODO|FIXME|XXX|TBD)\b|\?\?/, where);
      assert.doesNotMatch(message, /\s$|\S {2,}\S|\{\W|\{\}|\{\w*$/, where);
      assert.equal(message.split('{').length, message.split('}').length, where);
    }
  }
});

test('no message is left in English', () => {
  // A line that is mostly its values may well be alike.
  const words = (message: string) => message.replace(/\{\w+\}/g, '').match(/\p{L}{2,}/gu) ?? [];
  for (const code of codes)
    if (words(en[code]).length > 3) assert.notEqual(ptBR[code], en[code], code);
});

test('every command and option of the help is translated, in a few words or many', () => {
  for (const { name, summary, about, optionHelp } of commands)
    for (const code of [summary, ...(about ? [about] : []), ...Object.values(optionHelp)])
      assert.notEqual(ptBR[code], en[code], `${name}: ${code}`);
});

test('what is wrong with a damaged workbook is said in the language of the rest', () => {
  const values = { part: 'xl/workbook.xml', detail: 'damage.root', root: 'workbook' } as const;
  assert.equal(
    render({ code: 'xml.malformed', values }, 'pt-BR'),
    'A parte xl/workbook.xml da planilha está danificada: ela deveria ser um <workbook> de planilha e é outra coisa. Abra-a no Excel, deixe-o reparar o arquivo e salve de novo.',
  );
  // What DuckDB or the system says has no translation.
  for (const detail of ['of old', 'fault', 'constructor'])
    assert.match(render({ code: 'fault', values: { detail } }, 'en'), RegExp(`: ${detail}\\.`));
});

test('a count is said with the word that goes with it', () => {
  const file = 'a.xlsx';
  const counts = { read: 1, loaded: 0, repeated: 0, rejected: 1 };
  const said = (code: keyof typeof en, values: Record<string, number | string>) =>
    (['en', 'pt-BR'] as const).map((language) => render({ code, values }, language));
  assert.deepEqual(said('file.loaded', { file, ...counts }), [
    'a.xlsx: 1 row read, 0 loaded, 0 repeated, 1 rejected',
    'a.xlsx: 1 linha lida, 0 carregadas, 0 repetidas, 1 rejeitada',
  ]);
  assert.deepEqual(said('file.loaded', { file, ...counts, read: 2, loaded: 1 }), [
    'a.xlsx: 2 rows read, 1 loaded, 0 repeated, 1 rejected',
    'a.xlsx: 2 linhas lidas, 1 carregada, 0 repetidas, 1 rejeitada',
  ]);
  assert.deepEqual(said('trace.sum', { rows: 2, sum: 5, column: 'QTD', repeated: 1 }), [
    '2 rows count and sum to 5 (QTD); 1 more repeats one that counts and adds nothing.',
    '2 linhas contam e somam 5 (QTD); 1 outra repete uma que conta e não soma nada.',
  ]);
});

test('months and days are written as they are in each language', () => {
  const ranges = '2019-01 .. 2019-12, 2020-03';
  const said = (code: keyof typeof en, values: Record<string, number | string>) =>
    render({ code, values }, 'pt-BR');
  const values = { dataset: 'vendas', ranges, run: 'x' };
  assert.match(said('run.consolidated', values), / para 01\/2019 a 12\/2019, 03\/2020 \(/);
  assert.match(
    said('retract.rehearsed', { file: 'a', keys: 2, months: '2020-03' }),
    / as linhas dele \(03\/2020\) e mudaria 2 somas\./,
  );
  assert.match(
    said('dataset.notCounted', { dataset: 'vendas', from: '2020-03-01' }),
    /01\/03\/2020/,
  );
  assert.match(
    render({ code: 'run.consolidated', values }, 'en'),
    / for 2019-01 \.\. 2019-12, 2020-03 /,
  );
});

test('a number, a day or an error is written as people see it, and a text as it stands in its cell', () => {
  const cell = { cell: 'A2', column: 'QTD', value: '1.5', min: 0.5 };
  const said = (values: typeof cell & { holds?: string }) =>
    render({ code: 'cell.tooSmall', values }, 'pt-BR');
  assert.equal(said(cell), 'A2: QTD contém 1.5, e o mínimo é 0,5. Corrija.');
  for (const [value, written] of [
    ['1.5', '1,5'],
    ['2024-01-05T00:00:00.000', '05/01/2024'],
    ['#VALUE!', '#VALOR!'],
  ])
    assert.match(said({ ...cell, value, holds: 'it' }), RegExp(`contém ${written},`));
});

test('a message with its values has no placeholder left', () => {
  for (const code of codes) {
    const values = Object.fromEntries(placeholders(en[code]).map((name) => [name, name]));
    for (const language of ['en', 'pt-BR'] as const)
      assert.doesNotMatch(render({ code, values }, language), /[{}]/, code);
  }
});
