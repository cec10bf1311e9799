import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { commands } from '../../src/commands/commands.ts';
import { render } from '../../src/messages/messages.ts';
import { entrada, newPlace, start } from './entrada.ts';

test('--help of every command says what it is for and what it takes, and nothing else happens', async () => {
  await Promise.all(
    commands.map(async ({ name, usage, summary, options }) => {
      for (const flag of name === 'run' ? ['--help', '-h'] : ['--help']) {
        const { code, stdout, stderr } = await entrada([name, flag]);
        assert.deepEqual([code, stderr], [0, ''], name);
        const said = render({ code: summary, values: {} }, 'en');
        assert.ok(stdout.startsWith(`${usage}\n  ${said}\n`), stdout);
        for (const option of [...Object.keys(options), 'home', 'json', 'help'])
          assert.match(stdout, new RegExp(`^  --${option} `, 'm'), name);
      }
    }),
  );
});

test('--help lists every command and exit code; without a command it is wrong usage', async () => {
  for (const [args, expected] of [
    [['--help'], 0],
    [['-h'], 0],
    [['help'], 0],
    [[], 2],
  ] as const) {
    const { code, stdout } = await entrada(args);
    assert.equal(code, expected);
    for (const { usage } of commands) assert.ok(stdout.includes(usage), usage);
    assert.match(stdout, /^Exit codes: 0 .* 1 .* 2 .* 3 .* 4 /m);
  }
});

test('--help speaks Portuguese where the messages do, also by the .env of the home and where a setting is wrong', async () => {
  const env = { ENTRADA_LANG: 'pt_BR.UTF-8' };
  const all = (await entrada(['--help'], { env })).stdout;
  assert.match(
    all,
    /^Entrada: coloque uma planilha[\s\S]*^ {2}entrada run +carrega toda planilha/m,
  );
  assert.match(all, /^Códigos de saída: 0 .* 4 /m);
  const home = newPlace();
  await mkdir(home);
  await writeFile(join(home, '.env'), 'ENTRADA_LANG=pt\nENTRADA_LAKE=ftp://there\n');
  const of = await entrada(['trace', '--help', '--home', home], { env: { ENTRADA_LANG: '' } });
  assert.deepEqual([of.code, of.stderr], [0, '']);
  assert.match(of.stdout, /^ {2}TABLE é [\s\S]*^ {2}Exemplos: entrada trace/m);
  assert.match(of.stdout, /^ {2}--json +um objeto JSON por linha/m);
});

test('settings come from the environment, and what is not set there from the .env of the home', async () => {
  const home = newPlace();
  await mkdir(home);
  await writeFile(join(home, '.env'), 'ENTRADA_LANG=pt-BR\nENTRADA_LAKE=ftp://there\n');
  const wrong = await entrada(['run', '--home', home], { env: { ENTRADA_LANG: '' } });
  assert.equal(wrong.code, 2);
  assert.match(wrong.stderr, /ENTRADA_LAKE .*"ftp:\/\/there"/);
  for (const slip of [['foo'], ['query'], ['run', '--fo']])
    assert.match(
      (await entrada([...slip, '--home', home], { env: { ENTRADA_LANG: '' } })).stderr,
      /Não existe|se usa assim|não tem a opção/,
    );
  const right = await entrada(['run', '--home', home], {
    env: { ENTRADA_LANG: '', ENTRADA_LAKE: home },
  });
  assert.match(right.stdout, /^Nada de novo\.$/m);
});

test('an option that all commands have may stand before the command', async () => {
  const home = newPlace();
  for (const flags of [
    ['--home', home],
    [`--home=${home}`, '--json'],
  ]) {
    const { code, stderr } = await entrada([...flags, 'status']);
    assert.equal(code, 2);
    assert.ok(stderr.includes(`no Entrada home in ${home} yet`), stderr);
  }
  assert.match((await entrada(['--help', 'run'])).stdout, /^entrada run\n/);
  const none = await entrada(['--home', home]);
  assert.deepEqual([none.code, none.stdout], [2, (await entrada([])).stdout]);
});

test('--help of demo and sftp says the home that the demo makes, and what sftp does besides', async () => {
  assert.match((await entrada(['demo', '--help'])).stdout, /^ {2}--home DIR .*default: \.\/demo/m);
  const { stdout } = await entrada(['sftp', '--help']);
  for (const said of ['user add NAME', 'user list', 'user remove NAME', 'fingerprint'])
    assert.ok(stdout.includes(`\n  entrada sftp ${said}: `), said);
});

