import { stringify } from 'csv-stringify/sync';
import { UserError } from '../errors.ts';
import { tableLines } from '../table.ts';
import type { QueryResult, Value } from '../warehouse/warehouse.ts';
import type { Run } from './commands.ts';
import { openForReading } from './home.ts';

type Pieces = AsyncIterable<QueryResult>;

/** Each writes as it reads; only a table must know all rows before its first line. */
const FORMATS = {
  async *table(pieces: Pieces) {
    const all: (readonly Value[])[] = [];
    let names: readonly string[] = [];
    for await (const { columns, rows } of pieces) {
      names = columns;
      for (const row of rows) all.push(row);
    }
    for (const line of tableLines(names, all, process.stdout.columns)) yield `${line}\n`;
  },
  async *json(pieces: Pieces) {
    for await (const { columns, rows } of pieces) {
      const names = columns.map((name, i) => nameOnce(columns, name, i));
      const object = (row: readonly Value[]) =>
        Object.fromEntries(names.map((name, i) => [name, row[i]]));
      yield rows.map((row) => `${JSON.stringify(object(row))}\n`).join('');
    }
  },
  async *csv(pieces: Pieces) {
    let isFirst = true;
    for await (const { columns, rows } of pieces) {
      yield stringify(isFirst ? [columns, ...rows] : [...rows], { cast: { boolean: String } });
      isFirst = false;
    }
  },
};

/** A second column of the same name keeps its values, under a name of its own. */
function nameOnce(columns: readonly string[], name: string, at: number): string {
  const earlier = columns.slice(0, at).filter((other) => other === name).length;
  return earlier === 0 ? name : `${name}_${earlier + 1}`;
}

/** The rows are the answer, so they go to stdout in every format. */
export const query: Run = async ({ settings, output, values, positionals }) => {
  const format = values.format ?? (output.json ? 'json' : 'table');
  if (format !== 'table' && format !== 'json' && format !== 'csv') {
    throw new UserError('usage.format', { format: String(format) });
  }
  if (output.json && format !== 'json') throw new UserError('usage.formatJson', { format });
  const warehouse = await openForReading(settings);
  try {
    await write(FORMATS[format](warehouse.stream(positionals[0])));
  } finally {
    await warehouse.close();
  }
  return 0;
};

const PART = 1 << 16;

/** Waits for a reader who is slower, and stops for one who has gone. */
async function write(texts: AsyncIterable<string>): Promise<void> {
  const { stdout } = process;
  let part = '';
  const send = () =>
    new Promise<boolean>((done) => {
      stdout.write(part, (error) => done(!error));
      part = '';
    });
  for await (const text of texts) {
    part += text;
    if (part.length >= PART && !(await send())) return;
  }
  await send();
}
