import * as z from 'zod';
import { UserError } from '../errors.ts';
import type { Lake } from '../lake/lake.ts';
import { parse } from './refusal.ts';

/** The lake's folder of answers as Spotify gave them, a folder in it for each run. */
export const RAW = 'spotify/raw';
/** Beside the pages of a run: when it began. */
const ABOUT = 'run.json';
const aboutShape = z.object({ time: z.iso.datetime() });

/** What a run keeps, to be read again by a replay. */
export interface RawAnswers {
  /** When the run began that keeps them. */
  readonly time: number;
  keep(name: string, text: string): Promise<void>;
  /** Undefined where that page was not kept. */
  read(name: string): Promise<string | undefined>;
  /** The names of what was kept. */
  names(): Promise<string[]>;
}

/** For a run that begins now. */
export async function createRaw(lake: Lake, runId: string, time: number): Promise<RawAnswers> {
  const raw = rawOf(lake, runId, time);
  await raw.keep(ABOUT, `${JSON.stringify({ time: new Date(time).toISOString() })}\n`);
  return raw;
}

/** Of an earlier run. Throws UserError `spotify.replayMissing` where there is none of that name. */
export async function openRaw(lake: Lake, runId: string): Promise<RawAnswers> {
  const missing = () =>
    new UserError('spotify.replayMissing', { run: runId, folder: lake.locate(RAW) });
  if (!/^[\w-]+$/.test(runId)) throw missing();
  const about = aboutShape.safeParse(parse((await rawOf(lake, runId, 0).read(ABOUT)) ?? '')).data;
  if (about === undefined) throw missing();
  return rawOf(lake, runId, Date.parse(about.time));
}

function rawOf(lake: Lake, runId: string, time: number): RawAnswers {
  const folder = `${RAW}/${runId}`;
  return {
    time,
    keep: (name, text) => lake.write(`${folder}/${name}`, new TextEncoder().encode(text)),
    async read(name) {
      try {
        await using opened = await lake.open(`${folder}/${name}`);
        return new TextDecoder().decode(await opened.read(0, opened.file.size));
      } catch (error) {
        if (error instanceof UserError && error.code === 'lake.missing') return undefined;
        throw error;
      }
    },
    async names() {
      return (await lake.list(folder)).map(({ name }) => name.slice(folder.length + 1));
    },
  };
}
