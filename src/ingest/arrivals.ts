import { UserError } from '../errors.ts';
import { openIfThere } from '../lake/if-there.ts';
import type { Lake, LakeFile } from '../lake/lake.ts';
import type { Limits } from '../workbook/limits.ts';
import { fileNameOf, INBOX, senderOf } from './folders.ts';
import { hasGaps, lacksEnd } from './whole.ts';

/** Why a file in the inbox is left where it is. */
type WaitReason =
  | 'wait.name'
  | 'wait.hidden'
  | 'wait.temporary'
  | 'wait.lockFile'
  | 'wait.empty'
  | 'wait.writing'
  | 'wait.incomplete'
  | 'wait.gaps'
  | `odd.${LakeFile['odd'] & string}`;

export interface Arrivals {
  readonly ready: readonly LakeFile[];
  readonly waiting: readonly { readonly file: LakeFile; readonly reason: WaitReason }[];
}

export interface ArrivalEffects {
  now(): number;
  sleep(ms: number): Promise<unknown>;
  /** How much of a workbook is looked through. */
  readonly limits: Limits;
  /** Files that had gaps at the look before: the same version of one is not looked through again. */
  readonly hadGaps?: readonly LakeFile[] | undefined;
}

type LookEffects = Omit<ArrivalEffects, 'sleep'>;

/** A file untouched for this long is taken to be whole; a younger one is looked at twice. */
const SETTLED_MS = 2_000;
const SECOND_LOOK_MS = 500;
/** A workbook that is not whole may still be arriving, until it has been silent for this long. */
const GIVEN_UP_MS = 10 * 60_000;

/**
 * What waits in the inbox and in its senders' folders: workbooks that are whole, by name, and everything else with
 * the reason.
 */
export async function findArrivals(lake: Lake, effects: ArrivalEffects): Promise<Arrivals> {
  const { now, sleep } = effects;
  const waiting: { file: LakeFile; reason: WaitReason }[] = [];
  const ready: LakeFile[] = [];
  const workbooks = (await inboxByName(lake)).filter((file) => {
    const reason = notAWorkbook(file);
    // Nothing more comes of what has been empty for long: its sender is to hear of it.
    const isGivenUp = reason === 'wait.empty' && now() - file.modified > GIVEN_UP_MS;
    if (reason && !isGivenUp) waiting.push({ file, reason });
    return !reason || isGivenUp;
  });
  const isYoung = (file: LakeFile) => !isSettled(file, now());
  const second = new Map<string, LakeFile>();
  if (workbooks.some(isYoung)) {
    await sleep(SECOND_LOOK_MS);
    for (const file of await lake.list(INBOX, 'deep')) second.set(file.name, file);
  }
  for (const file of workbooks) {
    const isWritten = isYoung(file) && second.get(file.name)?.version !== file.version;
    const reason = isWritten ? 'wait.writing' : await notWhole(lake, file, effects);
    if (reason) waiting.push({ file, reason });
    else ready.push(file);
  }
  return { ready, waiting };
}

/**
 * The workbook that `findArrivals` will very likely find ready first, if there is one, without waiting for anything.
 * What is sent is left out: whether it is whole takes as long as reading it.
 */
export async function likelyFirst(lake: Lake, effects: LookEffects): Promise<LakeFile[]> {
  const first = (await inboxByName(lake)).find((file) => !notAWorkbook(file));
  if (!first || !isSettled(first, effects.now()) || isSent(first)) return [];
  return (await notWhole(lake, first, effects)) ? [] : [first];
}

async function inboxByName(lake: Lake): Promise<LakeFile[]> {
  return (await lake.list(INBOX, 'deep')).sort((a, b) => (a.name < b.name ? -1 : 1));
}

function isSettled({ modified }: LakeFile, now: number): boolean {
  return now - modified >= SETTLED_MS;
}

/** Why a file in the inbox is not taken for a workbook, if it is not. */
export function notAWorkbook({
  name,
  size,
  odd,
}: Pick<LakeFile, 'name' | 'size' | 'odd'>): WaitReason | undefined {
  if (odd) return `odd.${odd}`;
  return (
    nameReason(name.slice(name.lastIndexOf('/') + 1)) ?? (size === 0 ? 'wait.empty' : undefined)
  );
}

/** Why no file of this name is taken, wherever it lies, if none is. */
export function nameReason(base: string): WaitReason | undefined {
  if (/^(~\$|\.~lock\.)/.test(base)) return 'wait.lockFile';
  if (base.startsWith('.')) return 'wait.hidden';
  if (/\.(part|tmp|filepart|crdownload)$/i.test(base)) return 'wait.temporary';
  return /\.xls[xm]$/i.test(base) ? undefined : 'wait.name';
}

async function notWhole(
  lake: Lake,
  file: LakeFile,
  { now, limits, hadGaps = [] }: LookEffects,
): Promise<WaitReason | undefined> {
  if (now() - file.modified > GIVEN_UP_MS) return undefined;
  if (hadGaps.some(({ name, version }) => name === file.name && version === file.version))
    return 'wait.gaps';
  return lackOf(lake, file, limits).catch((error) => {
    if (error instanceof UserError && error.code === 'lake.forbidden') return 'odd.closed';
    throw error;
  });
}

async function lackOf(lake: Lake, file: LakeFile, limits: Limits): Promise<WaitReason | undefined> {
  await using opened = await openIfThere(lake, file.name);
  // Taken back in the meantime: it is not ready, and the next look will not find it.
  if (opened === undefined) return 'wait.incomplete';
  const source = { size: opened.file.size, read: opened.read };
  if (await lacksEnd(source)) return 'wait.incomplete';
  // What a sender's program puts there comes over a network; what breaks off may be taken up again.
  return isSent(file) && (await hasGaps(source, limits)) ? 'wait.gaps' : undefined;
}

function isSent({ name }: LakeFile): boolean {
  return senderOf(fileNameOf(name)) !== undefined;
}
