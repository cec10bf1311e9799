import type { Value } from '../warehouse.ts';

/** A column as BigQuery's REST interface names it. */
export interface Field {
  readonly name: string;
  readonly type: string;
  readonly mode?: string;
  readonly precision?: string;
  readonly scale?: string;
  readonly fields?: readonly Field[];
}

const STANDARD: Readonly<Record<string, string>> = {
  INTEGER: 'INT64',
  FLOAT: 'FLOAT64',
  BOOLEAN: 'BOOL',
  DECIMAL: 'NUMERIC',
  DOUBLE: 'FLOAT64',
};

/** The name of a type in GoogleSQL; the REST interface has older ones too. */
export const standardType = (type: string) => STANDARD[type] ?? type;

export function toRow(
  fields: readonly Field[],
  cells: readonly { readonly v: unknown }[],
): Value[] {
  return cells.map(({ v }, i) => {
    if (v === null || v === undefined) return null;
    return typeof v === 'object' ? JSON.stringify(plain(v)) : toValue(fields[i].type, String(v));
  });
}

/** A value as text, as BigQuery sends it or casts it to STRING, in the form that the port promises. */
export function toValue(type: string, text: string): Value {
  switch (standardType(type)) {
    case 'INT64':
      return Number.isSafeInteger(Number(text)) ? Number(text) : text;
    case 'FLOAT64':
      return Number.isFinite(Number(text)) ? Number(text) : text;
    case 'BOOL':
      return text === 'true';
    case 'DATETIME':
      return text
        .replace(' ', 'T')
        .replace(/(\.\d*?)0+$/, '$1')
        .replace(/\.$/, '');
    case 'TIMESTAMP':
      return new Date(Number(text) / 1000).toISOString();
    // An amount has two decimal places, however BigQuery writes it: 1.5 or 1.500000000.
    case 'NUMERIC':
      return text.includes('.')
        ? text.replace(/(\.\d\d)(\d*?)0+$/, '$1$2').replace(/\.\d$/, '$&0')
        : `${text}.00`;
    default:
      return text;
  }
}

/** Without the REST interface's envelopes: `{ f: [{ v }] }` for a struct, `[{ v }]` for an array. */
function plain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== 'object' || value === null) return value;
  if ('v' in value) return plain(value.v);
  return 'f' in value ? plain(value.f) : value;
}
