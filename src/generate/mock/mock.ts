/**
 * The public type of a mock.
 *
 * @module
 */

/** A request that the mock received. */
export interface MockedRequest {
  /** The method. */
  readonly method: string;
  /** The URL. */
  readonly url: string;
  /** The operation's `operationId`, if the request was for one. */
  readonly operationId: string | undefined;
  /** The status of the response. */
  readonly status: number;
  /** The errors of the request. */
  readonly errors: readonly string[];
}

/** A server made from a description. */
export interface Mock {
  /** Answers a request: `Deno.serve(mock.fetch)`. */
  readonly fetch: (request: Request) => Promise<Response>;
  /** Whether a request is for the API: for one of its paths, at one of its servers where they have hosts. */
  readonly handles: (request: Request) => boolean;
  /** The same for a client: `createAPI({ transport: mock.transport })`. */
  readonly transport: (url: string, init: RequestInit) => Promise<Response>;
  /** The requests that it received, in order. */
  readonly requests: readonly MockedRequest[];
}
