import assert from 'node:assert/strict';
import { join } from 'node:path';
import { retractFile } from '../../src/ingest/retract.ts';
import { randomIntegers } from '../../src/samples/sales.ts';
import { openDuckDb } from '../../src/warehouse/duckdb/duckdb.ts';
import { date } from '../workbook-builder.ts';
import { newHome, type Sale, sale, sales, shippedDatasets, type TestHome } from './home.ts';

const TABLES = ['bases_vendas', 'con_ano_mes', 'con_mar_lin', 'con_mar_ano_mes', 'con_lin_ano_mes'];
export const QUESTIONS = TABLES.map((table) => `SELECT * FROM ${table} ORDER BY ALL`);

export async function withDatabase<T>(
  home: TestHome,
  work: (w: Awaited<ReturnType<typeof openDuckDb>>) => Promise<T>,
) {
  const warehouse = await openDuckDb({ file: join(home.path, 'entrada.duckdb'), waitMs: 0 });
  try {
    return await work(warehouse);
  } finally {
    await warehouse.close();
  }
}

export async function retract(home: TestHome, wanted: string, rehearse = false, hash = '') {
  const datasets = await shippedDatasets();
  return withDatabase(home, (warehouse) =>
    retractFile(
      { warehouse, datasets, broken: [], runId: 'r', now: () => Date.UTC(2026, 5, 1) },
      wanted,
      rehearse,
      hash,
    ),
  );
}

/** Few days, brands, lines and quantities, so that rows repeat within files and across them. */
function someSales(random: (below: number) => number): Sale[] {
  return Array.from({ length: 1 + random(6) }, () =>
    sale(
      1 + random(2),
      date(2019, 1 + random(3), 1 + random(2)),
      ['VULT', 'EUDORA'][random(2)],
      ['PERFUMARIA', 'MAQUIAGEM'][random(2)],
    ),
  );
}

/** A random history of a home ends at the tables that a fresh load of the files then in force gives. */
export async function equalsFreshLoad(seed: number): Promise<void> {
  const random = randomIntegers(seed);
  await using home = await newHome();
  let inForce: { name: string; hash: string; bytes: Buffer }[] = [];
  const dropped: Buffer[] = [];
  for (let step = 0; step < 6; step++) {
    const choice = random(5);
    if (choice < 2 && inForce.length > 0) {
      const { name, hash } = inForce[random(inForce.length)];
      const hashes = new Set(inForce.filter((one) => one.name === name).map((one) => one.hash));
      // By its name, unless that stands for two; by its hash it goes under every name.
      const byName = choice === 0 && hashes.size === 1;
      await retract(home, byName ? name : hash);
      inForce = inForce.filter((one) => (byName ? one.name !== name : one.hash !== hash));
      continue;
    }
    const again = choice === 2 && dropped.length > 0;
    const bytes = again ? dropped[random(dropped.length)] : sales(...someSales(random));
    const name = `v${random(3)}.xlsx`;
    const replaces = random(3) === 0;
    await home.drop(name, bytes);
    dropped.push(bytes);
    const { files } = await home.run({ replaceSameName: replaces });
    const hash = files[0].fileHash;
    if (replaces) inForce = inForce.filter((one) => one.name !== name);
    inForce = inForce.filter((one) => one.name !== name || one.hash !== hash);
    inForce.push({ name, hash, bytes });
  }
  await using fresh = await newHome();
  let n = 0;
  for (const { bytes } of inForce) await fresh.drop(`f${n++}.xlsx`, bytes);
  await fresh.run();
  assert.deepEqual(await home.queryAll(QUESTIONS), await fresh.queryAll(QUESTIONS), `seed ${seed}`);
}
