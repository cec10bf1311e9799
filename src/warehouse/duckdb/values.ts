import { type DuckDBType, DuckDBTypeId, type Json } from '@duckdb/node-api';
import type { Value } from '../warehouse.ts';

const WIDE_INTEGERS = new Set([DuckDBTypeId.BIGINT, DuckDBTypeId.UBIGINT, DuckDBTypeId.HUGEINT]);

/** What makes rows of the port of those that columns of these types give. */
export function rowConverter(types: readonly DuckDBType[]) {
  const converters = types.map(({ typeId }) => converterOf(typeId));
  return (rows: readonly (readonly Json[])[]) =>
    rows.map((row) => row.map((value, i) => converters[i](value)));
}

function converterOf(type: DuckDBTypeId): (json: Json) => Value {
  if (WIDE_INTEGERS.has(type)) return toInteger;
  // Somebody's text stays as it is, even where it looks like a date-time.
  return type === DuckDBTypeId.VARCHAR ? (json) => (json === null ? null : String(json)) : toValue;
}

/** Integers that a JavaScript number holds exactly are numbers; the rest stay text. */
function toInteger(json: Json): Value {
  const number = Number(json);
  return json === null || !Number.isSafeInteger(number) ? toValue(json) : number;
}

function toValue(json: Json): Value {
  if (json === null || typeof json === 'boolean' || typeof json === 'number') return json;
  if (typeof json !== 'string') return JSON.stringify(json);
  // DuckDB writes a date-time with a space, and integers of 64 bits as text.
  if (/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d/.test(json)) return json.replace(' ', 'T');
  return json;
}
