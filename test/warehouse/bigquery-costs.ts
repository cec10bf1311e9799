import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { findInForce, findRelated } from '../../src/ledger/in-force.ts';
import { findDrops } from '../../src/ledger/ledger.ts';
import { createBigQueryWarehouse } from '../../src/warehouse/bigquery/bigquery.ts';
import { wantedLedger, wantedOf } from '../../src/warehouse/bigquery/schema.ts';
import type { Field } from '../../src/warehouse/bigquery/values.ts';
import { loadedEvent, writeRows } from '../contracts/warehouse-rows.ts';
import { shippedDatasets } from '../ingest/home.ts';
import { referencesOf, statementsOf } from './bigquery-statements.ts';
import { createListener, PLACE } from './bigquery-texts.ts';

/*
 * The tables of docs/cost.md: what BigQuery bills for the statements that it is sent, by its own rules and the schema.
 * `node test/warehouse/bigquery-costs.ts` writes them there.
 */

const TB = 1e12;
const HISTORIES = { '10 GB': 1e10, '1 TB': TB, '100 TB': 100 * TB };
/** What is assumed of a history. */
const MONTHS = 60;
const FILE_ROWS = 50_000;
const [BRANDS, LINES, PAIRS] = [100, 50, 1_000];
const REPEATED = 0.01;
const EVENTS = 3;
const FILES_A_DAY = 10_000;

/** Dollars, as docs/cost.md says from where. */
const PER_TIB = 6.25;
const [ACTIVE, LONG_TERM] = [0.02, 0.01];
const GIB = 2 ** 30;
const [CLASS_A, CLASS_B] = [0.005 / 1_000, 0.0004 / 1_000];
const MESSAGES_PER_TIB = 40;
const [VCPU_SECOND, GIB_SECOND, CALL] = [0.000024, 0.0000025, 0.4 / 1e6];
/** What is assumed of a file besides: requests by their class, seconds of one vCPU with 1 GiB. */
const FILE = { classA: 2, classB: 8, messageBytes: 2 * 1024, seconds: 10 };

/** BigQuery's sizes of values; a text has two bytes more than it is long. */
const WIDTHS: Readonly<Record<string, number>> = {
  ...{ INT64: 8, FLOAT64: 8, DATE: 8, DATETIME: 8, NUMERIC: 16, BOOL: 1 },
};
const TEXTS: Readonly<Record<string, number>> = {
  ...{ FILE_HASH: 64, CONTENT_HASH: 70, DROP_ID: 60, FILE_NAME: 40, DETAIL: 100, RUN_ID: 20 },
};
const TEXT = 12;
const LEAST = 10 * 2 ** 20;

const widthOf = ({ name, type }: Field) =>
  type === 'STRING' ? 2 + (TEXTS[name] ?? TEXT) : WIDTHS[type];
const sum = (numbers: readonly number[]) => numbers.reduce((total, one) => total + one, 0);

interface Texts {
  readonly load: readonly string[];
  readonly procedures: readonly { readonly name: string; readonly statements: readonly string[] }[];
}

/** Fields of each table, and the statements of one load and of consolidating. */
async function read() {
  const [vendas] = await shippedDatasets();
  const wanted = await wantedOf(vendas, PLACE);
  const { client, run } = createListener();
  const warehouse = createBigQueryWarehouse(client, { location: 'US' });
  for (const change of await warehouse.plan([vendas])) await change.apply();
  const before = run.length;
  await findDrops(warehouse, ['a']);
  await findInForce(warehouse, 'a');
  await findRelated(warehouse, 'bases_vendas', 'a', 'b');
  const load = await warehouse.beginLoad(vendas, 'Aba', 'a');
  await writeRows(load, vendas, [[1, 'A', 1, 'B', '2019-01-01T00:00:00', 5]]);
  await load.commit([loadedEvent(load, vendas, 1)], []);
  // A drop is new: nobody asks for its state.
  const sent = run.slice(before).filter((text) => !text.includes('.ledger_files`'));
  const fields = new Map(
    [...wanted.tables, ...wantedLedger(PLACE).tables].map((table) => [table.name, table.fields]),
  );
  fields.set(STAGE, fields.get(LANDING) ?? []);
  const byMonth = new Set(wanted.tables.filter((table) => table.byMonth).map(({ name }) => name));
  const texts: Texts = {
    load: statementsOf(sent).map((text) => text.replace(/stage_\d+_rows/g, STAGE)),
    procedures: wanted.procedures.map(({ name, create }) => ({
      name,
      statements: statementsOf([create]),
    })),
  };
  return { fields, byMonth, texts };
}

const [LANDING, STAGE] = ['bases_vendas_linhas', 'stage_rows'];

