import { readFile, rm } from 'node:fs/promises';
import { TransientError, UserError } from '../../src/errors.ts';
import type { FileVersion, Lake, LakeFile } from '../../src/lake/lake.ts';
import { checkName } from '../../src/lake/name.ts';

interface Kept {
  readonly file: LakeFile;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** A lake that is gone with the process. It throws the port's errors and no others. */
export function createMemoryLake({ now = Date.now } = {}): Lake {
  const kept = new Map<string, Kept>();
  let versions = 0;

  function find(name: string): Kept {
    const found = kept.get(checkName(name));
    if (!found) throw new UserError('lake.missing', { file: name });
    return found;
  }

  function checkVersion(file: FileVersion, found: Kept | undefined): void {
    if (found?.file.version !== file.version) {
      throw new TransientError('lake.changed', { file: file.name });
    }
  }

  async function write(name: string, bytes: Uint8Array): Promise<void> {
    const version = String(++versions);
    const file = { name: checkName(name), size: bytes.length, version, modified: now() };
    kept.set(name, { file, bytes: new Uint8Array(bytes) });
  }

  return {
    async list(folder, deep) {
      const start = `${checkName(folder)}/`;
      const below = deep ? /^([^./][^/]*\/)?[^/]+$/ : /^[^/]+$/;
      return [...kept.values()]
        .map(({ file }) => file)
        .filter(({ name }) => name.startsWith(start) && below.test(name.slice(start.length)));
    },

    async open(name) {
      const { file, bytes } = find(name);
      return {
        file,
        read: async (offset, length) => bytes.slice(offset, offset + length),
        verify: async () => checkVersion(file, kept.get(name)),
        async [Symbol.asyncDispose]() {},
      };
    },

    async move(file, to) {
      const found = find(file.name);
      checkVersion(file, found);
      if (kept.has(checkName(to))) throw new UserError('lake.exists', { file: to });
      kept.delete(file.name);
      kept.set(to, { ...found, file: { ...found.file, name: to } });
    },

    write,

    async adopt(path, name) {
      try {
        await write(name, await readFile(path));
      } finally {
        await rm(path, { force: true });
      }
    },

    async remove(file) {
      checkVersion(file, find(file.name));
      kept.delete(file.name);
    },

    locate: (name) => `memory:${checkName(name)}`,
  };
}
