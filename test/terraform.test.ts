import assert from 'node:assert/strict';
import { glob } from 'node:fs/promises';
import { describe, test } from 'node:test';
import { parse } from 'yaml';
import { settingNames } from '../src/config.ts';
import { BACKUP, INBOX } from '../src/ingest/folders.ts';
import { COSTS_TABLE } from '../src/ledger/costs.ts';
import { LEDGER_TABLES } from '../src/ledger/events.ts';
import { en } from '../src/messages/en.ts';
import { accessNames } from '../src/spotify/access.ts';
import { RAW } from '../src/spotify/raw.ts';
import { RUNS_TABLE } from '../src/spotify/runs.ts';
import { TABLES } from '../src/spotify/tables.ts';
import { newJobId } from '../src/warehouse/bigquery/client.ts';
import { newLoadId, stagingTable } from '../src/warehouse/bigquery/stage.ts';
import { nameMade } from '../src/warehouse/dataset-sql.ts';
import { found, inTerraform, ROOT, textOf } from './repository.ts';

/* Holds cloud/terraform to the program. Terraform itself is not needed; test/terraform is what needs it. */

/** All files, without their comments. */
async function allTerraform(): Promise<string> {
  const texts: string[] = [];
  for await (const file of glob('cloud/terraform/*.tf', { cwd: ROOT }))
    texts.push((await textOf(file)).replace(/^\s*#.*$/gm, ''));
  assert.ok(texts.length >= 10);
  return texts.join('\n');
}

describe('Terraform and the program', () => {
  test('functions are named as the code registers them', async () => {
    const index = await textOf('src/functions/index.ts');
    const registered = found(index, /cloudEvent\('(\w+)'/g);
    assert.match(index, /of TABLES\) cloudEvent\(table/);
    const names = found(await inTerraform('names.tf'), /^ {4}(\w+) +=.*memory/gm);
    assert.deepEqual(names.sort(), [...registered, ...TABLES].sort());
  });

  test('topics are those on which the code publishes', async () => {
    const declared = new Set<string>();
    for await (const file of glob('src/**/*.ts', { cwd: ROOT }))
      for (const [, topic] of (await textOf(file)).matchAll(/^export const TOPIC = '(.*)';$/gm))
        declared.add(topic);
    const names = await inTerraform('names.tf');
    const dataset = parse(await textOf('datasets/bases_vendas/dataset.yaml'));
    assert.match(names, /workbooks_topic = local\.sales\.name/);
    assert.match(names, /spotify_topic {3}= local\.podcast\.topic/);
    const podcast = parse(await textOf('datasets/spotify/dataset.yaml'));
    assert.deepEqual([...declared].sort(), [podcast.topic, dataset.name].sort());
  });

  test('every setting that is given is one, and Spotify gets its two secrets', async () => {
    const given = found(await inTerraform('names.tf'), /^ {4}(ENTRADA_\w+) +=/gm);
    assert.deepEqual(
      given.filter((name) => !settingNames.includes(name)),
      [],
    );
    for (const needed of ['ENTRADA_LAKE', 'ENTRADA_WAREHOUSE', 'ENTRADA_BUS', 'ENTRADA_RECEIVER'])
      assert.ok(given.includes(needed), needed);
    const [secrets] = found(await inTerraform('secrets.tf'), /for_each = toset\(\[(.*)\]\)/g);
    assert.deepEqual(
      JSON.parse(`[${secrets}]`),
      accessNames.filter((name) => /CLIENT/.test(name)),
    );
  });

  test('what a dataset says is not written a second time', async () => {
    const text = await allTerraform();
    for (const file of ['bases_vendas', 'spotify']) {
      assert.ok(text.includes(`datasets/${file}/dataset.yaml`));
      const dataset = parse(await textOf(`datasets/${file}/dataset.yaml`));
      for (const key of ['schedule', 'timezone', 'term', 'show'])
        if (dataset[key]) assert.ok(!text.includes(dataset[key]), `${file}: ${key}`);
    }
    const spotify = parse(await textOf('datasets/spotify/dataset.yaml'));
    const sales = parse(await textOf('datasets/bases_vendas/dataset.yaml'));
    for (const key of found(text, /local\.podcast\.(\w+)/g)) assert.ok(key in spotify, key);
    for (const key of found(text, /local\.sales\.(\w+)/g)) assert.ok(key in sales, key);
  });

  test('folders of the bucket are those of the program', async () => {
    const storage = await inTerraform('storage.tf');
    assert.deepEqual(found(storage, /object_name_prefix = "(.*)"/g), [`${INBOX}/`]);
    for (const list of found(storage, /matches_prefix = \[(.*)\]/g))
      assert.deepEqual(JSON.parse(`[${list}]`), [`${BACKUP}/`, `${RAW}/`]);
    const [spotify] = new Set(found(await inTerraform('names.tf'), /files = "(.+)" \}/g));
    assert.ok(`${RAW}/`.startsWith(spotify));
  });

  test('nobody is owner, editor or the whole world; each function is its own account', async () => {
    const text = await allTerraform();
    const roles = new Set(found(text, /"(roles\/[\w.]+)"/g));
    for (const role of ['owner', 'editor', 'viewer', 'writer', 'reader'])
      assert.ok(!roles.has(`roles/${role}`), role);
    assert.doesNotMatch(text, /allUsers|allAuthenticatedUsers|google_service_account_key/);
    assert.match(
      text,
      /service_account_email = google_service_account\.function\[each\.key\]\.email/,
    );
    // The roles that messages tell to grant are those that are granted here.
    for (const code of ['lake.refused', 'warehouse.refused'] as const)
      for (const role of found(en[code], /(roles\/[\w.]+\w)/g)) assert.ok(roles.has(role), role);
  });

  test('the Spotify functions change their tables and those where they tell, which have these names', async () => {
    const text = await inTerraform('identities.tf');
    const [shared] = found(text, /for table in concat\(local\.podcast\.tables, \[(.*?)\]\)/g);
    const tables = [RUNS_TABLE, ...LEDGER_TABLES, COSTS_TABLE].map(nameMade);
    const told = ['spotify_runs', 'ledger_events', 'ledger_costs'];
    assert.deepEqual(JSON.parse(`[${shared}]`), told);
    for (const table of told) assert.ok(tables.includes(table), table);
    const [staging] = found(text, /\/tables\/(stage_\w+)/g);
    assert.ok(stagingTable(newJobId(), '0').startsWith(staging));
    assert.ok(!stagingTable(newLoadId(Date.now()), 'rows').startsWith(staging));
  });

  test('tables do not expire, and a bucket or dataset with something in it is not deleted', async () => {
    const text = await inTerraform('bigquery.tf');
    assert.doesNotMatch(text, /expiration_ms|labels *=(?! *\[)/);
    assert.match(text, /delete_contents_on_destroy = false/);
    const [lake] = found(
      await inTerraform('storage.tf'),
      /"google_storage_bucket" "lake" \{(.*?)^\}/gms,
    );
    assert.match(lake, /force_destroy +=\s+false/);
    assert.doesNotMatch(lake, /retention_policy|default_event_based_hold/);
  });

  test('the receiver is ended before Pub/Sub delivers again', async () => {
    const [deadline] = found(await inTerraform('pubsub.tf'), /ack_deadline_seconds +=\s+(\d+)/g);
    const [seconds] = found(await inTerraform('names.tf'), /bases_vendas .*seconds = (\d+)/g);
    assert.ok(Number(seconds) < Number(deadline));
  });
});
