import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { type Input, mainAnswers } from './inputs.ts';
import { type Contender, measure, reasonIn, root, say } from './measure.ts';

/* The peers, at pinned versions, and what each is asked to do. They are installed into the cache, never into the project. */

const DUCKDB = 'duckdb==1.5.5';
const PYPI = {
  fastexcel: ['fastexcel==0.21.0', 'pyarrow==26.0.1', DUCKDB],
  excel: [DUCKDB, 'duckdb-extension-excel==1.5.5'],
  calamine: ['python-calamine==0.9.0'],
  openpyxl: ['openpyxl==3.1.5'],
  sheetreader: ['pysheetreader==0.0.1'],
} as const;
const NPM = { hucre: '1.0.0', exceljs: '4.4.0', xlsx: '0.18.5' } as const;

export const peerVersions: readonly string[] = [
  ...new Set(Object.values(PYPI).flat()),
  ...Object.entries(NPM).map(([name, version]) => `${name}@${version}`),
];

/** The rows of the tenth that openpyxl is given, as a part of the main workbook's. */
export const TENTH = 10;
export const OPENPYXL = 'openpyxl, reading a tenth of the rows';
/** Those that go all the way; the others only read. */
export const RIVALS = {
  fastexcelQuery: 'fastexcel -> DuckDB in memory, and one query',
  fastexcelJob: 'fastexcel -> DuckDB, the same job',
  excelQuery: 'DuckDB excel extension in memory, and one query',
  excelJob: 'DuckDB excel extension, the same job',
  sheetReaderJob: "SheetReader's C++ core -> DuckDB, the same job",
} as const;

export function peers(
  cache: string,
  main: Input,
  tenth: Input,
  turns: { readonly rivals: number; readonly others: number },
): Contender[] {
  const { query, job } = mainAnswers();
  const database = join(cache, 'peer.duckdb');
  const python =
    (packages: readonly string[], what: string, input: Input, expected: string) => () =>
      measure(
        pypi(cache, packages),
        [join(root, 'bench/peers/read.py'), what, input.path, database],
        { expected },
      );
  const sheetReader = (rest: readonly string[], expected: string) => () =>
    measure(sheetReaderIn(cache), [main.path, String(sheetReaderThreads()), ...rest], { expected });
  const node = (name: keyof typeof NPM) => () =>
    measure(process.execPath, [join(root, 'bench/peers/read.mjs'), name, main.path], {
      cwd: npm(cache, name),
      expected: String(main.rows),
    });
  const rival = (name: string, run: Contender['run']) => ({ name, turns: turns.rivals, run });
  const other = (name: string, run: Contender['run']) => ({ name, turns: turns.others, run });
  const rows = String(main.rows);
  return [
    rival(RIVALS.fastexcelQuery, python(PYPI.fastexcel, 'fastexcel-query', main, query)),
    rival(RIVALS.fastexcelJob, python(PYPI.fastexcel, 'fastexcel-job', main, job)),
    rival(RIVALS.excelQuery, python(PYPI.excel, 'excel-query', main, query)),
    rival(RIVALS.excelJob, python(PYPI.excel, 'excel-job', main, job)),
    rival(RIVALS.sheetReaderJob, sheetReader([join(root, 'bench/peers/job.sql'), database], job)),
    rival("SheetReader's C++ core, reading alone", sheetReader([], String(main.cells + 6))),
    other('python-calamine, reading alone', python(PYPI.calamine, 'python-calamine', main, rows)),
    other('hucre, streaming', node('hucre')),
    other('exceljs, streaming', node('exceljs')),
    other('xlsx (SheetJS), dense', node('xlsx')),
    other(OPENPYXL, python(PYPI.openpyxl, 'openpyxl', tenth, String(tenth.rows))),
  ];
}

/** What cannot be measured here, and why. */
export const NOT_MEASURED: readonly string[] = [
  "SheetReader as a DuckDB extension: `INSTALL sheetreader FROM community` reaches DuckDB's own server, no package registry. In its place its core fills DuckDB's vectors in a program of ours, `bench/peers/sheetreader.cpp`, as the extension does.",
  'pysheetreader 0.0.1, its Python binding, needs the `<dimension>` of a sheet, which these workbooks, like those of many writers, do not have: it aborts. So its core is compiled from the source in that package.',
];

/** The authors' own rule in their bindings: two threads are for inflating, one for the strings. */
function sheetReaderThreads(): number {
  return Math.max(1, availableParallelism() - 3);
}

/** What has been installed or compiled by this run. */
const ready = new Set<string>();

/** Installs these packages once, and gives the Python that has them. */
function pypi(cache: string, packages: readonly string[], flags: readonly string[] = []): string {
  const venv = join(cache, 'venv');
  const interpreter = join(venv, 'bin/python');
  if (!existsSync(interpreter)) install('python3', ['-m', 'venv', venv]);
  if (!ready.has(packages.join())) {
    say(`  installing ${packages.join(', ')} ...`);
    const pip = [
      '-m',
      'pip',
      'install',
      '-q',
      '--disable-pip-version-check',
      '--only-binary=:all:',
    ];
    install(interpreter, [...pip, ...flags, ...packages]);
    ready.add(packages.join());
  }
  return interpreter;
}

function npm(cache: string, name: keyof typeof NPM): string {
  const folder = join(cache, 'npm', name);
  const manifest = join(folder, 'node_modules', name, 'package.json');
  const installed = existsSync(manifest) ? JSON.parse(readFileSync(manifest, 'utf8')).version : '';
  if (installed !== NPM[name]) {
    say(`  installing ${name}@${NPM[name]} ...`);
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'package.json'), '{"private":true}');
    install('npm', ['install', '--no-audit', '--no-fund', `${name}@${NPM[name]}`], folder);
  }
  return folder;
}

/**
 * The core's source comes with its Python package; the package itself is not used, nor is the numpy it wants. The DuckDB
 * is that of this checkout, of the same version as the other peers'.
 */
function sheetReaderIn(cache: string): string {
  const program = join(cache, 'sheetreader');
  if (ready.has(program)) return program;
  const interpreter = pypi(cache, PYPI.sheetreader, ['--no-deps']);
  const where = 'import sysconfig; print(sysconfig.get_path("platlib"))';
  const source = join(
    execFileSync(interpreter, ['-c', where], { encoding: 'utf8' }).trim(),
    'sheetreader-core/src',
  );
  const files = ['XlsxFile.cpp', 'XlsxSheet.cpp', 'miniz/miniz.cpp'].map((f) => join(source, f));
  const flags = ['-O3', '-std=c++17', '-pthread', '-w', `-I${source}`];
  const duckdb = join(
    root,
    `node_modules/@duckdb/node-bindings-${process.platform}-${process.arch}`,
  );
  const library = [`-L${duckdb}`, '-lduckdb', `-Wl,-rpath,${duckdb}`];
  const own = join(root, 'bench/peers/sheetreader.cpp');
  say('  compiling SheetReader ...');
  install('g++', [...flags, own, ...files, ...library, '-o', program]);
  ready.add(program);
  return program;
}

function install(command: string, args: readonly string[], cwd = root): void {
  try {
    execFileSync(command, args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
  } catch (error) {
    const words = error instanceof Error && 'stderr' in error ? String(error.stderr) : '';
    throw new Error(`not installed: ${reasonIn(words || String(error))}`);
  }
}
