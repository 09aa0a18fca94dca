/**
 * What a sign-in of a user is begun and ended with.
 *
 * @module
 */

import type { Transport } from "../../http/transport/transport.ts";

/** What a user is sent to sign in with, and what the way back is checked by. */
export interface AuthorizationRequest {
  /** Where the user is to be sent. */
  readonly url: string;
  /** Comes back in the callback, and tells it from one that somebody else made. */
  readonly state: string;
  /** Proves to the server that the callback is brought by who began (PKCE, RFC 7636). Secret. */
  readonly codeVerifier: string;
}

/** What an exchange outside of a client's calls can be given. */
export interface ExchangeOptions {
  /** What {@linkcode OAuth2Scheme.authorizationUrl} gave, where another scheme or process did. */
  readonly request?: Pick<AuthorizationRequest, "state" | "codeVerifier">;
  /** What sends; `fetch` when left out. */
  readonly transport?: Transport;
  /** Gives up. */
  readonly signal?: AbortSignal;
}
