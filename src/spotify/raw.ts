import * as z from 'zod';
import { UserError } from '../errors.ts';
import { parseJson } from '../json.ts';
import { openIfThere } from '../lake/if-there.ts';
import type { Lake } from '../lake/lake.ts';
import type { List } from './tables.ts';

/** The lake's folder of answers as Spotify gave them, a folder in it for each run. */
export const RAW = 'spotify/raw';
/** Beside the pages of a list: when it was fetched. Another process may fetch the other one, and much later. */
const aboutOf = (list: List) => `${list}.json`;
/** The same of both lists, as earlier versions kept it. */
const ABOUT_BOTH = 'run.json';
const aboutShape = z.object({ time: z.iso.datetime() });

/** When each list began to be fetched. */
export type Times = Readonly<Record<List, number>>;

/** What a run keeps, to be read again by a replay. */
interface RawAnswers {
  /** Says when a list begins to be fetched. */
  begin(list: List, time: number): Promise<void>;
  keep(name: string, text: string): Promise<void>;
  /** Undefined where that page was not kept. */
  read(name: string): Promise<string | undefined>;
  /** The names of what was kept. */
  names(): Promise<string[]>;
}

/** Of an earlier run. Throws UserError `spotify.replayMissing` where there is none of that name. */
export async function openRaw(
  lake: Lake,
  runId: string,
): Promise<RawAnswers & { readonly times: Times }> {
  const missing = () =>
    new UserError('spotify.replayMissing', { run: runId, folder: lake.locate(RAW) });
  if (!/^[\w-]+$/.test(runId)) throw missing();
  const raw = rawOf(lake, runId);
  const [shows, episodes, both] = await Promise.all(
    [aboutOf('shows'), aboutOf('episodes'), ABOUT_BOTH].map(async (name) => {
      const about = aboutShape.safeParse(parseJson((await raw.read(name)) ?? '')).data;
      return about && Date.parse(about.time);
    }),
  );
  const some = both ?? shows ?? episodes;
  if (some === undefined) throw missing();
  return { ...raw, times: { shows: shows ?? some, episodes: episodes ?? some } };
}

/** Of a run, whether it has kept something or not. */
export function rawOf(lake: Lake, runId: string): RawAnswers {
  const folder = `${RAW}/${runId}`;
  const keep = (name: string, text: string) =>
    lake.write(`${folder}/${name}`, new TextEncoder().encode(text));
  return {
    begin: (list, time) =>
      keep(aboutOf(list), `${JSON.stringify({ time: new Date(time).toISOString() })}\n`),
    keep,
    async read(name) {
      await using opened = await openIfThere(lake, `${folder}/${name}`);
      return opened && new TextDecoder().decode(await opened.read(0, opened.file.size));
    },
    async names() {
      return (await lake.list(folder)).map(({ name }) => name.slice(folder.length + 1));
    },
  };
}
