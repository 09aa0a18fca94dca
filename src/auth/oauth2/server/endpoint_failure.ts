/**
 * Describes failures of an authorization server without its response, which may contain a token.
 *
 * @module
 */

import * as oauth from "oauth4webapi";
import { NetworkingError } from "../../../errors.ts";
import { hideSecrets } from "../../../formats/secret_text.ts";
import { noToken } from "../grants/no_token.ts";
import type { Registration } from "./check_options.ts";

/**
 * Runs `request`, and describes its failure. The caller's abort and the error of a closed client pass
 * unchanged.
 *
 * @param secrets The sent secrets, which a server may quote.
 * @throws {NetworkingError} `auth_failed` if the server does not respond as specified.
 */
export async function described<T>(
  url: string,
  signal: AbortSignal,
  registration: Registration,
  secrets: readonly string[],
  request: () => Promise<T>,
  action?: string,
): Promise<T> {
  try {
    return await request();
  } catch (thrown) {
    if (thrown instanceof NetworkingError && thrown.code === "closed") throw thrown;
    const why = explain(thrown, (text) => hideSecrets(text, secrets, "…"), registration);
    if (why === undefined || signal.aborted) throw thrown; // an abort
    const error = noToken(url, why, thrown instanceof NetworkingError ? thrown : undefined, action);
    const refusal = refusalOf(thrown);
    if (refusal !== undefined) REFUSALS.set(error, refusal);
    throw error;
  }
}

/** The error response of a server. */
export interface Refusal {
  /** The status of the response. */
  readonly status: number;
  /** The code of RFC 6749 5.2 or another specification, if there is one. */
  readonly error?: string;
}

const REFUSALS = new WeakMap<object, Refusal>();

/** Returns the server's error response, if an error of {@linkcode described} has one. */
export function failureOf(error: unknown): Refusal | undefined {
  return REFUSALS.get(error as object);
}

function refusalOf(thrown: unknown): Refusal | undefined {
  if (thrown instanceof oauth.ResponseBodyError) {
    return { status: thrown.status, error: thrown.error };
  }
  if (thrown instanceof oauth.WWWAuthenticateChallengeError) {
    const challenge = thrown.cause.find(({ scheme }) => scheme === "dpop");
    const error = challenge?.parameters.error;
    return { status: thrown.status, ...(error !== undefined && { error }) };
  }
  const { cause } = thrown as { readonly cause?: unknown };
  return cause instanceof globalThis.Response ? { status: cause.status } : undefined;
}

/** Describes a failure. The causes of `oauth4webapi` contain the response, so they are dropped. */
function explain(
  thrown: unknown,
  hide: (text: string) => string,
  registration: Registration,
): string | undefined {
  if (thrown instanceof NetworkingError) return hide(thrown.message);
  if (thrown instanceof oauth.ResponseBodyError) {
    const { status, error, error_description } = thrown;
    const advice = error === "invalid_grant" ? `; ${adviceFor(registration)}` : "";
    return `it answered ${status} ${words(error, error_description, hide)}${advice}`;
  }
  if (thrown instanceof oauth.AuthorizationResponseError) {
    const { error, error_description } = thrown;
    return `it returned the user with ${words(error, error_description, hide)}`;
  }
  if (thrown instanceof oauth.WWWAuthenticateChallengeError) {
    return `it answered ${thrown.status}: it refused the client's credentials`;
  }
  if (
    thrown instanceof oauth.OperationProcessingError ||
    thrown instanceof oauth.UnsupportedOperationError
  ) {
    const { cause, message, code } = thrown;
    const status = cause instanceof globalThis.Response ? `, status ${cause.status}` : "";
    const advice = advise(code, message, registration);
    return `its response cannot be used: ${hide(message)}${status}${advice}`;
  }
  // Thrown by oauth4webapi for unexpected values, such as an issuer that is not a URL.
  if (thrown instanceof TypeError) {
    return "its response cannot be used: it has values of the wrong type";
  }
  return undefined;
}

const ADVICE = {
  user: "the user has to sign in again",
  client: "check the registration of the client",
  grant: "check the credentials of the grant, and this machine's clock",
} as const;

function adviceFor({ owner, dpop }: Registration): string {
  const advice = ADVICE[typeof owner === "object" ? "grant" : owner];
  // RFC 9449 5: the refresh token of a public client is bound to the key too.
  return owner === "user" && dpop === true
    ? `${advice} (tokens of an earlier process need its key: set dpop: { keyPair })`
    : advice;
}

function advise(
  code: string | undefined,
  message: string,
  { tokenEndpoint, issuer }: Registration,
): string {
  if (code === oauth.JWT_TIMESTAMP_CHECK) {
    return "; its clock and this machine's differ: correct the wrong one";
  }
  // Without an issuer, the origin of the endpoint is used.
  const isGuessed = tokenEndpoint !== undefined && issuer === undefined;
  return isGuessed && /"iss"/.test(message)
    ? "; set issuer in oauth2() to that of the server's documentation"
    : "";
}

/**
 * Formats an error of RFC 6749 5.2 on one line, in its allowed characters. Secrets are hidden before the text
 * is shortened, since part of a secret would not be found.
 */
function words(
  error: string,
  description: string | undefined,
  hide: (text: string) => string,
): string {
  const shown = [error, ...(description === undefined ? [] : [description])];
  return shown.map((text) => {
    const line = (CODES.has(text) ? text : hide(text)).replaceAll(/[^\x20-\x7e…]/g, " ");
    return line.length > LONGEST_WORDS ? `${line.slice(0, LONGEST_WORDS)}…` : line;
  }).join(": ");
}

/** Codes of RFC 6749 and OpenID Connect Core 3.1.2.6. They are shown even if a parameter has the same text. */
const CODES: ReadonlySet<string> = new Set([
  ...["invalid_request", "invalid_client", "invalid_grant", "invalid_scope", "access_denied"],
  ...["unauthorized_client", "unsupported_grant_type", "unsupported_response_type"],
  ...["server_error", "temporarily_unavailable", "interaction_required", "login_required"],
  ...["account_selection_required", "consent_required"],
  // RFC 8628 3.5, RFC 9449 5 and 12.2, RFC 7009 2.2.1, RFC 8707 2.
  ...["authorization_pending", "slow_down", "expired_token", "use_dpop_nonce"],
  ...["invalid_dpop_proof", "unsupported_token_type", "invalid_target"],
]);

/** How many characters of a server's error are shown. */
const LONGEST_WORDS = 200;
