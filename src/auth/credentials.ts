/**
 * Shared code of the simple schemes, which add a credential to every request and read no response.
 *
 * @module
 */

import type { HTTPRequest } from "../http/request/http_request.ts";
import { type Check, flag, list, type OptionTable, text } from "../options/checks.ts";
import { readOptions } from "../options/read_options.ts";
import { showOnly } from "../redact.ts";
import { isPromiseLike } from "../runtime/promise_like.ts";
import type { AuthContext, AuthFlow, AuthScheme } from "../http/settings/auth_scheme.ts";

/** Options of every scheme. */
export interface AuthOptions {
  /**
   * The origins that receive the credentials. Default: the origin of the client's `baseUrl`; for a scheme
   * passed to one call, the origin of the call's URL.
   */
  readonly origins?: readonly string[];
  /**
   * Whether `negotiate()` may choose the scheme over `http:`, where others can read its credentials.
   *
   * @default {false}
   */
  readonly allowClearText?: boolean;
}

/** The checks of {@linkcode AuthOptions}. The origins are parsed when the scheme is bound. */
export const AUTH_CHECKS: {
  readonly origins: Check<readonly string[]>;
  readonly allowClearText: Check<boolean>;
} = {
  origins: list(text, "an array of origins"),
  allowClearText: flag,
} satisfies OptionTable<AuthOptions>;

/** Returns the properties of a scheme that `console.log` shows. */
export function schemeFacts({ name, origins }: AuthScheme): Record<string, unknown> {
  return { name, ...(origins && { origins }) };
}

/** The argument of a function that returns a secret. */
export interface SecretContext {
  /** The number of the attempt, from 1. */
  readonly attempt: number;
  /**
   * Whether the server refused the credentials of a WebSocket handshake. If so, do not return a cached
   * secret. False for requests.
   */
  readonly refresh: boolean;
  /** Aborted when the attempt is abandoned. */
  readonly signal: AbortSignal;
}

type Apply = (
  request: HTTPRequest,
  context: SecretContext,
) => HTTPRequest | Promise<HTTPRequest>;

/** An empty request, to which a scheme adds its credentials. */
const NOTHING: HTTPRequest = {
  ...{ method: "GET", url: "http://localhost/", headers: {}, context: {} },
  ...{ urlTemplate: undefined, attempt: 1, hop: 0, resends: 0 },
};

/** A scheme with one step. */
export class CredentialScheme implements AuthScheme {
  static {
    showOnly(this, "AuthScheme", schemeFacts);
  }

  declare readonly name: string;
  declare readonly origins: readonly string[] | undefined;
  declare readonly allowClearText: boolean;
  declare readonly sensitiveNames: readonly string[];
  readonly #apply: Apply;

  constructor(
    name: string,
    options: AuthOptions | undefined,
    apply: Apply,
    sensitiveNames: readonly string[] = [],
  ) {
    const { origins, allowClearText = false } = readOptions(
      `make ${name} authentication`,
      options,
      AUTH_CHECKS,
    );
    this.name = name;
    this.origins = origins;
    this.allowClearText = allowClearText;
    this.sensitiveNames = sensitiveNames;
    this.#apply = apply;
  }

  /** Returns what the scheme adds to a request, which identifies the sender. */
  async partition(signal: AbortSignal): Promise<string> {
    const context = { attempt: 1, refresh: false, signal };
    const { url, headers } = await this.#apply(NOTHING, context);
    return JSON.stringify([url, headers]);
  }

  async *authenticate(request: HTTPRequest, { refresh = false, signal }: AuthContext): AuthFlow {
    yield await this.#apply(request, { attempt: request.attempt, refresh, signal });
  }
}

/** Returns the request with one header set. */
export function withHeader(request: HTTPRequest, name: string, value: string): HTTPRequest {
  return { ...request, headers: { ...request.headers, [name]: value } };
}

/**
 * Returns a function that returns a secret. A caller's function is called at every attempt.
 *
 * @throws {TypeError} If the secret is not a valid string; for a function, when it is called.
 */
export function secretProvider<Context = void>(
  action: string,
  what: string,
  given: string | ((context: Context) => string | Promise<string>),
  isRight: (text: string) => boolean,
  required: string,
): (context: Context) => string | Promise<string> {
  const check = (text: unknown): string => {
    if (typeof text === "string" && isRight(text)) return text;
    const hint = typeof text === "string" && /[\r\n]$/.test(text)
      ? "; it ends in a line break: trim() it"
      : "";
    throw new TypeError(`Cannot ${action}: the ${what} must be ${required}${hint}`);
  };
  if (typeof given === "function") {
    return (context) => {
      const text = given(context);
      return isPromiseLike(text) ? Promise.resolve(text).then(check) : check(text);
    };
  }
  const text = check(given);
  return () => text;
}