test('--version says which Entrada this is', async () => {
  const { code, stdout } = await entrada(['--version']);
  assert.equal(code, 0);
  assert.match(stdout, /^\d+\.\d+\.\d+\n$/);
});

test('wrong usage exits with 2 and says what is wrong, in words and as JSON', async () => {
  const wrong: [string[], string, RegExp][] = [
    [['nada'], 'usage.command', /There is no command "nada"/],
    [['run', '--nada'], 'usage.unknownFlag', /--nada/],
    [['run', '--home'], 'usage.flagValue', /--home/],
    [['status', '--json=yes'], 'usage.flagValue', /--json/],
    [['run', 'extra'], 'usage.arguments', /entrada run/],
    [['query'], 'usage.arguments', /entrada query "SQL"/],
    [['query', 'SELECT', '1'], 'usage.arguments', /entrada query "SQL"/],
    [['check'], 'usage.arguments', /entrada check FILE/],
    [['query', '--format', 'xml', 'SELECT 1'], 'usage.format', /"xml"/],
    [['query', '--format', 'csv', 'SELECT 1'], 'usage.formatJson', /--format csv does not/],
    [['check', '--any', '--format', 'table', 'a.xlsx'], 'usage.formatJson', /--format table/],
  ];
  await Promise.all(
    wrong.map(async ([args, error, said]) => {
      const json = await entrada([...args, '--json']);
      assert.equal(json.code, 2, args.join(' '));
      assert.match(json.stderr, said);
      assert.equal(json.stderr.split('\n').length, 2, 'one line');
      assert.deepEqual(
        json.objects().map((object) => object.error),
        [error],
      );
    }),
  );
});

test('what was nearly a command or an option is told the one that it may be', async () => {
  const near: [string[], string, string?][] = [
    [['stat'], 'usage.commandNear', 'status'],
    [['rn'], 'usage.command'],
    [['retact', 'a.xlsx'], 'usage.commandNear', 'retract'],
    [['--hepl'], 'usage.commandNear', '--help'],
    [['--hom', 'here', 'run'], 'usage.commandNear', '--home'],
    [['s'], 'usage.command'],
    [['run', '--replace'], 'usage.flagNear', '--replaces'],
    [['retract', 'a.xlsx', '--dryrun'], 'usage.flagNear', '--dry-run'],
    [['status', '--jsn'], 'usage.flagNear', '--json'],
    [['status', '--dry-run'], 'usage.unknownFlag'],
    [['status', '-x'], 'usage.unknownFlag'],
  ];
  await Promise.all(
    near.map(async ([args, error, meant]) => {
      const { code, stderr, objects } = await entrada([...args, '--json']);
      assert.equal(code, 2);
      const [told] = objects();
      const values = told.values as { readonly near?: string };
      assert.deepEqual([told.error, values.near], [error, meant], args.join(' '));
      if (meant) assert.ok(stderr.includes(`${meant}`), stderr);
    }),
  );
});

test('a setting that is wrong is named with its value', async () => {
  // More of them in the tests of the settings.
  const wrong: [Record<string, string>, RegExp][] = [
    [{ ENTRADA_WAIT_SECONDS: 'soon' }, /ENTRADA_WAIT_SECONDS is "soon"/],
    [{ ENTRADA_MAX_CELL: '1' }, /no setting ENTRADA_MAX_CELL\. .*ENTRADA_MAX_CELLS\?/],
    [{ ENTRADA_HOME: '' }, /ENTRADA_HOME is empty/],
  ];
  await Promise.all(
    wrong.map(async ([env, said]) => {
      const { code, stdout, stderr } = await entrada(['datasets'], { env });
      assert.deepEqual([code, stdout], [2, '']);
      assert.match(stderr, said);
    }),
  );
});

test('a variable that is like no setting is told on stderr, and the command goes on', async () => {
  const env = { ENTRADA_SERVICE_HOST: '10.0.0.1' };
  const { code, stderr, objects } = await entrada(['datasets', '--json'], { env });
  assert.deepEqual([code, objects()[0].name], [0, 'bases_vendas']);
  assert.match(stderr, /^entrada: There is no setting ENTRADA_SERVICE_HOST, .*\n/);
});

test('speaks the language of ENTRADA_LANG, or else of the locale, from the first error on', async () => {
  const languages: [Record<string, string>, RegExp][] = [
    [{ ENTRADA_LANG: 'pt-BR' }, /Não existe o comando "nada"/],
    [{ ENTRADA_LANG: 'pt-BR', LANG: 'en_US.UTF-8' }, /Não existe/],
    [{ ENTRADA_LANG: 'en', LANG: 'pt_BR.UTF-8' }, /There is no command/],
  ];
  await Promise.all(
    languages.map(async ([env, said]) =>
      assert.match((await entrada(['nada'], { env })).stderr, said),
    ),
  );
  const env = { ENTRADA_LANG: 'pt-BR', ENTRADA_WAIT_SECONDS: 'x' };
  assert.match((await entrada(['status'], { env })).stderr, /A configuração ENTRADA_WAIT_SECONDS/);
});

