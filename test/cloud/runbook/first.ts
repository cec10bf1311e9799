import assert from 'node:assert/strict';
import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { describe, test } from 'node:test';
import { ROOT } from '../../repository.ts';
import { openDesk } from './desk.ts';

/** Says what has been applied, in the place of Terraform, whose state is in a bucket of the project. */
const TERRAFORM = `#!/bin/sh
[ "$2" = init ] && exit
[ "$1 $2 $3" = '-chdir=cloud/terraform output -raw' ] || exit 1
case $4 in lake) echo "$TEST_LAKE" ;; warehouse) echo "$TEST_WAREHOUSE" ;; *) exit 1 ;; esac
`;

describe('what is typed first', { timeout: 600_000 }, () => {
  test('the settings are those of what was applied, and all else works with them', async () => {
    await using desk = await openDesk();
    const { scene, folder } = desk;
    await mkdir(join(folder, 'bin'));
    await writeFile(join(folder, 'bin/terraform'), TERRAFORM);
    await chmod(join(folder, 'bin/terraform'), 0o755);
    await scene.lake.write('entrada/list.csv', Buffer.from('a;b'));
    const { ENTRADA_LAKE, ENTRADA_WAREHOUSE } = scene.environment;
    const nothing = Object.fromEntries(
      ['ENTRADA_LAKE', 'ENTRADA_WAREHOUSE', 'ENTRADA_PROJECT', 'CLOUDSDK_CORE_PROJECT'].map(
        (name) => [name, ''],
      ),
    );
    const type = desk.at('', {
      ...nothing,
      TEST_FOLDER: ROOT,
      TEST_LAKE: ENTRADA_LAKE,
      TEST_WAREHOUSE: ENTRADA_WAREHOUSE,
      PATH: `${join(folder, 'bin')}${delimiter}${process.env.PATH}`,
    });
    const first = await type(/^(export|gcloud config|terraform|entrada\(\)|entrada status)/, {
      'my-project': scene.project,
    });
    assert.equal(first.code, 0, first.stderr);
    assert.match(first.stdout, /^list\.csv: left in entrada\//m);
    const { stdout } = await desk.type('unset CLOUDSDK_CORE_PROJECT; gcloud config get project');
    assert.equal(stdout.trim(), scene.project);
    const run = await desk.at('')(/^entrada run/);
    assert.equal(run.code, 0, run.stderr);
  });
});
