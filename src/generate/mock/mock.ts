/**
 * A mock, as programs see it.
 *
 * @module
 */

/** A request that the mock was sent. */
export interface MockedRequest {
  /** The method. */
  readonly method: string;
  /** The URL. */
  readonly url: string;
  /** The operation's `operationId`, if the request was for one. */
  readonly operationId: string | undefined;
  /** What the mock answered. */
  readonly status: number;
  /** What was wrong with it. */
  readonly errors: readonly string[];
}

/** A server made of a description. */
export interface Mock {
  /** Answers a request: `Deno.serve(mock.fetch)`. */
  readonly fetch: (request: Request) => Promise<Response>;
  /** Whether a request is for the API: for one of its paths, at one of its servers where they have hosts. */
  readonly handles: (request: Request) => boolean;
  /** The same for a client: `createAPI({ transport: mock.transport })`. */
  readonly transport: (url: string, init: RequestInit) => Promise<Response>;
  /** What it was sent, in order. */
  readonly requests: readonly MockedRequest[];
}
