import type { Dataset } from '../../contract/dataset.ts';
import { UserError } from '../../errors.ts';
import { linesIn, refusedAt } from '../dataset-sql.ts';
import type { BigQueryPlace } from './client.ts';
import { type WantedProcedure, wantedOf } from './schema.ts';

/** Lines of the statement that makes a procedure before its body begins. */
const CREATE_LINES = 2;
/** BigQuery counts the lines within a procedure from its BEGIN on. */
const BEGIN_LINES = 1;

/** Making a procedure: what BigQuery refuses in it is told with the place in the dataset's file. */
export async function namingCreated(
  dataset: Pick<Dataset, 'name'>,
  procedure: WantedProcedure,
  work: () => Promise<unknown>,
): Promise<void> {
  try {
    await work();
  } catch (error) {
    throw refusedIn(dataset, procedure, error, CREATE_LINES);
  }
}

/** Calling a dataset's procedures: the same of what one of them is refused, where BigQuery says in which. */
export async function namingCalled<T>(
  place: BigQueryPlace,
  dataset: Dataset,
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const { procedures } = await wantedOf(dataset, place);
    const isMeant = ({ name }: WantedProcedure) =>
      error instanceof UserError && error.values.procedure === name;
    throw refusedIn(dataset, procedures.find(isMeant), error, BEGIN_LINES);
  }
}

function refusedIn(
  { name }: Pick<Dataset, 'name'>,
  procedure: WantedProcedure | undefined,
  error: unknown,
  linesBefore: number,
): unknown {
  if (!(error instanceof UserError) || error.code !== 'query.invalid') return error;
  const line = Number(error.values.line ?? 0) - linesBefore;
  const parts = procedure?.parts ?? [];
  const part = parts.findLast(({ at }) => at <= line) ?? parts.at(0);
  if (part === undefined) return error;
  const { sql, file, line: begins } = part.statement;
  // What Entrada writes around a statement is no line of the file.
  const within = Math.min(Math.max(line - part.at, 0), linesIn(sql));
  return refusedAt(name, { file, line: begins + within }, error);
}
