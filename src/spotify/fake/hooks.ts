import type { Catalog, Item } from './catalog.ts';

/** Where a test puts misbehaviour in; the demo has none. */
export interface FakeHooks {
  /** Answers in place of the server: with a reply, by dropping the connection, or never. */
  intercept?(request: FakeRequest, catalog: Catalog): FakeReply | 'drop' | 'hold' | undefined;
  /** Changes a page on its way out. */
  reshape?(page: FakePage, request: FakeRequest): FakePage;
}

export interface FakeRequest {
  readonly path: string;
  readonly query: URLSearchParams;
  readonly authorization: string;
}

export interface FakeReply {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** Text goes out as it is, anything else as JSON. */
  readonly body: unknown;
}

export interface FakePage {
  readonly href: string;
  readonly items: readonly (Item | null)[];
  readonly limit: number;
  readonly next: string | null;
  readonly offset: number;
  readonly previous: string | null;
  readonly total: number;
}
