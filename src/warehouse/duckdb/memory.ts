import { totalmem } from 'node:os';
import { UserError } from '../../errors.ts';

/**
 * What DuckDB may take before it goes to disk. It keeps what it has read or written until then: as much of a long
 * history as of a short one.
 */
export const MEMORY = '72MB';

/** The same while rows of so many columns land: a few row groups, and for each column of texts a few blocks. */
export function landingMemory(columns: number): string {
  return `${24 + columns}MB`;
}

/** Of DuckDB's own, while nothing lands. */
export const THREADS = 2;

/**
 * For the rare work that does not fit and cannot go to disk, such as merging millions of keys: half of the machine's.
 */
export function largeMemory(): string {
  const machine = Math.min(totalmem(), process.constrainedMemory() || Number.POSITIVE_INFINITY);
  return `${Math.floor(machine / 2 / 2 ** 20)}MiB`;
}

export interface Memory {
  /**
   * Sets the memory to this, unless there is more for the rest of this process. Then, and only then, DuckDB's allocator
   * gives back to the system what nothing stands in any more.
   */
  allow(some: string): Promise<void>;
  /** More memory, for the rest of this process. */
  enlarge(): Promise<void>;
  /** Begins again, enlarged, what a little was not enough for. Not within a transaction. */
  fitting<T>(work: () => Promise<T>): Promise<T>;
}

/** How much an open database may take, which `run` tells it. */
export function createMemory(run: (sql: string) => Promise<unknown>): Memory {
  let memory = MEMORY;

  async function allow(some: string): Promise<void> {
    await run(`SET memory_limit = '${memory === MEMORY ? some : memory}'`);
  }

  async function enlarge(): Promise<void> {
    memory = largeMemory();
    await allow(memory);
  }

  async function fitting<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      const isTooLittle = error instanceof UserError && error.code === 'warehouse.memory';
      if (!isTooLittle || memory !== MEMORY) throw error;
      await enlarge();
      return work();
    }
  }

  return { allow, enlarge, fitting };
}
