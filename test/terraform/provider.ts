import { cp, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Effects, find, isRunnable, Missing, run } from '../cloud/parts.ts';

/** The real provider's version, and the package that has its schema: MPL-2.0, fetched here and never committed. */
const VERSION = '6.50.0';
const SCHEMA = '@cdktf/provider-google@16.12.1';

const here = fileURLToPath(new URL('provider', import.meta.url));

/**
 * A stand-in for Google's provider that serves the real one's schema and does nothing else, built once.
 * Gives the file of settings with which Terraform finds it. Throws Missing where this machine lacks what it takes.
 */
export async function prepareProvider(cache: string, { say }: Effects): Promise<string> {
  const folder = join(cache, `terraform-google-${VERSION}`);
  const settings = join(folder, 'terraform.rc');
  const platform = `${process.platform}_${process.arch === 'x64' ? 'amd64' : process.arch}`;
  const inMirror = `registry.terraform.io/hashicorp/google/${VERSION}/${platform}`;
  const provider = join(folder, 'mirror', inMirror, `terraform-provider-google_v${VERSION}`);
  if ((await isRunnable(provider)) && (await isRunnable(settings))) return settings;
  const [go, python, npm] = [await need('go'), await need('python3'), await need('npm')];
  say(`building a stand-in for the provider google ${VERSION} (once, about a minute) ...`);
  const source = join(folder, 'source');
  await mkdir(source, { recursive: true });
  const flags = ['--silent', '--no-audit', '--no-fund', '--ignore-scripts', '--legacy-peer-deps'];
  const modules = join(folder, 'npm');
  await mkdir(modules, { recursive: true });
  await run(SCHEMA, npm, ['install', ...flags, '--prefix', modules, SCHEMA]);
  await cp(here, source, { recursive: true });
  const library = join(modules, 'node_modules/@cdktf/provider-google/lib');
  await run('the schema', python, [
    join(here, 'schema.py'),
    library,
    join(source, 'schema.json.gz'),
  ]);
  await run('the stand-in', go, ['build', '-C', source, '-o', provider, '.']);
  const text = `disable_checkpoint = true
provider_installation {
  filesystem_mirror {
    path = "${join(folder, 'mirror')}"
  }
}
`;
  await writeFile(settings, text, { mode: 0o755 });
  return settings;
}

const GET = {
  go: 'https://go.dev/doc/install',
  python3: 'apt-get install python3',
  npm: 'https://nodejs.org',
  terraform: 'https://developer.hashicorp.com/terraform/install',
};

/** Where a program is. Throws Missing, with how to get it. */
export async function need(program: keyof typeof GET): Promise<string> {
  const path = await find(program);
  if (path === undefined) throw new Missing(`${program} is not on the PATH: ${GET[program]}`);
  return path;
}
