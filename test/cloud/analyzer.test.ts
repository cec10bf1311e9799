import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { allTexts } from '../warehouse/bigquery-texts.ts';
import { analyze } from './analyze.ts';
import { skipWithout } from './rig.ts';

const skip = skipWithout('analyzer');

describe('GoogleSQL', { skip }, () => {
  if (skip) return;

  test('all that BigQuery is sent is valid, with the tables that deploy makes', async () => {
    const { made, run } = await allTexts();
    assert.ok(made.length > 15 && run.length > 50, `${made.length} made, ${run.length} run`);
    assert.equal(await analyze(made, run), '');
  });

  test('what is not GoogleSQL is found', async () => {
    const made = ['CREATE TABLE `demo.d.t` (A INT64, D DATE)'];
    for (const wrong of [
      'SELECT B FROM `demo.d.t`',
      'SELECT TRY_CAST(A AS STRING) FROM `demo.d.t`',
      "SELECT D = 'x' + 1 FROM `demo.d.t`",
    ])
      assert.match(await analyze(made, [wrong]), /FAIL/, wrong);
  });
});
