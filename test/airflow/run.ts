import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { type RunIn, withParts } from '../cloud/parts-started.ts';

const HELP = `npm run test:airflow [-- OPTIONS]
  looks at the DAGs of cloud/airflow, and runs them against emulators, with the functions that they wait for

  --all      a part that this machine lacks is a failure, not a skip (also with CI=1)
  --prepare  only make the parts ready; nothing is run
  --help     this text

What was fetched and built is kept in $ENTRADA_RIG (default: ~/.cache/entrada/rig).
`;

const { values } = parseArgs({
  options: { all: { type: 'boolean' }, prepare: { type: 'boolean' }, help: { type: 'boolean' } },
});
if (values.help) process.stdout.write(HELP);
else {
  const { all = false, prepare = false } = values;
  const parts = ['pubsub', 'storage', 'bigquery', 'airflow'] as const;
  process.exitCode = await withParts({ name: 'test:airflow', parts, all, prepare }, runAll);
}

/** Ends at the first failure: what is wrong with a DAG is told sooner by looking at it than by running it. */
async function runAll(run: RunIn, { ENTRADA_TEST_AIRFLOW: python }: NodeJS.ProcessEnv) {
  const here = fileURLToPath(new URL('.', import.meta.url));
  const cloud = fileURLToPath(new URL('../../cloud/airflow', import.meta.url));
  const scenes = [process.execPath, '--test', join(here, 'scenes.ts')];
  const looks: string[][] = [];
  if (python) {
    const ruff = join(dirname(python), 'ruff');
    const options = ['--config', join(cloud, 'ruff.toml'), cloud, here];
    looks.push([ruff, 'check', ...options], [ruff, 'format', '--check', ...options]);
    looks.push([python, '-m', 'pytest', '-q', '-p', 'no:cacheprovider', here]);
  }
  for (const [program, ...args] of [...looks, scenes]) {
    const code = await run(program, ...args);
    if (code !== 0) return code;
  }
  return 0;
}
