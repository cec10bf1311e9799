import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { glob } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { en } from '../src/messages/en.ts';
import { openDuckDb } from '../src/warehouse/duckdb/duckdb.ts';
import { entrada, GOOD, homeWith, put } from './cli/entrada.ts';
import { sale, sales } from './ingest/home.ts';
import { found, inTerraform, ROOT, textOf } from './repository.ts';
import { runbook, section } from './runbook.ts';

/* Holds alerts, runbook, deploy documentation and pipeline to the program and to each other. */

describe('alerts', () => {
  test('each has its section in the runbook, and each section its alert', async () => {
    const alerts = found(await inTerraform('alerts.tf'), /^ {4}"(.+)" = \{$/gm);
    const sections = found(section(await runbook(), 'Alerts'), /^### (.*)$/gm);
    // The budget's mail is not an alert's.
    assert.deepEqual(sections.sort(), [...alerts, 'The budget'].sort());
  });

  test('a job that runs once a day fails once, and is told', async () => {
    const text = await inTerraform('alerts.tf');
    const jobs = found(await inTerraform('flow.tf'), /(entrada-\w+) = \{ command/g);
    for (const job of jobs) assert.ok(text.includes(`job_name = \\"${job}\\"`), job);
    const [spotify] = found(text, /"Spotify fails" = \{(.*?)\}\n/gs);
    assert.match(spotify, /entrada-spotify.* above += 0\n/s);
  });

  test("a clock's one try a day that is refused is told", async () => {
    const text = await inTerraform('alerts.tf');
    const [clock] = found(text, /job_id = \\"([\w-]+)\\" AND severity >= ERROR/g);
    const jobs = found(await inTerraform('flow.tf'), /(entrada-\w+) = \{ command/g);
    assert.ok(jobs.includes(clock));
    const [alert] = found(text, /"Spotify does not start" = \{(.*?)\}\n/gs);
    assert.match(alert, /flow\["spotify_not_started"\].* above += 0\n/s);
  });

  test('a red check and a file that waits are said as the alerts look for them', async () => {
    const text = await inTerraform('alerts.tf');
    const [code] = found(text, /jsonPayload\.error = \\"([\w.]+)\\"/g);
    const reasons = found(text, /\\"(wait\.\w+)\\"/g);
    assert.deepEqual(
      reasons.filter((reason) => !(reason in en)),
      [],
    );

    const home = await homeWith({ 'a.xlsx': GOOD });
    const first = await entrada(['run', '--home', home]);
    assert.equal(first.code, 0, first.stderr);
    const warehouse = await openDuckDb({ file: join(home, 'entrada.duckdb'), waitMs: 0 });
    await warehouse.query('DELETE FROM con_lin_ano_mes');
    await warehouse.close();
    await put(home, 'b.xlsx', sales(sale(7)));
    const red = await entrada(['run', '--home', home, '--json']);
    assert.equal(red.code, 1);
    assert.ok(red.objects().some(({ error }) => error === code));

    const other = await homeWith({ 'empty.xlsx': Buffer.from('') });
    const waits = (await entrada(['run', '--home', other, '--json'])).objects();
    assert.match(text, /jsonPayload\.type = \\"waiting\\" AND jsonPayload\.reason/);
    assert.match(text, /EXTRACT\(jsonPayload\.fileName\)/);
    const [{ type, reason, fileName }] = waits;
    assert.deepEqual([type, fileName], ['waiting', 'empty.xlsx']);
    assert.ok(reasons.includes(String(reason)));
  });
});

test('every event of the ledger, reason to wait and outcome of Spotify has its row in the runbook', async () => {
  const [steps] = found(await textOf('src/ledger/events.ts'), /const STEPS.*? = \{(.*?)\}/gs);
  const [outcomes] = found(await textOf('src/spotify/runs.ts'), /readonly outcome: (.*?);/gs);
  const text = await runbook();
  const states = [
    ...found(steps, /(\w+):/g),
    ...Object.keys(en).filter((code) => code.startsWith('wait.')),
  ];
  assert.ok(states.length >= 15);
  for (const state of states) assert.ok(section(text, 'Files').includes(`\n| \`${state}\``), state);
  for (const outcome of found(outcomes, /'(\w+)'/g))
    assert.match(section(text, 'Spotify'), new RegExp(`^\\|[^|]*\`${outcome}\``, 'm'));
});

test('docs/deploy.md asks for outputs and variables that there are', async () => {
  const deploy = `${await textOf('docs/deploy.md')}${await runbook()}${await textOf('.gitlab-ci.yml')}${await textOf('cloud/build-image.sh')}`;
  const outputs = found(await inTerraform('outputs.tf'), /^output "(\w+)"/gm);
  for (const name of found(deploy, /output (?:-raw |-json )?(\w+)/g))
    assert.ok(outputs.includes(name), name);
  const variables = found(await inTerraform('variables.tf'), /^variable "(\w+)"/gm);
  for (const name of found(await inTerraform('example.tfvars'), /^(?:# )?(\w+) +=/gm))
    assert.ok(variables.includes(name), name);
  for (const name of found(deploy, /TF_VAR_(\w+)/g)) assert.ok(variables.includes(name), name);
});

test('the state tells each variable of the last apply, but for the path of a file', async () => {
  const [told] = found(await inTerraform('outputs.tf'), /output "variables" \{(.*?)^\}/gms);
  const all = found(await inTerraform('variables.tf'), /^variable "(\w+)"/gm);
  assert.deepEqual(
    found(told, /(\w+ += var\.\w+)$/gm)
      .map((line) => line.replace(/ +/g, ' '))
      .sort(),
    all
      .filter((name) => name !== 'functions_zip')
      .map((name) => `${name} = var.${name}`)
      .sort(),
  );
});

test('the pipeline calls scripts that there are, but for those of Airflow', async () => {
  const { scripts } = JSON.parse(await textOf('package.json'));
  const called = found(
    await textOf('.gitlab-ci.yml'),
    /npm (?:run )?(?:-s )?(test(?::\w+)?|check|pack:\w+|entrada)/g,
  );
  assert.ok(called.length >= 8);
  assert.deepEqual(
    called.filter((name) => !scripts[name]),
    [],
  );
});

test("bringing out the DAGs takes nothing away that is Composer's, and brings all that is ours", async () => {
  const [byHand, byPipeline] = await Promise.all(
    ['docs/deploy.md', '.gitlab-ci.yml'].map(async (file) =>
      found(await textOf(file), /(gcloud storage rsync .*)/g),
    ),
  );
  assert.deepEqual(byPipeline, byHand);
  const [left, ...others] = found(byHand.join('\n'), /--exclude='(.*?)'/g).map((one) =>
    RegExp(one),
  );
  assert.deepEqual(others, []);
  for (const kept of ['airflow_monitoring.py', 'datasets/bases_vendas/dataset.yaml'])
    assert.match(kept, left);
  for await (const file of glob('**', { cwd: join(ROOT, 'cloud/airflow/dags') }))
    assert.doesNotMatch(file, left);
});

test("GitLab is let in by the number of its project: a path may become somebody else's", async () => {
  const text = (await inTerraform('gitlab.tf')).replace(/^\s*#.*$/gm, '');
  const claims = new Set(found(text, /assertion\.(\w+)/g));
  assert.deepEqual([...claims].sort(), ['job_id', 'project_id', 'ref_protected']);
  assert.match(await textOf('.gitlab-ci.yml'), /TF_VAR_gitlab_project: \$CI_PROJECT_ID$/m);
});

test('cloud/build-image.sh without what it needs says its usage, and ends with 2', () => {
  const call = (...args: string[]) =>
    spawnSync('bash', ['cloud/build-image.sh', ...args], { cwd: ROOT, encoding: 'utf8' });
  for (const { status, stderr } of [call(), call('build/cloud')]) {
    assert.equal(status, 2);
    assert.match(stderr, /^usage: cloud\/build-image\.sh FOLDER IMAGE/);
  }
  const { status, stdout } = call('--help');
  assert.equal(status, 0);
  assert.match(stdout, /^usage: /);
});
