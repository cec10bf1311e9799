import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { appendFile, glob, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { after, before, test } from 'node:test';
import { commands, globalOptions } from '../src/commands/commands.ts';
import { helpForAll } from '../src/commands/help.ts';
import { settingNames } from '../src/config.ts';
import { en } from '../src/messages/en.ts';
import { writeWorkbook } from '../src/samples/workbook-writer.ts';
import { defaultLimits, limitSettings } from '../src/workbook/limits.ts';
import { PROGRAM } from './program.ts';
import { ROOT, textOf } from './repository.ts';

const READMES = [
  { file: 'README.md', language: 'en' },
  { file: 'README.pt-BR.md', language: 'pt-BR' },
] as const;
const FENCE = /^```(\w*)\n(.*?)^```$/gms;

let folder: string;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'entrada-docs-'));
});
after(() => rm(folder, { recursive: true }));

function entrada(args: readonly string[], cwd: string, language = 'en') {
  const environment = Object.entries(process.env).filter(([name]) => !name.startsWith('ENTRADA_'));
  return spawnSync(process.execPath, [PROGRAM, ...args], {
    cwd,
    encoding: 'utf8',
    env: { ...Object.fromEntries(environment), ENTRADA_LANG: language },
  });
}

test('docs/one-machine.md says what is said, in its words', async () => {
  const text = await textOf('docs/one-machine.md');
  const rows = [...text.matchAll(/^\| ([^|]+) \| `([\w.]+)` \| \d/gm)];
  assert.equal(rows.length, text.match(/^\| \S.* \| \d/gm)?.length);
  assert.ok(rows.length > 10);
  const messages: Readonly<Record<string, string>> = en;
  for (const [, said, code] of rows) {
    // What is no error is told by its type.
    const meant = code.includes('.') ? [messages[code]] : Object.values(en);
    assert.ok(
      meant.some((message) => message?.includes(said)),
      `${code}: ${said}`,
    );
  }
});

for (const { file, language } of READMES) {
  test(`${file} names every command and flag`, async () => {
    // In a table a bar within code is escaped.
    const text = (await textOf(file)).replaceAll('\\|', '|');
    for (const { usage, options } of commands) {
      const row = text.split('\n').find((line) => line.startsWith(`| \`${usage}\` |`));
      assert.ok(row, usage);
      for (const flag of Object.keys(options)) assert.ok(row.includes(`\`--${flag}`), flag);
    }
    for (const [flag, option] of Object.entries(globalOptions)) {
      assert.ok(text.includes(`\`--${flag}`), flag);
      if ('short' in option) assert.ok(text.includes(`\`-${option.short}\``), option.short);
    }
  });

  test(`${file} has a row for every exit code`, async () => {
    const text = await textOf(file);
    const [, codes = ''] =
      /^(?:Exit codes|Códigos de saída): (.*)$/m.exec(helpForAll(language)) ?? [];
    const known = [...codes.matchAll(/(?:^|; )(\d+) /g)].map(([, code]) => code);
    const documented = [...text.matchAll(/^\| `(\d+)` \|/gm)].map(([, code]) => code);
    assert.ok(known.length > 0);
    assert.deepEqual(documented, known);
  });

  test(`${file} shows what its commands really print`, async () => {
    const home = join(folder, language);
    await mkdir(home);
    const captures = fences(await textOf(file)).filter((fence) => fence.kind === 'console');
    assert.ok(captures.length >= 2);
    for (const { text } of captures) {
      const [command, ...shown] = text.trimEnd().split('\n');
      const { stdout, stderr } = entrada(argumentsOf(command), home, language);
      // Alike but for what is cut out of the capture; if not, both in full.
      const expected = shown.join('\n');
      if (!isAbridged(expected, stdout)) assert.equal(`${stdout}${stderr}`, expected, command);
    }
  });
}

test('the two READMEs have the same headings and the same commands to type', async () => {
  const [english, portuguese] = await Promise.all(READMES.map(({ file }) => textOf(file)));
  assert.deepEqual(levels(portuguese), levels(english));
  assert.deepEqual(typed(portuguese), typed(english));
});

test('docs/settings.md has a row for every setting and for nothing else', async () => {
  const text = await textOf('docs/settings.md');
  const documented = [...text.matchAll(/^\| `(ENTRADA_\w+)` \|/gm)].map(([, name]) => name);
  assert.deepEqual(documented.sort(), [...settingNames].sort());
});

test('docs/settings.md gives the limits that are in force', async () => {
  const text = await textOf('docs/settings.md');
  for (const [limit, setting] of Object.entries(limitSettings)) {
    const value = defaultLimits[limit as keyof typeof defaultLimits];
    assert.ok(text.includes(`| \`${setting}\` | \`${value}\` |`), setting);
  }
});

test('every relative link leads somewhere', async () => {
  const files: string[] = [];
  const exclude = ['node_modules/**', 'build/**', 'dist/**', 'demo/**', '.venv/**'];
  for await (const file of glob('**/*.md', { cwd: ROOT, exclude })) files.push(file);
  assert.ok(files.includes('README.md'));
  for (const file of files) {
    const text = (await textOf(file)).replace(FENCE, '');
    for (const [, target] of text.matchAll(/\]\(([^)\s]+)\)/g)) {
      if (/^[a-z]+:/i.test(target)) continue;
      const [path, anchor] = target.split('#');
      const place = path === '' ? join(ROOT, file) : resolve(ROOT, dirname(file), path);
      const found = await readFile(place, 'utf8').catch((error) => error.code === 'EISDIR' && '');
      assert.ok(found !== false, `${file}: ${target}`);
      if (anchor) assert.ok(anchors(found).includes(anchor), `${file}: ${target}`);
    }
  }
});

