/**
 * Signs a user in on another device (RFC 8628). The program shows a code, the user enters it in any browser,
 * and the program polls the server meanwhile.
 *
 * @module
 */

import { delay } from "@std/async/delay";
import * as oauth from "oauth4webapi";
import { NetworkingError } from "../../errors.ts";
import type { AuthContext } from "../../http/settings/auth_scheme.ts";
import { escapeHidden } from "../../formats/hidden_characters.ts";
import { builtinModule } from "../../runtime/builtin_modules.ts";
import type { AuthorizationServer } from "./server/authorization_server.ts";
import { failureOf } from "./server/endpoint_failure.ts";
import { noToken } from "./grants/no_token.ts";
import { endpointURL } from "../endpoint_url.ts";
import { type DeviceCode, type DeviceOptions, isTooLate, outsideCalls } from "./sign_in.ts";
import type { TokenEndpoint } from "./server/token_endpoint.ts";
import type { TokenSet } from "./store/token_store.ts";

/** The default interval of polls (RFC 8628 3.2), and what slow_down adds (3.5). */
const [INTERVAL_MS, SLOWER_MS] = [5000, 5000];

/** Signs a user in, and returns the tokens. */
export async function signInOnDevice(
  server: AuthorizationServer,
  endpoint: TokenEndpoint,
  { onCode = printer(), ...step }: DeviceOptions,
): Promise<TokenSet> {
  const begun = await outsideCalls(step, (context) => requestCode(server, context));
  const { code, deviceCode, url } = begun;
  const until = Date.now() + code.expiresInMs;
  let { intervalMs } = begun;
  await onCode(code);
  while (true) {
    await delay(Math.min(intervalMs, Math.max(0, until - Date.now())), step);
    if (Date.now() >= until) throw noToken(url, EXPIRED);
    try {
      const grant = { type: "device_code", deviceCode } as const;
      return await outsideCalls(step, (context) => endpoint.request(grant, context));
    } catch (thrown) {
      const next = nextInterval(thrown, intervalMs);
      if (next === undefined || step.signal?.aborted) throw thrown;
      intervalMs = next;
    }
  }
}

const EXPIRED = "the user did not enter the code in time; call device() again for another one";

/** Returns the wait after a poll without tokens, or `undefined` if the failure is final (RFC 8628 3.5). */
function nextInterval(thrown: unknown, intervalMs: number): number | undefined {
  const refusal = failureOf(thrown);
  if (refusal === undefined) {
    // No response: the server may be busy, and the code is still valid.
    const isSilence = isTooLate(thrown) || (thrown instanceof NetworkingError &&
      thrown.code !== "auth_failed" && thrown.code !== "address_refused");
    return isSilence ? intervalMs * 2 : undefined;
  }
  const { status, error } = refusal;
  if (error === "authorization_pending") return intervalMs;
  if (error === "slow_down") return intervalMs + SLOWER_MS;
  return status === 429 || status >= 500 ? intervalMs * 2 : undefined;
}

/** Requests the codes. */
async function requestCode(server: AuthorizationServer, context: AuthContext) {
  const name = "device_authorization_endpoint";
  const { scope } = server.registration;
  const parameters = server.parameters();
  if (scope !== undefined) parameters.push(["scope", scope]);
  const url = await server.endpoint(name, context);
  const answer = await server.send(name, context, {
    request: async ({ server: as, client, authenticate, options }) => {
      const response = await oauth.deviceAuthorizationRequest(
        ...[as, client, authenticate] as const,
        new URLSearchParams(parameters),
        options,
      );
      return await oauth.processDeviceAuthorizationResponse(as, client, response);
    },
  });
  const { device_code, user_code, expires_in, interval } = answer;
  const verification = endpointURL(answer.verification_uri);
  const complete = endpointURL(answer.verification_uri_complete);
  // Shown to a user: only https: URLs, and no text with hidden or confusable characters.
  const isShowable = !/\p{Cc}/u.test(user_code) && escapeHidden(user_code) === user_code;
  if (verification === undefined || !isShowable) {
    throw noToken(url, "its response has no code and https: URL that can be shown to a user");
  }
  const code: DeviceCode = {
    userCode: user_code,
    verificationUri: verification.href,
    ...(complete !== undefined && { verificationUriComplete: complete.href }),
    expiresInMs: expires_in * 1000,
  };
  const intervalMs = interval === undefined ? INTERVAL_MS : interval * 1000;
  return { code, deviceCode: device_code, intervalMs, url };
}

/** Standard error of Node, Deno and Bun. */
interface Process {
  readonly stderr: { readonly isTTY?: boolean; write(text: string): void };
}

/** Returns a function that prints a code to the terminal. Other outputs would keep it in logs. */
function printer(): (code: DeviceCode) => void {
  const stderr = builtinModule<Process>("node:process")?.stderr;
  if (stderr?.isTTY === true) return (code) => stderr.write(`${instructions(code)}\n`);
  throw new TypeError(
    "Cannot sign in on another device: standard error is not a terminal, and logs must not have the " +
      "code; set onCode, which shows it to the user",
  );
}

/** Returns the instructions for the user. */
export function instructions(
  { userCode, verificationUri, verificationUriComplete }: DeviceCode,
): string {
  const short = verificationUriComplete === undefined ? "" : `, or open ${verificationUriComplete}`;
  return `To sign in, open ${verificationUri} and enter the code ${userCode}${short}`;
}
