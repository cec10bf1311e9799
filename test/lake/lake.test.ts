import { createFolderLake } from '../../src/lake/folder.ts';
import { lakeContract } from '../contracts/lake.ts';
import { createMemoryLake } from './memory.ts';
import { temporaryFolder } from './temporary.ts';

lakeContract('folder', async () => {
  const folder = await temporaryFolder();
  const cleanup = async () => folder[Symbol.asyncDispose]();
  return { lake: createFolderLake(folder.path), cleanup };
});

lakeContract('memory', async () => ({ lake: createMemoryLake(), cleanup: async () => {} }));
