import * as z from 'zod';
import { decodeData } from '../bus/wire.ts';
import { TerminalError } from '../errors.ts';

/** What functions-framework gives a function, as far as it is known. */
export interface Event {
  readonly data?: unknown;
}

/** A message as Pub/Sub pushes it. */
export interface Pushed {
  readonly id: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly bytes: Uint8Array;
}

const shape = z.object({
  message: z.object({
    messageId: z.string().min(1),
    data: z.base64().default(''),
    attributes: z.record(z.string(), z.string()).nullish(),
  }),
});

/**
 * The message in a CloudEvent, or in the push itself: functions-framework passes one without data on as it came.
 * Throws TerminalError `bus.message` for anything else.
 */
export function messageOf(topic: string, event: Event): Pushed {
  const result = shape.safeParse(event.data ?? event);
  if (!result.success) throw unreadable(topic, JSON.stringify(event.data ?? event));
  const { messageId: id, data, attributes } = result.data.message;
  return { id, attributes: attributes ?? {}, bytes: Buffer.from(data, 'base64') };
}

const identified = z.object({ message: shape.shape.message.pick({ messageId: true }) });

/** The message's id, also where the rest of it is not as Pub/Sub pushes it. */
export function idIn(event: Event): string | undefined {
  return identified.safeParse(event.data ?? event).data?.message.messageId;
}

/** The data that somebody published. Throws TerminalError `bus.message` where it is not of this shape. */
export function dataIn<T>({ bytes }: Pushed, topic: string, wanted: z.ZodType<T>): T {
  const result = wanted.safeParse(decodeData(topic, bytes));
  if (!result.success) throw unreadable(topic, Buffer.from(bytes).toString());
  return result.data;
}

function unreadable(topic: string, text: string): TerminalError {
  return new TerminalError('bus.message', { topic, start: text.slice(0, 80) });
}
