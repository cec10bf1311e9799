import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { release } from '../../src/ingest/release.ts';
import { retractFile } from '../../src/ingest/retract.ts';
import { findInForce } from '../../src/ledger/in-force.ts';
import { monthsDue, monthsOf } from '../../src/ledger/ledger.ts';
import type { BigQueryWarehouse } from '../../src/warehouse/bigquery/bigquery.ts';
import type { Load } from '../../src/warehouse/warehouse.ts';
import {
  loadedEvent,
  loadRows,
  numberOf,
  type Row,
  rowsOf,
  withdrawn,
  writeRows,
} from '../contracts/warehouse-rows.ts';
import { shippedDatasets } from '../ingest/home.ts';
import { startProxy } from './proxy.ts';
import { given, skipWithout } from './rig.ts';
import { newPlace, openEmulated } from './warehouses.ts';

const skip = skipWithout('bigquery');
const [vendas] = await shippedDatasets();
const ROWS: Row[] = [1, 2, 3].map((n) => [n, 'A', 1, 'B', `2019-0${n}-01T00:00:00`, n]);

async function prepared(place = newPlace()): Promise<BigQueryWarehouse> {
  const warehouse = await openEmulated(place);
  await warehouse.prepare([vendas]);
  return warehouse;
}

async function begin(warehouse: BigQueryWarehouse): Promise<Load> {
  const load = await warehouse.beginLoad(vendas, 'Vendas', 'same');
  await writeRows(load, vendas, ROWS);
  return load;
}

/** What a delivery of the file tells; every delivery of a drop says the same but for the load's number. */
const event = (load: Load, drop = 'entrada/a.xlsx#1') => ({
  ...loadedEvent(load, vendas, ROWS.length),
  drop,
  fileName: 'a.xlsx',
  fileHash: 'same',
});

const landed = (warehouse: BigQueryWarehouse) =>
  numberOf(warehouse, 'SELECT COUNT(*) FROM bases_vendas_linhas');
const told = (warehouse: BigQueryWarehouse) =>
  numberOf(warehouse, "SELECT COUNT(*) FROM ledger_events WHERE EVENT = 'loaded'");

