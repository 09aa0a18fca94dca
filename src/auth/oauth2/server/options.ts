/**
 * The options of `oauth2()`.
 *
 * @module
 */

import type { Duration } from "../../../options/duration.ts";
import type { AuthOptions } from "../../credentials.ts";
import type { WebCryptoKeyPair } from "../../keys/algorithms.ts";
import type { ClientAuthentication } from "../grants/client_authentication.ts";
import type { OAuth2Grant } from "../grants/grant.ts";
import type { TokenStore } from "../store/token_store.ts";

/**
 * The client, its server, and whose tokens it uses: a user's with `redirectUri`, `refreshToken` or
 * `grant: "device_code"`, those of another `grant`, otherwise its own (client credentials).
 */
export interface OAuth2Options extends AuthOptions {
  /** The identifier of the client. Only a `grant` that says itself who asks can go without. */
  readonly clientId?: string;
  /** The secret of the client; a public client has none. */
  readonly clientSecret?: string;
  /**
   * How the client proves who it is: `clientSecret` by HTTP Basic or in the body, or a value of
   * `privateKeyJwt()`, `clientSecretJwt()` or `mutualTls()`. When left out the secret is sent by Basic,
   * unless the server's metadata offers only the body.
   */
  readonly clientAuthentication?: "basic" | "post" | ClientAuthentication;
  /**
   * How tokens are obtained, where it is not by client credentials or by `redirectUri`: a value of
   * `jwtBearer()`, `googleServiceAccount()` or `tokenExchange()`, or `"device_code"` for a user who signs
   * in on another device.
   */
  readonly grant?: OAuth2Grant | "device_code";
  /**
   * The identifier of the authorization server. Its metadata is fetched (RFC 8414, OpenID Connect
   * Discovery) unless `tokenEndpoint` is given.
   */
  readonly issuer?: string;
  /** The URL that issues tokens: `https:`, or this machine. */
  readonly tokenEndpoint?: string;
  /** The URL that users sign in at. */
  readonly authorizationEndpoint?: string;
  /** The URL that issues the codes of `device()`. */
  readonly deviceAuthorizationEndpoint?: string;
  /** The URL that takes the requests of sign-ins beforehand (RFC 9126). */
  readonly pushedAuthorizationEndpoint?: string;
  /** The URL that `revoke()` uses. */
  readonly revocationEndpoint?: string;
  /** The URL that `introspect()` uses. */
  readonly introspectionEndpoint?: string;
  /** The registered URL that users come back to after signing in. */
  readonly redirectUri?: string;
  /** The refresh token that gets the user's first access token. */
  readonly refreshToken?: string;
  /** The scopes to ask for, separated by spaces. */
  readonly scope?: string;
  /** The URLs of the APIs that the tokens are for (resource indicators, RFC 8707). */
  readonly resource?: string | readonly string[];
  /**
   * Whether tokens are bound to a key (DPoP, RFC 9449), so that they are useless to a thief: `true` makes
   * a key pair that lives and ends with this scheme. A store that outlives it, or that several processes
   * share, and a sign-in that another process ends, need one `keyPair` for all of them.
   *
   * @default {false}
   */
  readonly dpop?: boolean | { readonly keyPair: WebCryptoKeyPair };
  /**
   * Whether sign-ins are pushed to the server beforehand (PAR, RFC 9126): if its metadata requires that of
   * every client, or always.
   *
   * @default {"if-required"}
   */
  readonly par?: "if-required" | "always";
  /** Further parameters for the server: `audience`, `prompt`, … */
  readonly parameters?: Readonly<Record<string, string>>;
  /**
   * How long before a token expires it is renewed, in seconds.
   *
   * @default {30}
   */
  readonly leeway?: Duration;
  /** Keeps the tokens; in memory when left out. */
  readonly store?: TokenStore;
}
