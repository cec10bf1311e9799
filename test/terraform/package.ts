import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { TABLES } from '../../src/spotify/tables.ts';
import { Missing } from '../cloud/parts.ts';
import { told } from '../cloud/told.ts';
import { need } from './provider.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const STARTED_MS = 60_000;

/** Does what Cloud Build does with the functions' source, and then what an instance does. */
export async function installAndStart(folder: string): Promise<void> {
  await told(process.execPath, [join(root, 'scripts/zip-functions.ts'), folder]);
  const source = join(folder, 'cloud');
  await install(source);
  const { main } = JSON.parse(await readFile(join(source, 'package.json'), 'utf8'));
  // As the service looks at it before it builds.
  await told(process.execPath, ['--check', join(source, main)]);
  await told(process.execPath, [join(source, 'src/cli.ts'), '--help']);
  for (const name of ['bases_vendas', ...TABLES]) await start(source, name);
}

async function install(source: string): Promise<void> {
  const npm = await need('npm');
  try {
    await told(npm, ['ci', '--prefix', source, '--omit=dev', '--no-audit', '--no-fund']);
  } catch (error) {
    const said = (error as Error).message;
    if (/E(AI_AGAIN|NOTFOUND|CONNREFUSED|CONNRESET|TIMEDOUT)/.test(said))
      throw new Missing('the npm registry does not answer');
    throw error;
  }
}

/** The service gives a function that is called over HTTP the type http; it must be what it was registered as. */
async function start(source: string, name: string): Promise<void> {
  const framework = join(
    source,
    'node_modules/@google-cloud/functions-framework/build/src/main.js',
  );
  const child = spawn(process.execPath, [framework, `--target=${name}`], {
    cwd: source,
    env: { ...process.env, PORT: '0', FUNCTION_SIGNATURE_TYPE: 'http', NODE_ENV: 'development' },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: STARTED_MS,
  });
  const ended = once(child, 'close');
  let said = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (bytes) => {
      said += bytes;
      if (/URL: /.test(said)) child.kill();
    });
  await ended;
  assert.match(said, new RegExp(`Function: ${name}\\nSignature type: cloudevent`), said);
}
