import type { Value } from '../warehouse/warehouse.ts';

/** A file that was loaded, told from the others of its name. */
export interface LoadedFile {
  readonly file: string;
  readonly fileHash: string;
  /** ISO date-time, UTC. */
  readonly loadedAt: string;
  /** Whether a file of this name was loaded with other bytes too. */
  readonly hasNamesake: boolean;
}

/**
 * Every load and its file, as a table to join: LOAD_ID, SHEET, and the columns of `loadedFile`. Where another drop of
 * the same bytes took over from the first, that drop is its file.
 */
export const LOADED_FILES = `(
  SELECT LOAD_ID, SHEET, FILE_NAME, FILE_HASH, EVENT_TIME,
    IF(MIN(FILE_HASH) OVER (PARTITION BY FILE_NAME) = MAX(FILE_HASH) OVER (PARTITION BY FILE_NAME), 0, 1) AS NAMESAKE
  FROM ledger_events WHERE EVENT = 'loaded'
  QUALIFY ROW_NUMBER() OVER (PARTITION BY LOAD_ID ORDER BY EVENT_TIME DESC) = 1)`;

/** From FILE_NAME, FILE_HASH, EVENT_TIME and NAMESAKE. */
export function loadedFile([file, fileHash, time, namesake]: readonly Value[]): LoadedFile {
  return {
    file: String(file),
    fileHash: String(fileHash),
    loadedAt: String(time),
    hasNamesake: Number(namesake) === 1,
  };
}

/** As much of a hash as a person is shown: the file in backup/ bears it, and `retract` takes it. */
export function shortHash(fileHash: string): string {
  return fileHash.slice(0, 12);
}
