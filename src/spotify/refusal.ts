import * as z from 'zod';
import { type EntradaError, TerminalError, UserError } from '../errors.ts';
import { parseJson } from '../json.ts';

/** What came back: the status and the body, which may be JSON or text. */
export interface Answer {
  readonly status: number;
  readonly text: string;
}

const errorBody = z.object({
  error: z.union([z.string(), z.object({ message: z.string() })]),
  error_description: z.string().optional(),
});

/** An answer in a line: its status and what Spotify says of it. A body that may hold a token is not quoted. */
export function summary({ status, text }: Answer): string {
  const body = errorBody.safeParse(parseJson(text)).data;
  const error = typeof body?.error === 'string' ? body.error : body?.error.message;
  const whole = text.includes('access_token') ? '' : text;
  const said = body?.error_description ?? error ?? whole;
  return `${status} ${said}`.replace(/\s+/g, ' ').trim().slice(0, 200);
}

/** The error for an answer that trying again would not change. `show` is the show asked for, if it was one. */
export function refusal(answer: Answer, url: URL, show?: string): EntradaError {
  const said = summary(answer);
  if (answer.status === 401) return new UserError('spotify.unauthorized', { answer: said });
  if (answer.status === 403 && /premium/i.test(answer.text))
    return new UserError('spotify.premium');
  if (answer.status === 403) return new UserError('spotify.forbidden', { answer: said });
  if (answer.status === 400 && /invalid limit/i.test(answer.text)) {
    return new TerminalError('spotify.limit', { limit: url.searchParams.get('limit') ?? '' });
  }
  if (answer.status === 404 && show !== undefined) {
    const market = url.searchParams.get('market') ?? '';
    return new UserError('spotify.showMissing', { show, market });
  }
  return new UserError('spotify.refused', { url: url.origin + url.pathname, answer: said });
}
