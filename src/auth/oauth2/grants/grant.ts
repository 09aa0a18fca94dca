/**
 * What a grant of the caller's choice is: a way to get tokens without a user (RFC 6749 4.5).
 *
 * @module
 */

import type { Transport } from "../../../http/transport/transport.ts";

/** What a grant is told of the request that it is used for. */
export interface GrantContext {
  /** The URL of the token endpoint. */
  readonly tokenEndpoint: string;
  /** The identifier of the server, if it is known. */
  readonly issuer?: string;
  /** The present by the server's clock as far as it is known, in milliseconds since 1970. */
  readonly now: number;
  /** Sends a side request, once, through the client's transport and address policy. */
  readonly fetch: Transport;
  /** Aborts when nobody waits for the tokens any more. */
  readonly signal: AbortSignal;
}

/** Form parameters; a list gives one for each of its members, `undefined` none. */
export type GrantParameters = Readonly<Record<string, string | readonly string[] | undefined>>;

/**
 * A grant that proves who asks by something else than a user's consent: {@linkcode jwtBearer},
 * {@linkcode tokenExchange}, {@linkcode googleServiceAccount}, or one of your own.
 */
export interface OAuth2Grant {
  /** The `grant_type`. */
  readonly grantType: string;
  /** The token endpoint, if the grant knows it. */
  readonly tokenEndpoint?: string;
  /**
   * Names whom the tokens stand for. Calls with the same name may share responses; without it each
   * access token counts as somebody else's.
   */
  readonly partition?: string;
  /** The `issued_token_type` that the answer must have (RFC 8693 2.2.1). */
  readonly issuedTokenType?: string;
  /** Whether the answer's ID token is what requests are sent with. */
  readonly sendsIdToken?: boolean;
  /**
   * Returns the parameters of one request. It is called for each request, since what it proves with may
   * be used once. All of its values are treated as secrets.
   */
  parameters(context: GrantContext): GrantParameters | Promise<GrantParameters>;
}
