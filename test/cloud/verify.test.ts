import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';

/*
 * cloud/verify.sh with stubs in the place of gcloud and bq, which answer in the shapes that Google's references give:
 * what the script makes of an answer is held here, not what Google Cloud answers.
 */

const SCRIPT = fileURLToPath(new URL('../../cloud/verify.sh', import.meta.url));
/** A call's beginning, or a part of it, and what it is answered: JSON, or how it is refused. */
type Answers = Readonly<Record<string, unknown>>;
const refused = (message: string) => ({ refused: message });

const LANDING = 'bases_vendas_linhas';
const fields = [
  { name: 'LOAD_ID', type: 'INTEGER' },
  { name: 'MONTH_START', type: 'DATE' },
];
const table = (tableId: string) => ({ type: 'TABLE', tableReference: { tableId } });
const told = (bytes: number) => ({ statistics: { totalBytesProcessed: String(bytes) } });
const routine = (routineId: string) => ({ routineReference: { routineId } });
const subscription = (more: object) => ({
  name: 'projects/p/subscriptions/files',
  topic: 'projects/p/topics/bases_vendas',
  ackDeadlineSeconds: 600,
  ...more,
});

/** The first that fits a call answers it. */
const GOOD: Answers = {
  'ls --routines': [routine('proc_bases_vendas'), routine('consolidate_bases_vendas')],
  'show --routine': { definitionBody: 'SELECT 1;' },
  'bq .* ls': [table(LANDING), table('ledger_months'), table('stage_1_rows')],
  'bq .* show': {
    schema: { fields },
    timePartitioning: { type: 'MONTH', field: 'MONTH_START' },
    clustering: { fields: ['LOAD_ID'] },
  },
  'maximum_bytes_billed=1': refused('Query exceeded limit for bytes billed: 1'),
  'dry_run.*1900-01-01.*1900-02-01': told(0),
  dry_run: told(1000),
  'BEGIN TRANSACTION; SELECT 1': [{ one: '1' }],
  'projects describe': { projectId: 'p' },
  'print-access-token': 'a token that must not be shown',
  'buckets describe': { name: 'b' },
  'get-iam-policy': {
    bindings: [
      'bigquery.jobUser',
      'bigquery.dataEditor',
      'storage.objectUser',
      'pubsub.editor',
    ].map((role) => ({ role: `roles/${role}`, members: ['serviceAccount:e@p.iam'] })),
  },
  'topics describe': { name: 't' },
  'subscriptions list': [
    subscription({
      pushConfig: { pushEndpoint: 'https://f' },
      deadLetterPolicy: { deadLetterTopic: 'dead', maxDeliveryAttempts: 5 },
    }),
  ],
};

/** Other answers come before the good ones. */
function goodBut(others: Answers): Answers {
  const good = Object.entries(GOOD).filter(([like]) => !(like in others));
  return { 'show --routine': GOOD['show --routine'], ...others, ...Object.fromEntries(good) };
}

const STUB = `#!/usr/bin/env node
const call = [require('path').basename(process.argv[1]), ...process.argv.slice(2)].join(' ');
for (const [like, answer] of Object.entries(JSON.parse(process.env.ANSWERS))) {
  if (!new RegExp(like).test(call)) continue;
  if (answer?.refused) { console.error(answer.refused); process.exit(1); }
  console.log(JSON.stringify(answer));
  process.exit(0);
}
console.error('the stub does not know: ' + call);
process.exit(1);
`;

let folder: string;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'entrada-verify-'));
  for (const program of ['gcloud', 'bq']) {
    await writeFile(join(folder, program), STUB);
    await chmod(join(folder, program), 0o755);
  }
});
after(() => rm(folder, { recursive: true }));

function verify(answers: Answers, ...args: string[]) {
  const PATH = [folder, dirname(process.execPath), process.env.PATH].join(delimiter);
  const env = { PATH, ANSWERS: JSON.stringify(answers) };
  const { stdout, stderr, status } = spawnSync('bash', [SCRIPT, ...args], {
    encoding: 'utf8',
    env,
  });
  return { stdout, stderr, status };
}

const ALL = ['--project', 'p', '--dataset', 'd', '--bucket', 'b', '--account', 'e@p.iam'];

