import { cp, glob, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { cacheFolder, Missing } from '../cloud/parts.ts';
import { told } from '../cloud/told.ts';
import { installAndStart } from './package.ts';
import { need, prepareProvider } from './provider.ts';

const HELP = `npm run test:terraform [-- OPTIONS]
  cloud/terraform: its format; that it is valid against the schema of Google's provider; and that each shape which the
  variables give it can be planned and applied, with made-up answers in place of Google's. And the functions' source: that
  what npm run pack:functions makes installs by itself, and that each function starts.

  --all   what this machine lacks is a failure, not a skip (also with CI=1)
  --help  this text

What was fetched and built is kept in $ENTRADA_RIG (default: ~/.cache/entrada/rig).
`;

const root = fileURLToPath(new URL('../..', import.meta.url));
const { values } = parseArgs({
  options: { all: { type: 'boolean' }, help: { type: 'boolean' } },
});
if (values.help) process.stdout.write(HELP);
else process.exitCode = await main();

async function main(): Promise<number> {
  const say = (line: string) => process.stderr.write(`test:terraform: ${line}\n`);
  const needsAll = values.all || ['1', 'true'].includes(process.env.CI ?? '');
  const folder = await mkdtemp(join(tmpdir(), 'entrada-terraform-'));
  await using cleaning = new AsyncDisposableStack();
  cleaning.defer(() => rm(folder, { recursive: true, force: true }));
  const parts = {
    'format, schema and shapes': async () => {
      const terraform = await need('terraform');
      await told(terraform, [
        'fmt',
        '-check',
        '-diff',
        '-recursive',
        join(root, 'cloud/terraform'),
      ]);
      await checkShapes(terraform, await prepareProvider(cacheFolder(), { say }), folder);
    },
    "the functions' source": () => installAndStart(folder),
  };
  let failed = 0;
  for (const [part, check] of Object.entries(parts)) {
    const began = performance.now();
    try {
      await check();
      say(`${part}: ok (${((performance.now() - began) / 1000).toFixed(1)} s)`);
    } catch (error) {
      const isMissing = error instanceof Missing;
      if (!isMissing || needsAll) failed++;
      say(`${part}: ${isMissing ? 'skipped' : 'FAILED'}: ${(error as Error).message}`);
    }
  }
  return failed > 0 ? 1 : 0;
}

/** In a copy, so that nothing of Terraform's is left in the checkout: its lock file would name the stand-in. */
async function checkShapes(terraform: string, settings: string, folder: string): Promise<void> {
  const copy = join(folder, 'cloud/terraform');
  for (const one of ['cloud/terraform', 'datasets'])
    await cp(join(root, one), join(folder, one), {
      recursive: true,
      filter: (path) => !/\.terraform|\.tfvars$/.test(path) || path.endsWith('example.tfvars'),
    });
  for await (const file of glob('*.tftest.hcl', { cwd: join(root, 'test/terraform') }))
    await writeFile(join(copy, file), await readFile(join(root, 'test/terraform', file)));
  await writeFile(join(copy, 'functions.zip'), 'only its name is looked at');
  const environment = { TF_CLI_CONFIG_FILE: settings, TF_IN_AUTOMATION: '1' };
  const here = [`-chdir=${copy}`];
  await told(
    terraform,
    [...here, 'init', '-backend=false', '-input=false', '-no-color'],
    environment,
  );
  await told(terraform, [...here, 'validate', '-no-color'], environment);
  await told(terraform, [...here, 'test', '-no-color'], environment);
}
