import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { languageOf, readSettings, withEnvFile } from '../src/config.ts';
import { EntradaError } from '../src/errors.ts';
import { render } from '../src/messages/messages.ts';

const HOME = '/nowhere';

/** What is said of an environment that is refused, in both languages. */
function refusal(environment: Readonly<Record<string, string>>): string[] {
  try {
    readSettings(environment, HOME);
  } catch (error) {
    assert.ok(error instanceof EntradaError);
    assert.equal(error.kind, 'user');
    return [render(error, 'en'), render(error, 'pt-BR')];
  }
  assert.fail(`not refused: ${JSON.stringify(environment)}`);
}

test('a setting that is wrong is named with its value and the mend, in both languages and in our words', () => {
  const wrong: [name: string, value: string, mend: string][] = [
    ['ENTRADA_LANG', 'de', 'en, pt-BR'],
    ['ENTRADA_LANG', 'english', 'en, pt-BR'],
    ['ENTRADA_LOG', 'loud', 'silent, error, warn, info, debug'],
    ['ENTRADA_BUS', 'kafka', 'memory, pubsub'],
    ['ENTRADA_RECEIVER', 'there', 'here, functions'],
    ['ENTRADA_LAKE', 'gs:/x', 'gs://BUCKET'],
    ['ENTRADA_LAKE', 'gs:x', 'gs://BUCKET'],
    ['ENTRADA_LAKE', 'gs://x/entrada', 'gs://BUCKET'],
    ['ENTRADA_LAKE', 's3://bucket', 'gs://BUCKET'],
    ['ENTRADA_LAKE', '~/lake', '~'],
    ['ENTRADA_HOME', '~', '~'],
    ['ENTRADA_WAIT_SECONDS', 'soon', '60'],
    ['ENTRADA_WAIT_SECONDS', '-1', '60'],
    ['ENTRADA_MAX_CELLS', '1.5', '1000'],
    ['ENTRADA_MAX_RATIO', '0', '1000'],
    ['ENTRADA_MAX_BYTES', '1e9', '1000'],
    ['ENTRADA_MAX_BYTES', '10 GB', '1000'],
    ['ENTRADA_STORAGE_URL', 'storage', 'https://storage.example.com'],
    ['ENTRADA_BIGQUERY_URL', 'mailto:a@example.com', 'https://storage.example.com'],
    ['ENTRADA_WAREHOUSE', 'project.dataset', 'bigquery:PROJECT.DATASET'],
    ['ENTRADA_SFTP_LISTEN', '2222', '127.0.0.1:2222'],
    ['ENTRADA_SFTP_LISTEN', '127.0.0.1:70000', '127.0.0.1:2222'],
  ];
  for (const [name, value, mend] of wrong) {
    const said = refusal({ [name]: value });
    for (const words of said) {
      for (const part of [name, `"${value}"`, mend]) assert.ok(words.includes(part), words);
      assert.doesNotMatch(words, /nvalid|xpected|eceived/);
    }
  }
  for (const name of ['ENTRADA_HOME', 'ENTRADA_LAKE', 'ENTRADA_WAIT_SECONDS', 'ENTRADA_MAX_BYTES'])
    for (const words of refusal({ [name]: '' })) assert.ok(words.includes(name), words);
  // A shell's variable that is not set would make a home where nobody looks for it.
  assert.throws(() => readSettings({}, ''), {
    code: 'setting.empty',
    values: { setting: '--home' },
  });
  assert.throws(() => readSettings({}, '~/x'), { code: 'setting.tilde' });
});

test('a file of settings may begin with the mark that an editor of Windows writes', async () => {
  const home = await mkdtemp(join(tmpdir(), 'entrada-env-'));
  await writeFile(join(home, '.env'), '\uFEFFENTRADA_LANG=pt-BR\r\nENTRADA_LOG=info\r\n');
  const { ENTRADA_LANG, ENTRADA_LOG } = await withEnvFile({}, home);
  await rm(home, { recursive: true });
  assert.deepEqual([ENTRADA_LANG, ENTRADA_LOG], ['pt-BR', 'info']);
});

test('the path of a folder is a lake, also with a colon in it', () => {
  for (const folder of ['./a:b', '/a/gs:x', 'C:/vendas', '..'])
    assert.equal(readSettings({ ENTRADA_LAKE: folder }, HOME).lake.kind, 'folder');
});

test('places are taken apart as they are written', () => {
  const { bigquery, sftp, storageUrl } = readSettings(
    {
      ENTRADA_WAREHOUSE: 'bigquery:example.com:project.dataset',
      ENTRADA_SFTP_LISTEN: '[::1]:2222',
      ENTRADA_STORAGE_URL: 'http://127.0.0.1:4443/',
    },
    HOME,
  );
  assert.deepEqual([bigquery?.project, bigquery?.dataset], ['example.com:project', 'dataset']);
  assert.deepEqual([sftp.address, sftp.port], ['::1', 2222]);
  assert.equal(storageUrl, 'http://127.0.0.1:4443');
});

