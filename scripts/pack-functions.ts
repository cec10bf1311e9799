// Makes what Google Cloud builds: build/cloud, of which the flow's image is made, and build/functions.zip, the functions'
// source. JavaScript, because the service looks at the source with a Node that would take types for a mistake.
// The same source gives the same bytes, so that Terraform deploys only what has changed.
import { execFileSync } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { copyFile, cp, glob, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join, resolve, sep } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';
import { ZipFile } from 'yazl';
import { type Lock, lockFor, type Manifest, manifestFor } from './functions-manifest.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const build = resolve(root, process.argv[2] ?? 'build');
const folder = join(build, 'cloud');
const zipFile = join(build, 'functions.zip');

await rm(folder, { recursive: true, force: true });
await mkdir(folder, { recursive: true });
const outDir = join(folder, 'dist');
execFileSync(
  join(root, 'node_modules/.bin/tsc'),
  ['-p', join(root, 'tsconfig.build.json'), '--outDir', outDir, '--declaration', 'false'],
  { stdio: 'inherit' },
);
await cp(join(root, 'datasets'), join(folder, 'datasets'), { recursive: true });
const manifest = manifestFor(await readJson<Manifest>('package.json'));
await writeJson('package.json', manifest);
await writeJson('package-lock.json', lockFor(await readJson<Lock>('package-lock.json'), manifest));
await writeZip();
await copyFile(join(root, 'cloud/Dockerfile'), join(folder, 'Dockerfile'));
process.stdout.write(`${zipFile}\n${folder}\n`);

async function writeZip(): Promise<void> {
  const names: string[] = [];
  for await (const entry of glob('**', { cwd: folder, withFileTypes: true }))
    if (entry.isFile()) names.push(join(entry.parentPath, entry.name));
  const zip = new ZipFile();
  // The zip format's first day, in the local time that yazl writes.
  const entry = { mtime: new Date(1980, 0, 1), mode: 0o100644, forceDosTimestamp: true };
  for (const name of names.sort()) {
    const inZip = name.slice(folder.length + 1).replaceAll(sep, '/');
    zip.addBuffer(await readFile(name), inZip, entry);
  }
  zip.end();
  await pipeline(zip.outputStream, createWriteStream(zipFile));
}

async function readJson<T>(name: string): Promise<T> {
  return JSON.parse(await readFile(join(root, name), 'utf8'));
}

async function writeJson(name: string, value: unknown): Promise<void> {
  await writeFile(join(folder, name), `${JSON.stringify(value, null, 2)}\n`);
}
