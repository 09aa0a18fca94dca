/**
 * The steps of a user's sign-in, and their time limit.
 *
 * @module
 */

import { abortable } from "@std/async/abortable";
import { NetworkingError } from "../../errors.ts";
import { sideRequest } from "../../http/call/side_request.ts";
import type { AuthContext } from "../../http/settings/auth_scheme.ts";
import { nativeFetch } from "../../http/transport/fetch_transport.ts";
import type { Transport } from "../../http/transport/transport.ts";

/** A started sign-in: the URL for the user, and the values that the exchange checks. */
export interface AuthorizationRequest {
  /** The URL to send the user to. */
  readonly url: string;
  /** Comes back in the callback. A callback without it is not from this sign-in. */
  readonly state: string;
  /** Proves that the same program starts and completes the sign-in (PKCE, RFC 7636). Secret. */
  readonly codeVerifier: string;
}

/** Options of a step of a sign-in, which runs outside of a client's calls. */
export interface SignInOptions {
  /** Sends the requests. Default: `fetch`. */
  readonly transport?: Transport;
  /** Aborts the step. */
  readonly signal?: AbortSignal;
}

/** Options of an exchange. */
export interface ExchangeOptions extends SignInOptions {
  /**
   * The result of {@linkcode OAuth2Scheme.authorizationUrl}, if another scheme or process called it.
   */
  readonly request?: Pick<AuthorizationRequest, "state" | "codeVerifier">;
}

/** The code and URL to show to the user. */
export interface DeviceCode {
  /** The code that the user enters. */
  readonly userCode: string;
  /** The URL where the user enters it. */
  readonly verificationUri: string;
  /** The same URL with the code in it, for a link or a QR code, if the server provides it. */
  readonly verificationUriComplete?: string;
  /** How long the code is valid, in milliseconds. */
  readonly expiresInMs: number;
}

/** Options of a sign-in on another device. */
export interface DeviceOptions extends SignInOptions {
  /**
   * Shows the code to the user. Default: prints it to standard error, if that is a terminal. The code is
   * secret until the user has signed in: keep it out of logs.
   */
  readonly onCode?: (code: DeviceCode) => void | Promise<void>;
}

/** The server's facts about a token (RFC 7662 2.2). */
export interface Introspection {
  /** Whether the token is valid. */
  readonly active: boolean;
  /** Further facts, such as `scope`, `sub` and `exp`. */
  readonly [name: string]: unknown;
}

/** Options of {@linkcode OAuth2Scheme.introspect}. */
export interface IntrospectOptions extends SignInOptions {
  /** The token to look up. Default: the access token that requests are sent with. */
  readonly token?: string;
}

/** The time limit for one step of a sign-in. */
const STEP_MS = 30_000;

/** Runs a step of a sign-in outside of a client's calls, with its own time limit. */
export async function outsideCalls<T>(
  { transport = nativeFetch, signal }: SignInOptions,
  step: (context: AuthContext) => Promise<T>,
): Promise<T> {
  const controller = new AbortController();
  const abort = () => controller.abort(signal?.reason);
  const timer = setTimeout(() => controller.abort(tooLate()), STEP_MS);
  signal?.addEventListener("abort", abort, { once: true });
  try {
    signal?.throwIfAborted();
    const sending = { transport, signal: controller.signal };
    const fetch: Transport = (url, init) => sideRequest(url, init, sending);
    // Raced, since a custom store may hang too.
    return await abortable(step({ fetch, signal: sending.signal }), sending.signal);
  } catch (thrown) {
    // No call wraps this error, so an unreachable server is the failure itself.
    const { cause } = thrown instanceof NetworkingError ? thrown : {};
    throw cause instanceof NetworkingError ? cause : thrown;
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener("abort", abort);
  }
}

const LATE = new WeakSet<object>();

/** Whether an error says that a step took too long. */
export function isTooLate(error: unknown): boolean {
  return LATE.has(error as object);
}

function tooLate(): NetworkingError {
  const error = new NetworkingError(
    "auth_failed",
    `Cannot get an access token: the authorization server did not answer within ${
      STEP_MS / 1000
    } s`,
  );
  LATE.add(error);
  return error;
}
