/**
 * What an authentication scheme is to the client that drives it: a generator of requests, in the sense
 * of httpx. It yields a request, is given the head of the response, and may yield another. The client
 * needs to know nothing else, and a scheme is tested as a plain generator.
 *
 * @module
 */

import type { ResponseHead } from "../../hooks.ts";
import type { HTTPRequest } from "../request/http_request.ts";
import type { Transport } from "../transport/transport.ts";

/** What the client lends to a scheme while one request is authenticated. */
export interface AuthContext {
  /**
   * Sends a side request, to a token endpoint for example, through the client's transport, its address
   * policy and the clock of the attempt. It follows no redirects and carries nothing of the client's.
   */
  readonly fetch: Transport;
  /** Aborts when the attempt is over or the call is given up. */
  readonly signal: AbortSignal;
  /**
   * Tells the client of work that must end well though its call may be over, such as a refresh whose
   * tokens are not stored yet. `close()` waits for it, at most 30 seconds.
   */
  readonly unfinished?: (work: Promise<unknown>) => void;
  /** Whether a server refused the last handshake of a WebSocket for its credentials. */
  readonly refresh?: boolean;
}

/**
 * The authentication of one request, as an `async *authenticate()` of a scheme of your own gives it:
 * yields requests, and is given the head of the response to each.
 */
export type AuthFlow = AsyncGenerator<HTTPRequest, void, ResponseHead>;

/** A way to prove who is calling. */
export interface AuthScheme {
  /** The name of the scheme, as in `WWW-Authenticate`: `Basic`, `Bearer`, `Digest`, … */
  readonly name: string;
  /**
   * The origins that get the credentials, such as `https://api.example.com`. When left out it is that
   * of the client's `baseUrl`, or for a scheme given to one call, that of the call's URL.
   */
  readonly origins?: readonly string[] | undefined;
  /** Whether the scheme reads the body, which must then be one that can be sent again. */
  readonly requiresBody?: boolean;
  /**
   * Whether `negotiate()` may choose the scheme over `http:`, where others can read what it sends.
   * Without it only Digest is chosen there. A scheme that is used on its own does not look at it.
   */
  readonly allowClearText?: boolean;
  /**
   * Names of the header or the query parameter that carry the secret, in lower case, where it is not
   * Authorization or Cookie: never shown.
   */
  readonly sensitiveNames?: readonly string[];
  /**
   * Names whom the credentials stand for, or returns that name; undefined for not known yet. Calls with
   * the same name may share responses. It may be a secret: it is hashed, and never shown. Without it
   * nobody else shares with this scheme, and nothing of it is kept in a store that outlives the process.
   */
  readonly partition?:
    | string
    | ((signal: AbortSignal) => string | undefined | Promise<string | undefined>);
  /**
   * Authenticates one request: yields it with credentials, is given the head of the response, and
   * yields another if that one asks for it; three at most. The last response is the answer.
   */
  authenticate(request: HTTPRequest, context: AuthContext): AuthFlow;
}
