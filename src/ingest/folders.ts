import type { FileState } from '../ledger/ledger.ts';
import { shortHash } from '../ledger/loaded-files.ts';

/** The lake's folders, as the case names them; the second is ours. */
export const INBOX = 'entrada';
export const BACKUP = 'backup';
export const REJECTED = 'rejeitados';

/** The name by which the ledger knows a file of the inbox: with its sender's folder. */
export function fileNameOf(inInbox: string): string {
  return inInbox.slice(INBOX.length + 1);
}

/** Who sent a file: the folder of entrada/ that it was put into; nobody in particular for the inbox itself. */
export function senderOf(fileName: string): string | undefined {
  const slash = fileName.indexOf('/');
  return slash === -1 ? undefined : fileName.slice(0, slash);
}

/** What a disk allows for a name, in bytes of UTF-8, less the `.txt` that is added for a reason beside a file. */
const NAME_BYTES = 255 - '.txt'.length;

/**
 * Where a drop's file rests once its outcome is known. The name carries the time and the content,
 * so no two files want the same place, and a move that a crash interrupted is repeated to the same one.
 */
export function restingPlace({
  fileName,
  fileHash,
  state,
  time,
}: Pick<FileState, 'fileName' | 'fileHash' | 'state' | 'time'>): string {
  const [, stem, extension] = /^(.*?)(\.[^./]*)?$/s.exec(fileName) ?? ['', fileName, ''];
  const [seconds, fraction = ''] = time.replace(/[-:]/g, '').split('.');
  const stamp = seconds + fraction.slice(0, 3).padEnd(3, '0');
  const folder = state === 'rejected' ? REJECTED : BACKUP;
  return `${folder}/${fitName(stem, `.${stamp}.${shortHash(fileHash)}${extension ?? ''}`)}`;
}

/** Where the rejected rows of a file are listed. */
export function rejectionsPlace(fileName: string): string {
  return `${REJECTED}/${fitName(fileName, '.rejections.csv')}`;
}

/** A name that a disk takes, in its sender's folder: the stem gives way, never the ending. */
function fitName(stem: string, ending: string): string {
  const slash = stem.indexOf('/') + 1;
  const letters = [...stem.slice(slash)];
  while (Buffer.byteLength(letters.join('') + ending) > NAME_BYTES) letters.pop();
  return stem.slice(0, slash) + letters.join('') + ending;
}
