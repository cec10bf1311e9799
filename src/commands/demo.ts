import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { Settings } from '../config.ts';
import { UserError } from '../errors.ts';
import { BACKUP, INBOX, REJECTED } from '../ingest/folders.ts';
import { allDatasets } from '../open.ts';
import type { Output } from '../output.ts';
import { SAMPLE_STEMS, writeDemoWorkbooks } from '../samples/demo.ts';
import type { Run } from './commands.ts';
import { demoSpotify } from './demo-spotify.ts';
import { OURS } from './exit-codes.ts';
import { showFirstRows } from './first-rows.ts';
import { openForReading } from './home.ts';
import { runHome } from './run.ts';
import { sayFiles, saySummary } from './summary.ts';

/** Marks a home that the demo made, which the next demo may therefore make anew. */
const MARK = '.entrada-demo';

/** As it was called itself: by a script of the clone, by npx, or else by its name. */
const CALLS: Readonly<Record<string, string>> = {
  demo: 'npm run -s entrada --',
  entrada: 'npm run -s entrada --',
  npx: 'npx entrada',
};

export const demo: Run = async ({ settings: given, output, values }) => {
  const home = resolve(typeof values.home === 'string' ? values.home : 'demo');
  const settings: Settings = {
    ...given,
    home,
    database: `${home}/entrada.duckdb`,
    // Samples belong on this machine, whatever the environment says.
    bigquery: undefined,
    lake: { kind: 'folder', folder: home },
    bus: 'memory',
    receiver: 'here',
    datasetFolders: [given.datasetFolders[0], `${home}/datasets`],
  };
  await makeDemoHome(home);
  const names = await writeDemoWorkbooks(`${home}/${INBOX}`);
  output.say({ code: 'demo.dropped', values: { count: names.length, folder: `${home}/${INBOX}` } });
  output.line();
  const summary = await runHome(settings, output);
  sayFiles(output, summary);
  output.line();
  saySummary(output, summary);
  await showTables(settings, output);
  const spotifyCode = await demoSpotify(settings, output);
  output.line();
  const entrada = CALLS[process.env.npm_lifecycle_event ?? ''] ?? 'entrada';
  output.say({ code: 'demo.next', values: { home, database: settings.database, entrada } });
  // Two of the samples are wrong on purpose: that they were rejected is the demo going well.
  return summary.failed.length > 0 ? OURS : spotifyCode;
};

async function makeDemoHome(home: string): Promise<void> {
  if (existsSync(`${home}/${MARK}`)) {
    const files = await foreignFiles(home);
    if (files.length > 0) throw new UserError('demo.holds', { home, files: files.join(', ') });
    await rm(home, { recursive: true });
  } else if (existsSync(home) && (await readdir(home)).length > 0)
    throw new UserError('demo.taken', { home });
  await mkdir(`${home}/${INBOX}`, { recursive: true });
  await writeFile(`${home}/${MARK}`, '');
}

/** What somebody put into a home of the demo, which the next demo must not take away. */
async function foreignFiles(home: string): Promise<string[]> {
  const ours = [INBOX, BACKUP, REJECTED, 'spotify', MARK];
  const beside = (await readdir(home)).filter(
    (name) => !ours.includes(name) && !name.startsWith('entrada.duckdb'),
  );
  const samples = await sampleFiles();
  const within = [INBOX, BACKUP, REJECTED].map(async (folder) => {
    const names = await readdir(`${home}/${folder}`).catch(() => []);
    const foreign: string[] = [];
    for (const name of names) {
      if (folder === REJECTED && isReport(name)) continue;
      const bytes = await readFile(`${home}/${folder}/${name}`).catch(() => undefined);
      // By its bytes: anybody may have a "vendas abril.xlsx".
      if (!samples.some((sample) => bytes?.equals(sample))) foreign.push(`${folder}/${name}`);
    }
    return foreign;
  });
  return [beside, ...(await Promise.all(within))].flat();
}

/** What a run writes beside a sample. */
const isReport = (name: string) =>
  /\.(txt|rejections\.csv)$/.test(name) && SAMPLE_STEMS.some((stem) => name.startsWith(stem));

async function sampleFiles(): Promise<Buffer[]> {
  const folder = await mkdtemp(join(tmpdir(), 'entrada-demo-'));
  try {
    const names = await writeDemoWorkbooks(folder);
    return await Promise.all(names.map((name) => readFile(join(folder, name))));
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function showTables(settings: Settings, output: Output): Promise<void> {
  const warehouse = await openForReading(settings);
  try {
    for (const { tables } of (await allDatasets(settings)).datasets) {
      await showFirstRows(output, warehouse, tables[0]);
      for (const table of tables.slice(1)) {
        const { columns, rows } = await warehouse.query(`SELECT * FROM ${table} ORDER BY ALL`);
        output.heading(table);
        output.table(columns, rows);
        output.object({ type: 'table', table, columns, rows });
      }
    }
  } finally {
    await warehouse.close();
  }
}
