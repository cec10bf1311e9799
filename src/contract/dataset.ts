import * as z from 'zod';
import type { Values } from '../errors.ts';
import type { Code } from '../messages/en.ts';
import { type OnBroken, orBroken, throwBroken } from './broken.ts';
import { mapping, parseDocument, readDocuments } from './documents.ts';
import { fold } from './fold.ts';
import { says } from './wrong.ts';

const identifier = z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/, says('dataset.notName'));
const wantsBound = says('dataset.notBound');
const bound = z.union([z.number(), z.iso.date(wantsBound)], wantsBound);

const columnShape = mapping({
  name: identifier,
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

const datasetShape = mapping({
  name: identifier,
  description: z.string(),
  period: identifier,
  numbers: z.enum(['pt-BR', 'plain']),
  dates: z.enum(['dd/mm/yyyy', 'mm/dd/yyyy', 'yyyy-mm-dd']),
  sameName: z.enum(['both', 'replace']).default('both'),
  columns: z.array(columnShape).min(1),
  procedures: z.array(z.array(identifier).min(1)),
  tables: z.array(identifier),
}).superRefine(({ columns, period }, { addIssue }) => {
  const refuse = (path: (string | number)[], code: Code, params: Values = {}) =>
    addIssue({ code: 'custom', path, message: says(code), params });
  const periodColumn = columns.find((column) => column.name === period);
  if (periodColumn?.type !== 'date' && periodColumn?.type !== 'datetime')
    refuse(['period'], 'dataset.period');
  if (periodColumn?.optional) refuse(['period'], 'dataset.periodOptional');
  if (!columns.some((column) => column.key)) refuse(['columns'], 'dataset.noKey');
  const seen = new Map<string, string>();
  for (const [i, { name, aliases }] of columns.entries()) {
    for (const header of [name, ...aliases]) {
      const other = seen.get(fold(header));
      if (other !== undefined)
        refuse(['columns', i], 'dataset.sharedHeader', { column: name, other, header });
      seen.set(fold(header), name);
    }
  }
});

/** A contract: what a workbook of this kind must look like, and what is made of its rows. */
export type Dataset = z.infer<typeof datasetShape> & {
  /** The folder with its SQL. */
  readonly folder: string;
};
export type Column = Dataset['columns'][number];

/** The datasets of workbooks in a folder, one to a subfolder, by name. What is wrong is told as `readDocuments` does. */
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
