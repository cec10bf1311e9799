import { randomUUID } from 'node:crypto';

/** What parts-started.ts makes ready; a suite names the parts it needs. */
const partNames = ['pubsub', 'storage', 'bigquery', 'analyzer', 'sdk', 'airflow'] as const;
export type PartName = (typeof partNames)[number];

/** Why each part is missing, as the suites are told. */
export const MISSING = 'ENTRADA_TEST_MISSING';

/** What `describe` takes to skip a suite whose parts are not there, with the reason; false when all are. */
export function skipWithout(...parts: readonly PartName[]): string | false {
  const told = process.env[MISSING];
  if (told === undefined) return 'run with: npm run test:cloud';
  const missing: Partial<Record<PartName, string>> = JSON.parse(told);
  return parts.flatMap((part) => missing[part] ?? []).join('; ') || false;
}

/** Without it the Pub/Sub emulator knows of nothing. */
export const JSON_TYPE = { 'content-type': 'application/json' };

/** An address that the rig gives. */
export function given(name: string): string {
  const value = process.env[name];
  if (value === undefined) throw new Error(`${name} is not set: npm run test:cloud sets it`);
  return value;
}

/** A new bucket of the emulator; `more` is what it is besides. */
export async function newBucket(
  url = given('ENTRADA_TEST_STORAGE_URL'),
  more: object = {},
): Promise<string> {
  const name = `entrada-${randomUUID()}`;
  const made = await fetch(`${url}/storage/v1/b?project=demo`, {
    method: 'POST',
    headers: JSON_TYPE,
    body: JSON.stringify({ name, ...more }),
  });
  if (!made.ok) throw new Error(`no bucket: ${await made.text()}`);
  return name;
}

/** A new project of the Pub/Sub emulator, with these topics. */
export async function newProject(...topics: readonly string[]): Promise<string> {
  const project = `entrada-${randomUUID().slice(0, 13)}`;
  const host = given('PUBSUB_EMULATOR_HOST');
  for (const topic of topics) {
    const url = `http://${host}/v1/projects/${project}/topics/${topic}`;
    const made = await fetch(url, { method: 'PUT', headers: JSON_TYPE, body: '{}' });
    if (!made.ok) throw new Error(`no topic: ${await made.text()}`);
  }
  return project;
}
