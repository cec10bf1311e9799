import { UserError } from '../errors.ts';
import type { Sheet, Workbook } from '../workbook/workbook.ts';
import type { Dataset } from './dataset.ts';
import {
  findHeader,
  HEADER_ROWS,
  type Header,
  headersOf,
  isHeader,
  type NearHeader,
  readTitles,
} from './header.ts';

/** As many headers as a person reads to find the one that was misspelt. */
const OTHERS = 20;

/** The dataset that a workbook belongs to, the sheet that holds it, and where its header is. */
export interface Choice {
  readonly dataset: Dataset;
  readonly sheet: Sheet;
  readonly header: Header;
}

/** Whether every column that one dataset requires is found by a header of another. */
function isWithin({ columns }: Dataset, other: Dataset): boolean {
  const headers = new Set(other.columns.flatMap(headersOf));
  return columns.every(
    (column) => column.optional || headersOf(column).some((header) => headers.has(header)),
  );
}

/**
 * The one visible sheet whose header matches the contract of one dataset.
 * Throws UserError when none does (saying what the nearest lacks), and when more than one does (naming them).
 */
export async function chooseSheet(
  workbook: Workbook,
  datasets: readonly Dataset[],
): Promise<Choice> {
  const matches: Choice[] = [];
  const hidden: string[] = [];
  let nearest: { near: NearHeader; sheet: Sheet; dataset: Dataset } | undefined;
  for (const sheet of workbook.sheets) {
    const titles = await readTitles(workbook, sheet);
    for (const dataset of datasets) {
      const header = findHeader(titles, dataset);
      if (isHeader(header)) {
        if (sheet.hidden) hidden.push(sheet.name);
        else matches.push({ dataset, sheet, header });
      } else if (!sheet.hidden && header.found > (nearest?.near.found ?? 0)) {
        nearest = { near: header, sheet, dataset };
      }
    }
  }
  if (matches.length === 1) return matches[0];
  if (matches.length > 1) {
    const [{ sheet: one }] = matches;
    if (matches.every(({ sheet }) => sheet === one)) {
      const all = matches.map(({ dataset }) => dataset);
      const values = { sheet: one.name, datasets: all.map(({ name }) => name).join(', ') };
      const part = all.flatMap((dataset) => {
        const other = all.find((whole) => isWithin(dataset, whole) && !isWithin(whole, dataset));
        return other ? { dataset: dataset.name, other: other.name } : [];
      })[0];
      throw part
        ? new UserError('contract.within', { ...values, ...part })
        : new UserError('contract.datasets', values);
    }
    const sheets = matches
      .map(({ sheet, dataset }) => `"${sheet.name}" (${dataset.name})`)
      .join(', ');
    throw new UserError('contract.sheets', { sheets });
  }
  if (hidden.length > 0) throw new UserError('contract.hidden', { sheet: hidden.join('", "') });
  if (nearest?.near.twice) {
    throw new UserError('contract.twice', { sheet: nearest.sheet.name, ...nearest.near.twice });
  }
  if (nearest) {
    const { sheet, near, dataset } = nearest;
    const values = {
      sheet: sheet.name,
      row: near.row,
      missing: near.missing.join(', '),
      dataset: dataset.name,
    };
    const others = near.others.slice(0, OTHERS).join(', ');
    throw others === ''
      ? new UserError('contract.missing', values)
      : new UserError('contract.missingAmong', { ...values, others });
  }
  const wanted = datasets.map(
    ({ name, columns }) => `${name}: ${columns.map((column) => column.name).join(', ')}`,
  );
  throw new UserError('contract.noHeader', { rows: HEADER_ROWS, wanted: wanted.join('; ') });
}