test('before the first run there is no home, and whoever asks is told how to make one', async () => {
  const home = newPlace();
  for (const command of [
    ['status'],
    ['query', 'SELECT 1'],
    ['trace', 'con_ano_mes'],
    ['retract', 'a.xlsx'],
  ]) {
    const { code, stdout, stderr } = await entrada([...command, '--home', home]);
    assert.deepEqual([code, stdout], [2, ''], command[0]);
    assert.match(stderr, /There is no Entrada home in .*`entrada run` makes one/);
  }
});

test('datasets shows each contract, its columns and tables, and no colour where no terminal is', async () => {
  // `entrada` refuses any escape code; here variables speak of a terminal that has colours.
  const env = { TERM: 'xterm-256color', COLORTERM: 'truecolor' };
  const { code, stdout, stderr } = await entrada(['datasets'], { env });
  assert.deepEqual([code, stderr], [0, '']);
  assert.match(stdout, /^bases_vendas: /m);
  assert.match(stdout, /^DATA_VENDA +datetime +2000-01-01 +2099-12-31 +Data da venda$/m);
  assert.match(
    stdout,
    /^tables: bases_vendas, con_ano_mes, con_mar_lin, con_mar_ano_mes, con_lin_ano_mes$/m,
  );
  const json = await entrada(['datasets', '--json'], { env: { ...env, NO_COLOR: '1' } });
  const names = json.objects().map(({ type, name }) => [type, name]);
  assert.deepEqual(names[0], ['dataset', 'bases_vendas']);
  const { stdout: em } = await entrada(['datasets'], { env: { ENTRADA_LANG: 'pt-BR' } });
  assert.match(em, /^coluna +tipo +chave /m);
  assert.match(em, /^tabelas: bases_vendas, /m);
});

/** A Node too old for Entrada, if the machine has one outside this project. */
function oldNode(): string | undefined {
  return ['/usr/bin/node', '/usr/local/bin/node'].find((path) => {
    const version = /^v(\d+)\./.exec(spawnSync(path, ['-v'], { encoding: 'utf8' }).stdout ?? '');
    return version && Number(version[1]) >= 20 && Number(version[1]) < 24;
  });
}

const old = oldNode();
const options = { skip: old === undefined && 'this machine has no Node between 20 and 23' };

test('an older Node hands over to the one that comes with Entrada', options, async () => {
  const wrong = await entrada(['nada'], { node: old });
  assert.equal(wrong.code, 2, 'the exit code comes through');
  const datasets = await entrada(['datasets', '--json'], { node: old });
  assert.deepEqual([datasets.code, datasets.objects()[0]?.name], [0, 'bases_vendas']);
});

/** Watch says that it has begun; then it is stopped. Gives the exit code, or the signal that ended it. */
async function stopWatching(signal: NodeJS.Signals, node?: string, { group = false } = {}) {
  const child = start(['watch', '--home', newPlace()], { node, group });
  let said = '';
  child.stdout.setEncoding('utf8').on('data', (text) => {
    said += text;
  });
  const ended = once(child, 'close');
  while (!said.includes('Watching')) await Promise.race([once(child.stdout, 'data'), ended]);
  process.kill(group ? -Number(child.pid) : Number(child.pid), signal);
  const [code, by] = await ended;
  return { code, by, said };
}

// SIGTERM is in test/ingest/concurrency.test.ts, where watch has worked before.
test('watch ends well on SIGINT', async () => {
  const { code, by, said } = await stopWatching('SIGINT');
  assert.deepEqual([code, by], [0, null]);
  assert.match(said, /Stopped\.\n$/);
});

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  test(`${signal} to an older Node reaches the one that works`, options, async () => {
    const { code, by, said } = await stopWatching(signal, old);
    assert.deepEqual([code, by], [0, null]);
    assert.match(said, /Stopped\.\n$/);
  });

  // As a terminal and a service manager send it: the one that works gets it, and gets it passed on once more.
  test(`${signal} to an older Node and to the one that works ends it once`, options, async () => {
    const { code, by, said } = await stopWatching(signal, old, { group: true });
    assert.deepEqual([code, by], [0, null]);
    assert.match(said, /Stopped\.\n$/);
  });
}
