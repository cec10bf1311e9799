// node scripts/pack-functions.js FOLDER: what the Cloud Run functions are built from, to be zipped.
// A package.json of its own, since those who build it install no peer dependencies, and bring Node themselves.
import { cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const [, , folder] = process.argv;
if (!folder) {
  console.error('node scripts/pack-functions.js FOLDER');
  process.exit(2);
}

const { version, license, dependencies, peerDependencies } = JSON.parse(
  await readFile(join(root, 'package.json'), 'utf8'),
);
const { node: _, ...needed } = dependencies;
const manifest = {
  name: 'entrada-functions',
  version,
  license,
  private: true,
  type: 'module',
  main: 'src/functions/index.ts',
  // Nothing is compiled: Node 24 runs the source as it is.
  scripts: { 'gcp-build': '' },
  dependencies: { ...needed, ...peerDependencies },
};
await mkdir(folder, { recursive: true });
for (const part of ['src', 'datasets']) {
  await rm(join(folder, part), { recursive: true, force: true });
  await cp(join(root, part), join(folder, part), { recursive: true });
}
await writeFile(join(folder, 'package.json'), `${JSON.stringify(manifest, undefined, 2)}\n`);
