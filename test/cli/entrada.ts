import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { cp, mkdir, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';
import { fileURLToPath } from 'node:url';
import { openDuckDb } from '../../src/warehouse/duckdb/duckdb.ts';
import { newHome, sale, sales, type TestHome } from '../ingest/home.ts';
import { PROGRAM } from '../program.ts';
import { cell, date, formatted, workbook } from '../workbook-builder.ts';

/** A folder for all tests of the command line, gone when they end. */
export const folder = mkdtempSync(join(tmpdir(), 'entrada-cli-'));
process.once('exit', () => rmSync(folder, { recursive: true, force: true }));

/** A test that failed must not leave its server, which would keep the file of tests from ending. */
const running = new Set<ChildProcess>();
after(() => {
  for (const child of running) child.kill('SIGKILL');
});

let homes = 0;

/** A place where no home is yet. */
export function newPlace(): string {
  return join(folder, `home ${homes++}`);
}

/** What a home's database answers, asked by this process: it costs no start of the program. */
export async function answerOf(home: string, sql: string): Promise<unknown[][]> {
  const file = join(home, 'entrada.duckdb');
  const warehouse = await openDuckDb({ file, readOnly: true, waitMs: 0 });
  try {
    return (await warehouse.query(sql)).rows.map((row) => [...row]);
  } finally {
    await warehouse.close();
  }
}

/** Changes a home's tables as a person may, once whoever has the database lets go of it. */
export async function changeByHand(home: string, sql: string): Promise<void> {
  const warehouse = await openDuckDb({ file: join(home, 'entrada.duckdb'), waitMs: 60_000 });
  try {
    await warehouse.query(sql);
  } finally {
    await warehouse.close();
  }
}

/** A new home with these files in its inbox. */
export async function homeWith(files: Readonly<Record<string, Uint8Array>>): Promise<string> {
  const home = newPlace();
  await mkdir(join(home, 'entrada'), { recursive: true });
  for (const [name, bytes] of Object.entries(files)) await put(home, name, bytes);
  return home;
}

export function put(home: string, name: string, bytes: Uint8Array): Promise<void> {
  return writeFile(join(home, 'entrada', name), bytes);
}

/** Makes a dataset of the home's own; gives its folder. */
export async function putDataset(
  home: string,
  name: string,
  files: Readonly<Record<string, string>>,
): Promise<string> {
  const place = join(home, 'datasets', name);
  await mkdir(place, { recursive: true });
  for (const [file, text] of Object.entries(files)) await writeFile(join(place, file), text);
  return place;
}

/** Gives a home the tests' dataset tipos as its own; gives its folder. */
export async function putTipos(home: string, folder = 'tipos'): Promise<string> {
  const place = join(home, 'datasets', folder);
  await cp(fileURLToPath(new URL('../datasets/tipos', import.meta.url)), place, {
    recursive: true,
  });
  return place;
}

/** Gives a dataset this version. */
export async function setVersion(dataset: string, version: number): Promise<void> {
  const file = join(dataset, 'dataset.yaml');
  const contract = await readFile(file, 'utf8');
  await writeFile(file, `${contract.replace(/^version: .*\n/m, '')}version: ${version}\n`);
}

/** A workbook of tipos: an ID, a day and a NOME in each row. */
export const tipos = (
  ...rows: readonly (readonly [id: number, serial: number, nome?: string])[]
): Buffer =>
  workbook({
    sheets: [
      {
        rows: [
          ['ID', 'NOME', 'QUANDO'],
          ...rows.map(([id, serial, nome = 'A']) => [id, nome, formatted(serial, 14)]),
        ],
      },
    ],
  });

export interface Answer {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  /** The lines of stdout, each of them JSON. */
  readonly objects: () => Record<string, unknown>[];
}

interface Start {
  readonly env?: Readonly<Record<string, string>>;
  readonly node?: string | undefined;
  /** Whether it and what it starts are a group of their own, for signals. */
  readonly group?: boolean;
}

/** Starts a program in which nothing is set but `env`. */
export function begin(
  program: string,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
  detached = false,
) {
  const { PATH = '', HOME = '' } = process.env;
  const child = spawn(program, args, {
    cwd: folder,
    env: { PATH, HOME, ENTRADA_LANG: 'en', ...env },
    detached,
  });
  running.add(child);
  child.once('exit', () => running.delete(child));
  return child;
}

/** Starts the program as a person would who has set nothing but `env`. */
export function start(
  args: readonly string[],
  { env = {}, node = process.execPath, group = false }: Start = {},
) {
  return begin(node, [PROGRAM, ...args], env, group);
}

/** What a program says until its end; it is given nothing to read. */
export async function ended(child: ReturnType<typeof begin>): Promise<Answer> {
  child.stdin.end();
  const texts = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (text) => {
      texts[name] += text;
    });
  }
  const code = await new Promise<number | null>((done) => child.on('close', done));
  const objects = () =>
    texts.stdout
      .split('\n')
      .slice(0, -1)
      .map((line) => JSON.parse(line));
  return { code, ...texts, objects };
}

/** Runs the program to its end. Whatever happens, nobody is shown a stack trace or an escape code. */
export async function entrada(args: readonly string[], options?: Start): Promise<Answer> {
  const answer = await ended(start(args, options));
  isPlain(answer, args.join(' '));
  return answer;
}

/** Nobody is shown a stack trace or an escape code. */
export function isPlain({ stdout, stderr }: Answer, what: string): void {
  for (const text of [stdout, stderr]) {
    assert.doesNotMatch(text, /^\s+at .*:\d+:\d+|node:internal|\(node:\d+\)/m, what);
    assert.ok(!text.includes('\u001b'), `an escape code: ${what}`);
  }
}

export const GOOD = sales(sale(10), sale(20), sale(10), sale(30, date(2019, 4, 1)));
export const BAD = sales(sale('doze'), sale(2, cell('e', '<v>#N/A</v>')), sale(3));

let loaded: Promise<TestHome> | undefined;

/** A home with the good workbook and the bad one in its tables; tests that read it must leave it as it is. */
export async function loadedHome(): Promise<string> {
  loaded ??= (async () => {
    const home = await newHome();
    process.once('exit', () => rmSync(home.path, { recursive: true, force: true }));
    await home.drop('bom.xlsx', GOOD);
    await home.drop('ruim.xlsx', BAD);
    await home.run();
    return home;
  })();
  return (await loaded).path;
}

let demo: Promise<{ readonly home: string; readonly answer: Answer }> | undefined;

/** The demo's home, made once; tests that read it must leave it as it is. */
export function demoHome() {
  demo ??= (async () => {
    const home = newPlace();
    // Nobody answers there: the demo must not ask.
    const env = { SPOTIFY_API_URL: 'http://127.0.0.1:9' };
    return { home, answer: await entrada(['demo', '--home', home], { env }) };
  })();
  return demo;
}
