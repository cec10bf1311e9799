import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Problem } from '../errors.ts';
import { INBOX, REJECTED } from '../ingest/folders.ts';
import { makeFolder } from '../lake/disk.ts';
import type { Lake, LakeFile, OpenFile } from '../lake/lake.ts';
import { namingFile } from '../lake/refusals.ts';
import { createTurns } from '../turns.ts';
import type { Account } from './accounts.ts';
import type { Folder } from './paths.ts';
import { beginUpload, type Desk, type Upload, type UploadMode } from './upload.ts';

/** What one account sees and may do: its own folder in entrada/, and its own in rejeitados/ to read. */
export interface View {
  list(folder: Folder): Promise<LakeFile[]>;
  /** Throws UserError `lake.missing` when there is no such file. */
  stat(folder: Folder, name: string): Promise<LakeFile>;
  open(folder: Folder, name: string): Promise<OpenFile>;
  /** Begins an upload to entrada/; see beginUpload. */
  upload(name: string, how: UploadMode): Promise<Upload>;
  remove(name: string): Promise<void>;
  /** Never overwrites: throws UserError `lake.exists`. */
  rename(from: string, to: string): Promise<void>;
  /** What the lake says, in the names that the account knows: it sees neither its own folder's nor what is above. */
  inItsNames(problem: Problem): Problem;
}

/**
 * Opens the inlet to a lake for uploads, whose bytes are kept in the folder `parts` until they are whole. The folder is
 * this inlet's alone: parts that an earlier one, killed, has left there were never acknowledged, and are removed.
 */
export async function openInlet(lake: Lake, parts: string): Promise<(account: Account) => View> {
  await namingFile(parts, async () => {
    await makeFolder(parts, 0o700);
    const left = (await readdir(parts)).filter((name) => /^[0-9a-f-]{36}\.part$/.test(name));
    await Promise.all(left.map((name) => rm(join(parts, name))));
  });
  const desks = new Map<string, Desk>();

  return ({ name: account, quotaBytes }) => {
    const place = (folder: Folder, name: string) => `${folder}/${account}/${name}`;
    const desk = desks.get(account) ?? createDesk(`${INBOX}/${account}`);
    desks.set(account, desk);
    const way = { lake, parts, desk, quotaBytes };

    async function find(folder: Folder, name: string): Promise<LakeFile> {
      await using opened = await lake.open(place(folder, name));
      return opened.file;
    }

    return {
      list: (folder) => lake.list(`${folder}/${account}`),
      stat: find,
      open: (folder, name) => lake.open(place(folder, name)),
      upload: (name, how) => beginUpload(way, name, how),
      remove: (name) => desk.inTurn(async () => lake.remove(await find(INBOX, name))),
      rename: (from, to) =>
        desk.inTurn(async () => lake.move(await find(INBOX, from), place(INBOX, to))),
      inItsNames({ code, values }) {
        if (!code.startsWith('lake.')) return { code, values };
        const known = Object.entries(values).map(([name, value]) => {
          let said = `${value}/`;
          for (const folder of [INBOX, REJECTED])
            for (const longer of [lake.locate(folder), `${folder}/${account}`])
              said = said.replaceAll(`${longer}/`, `${folder}/`);
          return [name, said.slice(0, -1)];
        });
        return { code, values: Object.fromEntries(known) };
      },
    };
  };
}

function createDesk(folder: string): Desk {
  return { folder, uploads: new Set(), waiting: 0, inTurn: createTurns() };
}
