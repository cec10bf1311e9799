import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { JSON_TYPE } from './rig.ts';

interface Proxy extends AsyncDisposable {
  readonly url: string;
}

interface ProxyRules {
  /** Answers in the place of the emulator, with a status that no client expects. */
  readonly refuses?: (path: string, body: Buffer) => boolean;
  /** Told of each change, once it is made and before whoever asked for it learns so. */
  readonly onChanged?: (what: string) => Promise<void>;
}

const NOT_EXPECTED = 418;
const REFUSAL = JSON.stringify({ error: { code: NOT_EXPECTED, message: 'refused for the test' } });

/** Stands between a function and an emulator: what a function does to the world outside passes here. */
export async function startProxy(
  upstream: string,
  { refuses = () => false, onChanged = async () => {} }: ProxyRules,
): Promise<Proxy> {
  const server = createServer(async (incoming, outgoing) => {
    const { method = '', url = '', headers } = incoming;
    try {
      const body = await buffer(incoming);
      if (refuses(url, body)) return outgoing.writeHead(NOT_EXPECTED, JSON_TYPE).end(REFUSAL);
      const answer = await forward(new URL(url, upstream), method, headers, body);
      if (method !== 'GET') await onChanged(`${method} ${url}`);
      outgoing.writeHead(answer.status, answer.headers).end(answer.body);
    } catch {
      outgoing.destroy();
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

type Headers = NodeJS.Dict<string | string[]>;

/** Byte for byte, compressed or not. */
function forward(url: URL, method: string, headers: Headers, body: Buffer) {
  const { 'transfer-encoding': _, connection: __, ...rest } = headers;
  return new Promise<{ status: number; headers: Headers; body: Buffer }>((resolve, reject) => {
    const asked = request(url, { method, headers: rest }, async (answer) => {
      const { 'transfer-encoding': ___, connection: ____, ...kept } = answer.headers;
      const bytes = await buffer(answer);
      resolve({
        status: answer.statusCode ?? 0,
        headers: { ...kept, 'content-length': String(bytes.length) },
        body: bytes,
      });
    });
    asked.on('error', reject);
    asked.end(body);
  });
}