function createBill({ fields, byMonth }: Awaited<ReturnType<typeof read>>, bytes: number) {
  const width = (table: string, mentioned = '*') =>
    sum(
      (fields.get(table) ?? [])
        .filter(({ name }) => /\*/.test(mentioned) || new RegExp(`\\b${name}\\b`).test(mentioned))
        .map(widthOf),
    );
  const landed = bytes / width(LANDING);
  const files = landed / FILE_ROWS;
  const rows: Readonly<Record<string, number>> = {
    [LANDING]: landed,
    [STAGE]: FILE_ROWS,
    bases_vendas_repeated: landed * REPEATED,
    bases_vendas_cube: PAIRS * MONTHS,
    ledger_events: files * EVENTS,
    ledger_months: files,
    con_ano_mes: MONTHS,
    con_mar_lin: PAIRS,
    con_mar_ano_mes: BRANDS * MONTHS,
    con_lin_ano_mes: LINES * MONTHS,
  };

  /** Of one statement when this many months are due. */
  function billed(statement: string, months: number): number {
    const references = referencesOf(statement, new Set(fields.keys()));
    const share = (table: string, isBound: boolean) =>
      byMonth.has(table) && isBound ? months / MONTHS : 1;
    // COUNT(*) and products are no columns; SELECT * and the view's are.
    const mentioned = statement.replace(/COUNT\(\*\)| \* \d/g, '');
    const read = references
      .filter(({ isInserted }) => !isInserted)
      .map(({ table, isBound }) =>
        Math.max(LEAST, width(table, mentioned) * (rows[table] ?? 0) * share(table, isBound)),
      );
    const isMutating = /\b(UPDATE|DELETE FROM|MERGE INTO) \w/.test(statement);
    const target = references.find(({ isInserted }) => !isInserted);
    const changed =
      isMutating && target
        ? width(target.table) * (rows[target.table] ?? 0) * share(target.table, target.isBound)
        : 0;
    return sum(read) + changed;
  }
  return { landed, files, billed };
}

const bytesText = (bytes: number) => {
  const units = ['MB', 'GB', 'TB', 'PB'];
  const at = Math.min(units.length - 1, Math.floor(Math.log10(bytes) / 3) - 2);
  return `${Number((bytes / 1e6 / 1000 ** at).toPrecision(3))} ${units[at]}`;
};
const dollars = (amount: number) =>
  `$${amount < 1 ? Number(amount.toPrecision(2)) : Math.round(amount).toLocaleString('en')}`;
const price = (bytes: number) => dollars((bytes / 2 ** 40) * PER_TIB);
const row = (...cells: readonly string[]) => `| ${cells.join(' | ')} |`;

/** What the other services take for a day's files. */
function around(): string[] {
  const { classA, classB, messageBytes, seconds } = FILE;
  return [
    row(`${FILES_A_DAY.toLocaleString('en')} files`, 'of each file', ''),
    row('---', '---', '---:'),
    row(
      'Cloud Storage',
      `${classA} requests of class A, ${classB} of class B`,
      dollars(FILES_A_DAY * (classA * CLASS_A + classB * CLASS_B)),
    ),
    row(
      'Pub/Sub',
      `${messageBytes / 1024} KiB: published and delivered, the least that is billed`,
      dollars(((FILES_A_DAY * messageBytes) / 2 ** 40) * MESSAGES_PER_TIB),
    ),
    row(
      'Cloud Run functions',
      `${seconds} s of one vCPU and 1 GiB`,
      dollars(FILES_A_DAY * (seconds * (VCPU_SECOND + GIB_SECOND) + CALL)),
    ),
    row('BigQuery', 'a load job or two', '$0'),
  ];
}

/** The tables, as Markdown. */
export async function costTables(): Promise<string> {
  const known = await read();
  const { load, procedures } = known.texts;
  const sizes = Object.entries(HISTORIES).map(([name, bytes]) => {
    const { landed, files, billed } = createBill(known, bytes);
    const all = (statements: readonly string[], months: number) =>
      sum(statements.map((statement) => billed(statement, months)));
    return { name, bytes, landed, files, all };
  });
  const every = procedures.flatMap(({ statements }) => statements);
  const cell = (bytes: number) => `${bytesText(bytes)}, ${price(bytes)}`;
  const storage = (bytes: number) =>
    `${dollars((bytes / GIB) * ACTIVE)}, ${dollars((bytes / GIB) * LONG_TERM)}`;
  const across = (label: string, of: (size: (typeof sizes)[number]) => string) =>
    row(label, ...sizes.map(of));
  const ruler = row(...['---', ...sizes.map(() => '---:')]);
  return [
    row('', ...sizes.map(({ name }) => name)),
    ruler,
    across('rows', ({ landed }) => Math.round(landed).toLocaleString('en')),
    across('files', ({ files }) => Math.round(files).toLocaleString('en')),
    across('storing it for a month: active, long-term', ({ bytes }) => storage(bytes)),
    across('one load', ({ all }) => cell(all(load, 1))),
    across('of it what the ledger is asked', ({ all }) =>
      cell(
        all(
          load.filter((text) => text.includes('ledger_events')),
          1,
        ),
      ),
    ),
    across(`${FILES_A_DAY.toLocaleString('en')} loads`, ({ all }) =>
      cell(FILES_A_DAY * all(load, 1)),
    ),
    across('consolidating one month', ({ all }) => cell(all(every, 1))),
    across(`consolidating all ${MONTHS} months`, ({ all }) => cell(all(every, MONTHS))),
    across('consolidating one month each hour of a day', ({ all }) => cell(24 * all(every, 1))),
    '',
    row('consolidating one month', ...sizes.map(({ name }) => name)),
    ruler,
    ...procedures.map(({ name, statements }) =>
      across(`\`${name}\``, ({ all }) => bytesText(all(statements, 1))),
    ),
    '',
    ...around(),
  ].join('\n');
}

export const COSTS = fileURLToPath(new URL('../../docs/cost.md', import.meta.url));
export const MARKED = /(?<=<!-- computed -->\n)[\s\S]*(?=\n<!-- end -->)/;

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const text = await readFile(COSTS, 'utf8');
  await writeFile(COSTS, text.replace(MARKED, await costTables()));
}
