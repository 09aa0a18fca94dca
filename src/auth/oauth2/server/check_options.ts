/**
 * Checks the options of `oauth2()` before anything is sent.
 *
 * @module
 */

import {
  type Check,
  duration,
  expect,
  isRecord,
  list,
  type OptionTable,
  record,
  text,
  that,
  withMethods,
} from "../../../options/checks.ts";
import { oneOf } from "../../../options/one_of.ts";
import type { Duration } from "../../../options/duration.ts";
import { readOptions } from "../../../options/read_options.ts";
import { bare } from "../../../runtime/bare.ts";
import { AUTH_CHECKS } from "../../credentials.ts";
import { algorithmOfKey, type WebCryptoKeyPair } from "../../keys/algorithms.ts";
import type { ClientAuthentication } from "../grants/client_authentication.ts";
import { ENDPOINT_RULE, endpointURL } from "../../endpoint_url.ts";
import type { OAuth2Grant } from "../grants/grant.ts";
import type { OAuth2Options } from "./options.ts";
import type { TokenStore } from "../store/token_store.ts";

/** The checked options of `oauth2()`. */
export interface Registration extends OAuth2Options {
  /** The owner of the tokens. */
  readonly owner: "user" | "client" | OAuth2Grant;
}

/** Checks for text of visible ASCII characters. */
export const visible: Check<string> = that(
  (value) => typeof value === "string" && /^[\x20-\x7e]+$/.test(value),
  "a string of visible ASCII characters, at least one",
);

/** Checks for one of `names`, or the result of a function of this entry. */
function namedOr<Name extends string, Made>(
  names: readonly Name[],
  makers: string,
  ...members: readonly string[]
): Check<Name | Made> {
  return (name, value) => {
    if (names.includes(value as Name)) return value as Name;
    const isMade = typeof value === "object" && value !== null &&
      members.every((member) => (value as Record<string, unknown>)[member] !== undefined) &&
      typeof (value as Record<string, unknown>).parameters === "function";
    const shown = typeof value === "string" ? JSON.stringify(value) : "a value of another kind";
    if (isMade) return value as Made;
    throw new TypeError(
      `Cannot use ${name}: ${shown}: it must be ${names.join(", ")}, or the result of ${makers}`,
    );
  };
}

/** RFC 8707 2: an absolute URI without a fragment. */
const resources: Check<string | readonly string[]> = (name, value) => {
  const one = that<string>(
    (uri) => typeof uri === "string" && URL.canParse(uri) && !uri.includes("#"),
    "an absolute URL without fragment",
  );
  return typeof value === "string"
    ? one(name, value)
    : list(one, "a URL or an array of URLs")(name, value);
};

const dpop: Check<OAuth2Options["dpop"]> = (name, value) => {
  if (typeof value === "boolean") return value;
  expect(isRecord(value), name, value, "true, false, or an object with keyPair");
  const { keyPair } = readOptions(`use ${name}`, value, { keyPair: record }, undefined, `${name}.`);
  const { privateKey, publicKey } = (keyPair ?? {}) as Partial<WebCryptoKeyPair>;
  const isPair = privateKey instanceof CryptoKey && publicKey instanceof CryptoKey &&
    privateKey.type === "private" && privateKey.usages.includes("sign") &&
    publicKey.type === "public" && publicKey.extractable &&
    algorithmOfKey(privateKey) !== undefined;
  if (isPair) return { keyPair: { privateKey, publicKey } };
  throw new TypeError(
    `Cannot use ${name}.keyPair: it must be a CryptoKeyPair that may sign, such as that of ` +
      'crypto.subtle.generateKey({ name: "ECDSA", namedCurve: "P-256" }, false, ["sign", "verify"])',
  );
};

const TABLE = {
  ...AUTH_CHECKS,
  clientId: visible,
  clientSecret: visible,
  clientAuthentication: namedOr<"basic" | "post", ClientAuthentication>(
    ["basic", "post"],
    "privateKeyJwt(), clientSecretJwt() or mutualTls()",
    "method",
  ),
  grant: namedOr<"device_code", OAuth2Grant>(
    ["device_code"],
    "jwtBearer(), googleServiceAccount() or tokenExchange()",
    "grantType",
  ),
  issuer: text,
  tokenEndpoint: text,
  authorizationEndpoint: text,
  deviceAuthorizationEndpoint: text,
  pushedAuthorizationEndpoint: text,
  revocationEndpoint: text,
  introspectionEndpoint: text,
  redirectUri: visible,
  refreshToken: visible,
  scope: visible,
  resource: resources,
  dpop,
  par: oneOf<"if-required" | "always">("if-required", "always"),
  parameters: (name: string, value: unknown): Readonly<Record<string, string>> => {
    for (const [key, one] of Object.entries(record(name, value))) text(`${name}.${key}`, one);
    return value as Record<string, string>;
  },
  leeway: duration("leeway", { zero: true }),
  store: withMethods<TokenStore>("an object with get() and set()", "get", "set"),
} satisfies OptionTable<OAuth2Options>;

