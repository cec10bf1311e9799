import { readSettings, type Settings } from '../config.ts';
import type { Context } from '../ingest/context.ts';
import { recordFailureOf } from '../ingest/failure.ts';
import { prepareDatasets } from '../ingest/prepare.ts';
import { openContext } from '../open.ts';
import { type Event, idIn, messageOf, type Pushed } from './message.ts';

/** What an instance works with. */
interface Opened {
  readonly settings: Settings;
  readonly context: Context;
}

export interface Instance {
  opened(): Promise<Opened>;
  /** The context of one message, under the name of the run that announced it. */
  contextOf(runId: string): Promise<Context>;
  /**
   * What `read` makes of an event's message. What cannot be read is told to the ledger, by the message's id, and
   * thrown: Pub/Sub delivers it again, and puts it on the dead-letter topic in the end.
   */
  reading<T>(topic: string, event: Event, read: (message: Pushed, opened: Opened) => T): Promise<T>;
}

/** Opens what the environment names for the first message, and keeps it for those that follow. */
export function createInstance(environment: NodeJS.ProcessEnv): Instance {
  let opening: Promise<Opened> | undefined;

  async function open(): Promise<Opened> {
    const cloud = { ENTRADA_BUS: 'pubsub', ENTRADA_RECEIVER: 'functions' };
    const settings = readSettings({ ...environment, ...cloud }, undefined);
    const opened = await openContext(settings);
    const context = { ...opened, ...(await prepareDatasets(opened)) };
    for (const { folder, error } of context.broken)
      context.log.error({ folder, err: error }, 'dataset broken');
    return { settings, context };
  }

  function opened(): Promise<Opened> {
    opening ??= open().catch((error) => {
      opening = undefined;
      throw error;
    });
    return opening;
  }

  async function contextOf(runId: string): Promise<Context> {
    const { context } = await opened();
    return { ...context, runId, log: context.log.child({ runId }) };
  }

  return {
    opened,
    contextOf,
    async reading(topic, event, read) {
      const id = idIn(event);
      try {
        return read(messageOf(topic, event), await opened());
      } catch (error) {
        if (id !== undefined) await recordFailureOf(await contextOf(id), `message ${id}`, error);
        throw error;
      }
    },
  };
}
