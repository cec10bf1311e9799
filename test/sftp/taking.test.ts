import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createFolderLake } from '../../src/lake/folder.ts';
import type { Lake } from '../../src/lake/lake.ts';
import { newHome, sale, sales } from '../ingest/home.ts';
import { put, type Requests, startRig } from './rig.ts';

const FIRST = sales(sale(10));
const SECOND = sales(sale(20));

/** A lake that does something the first time that bytes of a file are read, after the look at its end. */
function meanwhile(lake: Lake, work: () => Promise<void>): Lake {
  let reads = 0;
  // A file is hashed before its turn, at which it is looked for once more: what is gone by then was never taken.
  const taken = Promise.withResolvers<void>();
  return {
    ...lake,
    async open(name) {
      const opened = await lake.open(name);
      return {
        ...opened,
        async read(offset, length) {
          // The hash reads the whole file at once, as nothing before it does.
          if (offset === 0 && length > 100_000 && reads++ === 0) {
            await taken.promise;
            await work();
          }
          return opened.read(offset, length);
        },
        async verify() {
          await opened.verify();
          taken.resolve();
        },
      };
    },
  };
}

describe('a client changes its mind while the flow reads the file', () => {
  const changes: Record<
    string,
    { change: (sftp: Requests) => Promise<void>; left: string[]; units: number }
  > = {
    removes: { change: (sftp) => sftp.remove('/entrada/a.xlsx'), left: [], units: 0 },
    renames: {
      change: (sftp) => sftp.rename('/entrada/a.xlsx', '/entrada/b.xlsx'),
      left: ['b.xlsx'],
      units: 10,
    },
    'uploads anew': {
      change: (sftp) => put(sftp, '/entrada/a.xlsx', SECOND),
      left: ['a.xlsx'],
      units: 20,
    },
  };
  for (const [name, { change, left, units }] of Object.entries(changes)) {
    test(`${name}: what was read does not count, and the next run takes what is there`, async () => {
      await using home = await newHome();
      await using rig = await startRig({ lake: createFolderLake(home.path) });
      await using connected = await rig.connect('ana');
      const { sftp } = connected;
      await put(sftp, '/entrada/a.xlsx', FIRST);
      let changed = 0;
      const run = await home.run({
        lake: (lake) =>
          meanwhile(lake, async () => {
            changed += 1;
            await change(sftp);
          }),
      });
      assert.equal(changed, 1);
      assert.deepEqual(
        run.postponed.map(({ error }) => (error as { code: string }).code),
        ['lake.changed'],
      );
      assert.deepEqual(await home.names('backup'), []);
      assert.deepEqual(await sftp.names('/entrada'), left);
      await home.run();
      const sum = 'SELECT COALESCE(SUM(SUM_QTD_VENDA), 0)::INT FROM con_ano_mes';
      assert.deepEqual(await home.query(sum), [[units]]);
      assert.deepEqual(await sftp.names('/entrada'), []);
    });
  }
});