/** The options for endpoints of the server, by their names in its metadata. */
export const ENDPOINTS = {
  "token_endpoint": "tokenEndpoint",
  "authorization_endpoint": "authorizationEndpoint",
  "device_authorization_endpoint": "deviceAuthorizationEndpoint",
  "pushed_authorization_request_endpoint": "pushedAuthorizationEndpoint",
  "revocation_endpoint": "revocationEndpoint",
  "introspection_endpoint": "introspectionEndpoint",
} as const;

/** The name of an endpoint in metadata. */
export type EndpointName = keyof typeof ENDPOINTS;

/** The client authentication methods that need a secret, and those that cannot use one. */
const WITH_SECRET = ["basic", "post", "client_secret_jwt"];
const WITHOUT_SECRET = ["private_key_jwt", "tls_client_auth"];

const ACTION = "make OAuth 2.0 authentication";

/**
 * Returns a checked copy of the options.
 *
 * @throws {TypeError} If one is missing, unknown or of the wrong type.
 */
export function checkOptions(options: OAuth2Options): Registration {
  const { dpop, resource } = readOptions(ACTION, options, TABLE);
  const copy: OAuth2Options = bare({ ...options });
  const wrong = (why: string) => {
    throw new TypeError(`Cannot ${ACTION}: ${why}`);
  };
  const { grant, redirectUri, refreshToken, clientAuthentication: how } = copy;
  const made = typeof grant === "object" ? grant : undefined;
  const given: OAuth2Options = bare({
    ...copy,
    ...(dpop !== undefined && { dpop }),
    ...(resource !== undefined && { resource }),
    ...(copy.tokenEndpoint === undefined && copy.issuer === undefined &&
      made?.tokenEndpoint !== undefined && { tokenEndpoint: made.tokenEndpoint }),
  });
  const { clientId, clientSecret, issuer, tokenEndpoint } = given;
  const proves = clientSecret !== undefined || typeof how === "object";
  if (clientId === undefined && (made === undefined || proves)) wrong("clientId is missing");
  if (issuer === undefined && tokenEndpoint === undefined) wrong("set issuer or tokenEndpoint");
  for (const name of ["issuer", ...Object.values(ENDPOINTS)] as const) {
    const text = given[name];
    if (text !== undefined && endpointURL(text) === undefined) {
      wrong(`${name} must be ${ENDPOINT_RULE}`);
    }
  }
  if (redirectUri !== undefined && !URL.canParse(redirectUri)) wrong("redirectUri must be a URL");
  if (redirectUri !== undefined && issuer === undefined && !given.authorizationEndpoint) {
    wrong("redirectUri needs issuer or authorizationEndpoint");
  }
  // If tokenEndpoint is set, no metadata is fetched.
  if (
    grant === "device_code" && tokenEndpoint !== undefined && !given.deviceAuthorizationEndpoint
  ) {
    wrong('grant: "device_code" with tokenEndpoint needs deviceAuthorizationEndpoint');
  }
  if (given.par === "always" && tokenEndpoint !== undefined && !given.pushedAuthorizationEndpoint) {
    wrong('par: "always" with tokenEndpoint needs pushedAuthorizationEndpoint');
  }
  if (given.parameters?.resource !== undefined && resource !== undefined) {
    wrong("set resource or parameters.resource, not both");
  }
  if (how !== undefined) {
    const method = typeof how === "string" ? how : how.method;
    const hasSecret = clientSecret !== undefined;
    if (WITH_SECRET.includes(method) && !hasSecret) {
      wrong(`clientAuthentication by ${method} needs clientSecret`);
    }
    if (WITHOUT_SECRET.includes(method) && hasSecret) {
      wrong(`clientAuthentication by ${method} cannot use clientSecret; leave it out`);
    }
  }
  const isUser = redirectUri !== undefined || refreshToken !== undefined ||
    grant === "device_code" || given.deviceAuthorizationEndpoint !== undefined;
  if (made !== undefined && isUser) {
    wrong(
      "a grant has no user; leave out redirectUri, refreshToken and deviceAuthorizationEndpoint",
    );
  }
  if (!isUser && made === undefined && !proves) {
    wrong(
      "client credentials need clientSecret or clientAuthentication; for a user's tokens set " +
        'redirectUri, refreshToken or grant: "device_code"',
    );
  }
  return bare({ ...given, owner: made ?? (isUser ? "user" : "client") });
}

/** Returns the option `leeway` in milliseconds. */
export function leewayMs(leeway: Duration = 30): number {
  return TABLE.leeway("leeway", leeway);
}
