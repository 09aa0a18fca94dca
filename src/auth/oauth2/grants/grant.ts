/**
 * Extension grants, which get tokens without a user (RFC 6749 4.5).
 *
 * @module
 */

import type { Transport } from "../../../http/transport/transport.ts";

/** The facts about one token request, for a grant. */
export interface GrantContext {
  /** The URL of the token endpoint. */
  readonly tokenEndpoint: string;
  /** The identifier of the server, if it is known. */
  readonly issuer?: string;
  /** The current time, by the server's clock if known, in milliseconds since 1970. */
  readonly now: number;
  /** Sends a side request, once, through the client's transport and address policy. */
  readonly fetch: Transport;
  /** Aborts when no call waits for the tokens any more. */
  readonly signal: AbortSignal;
}

/** Form parameters. An array becomes one parameter for each member; `undefined` is left out. */
export type GrantParameters = Readonly<Record<string, string | readonly string[] | undefined>>;

/**
 * A grant that identifies the client without a user's consent: {@linkcode jwtBearer},
 * {@linkcode tokenExchange}, {@linkcode googleServiceAccount}, or one of your own.
 */
export interface OAuth2Grant {
  /** The `grant_type`. */
  readonly grantType: string;
  /** The token endpoint, if the grant knows it. */
  readonly tokenEndpoint?: string;
  /**
   * A name for the owner of the tokens. Calls with the same name may share responses. Without it, each access
   * token counts as another owner.
   */
  readonly partition?: string;
  /** The `issued_token_type` that the response must have (RFC 8693 2.2.1). */
  readonly issuedTokenType?: string;
  /** Whether requests are sent with the ID token of the response. */
  readonly sendsIdToken?: boolean;
  /**
   * Returns the parameters of one token request. It is called for each request, since an assertion may be
   * valid only once. All values are treated as secrets.
   */
  parameters(context: GrantContext): GrantParameters | Promise<GrantParameters>;
}
