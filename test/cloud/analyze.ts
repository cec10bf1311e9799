import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { given } from './rig.ts';

/** What Google's analyzer says of each text that is wrong, knowing what was made. */
export async function analyze(made: readonly string[], texts: readonly string[]): Promise<string> {
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
