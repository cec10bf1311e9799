import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readdir, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { openDuckDb } from '../../src/warehouse/duckdb/duckdb.ts';
import type { Value } from '../../src/warehouse/warehouse.ts';
import { PROGRAM } from '../program.ts';
import { keptFiles, newHome, sale, sales, type TestHome } from './home.ts';

const preload = new URL('kill-at-effect.ts', import.meta.url).href;

/** One bad row, one row that both workbooks hold, and a file that cannot be read. */
const DROPPED = {
  'a.xlsx': sales(sale(1), sale('x'), sale(2)),
  'b.xlsx': sales(sale(2), sale(3)),
  'c.xlsx': Buffer.from('no workbook'),
};

interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** The real process, run to its end, which may be a kill. */
export function entrada(
  args: readonly string[],
  { env = {}, nodeArgs = [] }: { env?: Record<string, string>; nodeArgs?: readonly string[] } = {},
) {
  const child = spawn(process.execPath, [...nodeArgs, PROGRAM, ...args], {
    env: { ENTRADA_LANG: 'en', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let [stdout, stderr] = ['', ''];
  child.stdout.on('data', (chunk) => {
    stdout += chunk;
  });
  child.stderr.on('data', (chunk) => {
    stderr += chunk;
  });
  /** Resolves once it has said so; rejects when it ends without having. */
  const says = (what: RegExp) =>
    new Promise<void>((resolve, reject) => {
      const look = () => what.test(stdout + stderr) && resolve();
      child.stdout.on('data', look);
      child.stderr.on('data', look);
      child.on('close', () => reject(new Error(`never said ${what}, but: ${stdout}${stderr}`)));
      look();
    });
  const ended = new Promise<Ended>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => resolve({ code, signal, stdout, stderr }));
  });
  return { child, ended, says };
}

/** Makes files of the inbox, or all of them, old enough to be taken at first sight. */
export async function settle(home: string, names?: readonly string[]): Promise<void> {
  const time = Date.now() / 1000 - 60;
  const inbox = join(home, 'entrada');
  for (const name of names ?? (await readdir(inbox))) await utimes(join(inbox, name), time, time);
}

/** What must be the same whatever happened on the way. */
export async function resultOf(home: TestHome) {
  return {
    answers: await home.queryAll([
      ...PUBLISHED.map((table) => `SELECT * FROM ${table} ORDER BY ALL`),
      'SELECT SHEET, CELL, VALUE_FOUND, CODE FROM rejections ORDER BY ALL',
      `SELECT FILE_NAME, STATE, ROWS_READ, ROWS_LOADED, ROWS_REPEATED, ROWS_REJECTED, IS_ARCHIVED
       FROM ledger_files ORDER BY ALL`,
    ]),
    inbox: await home.names('entrada'),
    kept: await keptFiles(home.path),
    reports: (await home.names('rejeitados')).filter((name) => /\.csv$/.test(name)),
  };
}

const PUBLISHED = [
  'bases_vendas',
  'con_ano_mes',
  'con_mar_lin',
  'con_mar_ano_mes',
  'con_lin_ano_mes',
];

/** Kills a run at every `step`-th effect and runs again. Says how many effects there were, and kills. */
export async function killAtEffects(step: number): Promise<{ effects: number; kills: number }> {
  const { effects, result: expected } = await undisturbed();
  const places = Array.from({ length: Math.floor(effects / step) }, (_, i) => (i + 1) * step);
  let kills = 0;
  async function work(): Promise<void> {
    for (let n = places.shift(); n !== undefined; n = places.shift()) {
      await killAt(n, expected).catch((error) => {
        // One is enough: the other worker need not find more.
        places.length = 0;
        throw error;
      });
      kills++;
    }
  }
  await Promise.all([work(), work()]);
  return { effects, kills };
}

async function undisturbed() {
  await using home = await homeWithFiles();
  const { code, stderr } = await killed(home, 0);
  assert.equal(code, 3, stderr);
  const effects = Number(/ended after (\d+) effects/.exec(stderr)?.[1]);
  const result = await resultOf(home);
  assert.deepEqual(
    [result.inbox, result.kept.length, result.reports],
    [[], 3, ['a.xlsx.rejections.csv']],
  );
  return { effects, result };
}

async function killAt(n: number, expected: Awaited<ReturnType<typeof resultOf>>): Promise<void> {
  await using home = await homeWithFiles();
  const { signal, stderr } = await killed(home, n);
  assert.equal(signal, 'SIGKILL', stderr);
  const where = `killed at effect ${n}, ${stderr.trim()}`;
  const seen = await publishedIn(home);
  if (seen.some((rows) => rows.length > 0))
    assert.deepEqual(seen, expected.answers.slice(0, seen.length), `half is seen, ${where}`);
  const { failed, postponed } = await home.run();
  assert.deepEqual([failed, postponed], [[], []], where);
  assert.deepEqual(await resultOf(home), expected, where);
}

/** What a reader of the database sees, as a kill left it: each table's rows. */
export async function publishedIn({ path }: TestHome): Promise<(readonly (readonly Value[])[])[]> {
  const file = join(path, 'entrada.duckdb');
  if (!existsSync(file)) return [];
  const warehouse = await openDuckDb({ file, readOnly: true, waitMs: 0 });
  try {
    const { rows } = await warehouse.query(
      "SELECT 1 FROM duckdb_views() WHERE view_name = 'bases_vendas'",
    );
    if (rows.length === 0) return [];
    const seen: (readonly (readonly Value[])[])[] = [];
    for (const table of PUBLISHED)
      seen.push((await warehouse.query(`SELECT * FROM ${table} ORDER BY ALL`)).rows);
    return seen;
  } finally {
    await warehouse.close();
  }
}

async function homeWithFiles(): Promise<TestHome> {
  const home = await newHome();
  for (const [name, bytes] of Object.entries(DROPPED)) await home.drop(name, bytes);
  // As an earlier file of that name left it; the one that comes now has nothing to reject.
  await writeFile(join(home.path, 'rejeitados/b.xlsx.rejections.csv'), 'sheet,cell\r\n');
  await settle(home.path);
  return home;
}

function killed(home: TestHome, n: number): Promise<Ended> {
  const env = { KILL_AT: String(n) };
  return entrada(['run', '--home', home.path], { env, nodeArgs: ['--import', preload] }).ended;
}
