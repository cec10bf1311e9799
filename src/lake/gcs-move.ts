import type { Bucket, FileMetadata } from '@google-cloud/storage';
import { TransientError, UserError } from '../errors.ts';
import { statusOf } from '../sdk.ts';
import { saysAbsent } from './gcs-problem.ts';
import type { FileVersion } from './lake.ts';

/** Kept with a copy: name and generation of what it is a copy of. */
const MOVED_FROM = 'entrada-moved-from';

/**
 * Moves one generation of an object to a name that nothing has, in one step of Cloud Storage's (Objects: move),
 * bound to both generations. Throws what the port says of `move`.
 */
export async function moveObject(bucket: Bucket, file: FileVersion, to: string): Promise<void> {
  // A version of another kind of lake is no generation, so it cannot be the one that is there.
  const mayMove = file.name !== to && /^\d+$/.test(file.version);
  const answer = mayMove ? await moveAtOnce(bucket, file, to) : 412;
  if (answer === 200) return;
  const found = await metadataOf(bucket, file.name);
  if (!found) throw new UserError('lake.missing', { file: file.name });
  if (String(found.generation) !== file.version)
    throw new TransientError('lake.changed', { file: file.name });
  if (answer === 412) throw new UserError('lake.exists', { file: to });
  // It is there, and yet Cloud Storage found nothing to move: this one has no such step (emulators have none).
  await copyThenDelete(bucket, file, to, found);
}

async function moveAtOnce(
  bucket: Bucket,
  { name, version }: FileVersion,
  to: string,
): Promise<number> {
  return statusAmong([404, 412], () =>
    bucket.request({
      method: 'POST',
      uri: `/o/${encodeURIComponent(name)}/moveTo/o/${encodeURIComponent(to)}`,
      qs: { ifSourceGenerationMatch: version, ifGenerationMatch: 0 },
      json: {},
    }),
  );
}

/**
 * The same in two steps. A crash between them leaves both objects; called again, it finds its own mark
 * on the copy and deletes the source. The copy is never taken back: another mover of the same file may rely on it.
 */
async function copyThenDelete(
  bucket: Bucket,
  { name, version }: FileVersion,
  to: string,
  source: FileMetadata,
): Promise<void> {
  const mark = `${name}#${version}`;
  const isOurs = async () => (await metadataOf(bucket, to))?.metadata?.[MOVED_FROM] === mark;
  // Asked first, although the copy is bound to it too: an emulator may not hold to that.
  const taken = (await metadataOf(bucket, to)) !== undefined;
  if (taken || (await copy(bucket, { name, version }, to, mark, source)) === 412) {
    if (!(await isOurs())) throw new UserError('lake.exists', { file: to });
  }
  // 404: somebody who moves the same file was quicker, to the same end.
  if ((await deleteVersion(bucket, { name, version })) === 412)
    throw new TransientError('lake.changed', { file: name });
}

/** Deletes one generation of an object. Throws what the port says of `remove`. */
export async function removeObject(bucket: Bucket, file: FileVersion): Promise<void> {
  const found = await metadataOf(bucket, file.name);
  const isWanted = String(found?.generation) === file.version;
  const status = isWanted ? await deleteVersion(bucket, file) : found ? 412 : 404;
  if (status === 404) throw new UserError('lake.missing', { file: file.name });
  if (status === 412) throw new TransientError('lake.changed', { file: file.name });
}

async function deleteVersion(bucket: Bucket, { name, version }: FileVersion): Promise<number> {
  return statusAmong([404, 412], () =>
    bucket.request({
      method: 'DELETE',
      uri: `/o/${encodeURIComponent(name)}`,
      qs: { ifGenerationMatch: version },
    }),
  );
}

async function copy(
  bucket: Bucket,
  { name, version }: FileVersion,
  to: string,
  mark: string,
  { contentType, metadata }: FileMetadata,
): Promise<number> {
  const place = `/b/${bucket.name}/o/${encodeURIComponent(to)}`;
  let rewriteToken: string | undefined;
  do {
    const status = await statusAmong([412], async () => {
      const [body] = await bucket.request({
        method: 'POST',
        uri: `/o/${encodeURIComponent(name)}/rewriteTo${place}`,
        qs: { ifSourceGenerationMatch: version, ifGenerationMatch: 0, rewriteToken },
        json: { contentType, metadata: { ...metadata, [MOVED_FROM]: mark } },
      });
      // A large object is copied in pieces, each of which is asked for.
      const hasMore = typeof body === 'object' && body !== null && 'rewriteToken' in body;
      rewriteToken = hasMore ? String(body.rewriteToken) : undefined;
    });
    if (status !== 200) return status;
  } while (rewriteToken);
  return 200;
}

async function metadataOf(bucket: Bucket, name: string): Promise<FileMetadata | undefined> {
  let metadata: FileMetadata | undefined;
  await statusAmong([404], async () => {
    [metadata] = await bucket.file(name).getMetadata();
  });
  return metadata;
}

/** Does `work` and gives 200, or the status of a refusal that the caller expects. */
async function statusAmong(expected: readonly number[], work: () => Promise<unknown>) {
  try {
    await work();
    return 200;
  } catch (error) {
    const status = statusOf(error);
    if (!expected.includes(status) || (status === 404 && !saysAbsent(error))) throw error;
    return status;
  }
}
