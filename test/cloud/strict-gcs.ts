import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { JSON_TYPE } from './rig.ts';

/** What to do with a request besides answering it: lose it before it is done, or lose only the answer. */
export type Fault = 'lose request' | 'lose answer';

export interface StrictGcsOptions {
  readonly port?: number;
  /** Whether it knows Objects: move; Cloud Storage does, emulators do not. */
  readonly moves?: boolean;
  /** Asked of each request, of which it is told the method and the path with its query; it is awaited. */
  readonly fault?: (method: string, path: string) => Fault | undefined | Promise<undefined>;
}

interface Answer {
  readonly status: number;
  readonly headers?: Record<string, string>;
  readonly body: Buffer;
}

const OBJECT =
  /^\/storage\/v1\/b\/([^/]+)\/o\/([^/]+)(?:\/(moveTo|rewriteTo|copyTo)(?:\/b\/([^/]+))?\/o\/([^/]+))?$/;

/**
 * Stands before fake-gcs-server and holds to what that does not: the generations that a copy and a delete are bound
 * to, and Objects: move, as the reference of Cloud Storage describes them. It does one thing at a time, so that
 * nothing happens between a look at a generation and what depends on it. It is our reading of the reference,
 * no proof of it: docs/cloud.md says what only the real Cloud Storage can prove.
 */
export async function startStrictGcs(
  upstream: string,
  { port = 0, moves = true, fault = () => undefined }: StrictGcsOptions = {},
): Promise<AsyncDisposable & { readonly url: string }> {
  let last: Promise<unknown> = Promise.resolve();
  const server = createServer(async (request, response) => {
    const body = await buffer(request);
    const turn = last.then(() => serve(request, body, response));
    last = turn.catch(() => response.destroy());
  });

  async function serve(request: IncomingMessage, body: Buffer, response: ServerResponse) {
    const { method = '', url = '' } = request;
    const loss = await fault(method, url);
    if (loss === 'lose request') return response.destroy();
    const { status, headers, body: sent } = await answerTo(request, body);
    if (loss === 'lose answer') return response.destroy();
    response.writeHead(status, headers).end(request.method === 'HEAD' ? undefined : sent);
  }

  async function answerTo(request: IncomingMessage, body: Buffer): Promise<Answer> {
    const { pathname, searchParams } = new URL(request.url ?? '', upstream);
    const [, bucket, name, step, toBucket = bucket, to] = OBJECT.exec(pathname) ?? [];
    if (step) {
      const found = await generationOf(bucket, name, searchParams.get('sourceGeneration'));
      if (!found || (step === 'moveTo' && !moves)) return refusal(404);
      const wanted = searchParams.get('ifSourceGenerationMatch');
      if (wanted !== null && wanted !== found) return refusal(412);
      if (differs(searchParams, await generationOf(toBucket, to))) return refusal(412);
      // Without a step for moves an object is copied in pieces, as a large one is.
      if (step === 'rewriteTo' && !moves && !searchParams.has('rewriteToken'))
        return { status: 200, headers: JSON_TYPE, body: Buffer.from('{"rewriteToken":"more"}') };
      if (step !== 'moveTo') return pass(request, body);
      if (name === to) return refusal(400);
      const copied = await ask(
        'POST',
        `/storage/v1/b/${bucket}/o/${name}/copyTo/b/${bucket}/o/${to}`,
      );
      await ask('DELETE', `/storage/v1/b/${bucket}/o/${name}`);
      return copied;
    }
    if (name && request.method === 'DELETE') {
      const found = await generationOf(bucket, name);
      if (found && differs(searchParams, found)) return refusal(412);
      const { status, ...answer } = await pass(request, body);
      // gcloud takes no other answer for a success than the empty one of the reference.
      return status === 200 ? { status: 204, body: Buffer.of() } : { status, ...answer };
    }
    return pass(request, body);
  }

  /** Of the live one, unless an earlier one is named. */
  async function generationOf(
    bucket: string,
    name: string,
    earlier: string | null = null,
  ): Promise<string | undefined> {
    const which = earlier === null ? '' : `?generation=${earlier}`;
    const { status, body } = await ask('GET', `/storage/v1/b/${bucket}/o/${name}${which}`);
    return status === 200 ? String(JSON.parse(body.toString()).generation) : undefined;
  }

  function ask(method: string, path: string): Promise<Answer> {
    return forward(new URL(path, upstream), { method });
  }

  function pass({ method = 'GET', url = '', headers }: IncomingMessage, body: Buffer) {
    const { connection, 'transfer-encoding': _, 'content-length': __, ...rest } = headers;
    const hasBody = !['GET', 'HEAD'].includes(method);
    // gcloud writes True, which Cloud Storage takes and fake-gcs-server does not.
    return forward(new URL(url.replace(/(?<=[?&]versions=)True/, 'true'), upstream), {
      method,
      headers: rest as Record<string, string>,
      ...(hasBody && { body: new Uint8Array(body) }),
    });
  }

  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Whether what is there is not what the request is bound to; 0 stands for nothing at all. */
function differs(query: URLSearchParams, found: string | undefined): boolean {
  const wanted = query.get('ifGenerationMatch');
  return wanted !== null && wanted !== (found ?? '0');
}

async function forward(url: URL, init: RequestInit): Promise<Answer> {
  const answer = await fetch(url, init);
  const kept = [...answer.headers].filter(
    ([name]) =>
      !['connection', 'transfer-encoding', 'content-length', 'content-encoding'].includes(name),
  );
  return {
    status: answer.status,
    headers: Object.fromEntries(kept),
    body: Buffer.from(await answer.arrayBuffer()),
  };
}

function refusal(status: number): Answer {
  const body = Buffer.from(
    JSON.stringify({ error: { code: status, message: `strict: ${status}` } }),
  );
  return { status, headers: JSON_TYPE, body };
}
