import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { skipWithout } from './rig.ts';
import { untyped } from './runbook/desk.ts';

const skip = skipWithout('storage', 'pubsub', 'bigquery', 'analyzer', 'sdk');

/** With the place of each; docs/runbook.md says why. */
const NOT_TYPED = [
  ': gcloud auth login',
  ': gcloud auth application-default login',
  'Before Terraform applies: terraform -chdir=cloud/terraform output -json variables > cloud/terraform/deployed.auto.tfvars.json',
  'Before Terraform applies: npm run pack:functions',
  'Before Terraform applies: terraform -chdir=cloud/terraform plan',
  'Before Terraform applies: rm cloud/terraform/deployed.auto.tfvars.json',
  'A message waits: terraform -chdir=cloud/terraform plan',
  'A message waits: terraform -chdir=cloud/terraform apply',
  'The flow does not run: terraform -chdir=cloud/terraform apply',
  'Spotify does not start: terraform -chdir=cloud/terraform apply',
  'The flow fails: terraform -chdir=cloud/terraform apply',
  'Often needed: let files wait in `entrada/` as well: terraform -chdir=cloud/terraform apply',
  'How this was tried: npm run test:cloud -- runbook',
];

if (skip) describe('the runbook, tried', { skip }, () => {});
else {
  for (const part of ['first', 'files', 'alerts', 'red-check', 'spotify', 'often'])
    await import(`./runbook/${part}.ts`);
  test('all that the runbook says to type was typed, but for what is named here', () => {
    assert.deepEqual(untyped().sort(), NOT_TYPED.sort());
  });
}
