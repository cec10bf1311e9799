import { existsSync } from 'node:fs';
import { open, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { DuckDBConnection } from '@duckdb/node-api';
import { sync } from '../../lake/disk.ts';
import { namingFile } from '../../lake/refusals.ts';

/*
 * A commit writes the blocks of DuckDB's metadata where they are. In such a block only pieces change that nothing of the
 * commit before needs, but its checksum is that of all of it: where a kill, or a power cut, came in the middle of the
 * write, DuckDB 1.5 refuses the file from then on, though all that was committed is there. The checksum of what is in the
 * block makes it whole. A block that is wrong for any other reason is left alone: so it is done only after a process that
 * committed did not come to its end, which a file beside the database tells.
 */

const markOf = (file: string) => `${file}.committing`;

/** Whether a process that committed did not come to its end. */
export const wasCutOff = (file: string) => existsSync(markOf(file));

/** Before a commit: tells of it, to last through a power cut. */
export function markCommitting(file: string): Promise<void> {
  const mark = markOf(file);
  return namingFile(mark, async () => {
    await writeFile(mark, '');
    await sync(dirname(mark));
  });
}

export function clearMark(file: string): Promise<void> {
  const mark = markOf(file);
  return namingFile(mark, () => rm(mark, { force: true }));
}

const TORN =
  /computed checksum (\d+) does not match stored checksum (\d+) in block at location (\d+)/;

/** Mends the torn block that the error tells of. Gives whether it did, and what failed may be tried again. */
export async function mendTorn(file: string, error: unknown): Promise<boolean> {
  const found = TORN.exec(error instanceof Error ? error.message : '');
  if (!found || !wasCutOff(file)) return false;
  const [computed, stored, location] = found.slice(1).map(BigInt);
  const words = new BigUint64Array(1);
  const handle = await open(file, 'r+').catch(() => undefined);
  // Who may only read leaves it to who may write.
  if (handle === undefined) return false;
  await using _ = handle;
  await handle.read(words, 0, words.byteLength, Number(location));
  // Somebody else may have mended it by now.
  if (words[0] !== stored) return true;
  words[0] = computed;
  await handle.write(words, 0, words.byteLength, Number(location));
  await handle.sync();
  return true;
}

/** Reads the metadata of every table, which DuckDB puts off until it needs it: a torn block is found now or not at all. */
export async function readMetadata(connection: DuckDBConnection): Promise<void> {
  // Entrada makes none with a quote in its name, and the pragma would not find it.
  const tables = await connection.run(
    `SELECT schema_name, table_name FROM duckdb_tables() WHERE NOT CONTAINS(schema_name || table_name, '"')`,
  );
  for (const names of await tables.getRows()) {
    const name = names.map((part) => `"${part}"`).join('.');
    // Of its columns, and then of which rows are deleted.
    await connection.run(
      `SELECT COUNT(*) FROM pragma_storage_info('${name.replaceAll("'", "''")}')`,
    );
    await connection.run(`SELECT COUNT(*) FROM ${name}`);
  }
}
