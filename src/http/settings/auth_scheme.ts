/**
 * The interface of authentication schemes: generators of requests, as in httpx. A scheme yields a request,
 * receives the head of the response, and may yield another request. The client needs to know nothing else,
 * and a scheme can be tested as a plain generator.
 *
 * @module
 */

import type { ResponseHead } from "../../hooks.ts";
import type { HTTPRequest } from "../request/http_request.ts";
import type { Transport } from "../transport/transport.ts";

/** What the client provides to a scheme while it authenticates one request. */
export interface AuthContext {
  /**
   * Sends a side request, to a token endpoint for example. It uses the client's transport and address
   * policy, and the timeout of the attempt. It follows no redirects and carries no headers or credentials
   * of the client.
   */
  readonly fetch: Transport;
  /** Aborts when the attempt ends or the call is aborted. */
  readonly signal: AbortSignal;
  /**
   * Registers work that must finish even if its call ends first, such as a refresh whose tokens are not
   * stored yet. `close()` waits for it, at most 30 seconds.
   */
  readonly unfinished?: (work: Promise<unknown>) => void;
  /** Whether a server rejected the credentials of the last WebSocket handshake. */
  readonly refresh?: boolean;
}

/**
 * The authentication of one request, as `async *authenticate()` of a custom scheme returns it. It yields
 * requests and receives the head of the response to each.
 */
export type AuthFlow = AsyncGenerator<HTTPRequest, void, ResponseHead>;

/** An authentication scheme. */
export interface AuthScheme {
  /** The name of the scheme, as in `WWW-Authenticate`: `Basic`, `Bearer`, `Digest`, … */
  readonly name: string;
  /**
   * The origins that receive the credentials, such as `https://api.example.com`. If omitted, the origin of
   * the client's `baseUrl`, or of the call's URL for a scheme of one call.
   */
  readonly origins?: readonly string[] | undefined;
  /** Whether the scheme reads the body, which must then be repeatable. */
  readonly requiresBody?: boolean;
  /**
   * Whether `negotiate()` may choose the scheme over `http:`, where others can read its credentials.
   * Without it `negotiate()` chooses only Digest there. It has no effect on a scheme that is used alone.
   */
  readonly allowClearText?: boolean;
  /**
   * Names of other headers or query parameters than Authorization and Cookie that carry a secret, in lower
   * case. Their values are redacted.
   */
  readonly sensitiveNames?: readonly string[];
  /**
   * The identity that the credentials belong to, or a function that returns it; `undefined` if it is not
   * known yet. Calls with the same identity may share responses. It may be a secret: it is hashed and never
   * shown. Without it, responses of this scheme are not shared with other schemes and not kept in a
   * persistent store.
   */
  readonly partition?:
    | string
    | ((signal: AbortSignal) => string | undefined | Promise<string | undefined>);
  /**
   * Authenticates one request: yields it with credentials, receives the head of the response, and yields
   * another request if the response requires it; three at most. The last response is the result.
   */
  authenticate(request: HTTPRequest, context: AuthContext): AuthFlow;
}
