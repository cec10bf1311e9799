import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, test } from 'node:test';
import { parse } from 'csv-parse/sync';
import { matches } from '../../src/spotify/match.ts';

const WORDS = 'Grupo Boticário';
const real = join(
  resolve(import.meta.dirname, '../..', process.env.ENTRADA_SHARED ?? '../shared'),
  'data/spotify/datahackers_all_episodes.csv',
);

describe('rule 15: episodes that speak of some words', () => {
  for (const [text, found] of [
    ['no Grupo Boticário - Data Hackers', true],
    ['NO GRUPO BOTICÁRIO', true],
    ['grupo boticario', true],
    ['Grupo Botica\u0301rio', true],
    ['Grupo\u00a0Boticário', true],
    ['Grupo \u00a0\n Boticário', true],
    ['Ｇｒｕｐｏ Boticário', true],
    ['Grupo\u0085Boticário', true],
    ['Grupo\u200b \u2060Boti\u00adcário', true],
    ['\u200eGrupo \u200f\u2068Boticário\u2069', true],
    ['um subgrupo boticariozinho', true],
    ['Grupo\u200bBoticário', false],
    ['https://exemplo.com.br/company/grupo-boticario/jobs', false],
    ['https://exemplo.com.br/GrupoBoticarioVagas', false],
    ['O Boticário, um grupo', false],
  ] as const) {
    test(`${JSON.stringify(text)}: ${found ? 'yes' : 'no'}`, () => {
      assert.equal(matches({ name: text, description: '' }, WORDS), found);
      assert.equal(matches({ name: '', description: text }, WORDS), found);
    });
  }

  test('half in the name and half in the description is not one', () => {
    assert.equal(matches({ name: 'Um grupo', description: 'Boticário' }, WORDS), false);
  });

  test('the words are folded as well', () => {
    const episode = { name: 'Conversa na STRASSE 9', description: '' };
    assert.equal(matches(episode, 'na\u00a0Straße'), true);
  });

  test('of the 70 real episodes of May 2023 eight, two of them only by their description', {
    skip: existsSync(real) ? false : `${real} is not there`,
  }, () => {
    const rows: { name: string; description: string }[] = parse(readFileSync(real), {
      columns: true,
    });
    const found = rows.filter((row) => matches(row, WORDS));
    const byName = found.filter((row) => matches({ ...row, description: '' }, WORDS));
    assert.deepEqual([rows.length, found.length, byName.length], [70, 8, 6]);
  });
});
