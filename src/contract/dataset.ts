import * as z from 'zod';
import type { Values } from '../errors.ts';
import type { Code } from '../messages/en.ts';
import { type OnBroken, orBroken, throwBroken } from './broken.ts';
import { mapping, parseDocument, readDocuments } from './documents.ts';
import { fold } from './fold.ts';
import { isReserved } from './sql-words.ts';
import { says } from './wrong.ts';

const NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;
const identifier = z.string().regex(NAME, says('dataset.notName'));
const procedureName = z
  .string()
  .regex(/^(?!.*\.sql$)/i, says('dataset.withSql'))
  .regex(NAME, says('dataset.notName'));
const columnName = identifier.refine((name) => !isReserved(name), says('dataset.reserved'));
/** What is deployed is marked by these names, besides those of datasets of workbooks. */
const OWN_NAMES: readonly string[] = ['ledger', 'spotify'];
/** Tables are called after it, which one engine tells apart by their letters' case and the other does not. */
const datasetName = identifier
  .regex(/^[^A-Z]*$/, says('dataset.upperCase'))
  .refine((name) => !OWN_NAMES.includes(name), says('dataset.ownName'));
const wantsBound = says('dataset.notBound');
const bound = z.union([z.number(), z.iso.date(wantsBound)], wantsBound);

const columnShape = mapping({
  name: columnName,
  type: z.enum(['integer', 'number', 'money', 'text', 'date', 'datetime']),
  /** A row that lacks a key may be a note or a total rather than a row of data: skipped-rows.ts tells. */
  key: z.boolean().default(false),
  /** Whether a cell may be blank. */
  optional: z.boolean().default(false),
  /** Bounds, both included: a number, or a day for dates. */
  min: bound.optional(),
  max: bound.optional(),
  aliases: z.array(z.string()).default([]),
});

/** What a bound of a column is; none where its values have no order that people would mean. */
const BOUNDS: Partial<Record<z.infer<typeof columnShape>['type'], 'number' | 'string'>> = {
  integer: 'number',
  number: 'number',
  money: 'number',
  date: 'string',
  datetime: 'string',
};

const datasetShape = mapping({
  name: datasetName,
  description: z.string(),
  /** Tables that another version of the dataset made are made anew. */
  version: z.int(says('dataset.notVersion')).min(1, says('dataset.notVersion')).default(1),
  period: identifier,
  numbers: z.enum(['pt-BR', 'plain']),
  dates: z.enum(['dd/mm/yyyy', 'mm/dd/yyyy', 'yyyy-mm-dd']),
  sameName: z.enum(['both', 'replace']).default('both'),
  columns: z.array(columnShape).min(1),
  procedures: z.array(z.array(procedureName).min(1)),
  tables: z.array(identifier).min(1),
}).superRefine(({ columns, period }, { addIssue }) => {
  const refuse = (path: (string | number)[], code: Code, params: Values = {}) =>
    addIssue({ code: 'custom', path, message: says(code), params });
  const periodColumn = columns.find((column) => column.name === period);
  if (periodColumn?.type !== 'date' && periodColumn?.type !== 'datetime')
    refuse(['period'], 'dataset.period');
  if (periodColumn?.optional) refuse(['period'], 'dataset.periodOptional');
  const keys = columns.filter((column) => column.key);
  if (keys.length === 0) refuse(['columns'], 'dataset.noKey');
  // A row without it would be a note, whatever else it holds.
  if (keys.length === 1 && keys[0] === periodColumn) refuse(['period'], 'dataset.onlyKeyPeriod');
  const seen = new Map<string, number>();
  for (const [i, { name, type, min, max, aliases }] of columns.entries()) {
    const wanted = BOUNDS[type];
    for (const [key, value] of Object.entries({ min, max }))
      if (value !== undefined && typeof value !== wanted)
        refuse(['columns', i, key], wanted ? 'dataset.otherBound' : 'dataset.noBound', { type });
    if (min !== undefined && max !== undefined && min > max)
      refuse(['columns', i, 'min'], 'dataset.bounds', { max });
    for (const header of [name, ...aliases]) {
      const other = seen.get(fold(header)) ?? i;
      // A column may be called by its own name once more, as people write it.
      if (other !== i)
        refuse(['columns', i], 'dataset.sharedHeader', {
          column: name,
          other: columns[other].name,
          header,
        });
      seen.set(fold(header), i);
    }
  }
});

/** A contract: what a workbook of this kind must look like, and what is made of its rows. */
export type Dataset = z.infer<typeof datasetShape> & {
  /** The folder with its SQL. */
  readonly folder: string;
};
export type Column = Dataset['columns'][number];

/** Whether no other column of the dataset is a key. */
export function isOnlyKey({ key }: Column, { columns }: Dataset): boolean {
  return key && columns.filter((column) => column.key).length === 1;
}

/**
 * The datasets of workbooks in a folder, one to a subfolder, by name. What is wrong is told as `readDocuments` does.
 */
export async function readDatasets(
  root: string,
  onBroken: OnBroken = throwBroken,
): Promise<Dataset[]> {
  const datasets: Dataset[] = [];
  for (const document of await readDocuments(root, onBroken)) {
    if (document.kind !== 'workbook') continue;
    const dataset = await orBroken(document.folder, onBroken, () =>
      parseDocument(datasetShape, document),
    );
    if (dataset) datasets.push(dataset);
  }
  return datasets;
}
