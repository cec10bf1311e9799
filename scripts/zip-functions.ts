// node scripts/zip-functions.ts [FOLDER]: what Google Cloud builds, in build/ if nowhere else. FOLDER/cloud, of which the
// flow's image is made, and FOLDER/functions.zip, the functions' source. The same source gives the same bytes, so that
// Terraform deploys only what has changed.
import { execFileSync } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { copyFile, glob, readFile, rm, writeFile } from 'node:fs/promises';
import { join, resolve, sep } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';
import { ZipFile } from 'yazl';
import { lockFor } from './lock.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const build = resolve(root, process.argv[2] ?? 'build');
const folder = join(build, 'cloud');
const zipFile = join(build, 'functions.zip');

await rm(folder, { recursive: true, force: true });
execFileSync(process.execPath, [join(root, 'scripts/pack-functions.js'), folder]);
const lock = lockFor(
  await readJson(join(root, 'package-lock.json')),
  await readJson(join(folder, 'package.json')),
);
await writeFile(join(folder, 'package-lock.json'), `${JSON.stringify(lock, null, 2)}\n`);
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

async function readJson(path: string) {
  return JSON.parse(await readFile(path, 'utf8'));
}
