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
 * The client, its server, and the kind of tokens. They are a user's with `redirectUri`, `refreshToken` or
 * `grant: "device_code"`, those of another `grant`, or the client's own (client credentials).
 */
export interface OAuth2Options extends AuthOptions {
  /** The identifier of the client. Optional only with a `grant` that identifies the client itself. */
  readonly clientId?: string;
  /** The secret of the client; a public client has none. */
  readonly clientSecret?: string;
  /**
   * How the client authenticates: `clientSecret` by HTTP Basic or in the body, or the result of
   * `privateKeyJwt()`, `clientSecretJwt()` or `mutualTls()`. Default: the secret is sent by Basic, unless the
   * server's metadata offers only the body.
   */
  readonly clientAuthentication?: "basic" | "post" | ClientAuthentication;
  /**
   * How tokens are obtained, if not by client credentials or `redirectUri`: the result of `jwtBearer()`,
   * `googleServiceAccount()` or `tokenExchange()`, or `"device_code"` for a user who signs in on another
   * device.
   */
  readonly grant?: OAuth2Grant | "device_code";
  /**
   * The identifier of the authorization server. Its metadata is fetched (RFC 8414, OpenID Connect Discovery)
   * unless `tokenEndpoint` is set.
   */
  readonly issuer?: string;
  /** The URL that issues tokens: `https:`, or `http:` on this machine. */
  readonly tokenEndpoint?: string;
  /** The URL that users sign in at. */
  readonly authorizationEndpoint?: string;
  /** The URL that issues the codes of `device()`. */
  readonly deviceAuthorizationEndpoint?: string;
  /** The URL for pushed authorization requests (RFC 9126). */
  readonly pushedAuthorizationEndpoint?: string;
  /** The URL that `revoke()` uses. */
  readonly revocationEndpoint?: string;
  /** The URL that `introspect()` uses. */
  readonly introspectionEndpoint?: string;
  /** The registered callback URL of sign-ins. */
  readonly redirectUri?: string;
  /** The refresh token that gets the user's first access token. */
  readonly refreshToken?: string;
  /** The scopes to request, separated by spaces. */
  readonly scope?: string;
  /** The URLs of the APIs that the tokens are for (resource indicators, RFC 8707). */
  readonly resource?: string | readonly string[];
  /**
   * Whether tokens are bound to a key (DPoP, RFC 9449), so that a thief cannot use them. `true` creates a key
   * pair for this scheme, in memory. Set `keyPair` if tokens outlive the scheme, or if several processes
   * share a store or a sign-in.
   *
   * @default {false}
   */
  readonly dpop?: boolean | { readonly keyPair: WebCryptoKeyPair };
  /**
   * When sign-ins are pushed to the server beforehand (PAR, RFC 9126): if its metadata requires it of every
   * client, or always.
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
  /** Stores the tokens. Default: in memory. */
  readonly store?: TokenStore;
}
