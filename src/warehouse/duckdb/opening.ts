import { existsSync } from 'node:fs';
import { link, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import { EntradaError, UserError } from '../../errors.ts';
import { temporaryIn } from '../../lake/replace.ts';
import { MEMORY, THREADS } from './memory.ts';
import { duckDbProblem } from './problem.ts';
import { clearMark, mendTorn, readMetadata, wasCutOff } from './torn.ts';

export interface DuckDbOptions {
  /** The database's file; made when it is missing, unless `readOnly`. */
  readonly file: string;
  readonly readOnly?: boolean;
  /** Whether statements may read and write other files of the machine; those on a home's database may not. */
  readonly withFiles?: boolean;
  /** How long to wait for another process that has the database, in milliseconds. */
  readonly waitMs: number;
  /** Called once, with that process's id, when waiting begins. */
  readonly onWait?: ((holder: string) => void) | undefined;
}

const LOOK_MS = 100;

/** As a file's name: a database that is gone when it is closed. */
export const IN_MEMORY = ':memory:';

/** What DuckDB writes first, in bytes, and how long a process that makes the file may take until it is there. */
const HEADERS = 12_288;
const MAKING_MS = 2_000;

/**
 * New files are for DuckDB 1.4 and later. 1.3 brought the compression that takes three quarters of the time, but reads
 * a column of texts that DuckDB 1.5 wrote with blanks among them as nothing but blanks: so it is to refuse the file.
 */
const STORAGE = 'v1.4.0';

/**
 * Of new files, in bytes: a quarter of DuckDB's own. A commit writes at least a block for each column that it touches,
 * however few rows it brings. In still smaller ones DuckDB packs no numbers.
 */
const BLOCK_SIZE = '65536';

/**
 * A commit goes into the file itself, by one change of its header, and not into a log beside it first: of a
 * transaction of many rows that was killed in the middle of writing the log, DuckDB 1.5 takes the rows for committed
 * when it reads the log, and the rest not (github.com/duckdb/duckdb/pull/25931).
 */
const WITHOUT_LOG = { checkpoint_threshold: '1B', auto_checkpoint_skip_wal_threshold: '0' };

export interface Opened {
  readonly instance: DuckDBInstance;
  readonly connection: DuckDBConnection;
}

/** Opens it as `openDuckDb` says. */
export async function open(options: DuckDbOptions): Promise<Opened> {
  const { file } = options;
  for (;;) {
    const instance = await openInstance(options);
    const connection = await instance.connect();
    try {
      if (wasCutOff(file)) {
        await readMetadata(connection);
        if (!options.readOnly) await clearMark(file);
      }
      return { instance, connection };
    } catch (error) {
      close({ instance, connection });
      if (!(await mendTorn(file, error))) throw fileProblem(error, file);
    }
  }
}

export function close({ instance, connection }: Opened): void {
  connection.closeSync();
  instance.closeSync();
}

/** Why the file cannot be opened. No statement was refused: what says nothing of why is the file's fault. */
function fileProblem(error: unknown, file: string): EntradaError {
  const problem = error instanceof EntradaError ? error : duckDbProblem(error, file);
  if (!['warehouse.failed', 'query.invalid'].includes(problem.code)) return problem;
  const values = { database: file, detail: problem.values.detail };
  return new UserError('warehouse.damaged', values, { cause: error });
}

async function openInstance({
  file,
  readOnly,
  withFiles = false,
  waitMs,
  onWait,
}: DuckDbOptions): Promise<DuckDBInstance> {
  const settings: Record<string, string> = readOnly
    ? { access_mode: 'READ_ONLY', enable_external_access: 'false' }
    : {
        enable_external_access: String(withFiles),
        memory_limit: MEMORY,
        threads: String(THREADS),
        preserve_insertion_order: 'false',
        storage_compatibility_version: STORAGE,
        default_block_size: BLOCK_SIZE,
        // Of a file of another program it would load what reads that, from the network.
        autoinstall_known_extensions: 'false',
        autoload_known_extensions: 'false',
        ...WITHOUT_LOG,
      };
  if (!readOnly && file !== IN_MEMORY && !existsSync(file)) await make(file, settings);
  for (let waited = 0; ; waited += LOOK_MS) {
    // Once DuckDB has refused it, it may have become whole.
    const wasWhole = await isWhole(file);
    try {
      // fromCache, never create: a second instance of one file in a process silently loses data.
      return await DuckDBInstance.fromCache(file, settings);
    } catch (error) {
      if (await mendTorn(file, error)) continue;
      const problem = fileProblem(error, file);
      if (problem.code === 'warehouse.damaged') {
        if (waited >= MAKING_MS || wasWhole) throw problem;
      } else if (problem.code !== 'warehouse.busy' || waited >= waitMs) throw problem;
      else if (waited === 0) onWait?.(String(problem.values.holder));
      await sleep(LOOK_MS);
    }
  }
}

/**
 * Makes the file under another name, and gives it its own once it is whole, unless somebody was faster: one of which a
 * full disk, or a kill, left only the beginning DuckDB would refuse from then on.
 */
async function make(file: string, settings: Record<string, string>): Promise<void> {
  const temporary = temporaryIn(dirname(file));
  try {
    (await DuckDBInstance.create(temporary, settings)).closeSync();
    await link(temporary, file);
  } catch (error) {
    const problem = fileProblem(error, file);
    if (problem.code === 'warehouse.full') throw problem;
    // On a disk without links, say, DuckDB makes it where it is to be, or says of that why it cannot.
  } finally {
    await rm(temporary, { force: true });
  }
}

/** DuckDB looks at a file before it locks it, and does not know one that another process has only begun to write. */
async function isWhole(file: string): Promise<boolean> {
  const found = await stat(file).catch(() => undefined);
  return found !== undefined && !(found.isFile() && found.size < HEADERS);
}
