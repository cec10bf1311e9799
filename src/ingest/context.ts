import type { Logger } from 'pino';
import type { BrokenDataset } from '../contract/broken.ts';
import type { Dataset } from '../contract/dataset.ts';
import type { Lake } from '../lake/lake.ts';
import type { Language } from '../messages/messages.ts';
import type { Warehouse } from '../warehouse/warehouse.ts';
import type { Incoming } from './incoming.ts';

/** What the receiver works with; the same on one machine and in the cloud. */
export interface Context {
  readonly lake: Lake;
  readonly warehouse: Warehouse;
  readonly datasets: readonly Dataset[];
  /** Those that somebody must mend first. */
  readonly broken: readonly BrokenDataset[];
  readonly incoming: Incoming;
  /** Of the files that the client reads. */
  readonly language: Language;
  /** Whether others may receive at the same time: then the ledger is asked again for what was just recorded. */
  readonly isShared?: boolean;
  /** Whether a file replaces the earlier one of its name, whatever its contract says. */
  readonly replaceSameName: boolean;
  /** Names this run in the ledger, the logs and the summary. */
  readonly runId: string;
  readonly log: Logger;
  /** Milliseconds since 1970. */
  now(): number;
}
