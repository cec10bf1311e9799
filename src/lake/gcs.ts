import { EventEmitter } from 'node:events';
import { rm } from 'node:fs/promises';
import { buffer } from 'node:stream/consumers';
import type { Bucket } from '@google-cloud/storage';
import { TransientError, UserError } from '../errors.ts';
import { loadSdk } from '../sdk.ts';
import { moveObject, removeObject } from './gcs-move.ts';
import { asking, saysAbsent } from './gcs-problem.ts';
import type { Lake, LakeFile, OpenFile } from './lake.ts';
import { checkName } from './name.ts';

interface GcsOptions {
  readonly bucket: string;
  readonly project?: string | undefined;
  /** Where Cloud Storage answers, if not at Google's address. Without TLS nobody is asked who they are. */
  readonly endpoint?: string | undefined;
  /** How many bytes are asked for at least when they are read one after the other. */
  readonly readAhead?: number;
  /** How often the client library asks again, 1, 2, 4 … seconds apart, where there was no answer or a 5xx. */
  readonly maxRetries?: number;
}

/**
 * A lake in a bucket of Cloud Storage. A version is the object's generation, and everything is asked of that
 * generation, so that no answer is about other bytes than the caller means. Besides the port's errors every
 * call may throw what gcs-problem.ts makes of an answer.
 */
export async function openGcsLake({
  bucket: bucketName,
  project,
  endpoint,
  readAhead = 4 << 20,
  maxRetries = 3,
}: GcsOptions): Promise<Lake> {
  const { Storage, IdempotencyStrategy } = await loadSdk(
    '@google-cloud/storage',
    () => import('@google-cloud/storage'),
  );
  // A download of the client library puts one more listener on a stream than Node thinks right, and Node would
  // tell the person so.
  EventEmitter.defaultMaxListeners = Math.max(EventEmitter.defaultMaxListeners, 20);
  const storage = new Storage({
    ...(project && { projectId: project }),
    ...(endpoint && {
      apiEndpoint: endpoint,
      useAuthWithCustomEndpoint: endpoint.startsWith('https:'),
    }),
    // Each request here may be sent twice: a move is bound to generations, and a write says all there is.
    retryOptions: {
      idempotencyStrategy: IdempotencyStrategy.RetryAlways,
      // The client takes 0 for its default.
      autoRetry: maxRetries > 0,
      maxRetries,
    },
  });
  const bucket = storage.bucket(bucketName);
  const named = <T>(name: string, work: () => Promise<T>) => asking(name, bucketName, work);

  async function find(name: string): Promise<LakeFile | undefined> {
    try {
      const [metadata] = await bucket.file(name).getMetadata();
      return fileOf({ ...metadata, name });
    } catch (error) {
      if (saysAbsent(error)) return undefined;
      throw error;
    }
  }

  return {
    list: (folder, deep) =>
      named(folder, async () => {
        const prefix = `${checkName(folder)}/`;
        const [objects] = await bucket.getFiles({ prefix, ...(!deep && { delimiter: '/' }) });
        // An object that ends in / is how a console shows an empty folder; no name may end so, nor in /. or /..
        const below = /^([^./][^/]*\/)?(?!\.{1,2}$)[^/]+$/;
        const files = objects.filter(({ name }) => below.test(name.slice(prefix.length)));
        return files.map(({ metadata, name }) => fileOf({ ...metadata, name }));
      }),

    open: (name) =>
      named(name, async () => {
        const file = await find(checkName(name));
        if (!file) throw new UserError('lake.missing', { file: name });
        return readerOf(bucket, file, readAhead, find);
      }),

    move: (file, to) =>
      named(`${file.name} → ${to}`, () => {
        checkName(file.name);
        checkName(to);
        return moveObject(bucket, file, to);
      }),

    write: (name, bytes) =>
      named(name, () =>
        bucket.file(checkName(name)).save(Buffer.from(bytes), { resumable: false }),
      ),

    adopt: (path, name) =>
      named(name, async () => {
        try {
          await bucket.upload(path, { destination: checkName(name), resumable: false });
        } finally {
          await rm(path, { force: true });
        }
      }),

    remove: (file) =>
      named(file.name, () => {
        checkName(file.name);
        return removeObject(bucket, file);
      }),

    locate: (name) => `gs://${bucketName}/${checkName(name)}`,
  };
}

const JUMP_BYTES = 65_536;
const NOTHING = { start: -1, bytes: new Uint8Array() };

/** Reads a generation by ranges; what lies behind a range is fetched with it, because it is read next. */
function readerOf(
  bucket: Bucket,
  file: LakeFile,
  readAhead: number,
  find: (name: string) => Promise<LakeFile | undefined>,
): OpenFile {
  const object = bucket.file(file.name, { generation: file.version });
  const changed = () => new TransientError('lake.changed', { file: file.name });
  let held = NOTHING;

  async function fetch(start: number, end: number) {
    const range = { start, end: end - 1, validation: false, decompress: false };
    const bytes = await buffer(object.createReadStream(range)).catch((error) => {
      throw saysAbsent(error) ? changed() : error;
    });
    if (bytes.length !== end - start) {
      const detail = `${bytes.length} bytes of ${end - start}`;
      throw new TransientError('lake.unreachable', { file: file.name, detail });
    }
    return { start, bytes: new Uint8Array(bytes) };
  }

  return {
    file,
    read: (offset, length) =>
      asking(file.name, bucket.name, async () => {
        const end = Math.min(offset + length, file.size);
        if (offset >= end) return new Uint8Array();
        let here = held;
        if (offset < here.start || end > here.start + here.bytes.length) {
          // A place that was jumped to may be all there is to read there, as the end of a zip is.
          const ahead = offset === here.start + here.bytes.length ? readAhead : JUMP_BYTES;
          here = await fetch(offset, Math.min(Math.max(end, offset + ahead), file.size));
          held = here;
        }
        return here.bytes.slice(offset - here.start, end - here.start);
      }),
    verify: () =>
      asking(file.name, bucket.name, async () => {
        if ((await find(file.name))?.version !== file.version) throw changed();
      }),
    async [Symbol.asyncDispose]() {
      held = NOTHING;
    },
  };
}

function fileOf(metadata: {
  readonly name: string;
  readonly size?: string | number;
  readonly generation?: string | number;
  readonly timeCreated?: string;
}): LakeFile {
  const { name, size, generation, timeCreated } = metadata;
  return {
    name,
    size: Number(size),
    version: String(generation),
    modified: Date.parse(timeCreated ?? ''),
  };
}
