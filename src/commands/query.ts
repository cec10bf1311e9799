import { stringify } from 'csv-stringify/sync';
import { UserError } from '../errors.ts';
import { formatTable } from '../output.ts';
import type { QueryResult } from '../warehouse/warehouse.ts';
import type { Run } from './commands.ts';
import { openForReading } from './home.ts';

const FORMATS = {
  table: ({ columns, rows }: QueryResult) => `${formatTable(columns, rows)}\n`,
  json: ({ columns, rows }: QueryResult) =>
    rows
      .map(
        (row) =>
          `${JSON.stringify(Object.fromEntries(columns.map((name, i) => [name, row[i]])))}\n`,
      )
      .join(''),
  csv: ({ columns, rows }: QueryResult) => stringify([columns, ...rows]),
};

/** The rows are the answer, so they go to stdout in every format. */
export const query: Run = async ({ settings, output, values, positionals }) => {
  const format = values.format ?? (output.json ? 'json' : 'table');
  if (format !== 'table' && format !== 'json' && format !== 'csv') {
    throw new UserError('usage.format', { format: String(format) });
  }
  const warehouse = await openForReading(settings);
  try {
    process.stdout.write(FORMATS[format](await warehouse.query(positionals[0])));
  } finally {
    await warehouse.close();
  }
  return 0;
};
