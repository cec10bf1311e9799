import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import { pino } from 'pino';
import { createMemoryBus } from '../../src/bus/memory.ts';
import { readSpotifyDataset, type SpotifyDataset } from '../../src/spotify/dataset.ts';
import type { Catalog } from '../../src/spotify/fake/catalog.ts';
import type { FakeHooks } from '../../src/spotify/fake/hooks.ts';
import { runSpotify, type SpotifyRequest } from '../../src/spotify/flow.ts';
import type { SpotifyContext } from '../../src/spotify/source.ts';
import { type SpotifyTable, TABLES } from '../../src/spotify/tables.ts';
import { openDuckDb } from '../../src/warehouse/duckdb/duckdb.ts';
import type { Warehouse } from '../../src/warehouse/warehouse.ts';
import { startFakeSpotify } from '../fake-spotify/server.ts';
import { createMemoryLake } from '../lake/memory.ts';
import { fakeClock } from './setup.ts';

export const DATASETS = fileURLToPath(new URL('../../datasets', import.meta.url));

/** A database that is gone after the test. */
export async function memoryWarehouse(t: TestContext): Promise<Warehouse> {
  const warehouse = await openDuckDb({ file: ':memory:', waitMs: 0 });
  t.after(() => warehouse.close());
  return warehouse;
}

type Options = NonNullable<Parameters<typeof startFakeSpotify>[0]>;

/** The whole flow: a simulated Spotify, a lake, a DuckDB, the dataset that comes with Entrada. */
export async function setupFlow(
  t: TestContext,
  options: Options = {},
  change: Partial<SpotifyDataset> = {},
) {
  const clock = fakeClock();
  const fake = await startFakeSpotify({ now: clock.effects.now, ...options });
  t.after(() => fake.close());
  const built = await readSpotifyDataset([DATASETS]);
  assert.ok(built);
  const lake = createMemoryLake({ now: clock.effects.now });
  const logged: string[] = [];
  let runs = 0;
  const context = (more: Partial<SpotifyContext> & { warehouse: Warehouse }): SpotifyContext => ({
    lake,
    runId: `run-${++runs}`,
    log: pino({ level: 'debug' }, { write: (line: string) => logged.push(line) }),
    dataset: { ...built, ...change },
    access: {
      apiUrl: fake.url,
      accountsUrl: fake.url,
      clientId: fake.clientId,
      clientSecret: fake.clientSecret,
    },
    effects: clock.effects,
    ...more,
  });
  const warehouse = await memoryWarehouse(t);
  const run = (request: SpotifyRequest = {}, more: Partial<SpotifyContext> = {}) =>
    runSpotify(context({ warehouse, ...more }), createMemoryBus(), request);
  const asked = (path: string) => fake.requests.filter((one) => one.path.startsWith(path));
  const tables = (from: Warehouse = warehouse) => tablesOf(from);
  return { clock, fake, lake, logged, warehouse, context, run, asked, tables };
}

/** Every row of the three tables, by id. */
async function tablesOf(warehouse: Warehouse) {
  const all: Partial<Record<SpotifyTable, Record<string, unknown>[]>> = {};
  for (const table of TABLES) {
    const { columns, rows } = await warehouse.query(`SELECT * FROM ${table} ORDER BY id`);
    all[table] = rows.map((row) => Object.fromEntries(columns.map((name, i) => [name, row[i]])));
  }
  return all as Record<SpotifyTable, Record<string, unknown>[]>;
}

/** Lets a test change what the simulated Spotify holds, from the next request on. */
export function editing(): { hooks: FakeHooks; edit(change: (catalog: Catalog) => void): void } {
  const due: ((catalog: Catalog) => void)[] = [];
  return {
    edit: (change) => due.push(change),
    hooks: {
      intercept(_, catalog) {
        for (const change of due.splice(0)) change(catalog);
        return undefined;
      },
    },
  };
}

/** Misbehaviour that begins and ends when the test says. */
export function switchable(faults: FakeHooks): { readonly hooks: FakeHooks; on: boolean } {
  const state = { on: false, hooks: {} as FakeHooks };
  state.hooks = {
    intercept: (...call) => (state.on ? faults.intercept?.(...call) : undefined),
    reshape: (page, request) => (state.on ? (faults.reshape?.(page, request) ?? page) : page),
  };
  return state;
}

/** What became of each table of a run, by its name. */
export const outcomes = ({ tables }: Awaited<ReturnType<typeof runSpotify>>) =>
  Object.fromEntries(tables.map(({ table, outcome }) => [table, outcome]));

/** The same outcome for all three tables. */
export const all = (outcome: string) => ({
  spotify_podcasts: outcome,
  spotify_all_episodes: outcome,
  dh_gb_episodes: outcome,
});