test('a project that is as it should be: everything is ok, and nothing secret is shown', () => {
  const { stdout, stderr, status } = verify(GOOD, ...ALL);
  assert.equal(stderr, '');
  assert.equal(status, 0, stdout);
  assert.doesNotMatch(stdout, /NOT ok|unknown|token/);
  assert.equal(stdout.match(/^ok /gm)?.length, 13, stdout);
  assert.match(stdout, /months are skipped in bases_vendas_linhas: 0 bytes of 1000/);
});

test('each thing that is amiss is told, with what follows, and ends with 1', () => {
  const amiss: Answers = {
    'ls --routines': [routine('proc_bases_vendas')],
    'dry_run.*BEGIN DECLARE': refused('Syntax error'),
    'dry_run.*1900-02-01': told(1000),
    'maximum_bytes_billed=1': [],
    'BEGIN TRANSACTION; SELECT 1': refused('Transaction control'),
    'bq .* show': { schema: { fields } },
    'buckets describe': { retention_policy: { retentionPeriod: '1' } },
    'get-iam-policy': { bindings: [{ role: 'roles/owner', members: ['user:e@p.iam'] }] },
    'topics describe': refused('NOT_FOUND'),
    'subscriptions list': [
      subscription({ pushConfig: { pushEndpoint: 'https://f' }, ackDeadlineSeconds: 10 }),
    ],
  };
  const { stdout, status } = verify(goodBut(amiss), ...ALL);
  assert.equal(status, 1, stdout);
  for (const said of [
    /NOT ok +bases_vendas_linhas has no partition for each month/,
    /NOT ok +months are not skipped in bases_vendas_linhas: 1000 bytes of 1000/,
    /NOT ok +a query beyond maximumBytesBilled ran/,
    /NOT ok +proc_bases_vendas is not valid for BigQuery: Syntax error/,
    /NOT ok +no procedure consolidate_<dataset>/,
    /NOT ok +a script with a transaction is refused/,
    /NOT ok +gs:\/\/b has a retention policy/,
    /NOT ok +e@p.iam has a basic role/,
    /unknown +whether e@p.iam has roles\/bigquery.jobUser/,
    /NOT ok +topic bases_vendas is not there/,
    /NOT ok +files pushes and has no dead-letter topic/,
    /NOT ok +files waits 10 s for an answer/,
    /^12 not ok$/m,
  ])
    assert.match(stdout, said);
});

test('what is not named or cannot be asked is unknown, not ok', () => {
  const { stdout, status } = verify(
    goodBut({ 'print-access-token': refused('no'), dry_run: told(0) }),
    ...ALL.slice(0, 4),
  );
  assert.match(stdout, /unknown +the bucket: none is named/);
  assert.match(stdout, /unknown +the roles: no account is named/);
  assert.match(stdout, /unknown +whether months are skipped in bases_vendas_linhas: it is empty/);
  assert.match(stdout, /unknown +Application Default Credentials/);
  assert.equal(status, 0, stdout);
});

test('a dataset that cannot be reached is not ok', () => {
  const { stdout, status } = verify(
    { 'projects describe': { projectId: 'p' }, '.': refused('PERMISSION_DENIED') },
    ...ALL,
  );
  assert.equal(status, 1);
  assert.match(stdout, /NOT ok +dataset p\.d cannot be listed: PERMISSION_DENIED/);
});

test('--help says what there is; a wrong call ends with 2', () => {
  assert.match(verify({}, '--help').stdout, /^usage: cloud\/verify\.sh/);
  for (const args of [['--nothing'], ['--project'], ['--project', 'p']])
    assert.equal(verify({}, ...args).status, 2, args.join(' '));
});

test('who is not logged in is told so in one sentence, with 2', () => {
  const { stdout, stderr, status } = verify(
    goodBut({ 'projects describe': refused('You do not have\nan active account') }),
    ...ALL,
  );
  assert.equal(status, 2);
  assert.equal(stdout, '');
  assert.match(stderr, /^verify\.sh: .*gcloud auth login.*: You do not have an active account\n$/);
});

test('a topic that may not be looked at is not said to be missing', () => {
  const { stdout, status } = verify(
    goodBut({ 'topics describe': refused('PERMISSION_DENIED: no') }),
    ...ALL,
  );
  assert.equal(status, 0, stdout);
  assert.match(stdout, /unknown +whether topic bases_vendas is there: PERMISSION_DENIED: no/);
});
