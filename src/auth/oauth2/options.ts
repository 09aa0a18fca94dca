/**
 * The options of `oauth2()`, checked before anything is sent.
 *
 * @module
 */

import type { Duration } from "../../duration.ts";
import { isLoopbackHost } from "../../loopback.ts";
import { ownOptions } from "../../option_names.ts";
import type { AuthOptions } from "../credentials.ts";
import type { TokenStore } from "./token_store.ts";

/**
 * The client, its server, and whose tokens it uses: with `redirectUri` or `refreshToken` those of a
 * user, otherwise its own (client credentials).
 */
export interface OAuth2Options extends AuthOptions {
  /** The identifier of the client. */
  readonly clientId: string;
  /** The secret of the client; a public client has none. */
  readonly clientSecret?: string;
  /**
   * How the secret is sent: by HTTP Basic or in the body. When left out it is Basic, unless the
   * server's metadata offers the other one alone.
   */
  readonly clientAuthentication?: "basic" | "post";
  /**
   * The identifier of the authorization server, whose metadata is looked up (RFC 8414, OpenID Connect
   * Discovery) unless `tokenEndpoint` is given.
   */
  readonly issuer?: string;
  /** Where tokens are given out. `https:`, or this machine. */
  readonly tokenEndpoint?: string;
  /** Where users sign in. */
  readonly authorizationEndpoint?: string;
  /** Where the user comes back to after signing in, as registered. */
  readonly redirectUri?: string;
  /** A refresh token that the user's first access token is got with. */
  readonly refreshToken?: string;
  /** What is asked for, names with spaces between them. */
  readonly scope?: string;
  /** Further parameters for the server: `audience`, `resource`, `prompt`, … */
  readonly parameters?: Readonly<Record<string, string>>;
  /**
   * How long before its end a token is renewed.
   *
   * @default {30}
   */
  readonly leeway?: Duration;
  /** Where the tokens live; in memory when left out. */
  readonly store?: TokenStore;
}

const NAMES = new Set([
  "allowClearText",
  "authorizationEndpoint",
  "clientAuthentication",
  "clientId",
  "clientSecret",
  "issuer",
  "leeway",
  "origins",
  "parameters",
  "redirectUri",
  "refreshToken",
  "scope",
  "store",
  "tokenEndpoint",
]);

const ACTION = "make OAuth 2.0 authentication";

/**
 * A copy of the options, checked.
 *
 * @throws {TypeError} If one is missing, unknown or of the wrong kind.
 */
export function checkOptions(options: OAuth2Options): OAuth2Options {
  const given = ownOptions(ACTION, options, NAMES);
  const wrong = (why: string) => {
    throw new TypeError(`Cannot ${ACTION}: ${why}`);
  };
  const { clientId, clientSecret, issuer, tokenEndpoint, redirectUri, refreshToken } = given;
  for (
    const name of ["clientId", "clientSecret", "scope", "refreshToken", "redirectUri"] as const
  ) {
    const text: unknown = given[name];
    if (text !== undefined && (typeof text !== "string" || !/^[\x20-\x7e]+$/.test(text))) {
      wrong(`${name} must be a string of visible ASCII characters, and not empty`);
    }
  }
  if (clientId === undefined) wrong("clientId is missing");
  if (issuer === undefined && tokenEndpoint === undefined) wrong("give it issuer or tokenEndpoint");
  for (const name of ["issuer", "tokenEndpoint", "authorizationEndpoint"] as const) {
    const text = given[name];
    if (text === undefined) continue;
    const url = URL.canParse(text) ? new URL(text) : undefined;
    const safe = url?.protocol === "https:" ||
      (url?.protocol === "http:" && isLoopbackHost(url.hostname));
    if (!safe || url!.username !== "" || url!.password !== "" || url!.hash !== "") {
      wrong(`${name} must be an https: URL without userinfo and fragment (http: for this machine)`);
    }
  }
  if (redirectUri !== undefined && !URL.canParse(redirectUri)) wrong("redirectUri must be a URL");
  if (redirectUri !== undefined && issuer === undefined && !given.authorizationEndpoint) {
    wrong("redirectUri needs issuer or authorizationEndpoint");
  }
  if (redirectUri === undefined && refreshToken === undefined && clientSecret === undefined) {
    wrong(
      "client credentials need clientSecret; for a user's tokens give redirectUri or refreshToken",
    );
  }
  const how: unknown = given.clientAuthentication;
  if (how !== undefined && how !== "basic" && how !== "post") {
    wrong('clientAuthentication must be "basic" or "post"');
  }
  return given;
}
