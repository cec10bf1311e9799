import type { z } from 'zod';
import { UserError, type Values } from '../errors.ts';
import type { Code } from '../messages/en.ts';
import type { Yaml } from './yaml.ts';

/** As much of a value as shows which one it is. */
const SHOWN = 60;

/**
 * What a shape says of a value that it refuses, in place of zod's English: a message's code, and what is wanted where
 * that is the same in every language.
 */
export function says(code: Code, wanted = ''): string {
  return `${code} ${wanted}`;
}

/** The codes of what zod refuses by itself, by the type that is expected. */
const OF_TYPE: Readonly<Record<string, Code>> = {
  string: 'dataset.notText',
  boolean: 'dataset.notBoolean',
  array: 'dataset.notList',
  object: 'dataset.notMapping',
};

/** The issues of a document as one error: the file and the line, the key, what was found there and what is wanted. */
export function wrongIn(issues: readonly z.core.$ZodIssue[], { file, content, lineOf }: Yaml) {
  // A key that is unknown is often the one that another is missing.
  const issue = issues.find(({ code }) => code === 'unrecognized_keys') ?? issues[0];
  const isUnknown = issue.code === 'unrecognized_keys';
  const path = isUnknown ? [...issue.path, issue.keys[0]] : issue.path;
  const value = path.reduce<unknown>((inner, part) => Object(inner)[part], content);
  const [code, wanted] = value === undefined ? ['dataset.missingKey' as const] : saidOf(issue);
  const values: Values = {
    file,
    line: lineOf(path),
    // The line says which item of a list it is.
    key: path.filter((part) => typeof part === 'string').join('.'),
    found: (JSON.stringify(value) ?? '').slice(0, SHOWN),
    ...(wanted && { wanted }),
    ...(issue.code === 'custom' && issue.params),
  };
  return new UserError(code, values);
}

function saidOf(issue: z.core.$ZodIssue): [code: Code, wanted?: string] {
  const own = /^(\w+\.\w+) (.*)$/.exec(issue.message);
  if (own) return [own[1] as Code, own[2]];
  if (issue.code === 'invalid_value') return ['dataset.notOneOf', issue.values.join(', ')];
  if (issue.code === 'invalid_type') return [OF_TYPE[issue.expected]];
  return ['dataset.empty'];
}
