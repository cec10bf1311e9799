import assert from 'node:assert/strict';
import { test } from 'node:test';
import { en } from '../src/messages/en.ts';
import { render } from '../src/messages/messages.ts';
import { ptBR } from '../src/messages/pt-BR.ts';

const codes = Object.keys(en) as (keyof typeof en)[];

/** A value more than once in one language and once in the other is no difference. */
const placeholders = (message: string) =>
  [...new Set([...message.matchAll(/\{(\w+)\}/g)].map(([, name]) => name))].sort();

test('both languages have the same codes, in the same order', () => {
  assert.deepEqual(Object.keys(ptBR), codes);
});

test('each translation says the same values', () => {
  for (const code of codes)
    assert.deepEqual(placeholders(ptBR[code]), placeholders(en[code]), code);
});

test('each translation says the same commands, settings, flags and addresses', () => {
  const literal = /`[^`]*`|--[a-z]+|\b[A-Z]+_[A-Z_]+\b|https?:\/\/[^\s,]+|\*\.\w+|docs\/\S+\.md/g;
  const literals = (message: string) => [...new Set(message.match(literal))].sort();
  for (const code of codes) assert.deepEqual(literals(ptBR[code]), literals(en[code]), code);
});

test('no message is unfinished', () => {
  for (const [language, messages] of Object.entries({ en, 'pt-BR': ptBR })) {
    for (const [code, message] of Object.entries(messages)) {
      const where = `${language} ${code}: ${message}`;
      assert.ok(message.trim().length > 3, where);
      assert.doesNotMatch(message, /\b(TODO|FIXME|XXX|TBD)\b|\?\?/, where);
      assert.doesNotMatch(message, /\s$|\S {2,}\S|\{\W|\{\}|\{\w*$/, where);
      assert.equal(message.split('{').length, message.split('}').length, where);
    }
  }
});

test('no message is left in English', () => {
  // A line that is mostly its values may well be alike.
  const words = (message: string) => message.replace(/\{\w+\}/g, '').match(/\p{L}{2,}/gu) ?? [];
  for (const code of codes)
    if (words(en[code]).length > 3) assert.notEqual(ptBR[code], en[code], code);
});

test('a message with its values has no placeholder left', () => {
  for (const code of codes) {
    const values = Object.fromEntries(placeholders(en[code]).map((name) => [name, name]));
    for (const language of ['en', 'pt-BR'] as const)
      assert.doesNotMatch(render({ code, values }, language), /[{}]/, code);
  }
});
