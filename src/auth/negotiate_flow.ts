/**
 * Chooses one of several schemes for a challenge, and runs it.
 *
 * @module
 */

import { parseChallenges } from "../formats/auth_challenges.ts";
import type { ResponseHead } from "../hooks.ts";
import { isLoopbackHost } from "../hosts/loopback.ts";
import type { HTTPRequest } from "../http/request/http_request.ts";
import type { AuthContext, AuthFlow, AuthScheme } from "../http/settings/auth_scheme.ts";

/**
 * Sends a request without credentials, and then with the scheme that the server requests.
 *
 * @param schemes The schemes, strongest first.
 * @param accepted The scheme that each origin accepted last.
 */
export async function* negotiateFlow(
  schemes: readonly AuthScheme[],
  accepted: Map<string, AuthScheme>,
  request: HTTPRequest,
  context: AuthContext,
): AuthFlow {
  const { origin } = new URL(request.url);
  let chosen = accepted.get(origin);
  let challenged: ResponseHead | undefined;
  if (chosen === undefined) {
    challenged = yield request;
    if (challenged.statusCode !== 401) return;
    chosen = chooseScheme(schemes, challenged, request.url);
    if (chosen === undefined) return;
  }
  const flow = chosen.authenticate(request, context);
  let last: ResponseHead | undefined;
  try {
    let step = await flow.next();
    // A scheme that waits for a challenge receives the one from the first response.
    if (challenged !== undefined && !step.done && !("authorization" in step.value.headers)) {
      step = await flow.next(challenged);
    }
    while (!step.done) step = await flow.next(last = yield step.value);
  } finally {
    await flow.return();
    if (last?.statusCode === 401) accepted.delete(origin);
    else if (last !== undefined) accepted.set(origin, chosen);
  }
}

/** Returns the first scheme that the server requests and this URL allows. */
function chooseScheme(
  schemes: readonly AuthScheme[],
  challenged: ResponseHead,
  url: string,
): AuthScheme | undefined {
  const { protocol, hostname, origin } = new URL(url);
  const clear = protocol === "http:" && !isLoopbackHost(hostname);
  const named = new Set(
    parseChallenges(challenged.headers.get("www-authenticate") ?? "").map(({ scheme }) => scheme),
  );
  return schemes.find(({ name, allowClearText, origins = [origin] }) => {
    const lower = name.toLowerCase();
    return named.has(lower) && origins.some((allowed) => new URL(allowed).origin === origin) &&
      (!clear || lower === "digest" || allowClearText === true);
  });
}
