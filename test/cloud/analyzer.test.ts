import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { allTexts } from '../warehouse/bigquery-texts.ts';
import { given, skipWithout } from './rig.ts';

const skip = skipWithout('analyzer');

/** What Google's analyzer says of each text, knowing what was made. */
async function analyze(made: readonly string[], texts: readonly string[]): Promise<string> {
  const root = await mkdtemp(join(tmpdir(), 'entrada-analyzer-'));
  try {
    for (const name of ['made', 'run']) await mkdir(join(root, name));
    await writeFile(
      join(root, 'made', 'all.sql'),
      `${made.map((sql) => sql.replace(/;\s*$/, '')).join(';\n')};\n`,
    );
    for (const [i, text] of texts.entries())
      await writeFile(join(root, 'run', `${String(i).padStart(3, '0')}.sql`), text);
    const [python, ...script] = JSON.parse(given('ENTRADA_TEST_ANALYZER'));
    const args = [...script, join(root, 'made'), join(root, 'run')];
    const { stdout, stderr } = spawnSync(python, args, { encoding: 'utf8', maxBuffer: 1 << 28 });
    assert.match(stdout, /\d+ bad,/, stderr);
    const bad = stdout
      .split('\n')
      .filter((line) => !line.startsWith('OK') && /FAIL|^ {6}/.test(line));
    return bad
      .map((line) => {
        const [, at] = /run\/(\d+)\.sql/.exec(line) ?? [];
        return at === undefined ? line : `${line}\n${texts[Number(at)]}`;
      })
      .join('\n');
  } finally {
    await rm(root, { recursive: true });
  }
}

describe('GoogleSQL', { skip }, () => {
  if (skip) return;

  test('all that BigQuery is sent is valid, with the tables that deploy makes', async () => {
    const { made, run } = await allTexts();
    assert.ok(made.length > 15 && run.length > 50, `${made.length} made, ${run.length} run`);
    assert.equal(await analyze(made, run), '');
  });

  test('what is not GoogleSQL is found', async () => {
    const made = ['CREATE TABLE `demo.d.t` (A INT64, D DATE)'];
    for (const wrong of [
      'SELECT B FROM `demo.d.t`',
      'SELECT TRY_CAST(A AS STRING) FROM `demo.d.t`',
      "SELECT D = 'x' + 1 FROM `demo.d.t`",
    ])
      assert.match(await analyze(made, [wrong]), /FAIL/, wrong);
  });
});