test('docs/datasets.md explains every key that bases_vendas uses', async () => {
  const text = await textOf('docs/datasets.md');
  const contract = await textOf('datasets/bases_vendas/dataset.yaml');
  for (const [, key] of contract.matchAll(/(?:^|[{,] )(\w+): /gm))
    assert.match(text, new RegExp(`^\\|.*\`${key}\`.*\\|`, 'm'), key);
});

test('the questions of datasets/bases_vendas/README.md have answers', async () => {
  const home = join(folder, 'questions');
  assert.equal(entrada(['demo', '--home', home], folder).status, 0);
  const questions = fences(await textOf('datasets/bases_vendas/README.md'));
  assert.ok(questions.length >= 4);
  for (const { kind, text } of questions) {
    assert.equal(kind, 'sql');
    // The demo's files come when it runs.
    const { status, stdout, stderr } = entrada(
      ['query', '--home', home, text.replace('2024-04-01', '2999-01-01')],
      folder,
    );
    assert.equal(status, 0, stderr);
    assert.ok(stdout.split('\n').length > 2, text);
  }
});

test('the dataset of docs/datasets.md works as it is', async () => {
  const home = join(folder, 'dataset');
  const dataset = join(home, 'datasets/devolucoes');
  await mkdir(dataset, { recursive: true });
  await mkdir(join(home, 'entrada'));
  const text = await textOf('docs/datasets.md');
  for (const [, name, body] of text.matchAll(/^`([\w.]+)`\n\n```\w+\n(.*?)^```$/gms))
    await writeFile(join(dataset, name), body);
  const rows = [
    ['Loja', 'Descrição do produto', 'Data', 'Quantidade'],
    ['Centro', 'Sabonete', { serial: 45_000 }, 3],
    ['Centro', 'Sabonete', { serial: 45_000 }, 3],
    ['Norte', 'Creme', '31/01/2024', 2],
    ['Norte', 'Creme', '30/01/2024', 5],
    ['Norte', 'Creme', '30/01/2024', 0],
  ];
  await writeWorkbook(join(home, 'entrada/devolucoes.xlsx'), { rows: () => rows });
  const { status, stdout, stderr } = entrada(['run', '--home', home], folder);
  assert.equal(status, 3, stderr);
  assert.match(stdout, /5 rows read, 3 loaded, 1 repeated, 1 rejected/);
  const sql = 'SELECT LOJA, MONTH_START, SUM_QTD FROM dev_loja_mes ORDER BY ALL';
  const query = entrada(['query', '--home', home, '--format', 'csv', sql], folder);
  assert.equal(query.stdout, 'LOJA,MONTH_START,SUM_QTD\nCentro,2023-03-01,3\nNorte,2024-01-01,7\n');

  for (const [, name, body] of text.matchAll(/^More of `([\w.]+)`\n\n```sql\n(.*?)^```$/gms))
    await appendFile(join(dataset, name), body);
  const contract = await readFile(join(dataset, 'dataset.yaml'), 'utf8');
  const second = contract.replace('\ntables:', '\n  - [proc_dev_ultima]\ntables:');
  await writeFile(join(dataset, 'dataset.yaml'), `version: 2\n${second}`);
  const again = entrada(['run', '--home', home], folder);
  assert.equal(again.status, 0, again.stdout);
  for (const [table, rows] of [
    ['dev_ultima', 'Centro,Sabonete,2023-03-15,3\nNorte,Creme,2024-01-31,2\n'],
    ['dev_regiao_mes', 'Capital,2023-03-01,3\nInterior,2024-01-01,7\n'],
  ]) {
    const all = `SELECT * FROM ${table} ORDER BY ALL`;
    const { stdout: found } = entrada(['query', '--home', home, '--format', 'csv', all], folder);
    assert.equal(found.slice(found.indexOf('\n') + 1), rows);
  }
});

function fences(text: string) {
  return [...text.matchAll(FENCE)].map(([, kind, body]) => ({ kind, text: body }));
}

function levels(text: string): number[] {
  return [...text.replace(FENCE, '').matchAll(/^(#+) /gm)].map(([, marks]) => marks.length);
}

/** Whether a text is another one of which each `…` has cut something out. */
function isAbridged(short: string, whole: string): boolean {
  const [first, ...rest] = short.split('…');
  const last = rest.pop();
  if (last === undefined) return whole.trimEnd() === first;
  if (!whole.startsWith(first)) return false;
  let at = first.length;
  for (const piece of rest) {
    const found = whole.indexOf(piece, at);
    if (found === -1) return false;
    at = found + piece.length;
  }
  return whole.slice(at).trimEnd().endsWith(last);
}

/** What a reader would type of the shell blocks, without the comments. */
function typed(text: string): string[] {
  const shell = fences(text).filter(({ kind }) => kind === 'sh');
  return shell.flatMap((fence) => fence.text.split('\n').map((line) => line.replace(/ *#.*/, '')));
}

/** `$ npm run demo` and `$ npm run -s entrada -- …`, as the arguments that Entrada is given. */
function argumentsOf(command: string): string[] {
  const words = command.match(/"[^"]*"|\S+/g) ?? [];
  const [, , , script] = words;
  const given = script === '-s' ? words.slice(6) : words.slice(3);
  assert.ok(script === 'demo' || words.slice(3, 6).join(' ') === '-s entrada --', command);
  return given.map((word) => word.replaceAll('"', ''));
}

/** The anchors of a text's headings. */
function anchors(text: string): string[] {
  return [...text.matchAll(/^#+ (.*)$/gm)].map(([, heading]) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );
}