test('functions receive only where bus, lake and warehouse are in the cloud, all three', () => {
  const cloud = {
    ENTRADA_BUS: 'pubsub',
    ENTRADA_LAKE: 'gs://bucket',
    ENTRADA_WAREHOUSE: 'bigquery:project.dataset',
  };
  const all = { ...cloud, ENTRADA_RECEIVER: 'functions' };
  assert.equal(readSettings(all, HOME).receiver, 'functions');
  for (const name of Object.keys(cloud)) {
    const { [name]: _, ...rest } = all as Record<string, string>;
    assert.throws(() => readSettings(rest, HOME), { code: 'setting.receiver' }, name);
  }
});

test('ENTRADA_LANG takes a language as people and systems write it', () => {
  for (const name of ['pt', 'pt-BR', 'pt_BR', 'pt_BR.UTF-8', 'PT-br'])
    assert.equal(readSettings({ ENTRADA_LANG: name }, HOME).language, 'pt-BR', name);
  for (const name of ['en', 'en_US.UTF-8', 'EN'])
    assert.equal(readSettings({ ENTRADA_LANG: name, LANG: 'pt' }, HOME).language, 'en', name);
  assert.equal(languageOf({ LC_ALL: '', LANG: 'pt_BR.UTF-8' }), 'pt-BR');
  assert.equal(languageOf({ LC_ALL: 'pt_BR.UTF-8', LANG: 'en_US.UTF-8' }), 'pt-BR');
  assert.equal(languageOf({ LANG: 'C.UTF-8' }), 'en');
});

test('a setting that is misspelt is refused with the one that was meant; what is like none is only told', () => {
  for (const [name, near] of [
    ['ENTRADA_MAX_BYTE', 'ENTRADA_MAX_BYTES'],
    ['ENTRADA_WARHOUSE', 'ENTRADA_WAREHOUSE'],
    ['ENTRADA_LAEK', 'ENTRADA_LAKE'],
    ['ENTRADA_LAKES', 'ENTRADA_LAKE'],
    ['ENTRADA_MAX_CELL', 'ENTRADA_MAX_CELLS'],
  ] as const) {
    for (const words of refusal({ [name]: 'x' }))
      assert.ok(words.includes(`${name}.`) && words.includes(`${near}?`), words);
  }
  // Kubernetes sets the first for a service called entrada; the others are for other parts of Entrada.
  const foreign = [
    'ENTRADA_SERVICE_HOST',
    'ENTRADA_LOOK_SECONDS',
    'ENTRADA_POOL',
    'ENTRADA_TEST_X',
  ];
  const environment = Object.fromEntries(foreign.map((name) => [name, '1']));
  assert.deepEqual(readSettings(environment, HOME).unknown, ['ENTRADA_SERVICE_HOST']);
});

test('a .env that is there and cannot be read is named', async (t) => {
  const home = await mkdtemp(join(tmpdir(), 'entrada-env-'));
  t.after(() => rm(home, { recursive: true }));
  const file = join(home, '.env');
  await mkdir(file);
  await assert.rejects(withEnvFile({}, home), {
    code: 'setting.file',
    values: { file, detail: 'EISDIR' },
  });
});

test('a line of .env that sets nothing is refused, and what stands in it is not shown', async (t) => {
  const home = await mkdtemp(join(tmpdir(), 'entrada-env-'));
  t.after(() => rm(home, { recursive: true }));
  const written = (text: string) => writeFile(join(home, '.env'), text);
  const right = [
    '# a note',
    '',
    'ENTRADA_LAKE=gs://bucket # ours',
    '  export ENTRADA_LOG = "info"  ',
    "SPOTIFY_CLIENT_ID='two",
    "lines'",
    'SPOTIFY_CLIENT_SECRET=a=b"c',
    'EMPTY=',
    'of.another-program=1',
  ];
  await written(right.join('\r\n'));
  const { ENTRADA_LAKE, ENTRADA_LOG, SPOTIFY_CLIENT_SECRET } = await withEnvFile({}, home);
  assert.deepEqual(
    [ENTRADA_LAKE, ENTRADA_LOG, SPOTIFY_CLIENT_SECRET],
    ['gs://bucket', 'info', 'a=b"c'],
  );
  // A folder is meant from the home, wherever the command is called.
  await written('ENTRADA_LAKE=lake\nENTRADA_SFTP_FOLDER=/srv/sftp');
  const folders = await withEnvFile({}, home);
  assert.deepEqual(
    [folders.ENTRADA_LAKE, folders.ENTRADA_SFTP_FOLDER],
    [join(home, 'lake'), '/srv/sftp'],
  );
  await written('ENTRADA_LAKE=~lake');
  assert.equal((await withEnvFile({}, home)).ENTRADA_LAKE, join(home, '~lake'));
  await written('ENTRADA_LAKE=~/lake');
  assert.equal((await withEnvFile({}, home)).ENTRADA_LAKE, '~/lake', 'to be refused');
  await written('ENTRADA_HOME=/elsewhere');
  assert.deepEqual(await withEnvFile({}, home), {}, 'which home it is, its file cannot say');
  for (const wrong of ['ENTRADA_LAKE: gs://bucket', 'ENTRADA_LAKE gs://bucket', 'secret', '= x']) {
    await written([...right, wrong, 'ENTRADA_BUS=memory'].join('\n'));
    await assert.rejects(withEnvFile({}, home), (error) => {
      assert.ok(error instanceof EntradaError);
      assert.deepEqual([error.kind, error.code, error.values.line], ['user', 'setting.line', 10]);
      assert.ok(!render(error, 'en').includes(wrong));
      return true;
    });
  }
});
