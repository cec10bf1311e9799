// node scripts/build.ts [FOLDER]: the JavaScript of the package, in dist/ if nowhere else. Each command comes in few files,
// with what it uses of the libraries: to find, check and compile their 500 files takes half of the time of a start.
import { rm } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('..', import.meta.url));
const folder = process.argv[2] ?? `${root}dist`;

await rm(folder, { recursive: true, force: true });
await build({
  absWorkingDir: root,
  // Side by side, whatever their rooms: the one starts the other by its place.
  entryPoints: { cli: 'src/cli.ts', 'reading-thread': 'src/ingest/reading-thread.ts' },
  outdir: folder,
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node24',
  // What brings machine code, and what a person installs who wants it.
  external: ['@duckdb/node-bindings', 'ssh2', '@google-cloud/*'],
  // CommonJS libraries ask for Node's own modules by a `require` that modules do not have.
  banner: {
    js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);",
  },
  legalComments: 'linked',
  logLevel: 'warning',
});
