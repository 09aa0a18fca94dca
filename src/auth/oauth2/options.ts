/**
 * The options of `oauth2()`, checked before anything is sent.
 *
 * @module
 */

import { isLoopbackHost } from "../../hosts/loopback.ts";
import type { Transport } from "../../http/transport/transport.ts";
import {
  abortSignal,
  callable,
  type Check,
  duration,
  type OptionTable,
  record,
  text,
  that,
  withMethods,
} from "../../options/checks.ts";
import { oneOf } from "../../options/one_of.ts";
import type { Duration } from "../../options/duration.ts";
import { readOptions } from "../../options/read_options.ts";
import { bare } from "../../runtime/bare.ts";
import { AUTH_CHECKS, type AuthOptions } from "../credentials.ts";
import type { AuthorizationRequest, ExchangeOptions, SignInOptions } from "./sign_in.ts";
import type { TokenStore } from "./token_store.ts";

/**
 * The client, its server, and whose tokens it uses: a user's with `redirectUri` or `refreshToken`,
 * otherwise its own (client credentials).
 */
export interface OAuth2Options extends AuthOptions {
  /** The identifier of the client. */
  readonly clientId: string;
  /** The secret of the client; a public client has none. */
  readonly clientSecret?: string;
  /**
   * How the secret is sent: by HTTP Basic, or in the body. When left out it is Basic, unless the
   * server's metadata offers only the body.
   */
  readonly clientAuthentication?: "basic" | "post";
  /**
   * The identifier of the authorization server. Its metadata is fetched (RFC 8414, OpenID Connect
   * Discovery) unless `tokenEndpoint` is given.
   */
  readonly issuer?: string;
  /** The URL that issues tokens: `https:`, or this machine. */
  readonly tokenEndpoint?: string;
  /** The URL that users sign in at. */
  readonly authorizationEndpoint?: string;
  /** The registered URL that users come back to after signing in. */
  readonly redirectUri?: string;
  /** The refresh token that gets the user's first access token. */
  readonly refreshToken?: string;
  /** The scopes to ask for, separated by spaces. */
  readonly scope?: string;
  /** Further parameters for the server: `audience`, `resource`, `prompt`, … */
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

const visible: Check<string> = that(
  (value) => typeof value === "string" && /^[\x20-\x7e]+$/.test(value),
  "a string of visible ASCII characters, at least one",
);
const TABLE = {
  ...AUTH_CHECKS,
  clientId: visible,
  clientSecret: visible,
  clientAuthentication: oneOf<"basic" | "post">("basic", "post"),
  issuer: text,
  tokenEndpoint: text,
  authorizationEndpoint: text,
  redirectUri: visible,
  refreshToken: visible,
  scope: visible,
  parameters: (name: string, value: unknown): Readonly<Record<string, string>> => {
    for (const [key, one] of Object.entries(record(name, value))) text(`${name}.${key}`, one);
    return value as Record<string, string>;
  },
  leeway: duration("leeway", { zero: true }),
  store: withMethods<TokenStore>("an object with get() and set()", "get", "set"),
} satisfies OptionTable<OAuth2Options>;

/** What an endpoint must be, for messages. */
export const ENDPOINT_RULE = "an https: URL without userinfo and fragment (http: for this machine)";

/**
 * The URL of an endpoint, or `undefined` if it must not be used. It is `https:`, or `http:` on this
 * machine, without userinfo and fragment (RFC 6749 3.1 and 3.2, RFC 8414 2).
 */
export function endpointURL(given: unknown): URL | undefined {
  if (typeof given !== "string" || !URL.canParse(given)) return undefined;
  const url = new URL(given);
  const isSafe = url.protocol === "https:" ||
    (url.protocol === "http:" && isLoopbackHost(url.hostname));
  // The serialised form has no `#` for an empty fragment; the given one has.
  return isSafe && url.username === "" && url.password === "" && !given.includes("#")
    ? url
    : undefined;
}

const ACTION = "make OAuth 2.0 authentication";

/**
 * A copy of the options, checked.
 *
 * @throws {TypeError} If one is missing, unknown or of the wrong type.
 */
export function checkOptions(options: OAuth2Options): OAuth2Options {
  readOptions(ACTION, options, TABLE);
  const given: OAuth2Options = bare({ ...options });
  const wrong = (why: string) => {
    throw new TypeError(`Cannot ${ACTION}: ${why}`);
  };
  const { clientId, clientSecret, issuer, tokenEndpoint, redirectUri, refreshToken } = given;
  if (clientId === undefined) wrong("clientId is missing");
  if (issuer === undefined && tokenEndpoint === undefined) wrong("give issuer or tokenEndpoint");
  for (const name of ["issuer", "tokenEndpoint", "authorizationEndpoint"] as const) {
    const text = given[name];
    if (text !== undefined && endpointURL(text) === undefined) {
      wrong(`${name} must be ${ENDPOINT_RULE}`);
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
  return given;
}

/** The option `leeway` in milliseconds. */
export function leewayMs(leeway: Duration = 30): number {
  return TABLE.leeway("leeway", leeway);
}

const SIGN_IN = {
  transport: callable<Transport>("a function like fetch"),
  signal: abortSignal,
} satisfies OptionTable<SignInOptions>;
const EXCHANGE = {
  ...SIGN_IN,
  request: (name: string, value: unknown): Pick<AuthorizationRequest, "state" | "codeVerifier"> => {
    const { state, codeVerifier } = record(name, value);
    text(`${name}.state`, state);
    text(`${name}.codeVerifier`, codeVerifier);
    return value as AuthorizationRequest;
  },
} satisfies OptionTable<ExchangeOptions>;

/** The options of `authorizationUrl()`, checked. */
export function readSignIn(options: SignInOptions | undefined): SignInOptions {
  return readOptions("make an authorization URL", options, SIGN_IN);
}

/** The options of `exchange()`, checked. */
export function readExchange(options: ExchangeOptions | undefined): ExchangeOptions {
  return readOptions("exchange a callback", options, EXCHANGE);
}
