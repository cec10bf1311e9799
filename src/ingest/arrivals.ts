import { UserError } from '../errors.ts';
import type { Lake, LakeFile } from '../lake/lake.ts';
import { endsLikeZip } from '../workbook/zip.ts';
import { INBOX } from './folders.ts';

/** Why a file in the inbox is left where it is. */
export type WaitReason =
  | 'wait.name'
  | 'wait.hidden'
  | 'wait.temporary'
  | 'wait.lockFile'
  | 'wait.empty'
  | 'wait.writing'
  | 'wait.incomplete';

export interface Arrivals {
  readonly ready: readonly LakeFile[];
  readonly waiting: readonly { readonly file: LakeFile; readonly reason: WaitReason }[];
}

export interface ArrivalEffects {
  now(): number;
  sleep(ms: number): Promise<unknown>;
}

/** A file untouched for this long is taken to be whole; a younger one is looked at twice. */
const SETTLED_MS = 2_000;
const SECOND_LOOK_MS = 500;
/** A zip without its end may still be arriving, until it has been silent for this long. */
const GIVEN_UP_MS = 10 * 60_000;

/** What waits in the inbox: workbooks that are whole, by name, and everything else with the reason. */
export async function findArrivals(lake: Lake, { now, sleep }: ArrivalEffects): Promise<Arrivals> {
  const waiting: { file: LakeFile; reason: WaitReason }[] = [];
  const ready: LakeFile[] = [];
  const first = (await lake.list(INBOX)).sort((a, b) => (a.name < b.name ? -1 : 1));
  const workbooks = first.filter((file) => {
    const reason = notAWorkbook(file);
    if (reason) waiting.push({ file, reason });
    return !reason;
  });
  const isYoung = (file: LakeFile) => now() - file.modified < SETTLED_MS;
  const second = new Map<string, LakeFile>();
  if (workbooks.some(isYoung)) {
    await sleep(SECOND_LOOK_MS);
    for (const file of await lake.list(INBOX)) second.set(file.name, file);
  }
  for (const file of workbooks) {
    if (isYoung(file) && second.get(file.name)?.version !== file.version)
      waiting.push({ file, reason: 'wait.writing' });
    else if (await isIncomplete(lake, file, now()))
      waiting.push({ file, reason: 'wait.incomplete' });
    else ready.push(file);
  }
  return { ready, waiting };
}

/** Why a file in the inbox is not taken for a workbook, if it is not. */
export function notAWorkbook({
  name,
  size,
}: Pick<LakeFile, 'name' | 'size'>): WaitReason | undefined {
  const base = name.slice(INBOX.length + 1);
  if (base.startsWith('~$')) return 'wait.lockFile';
  if (base.startsWith('.')) return 'wait.hidden';
  if (/\.(part|tmp|filepart|crdownload)$/i.test(base)) return 'wait.temporary';
  if (!/\.xls[xm]$/i.test(base)) return 'wait.name';
  return size === 0 ? 'wait.empty' : undefined;
}

async function isIncomplete(lake: Lake, file: LakeFile, now: number): Promise<boolean> {
  if (now - file.modified > GIVEN_UP_MS) return false;
  const opened = await lake.open(file.name).catch((error) => {
    if (error instanceof UserError && error.code === 'lake.missing') return undefined;
    throw error;
  });
  // Taken back in the meantime: it is not ready, and the next look will not find it.
  if (opened === undefined) return true;
  await using _ = opened;
  const source = { size: opened.file.size, read: opened.read };
  const [p, k] = await source.read(0, 2);
  // Anything but a zip is the reader's to name; only a zip has an end to wait for.
  return p === 0x50 && k === 0x4b && !(await endsLikeZip(source));
}
