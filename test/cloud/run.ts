import { glob } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { withParts } from './parts-started.ts';

const HELP = `npm run test:cloud [-- OPTIONS] [SUITE...]
  runs test/cloud/*.test.ts, or those whose names begin with SUITE, against emulators on this machine

  --all      a part that this machine lacks is a failure, not a skip (also with CI=1)
  --prepare  only make the parts ready; the suites are not run
  --help     this text

What was fetched and built is kept in $ENTRADA_RIG (default: ~/.cache/entrada/rig).
`;

/** The suites that take minutes, the longest first: begun last, one of them would run on alone. */
const LONG = ['runbook', 'same', 'functions'].map((name) => `${name}.test.ts`);

/** One more than there are cores: they wait for the emulators much of the time. */
const AT_ONCE = 3;

const inOrder = fileURLToPath(new URL('../in-order.ts', import.meta.url));

const { values, positionals } = parseArgs({
  options: { all: { type: 'boolean' }, prepare: { type: 'boolean' }, help: { type: 'boolean' } },
  allowPositionals: true,
});
if (values.help) process.stdout.write(HELP);
else {
  const { all = false, prepare = false } = values;
  const parts = ['pubsub', 'storage', 'bigquery', 'analyzer', 'sdk'] as const;
  process.exitCode = await withParts({ name: 'test:cloud', parts, all, prepare }, async (run) =>
    run(process.execPath, inOrder, String(AT_ONCE), ...(await suites())),
  );
}

async function suites(): Promise<string[]> {
  const folder = fileURLToPath(new URL('.', import.meta.url));
  const found: string[] = [];
  for await (const file of glob('*.test.ts', { cwd: folder }))
    if (positionals.length === 0 || positionals.some((start) => file.startsWith(start)))
      found.push(file);
  if (found.length === 0) throw new Error(`no suite begins with ${positionals.join(' or ')}`);
  const long = LONG.filter((file) => found.includes(file));
  return [...new Set([...long, ...found.sort()])].map((file) => join(folder, file));
}
