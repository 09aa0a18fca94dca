/**
 * What begins and ends a user's sign-in, and the clock that it runs under.
 *
 * @module
 */

import { abortable } from "@std/async/abortable";
import { NetworkingError } from "../../errors.ts";
import { sideRequest } from "../../http/call/side_request.ts";
import type { AuthContext } from "../../http/settings/auth_scheme.ts";
import { nativeFetch } from "../../http/transport/fetch_transport.ts";
import type { Transport } from "../../http/transport/transport.ts";

/** Where to send a user, and what the exchange checks the return with. */
export interface AuthorizationRequest {
  /** The URL to send the user to. */
  readonly url: string;
  /** Comes back in the callback. A callback without it was made by somebody else. */
  readonly state: string;
  /** Proves that the program that began the sign-in ends it (PKCE, RFC 7636). Secret. */
  readonly codeVerifier: string;
}

/** Options of a step of a sign-in, which runs outside of a client's calls. */
export interface SignInOptions {
  /** Sends the requests; `fetch` when left out. */
  readonly transport?: Transport;
  /** Aborts the step. */
  readonly signal?: AbortSignal;
}

/** Options of an exchange. */
export interface ExchangeOptions extends SignInOptions {
  /**
   * What {@linkcode OAuth2Scheme.authorizationUrl} returned, if another scheme or process called it.
   */
  readonly request?: Pick<AuthorizationRequest, "state" | "codeVerifier">;
}

/** How long one step of a sign-in may wait for the server. */
const STEP_MS = 30_000;

/** Runs a step of a sign-in outside of a client's calls, with a clock of its own. */
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
    // Raced, since a custom store may not answer either.
    return await abortable(step({ fetch, signal: sending.signal }), sending.signal);
  } catch (thrown) {
    // No call wraps this error: a server that cannot be reached is the failure itself.
    const { cause } = thrown instanceof NetworkingError ? thrown : {};
    throw cause instanceof NetworkingError ? cause : thrown;
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener("abort", abort);
  }
}

function tooLate(): NetworkingError {
  return new NetworkingError(
    "auth_failed",
    `Cannot get an access token: the authorization server did not answer within ${
      STEP_MS / 1000
    } s`,
  );
}