describe('a load in BigQuery', { skip }, () => {
  if (skip) return;

  test('two deliveries of one drop at the same time land once, and both go well', async () => {
    const place = newPlace();
    const first = await prepared(place);
    const second = await openEmulated(place);
    const loads = await Promise.all([begin(first), begin(second)]);
    await Promise.all(loads.map((load) => load.commit([event(load)], [])));
    assert.equal(await landed(first), ROWS.length);
    assert.equal(await told(first), 1);
    await first.consolidate(vendas, await monthsDue(first, vendas));
    assert.equal(await numberOf(first, 'SELECT SUM(SUM_QTD_VENDA) FROM con_ano_mes'), 6);
  });

  test('a delivery that begins before another commits, and commits after it, lands nothing', async () => {
    const warehouse = await prepared();
    const late = await begin(warehouse);
    const early = await begin(warehouse);
    await early.commit([event(early)], []);
    await late.commit([event(late)], []);
    assert.deepEqual([await landed(warehouse), await told(warehouse)], [ROWS.length, 1]);
  });

  test('the same content under another name at the same time is for a later look', async () => {
    const warehouse = await prepared();
    const late = await begin(warehouse);
    const early = await begin(warehouse);
    await early.commit([event(early)], []);
    await assert.rejects(late.commit([event(late, 'entrada/b.xlsx#2')], []), {
      kind: 'transient',
      code: 'warehouse.sameContent',
    });
    await late.abort();
    assert.deepEqual([await landed(warehouse), await told(warehouse)], [ROWS.length, 1]);
  });

  test('two names that let go of one content at the same time do not each leave the rows to the other', async () => {
    const warehouse = await prepared();
    const load = await begin(warehouse);
    await load.commit([event(load)], []);
    await warehouse.consolidate(vendas, await monthsDue(warehouse, vendas));
    const copy = { ...event(load, 'entrada/b.xlsx#2'), fileName: 'b.xlsx' };
    const held = { loadId: load.loadId, does: 'held', events: 1 } as const;
    await warehouse.record([{ ...copy, event: 'repeated' }], [held]);
    const known = await findInForce(warehouse, 'same');
    assert.ok(known);
    const because = { runId: 'r', time: Date.now() };
    const [one, other] = known.holders.map((holder) => release(known, [holder], because));
    await warehouse.record(one.events, [one.change]);
    await assert.rejects(warehouse.record(other.events, [other.change]), {
      kind: 'transient',
      code: 'warehouse.conflict',
    });
    // Who looks again finds itself alone with it.
    const datasets = [vendas];
    const context = { warehouse, datasets, broken: [], runId: 'r', now: Date.now };
    assert.deepEqual((await retractFile(context, 'b.xlsx', false)).stillAs, []);
    assert.equal(await landed(warehouse), 0);
    // And what is gone can be held by nobody.
    await assert.rejects(warehouse.record([{ ...copy, event: 'repeated', drop: 'c' }], [held]), {
      code: 'warehouse.conflict',
    });
  });

  test('a content that one name let go of and another holds is landed by no late delivery', async () => {
    const warehouse = await prepared();
    const late = await begin(warehouse);
    const load = await begin(warehouse);
    await load.commit([event(load)], []);
    const copy = { ...event(load, 'entrada/b.xlsx#2'), fileName: 'b.xlsx' };
    await warehouse.record(
      [{ ...copy, event: 'repeated' }],
      [{ loadId: load.loadId, does: 'held', events: 1 }],
    );
    const known = await findInForce(warehouse, 'same');
    assert.ok(known);
    const { events, change } = release(known, known.holders.slice(0, 1), { runId: 'r', time: 0 });
    await warehouse.record(events, [change]);
    await assert.rejects(late.commit([event(late, 'entrada/c.xlsx#3')], []), {
      code: 'warehouse.sameContent',
    });
    await late.abort();
    assert.equal(await landed(warehouse), ROWS.length);
  });

  test('a retracted file that is dropped again is loaded again, as often as it comes', async () => {
    const warehouse = await prepared();
    for (const drop of [1, 2, 3]) {
      const load = await begin(warehouse);
      const loaded = event(load, `entrada/a.xlsx#${drop}`);
      await load.commit([loaded], []);
      await warehouse.consolidate(vendas, await monthsDue(warehouse, vendas));
      assert.equal(await landed(warehouse), ROWS.length);
      const ranges = await monthsOf(warehouse, load.loadId);
      const events = [{ ...loaded, event: 'retracted' as const }];
      await warehouse.retract({
        dataset: vendas,
        change: withdrawn(load.loadId),
        ranges,
        events,
        rehearse: false,
      });
      assert.equal(await landed(warehouse), 0);
    }
    assert.equal(await told(warehouse), 3);
  });

  test('a dataset that was deleted and made again takes the same content again', async () => {
    const place = newPlace();
    const before = await prepared(place);
    const lost = await begin(before);
    await lost.commit([event(lost)], []);
    for (const table of ['bases_vendas_linhas', 'ledger_events', 'ledger_months'])
      await before.query(`DELETE FROM ${table} WHERE TRUE`);
    const load = await begin(before);
    await load.commit([event(load)], []);
    assert.deepEqual([await landed(before), await told(before)], [ROWS.length, 1]);
  });

  test('what became of a drop is told once, also by two deliveries at the same time', async () => {
    const place = newPlace();
    const both = [await prepared(place), await openEmulated(place)];
    const rejected = (time: number) => ({
      ...{ drop: 'entrada/a.xlsx#1', fileName: 'a.xlsx', fileHash: 'same', runId: 'r', time },
      event: 'rejected' as const,
    });
    await Promise.all(both.map((warehouse, i) => warehouse.record([rejected(i)])));
    await both[0].record([rejected(2)]);
    await both[0].record([{ ...rejected(3), drop: 'entrada/b.xlsx#1' }]);
    const events = 'SELECT DROP_ID, COUNT(*) FROM ledger_events GROUP BY DROP_ID ORDER BY DROP_ID';
    assert.deepEqual(await rowsOf(both[0], events), [
      ['entrada/a.xlsx#1', 1],
      ['entrada/b.xlsx#1', 1],
    ]);
  });

  test('what a crash leaves in staging counts nowhere, and the next delivery lands', async () => {
    const warehouse = await prepared();
    const crashed = await begin(warehouse);
    await crashed.compare(0);
    assert.deepEqual([await landed(warehouse), await told(warehouse)], [0, 0]);
    const load = await begin(warehouse);
    await load.commit([event(load)], []);
    assert.deepEqual([await landed(warehouse), await told(warehouse)], [ROWS.length, 1]);
    await crashed.abort();
  });

  test('a number that another load has is refused when rows would land under it', async () => {
    const warehouse = await prepared();
    const load = await begin(warehouse);
    await warehouse.record([{ ...event(load, 'entrada/other.xlsx#1'), fileHash: 'other' }]);
    await assert.rejects(load.commit([event(load)], []), {
      kind: 'transient',
      code: 'warehouse.conflict',
    });
    await load.abort();
    assert.equal(await landed(warehouse), 0);
  });

  test('a staging table that was made, and of which the answer was lost, is not taken for another load', async () => {
    const place = newPlace();
    await prepared(place);
    const lost: string[] = [];
    await using proxy = await startProxy(given('ENTRADA_TEST_BIGQUERY_URL'), {
      async onChanged(what) {
        if (!/^POST .*\/tables(\?|$)/.test(what) || lost.length > 0) return;
        lost.push(what);
        throw new Error('the answer is lost');
      },
    });
    const warehouse = await openEmulated({ ...place, endpoint: proxy.url });
    const load = await begin(warehouse);
    await load.commit([event(load)], []);
    assert.equal(lost.length, 1);
    assert.deepEqual([await landed(warehouse), await told(warehouse)], [ROWS.length, 1]);
  });

  test('staging tables are gone after a commit and after an abort', async () => {
    const warehouse = await prepared();
    const load = await begin(warehouse);
    const { loadId } = load;
    await load.compare(0);
    assert.equal(
      await numberOf(warehouse, `SELECT COUNT(*) FROM stage_${loadId}_rows`),
      ROWS.length,
    );
    await load.abort();
    const id = await loadRows(warehouse, vendas, ROWS);
    for (const gone of [loadId, id])
      await assert.rejects(warehouse.query(`SELECT COUNT(*) FROM stage_${gone}_rows`), {
        code: 'query.invalid',
      });
  });
});
