import ssh2, { type SFTPWrapper } from 'ssh2';
import { EntradaError, type Problem } from '../errors.ts';
import type { Code } from '../messages/en.ts';
import { createHandles } from './handles.ts';
import type { View } from './inlet.ts';
import { requestsOf } from './requests.ts';
import type { Upload } from './upload.ts';

const { STATUS_CODE } = ssh2.utils.sftp;

/** What a request weighs until it is answered, besides the bytes that it brings. */
const REQUEST_BYTES = 1_000;

/** What a client has to do otherwise. The rest, such as a full disk, is the operator's to mend. */
const OF_CLIENT = /^(sftp\.|lake\.(missing|exists|changed|name|long)$)/;

interface SessionEffects {
  /** A refusal in the words of the client. */
  render(problem: Problem): string;
  /** A fault of ours. */
  onFault(error: unknown): void;
  /** What somebody other than the client must mend; once, however many requests it refuses. */
  onRefusal(error: EntradaError): void;
  onUpload(upload: Pick<Upload, 'name' | 'size'>): void;
  /** Bytes that came and are not dealt with yet: more by this many, or fewer. */
  onBacklog(bytes: number): void;
  onAnswered(): void;
}

/**
 * Answers the requests of one SFTP session, one after the other, with what the view allows. The function it gives
 * waits for those that have come and lets go of what is open; the session has then ended.
 */
export function serveSession(
  sftp: SFTPWrapper,
  view: View,
  account: string,
  { render, onFault, onRefusal, onUpload, onBacklog, onAnswered }: SessionEffects,
): () => Promise<void> {
  const handles = createHandles();
  let turn: Promise<void> = Promise.resolve();
  let ending: Promise<void> | undefined;

  let told: unknown;

  function refuse(id: number, error: unknown): void {
    if (error instanceof EntradaError) {
      if (error !== told && !OF_CLIENT.test(error.code)) onRefusal(error);
      told = error;
      sftp.status(id, statusOf(error.code), render(view.inItsNames(error)));
    } else {
      onFault(error);
      sftp.status(id, STATUS_CODE.FAILURE);
    }
  }

  const requests = Object.entries(requestsOf(sftp, view, account, handles, onUpload));
  for (const [name, request] of requests) {
    const answer = request as (id: number, ...values: readonly unknown[]) => Promise<void>;
    sftp.on(name, (id: number, ...values: readonly unknown[]) => {
      const bytes = values.reduce<number>(
        (sum, value) => sum + (value instanceof Buffer ? value.length : 0),
        REQUEST_BYTES,
      );
      onBacklog(bytes);
      // In the order of arrival: a CLOSE comes after the bytes before it.
      turn = turn
        .then(() => answer(id, ...values))
        .catch((error) => refuse(id, error))
        // The connection may be gone by now, and with it whoever would hear.
        .catch(onFault)
        .then(() => {
          onBacklog(-bytes);
          onAnswered();
        });
    });
  }

  async function end(): Promise<void> {
    await turn;
    for (const handle of handles.takeAll()) {
      try {
        if (handle.kind === 'file') await handle.opened[Symbol.asyncDispose]();
        if (handle.kind === 'upload') await handle.upload.abandon();
      } catch (error) {
        onFault(error);
      }
    }
  }
  return () => {
    ending ??= end();
    return ending;
  };
}

function statusOf(code: Code): number {
  if (code === 'sftp.missing' || code === 'lake.missing') return STATUS_CODE.NO_SUCH_FILE;
  return code === 'sftp.denied' ? STATUS_CODE.PERMISSION_DENIED : STATUS_CODE.FAILURE;
}
