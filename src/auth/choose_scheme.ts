/**
 * Which of several schemes answers a challenge. Loaded for the first that comes.
 *
 * @module
 */

import { parseChallenges } from "../formats/auth_challenges.ts";
import type { ResponseHead } from "../hooks.ts";
import { isLoopbackHost } from "../hosts/loopback.ts";
import type { AuthScheme } from "../http/settings/auth_scheme.ts";

/** The first of the schemes that the server asks for and that may be used at this URL. */
export function chooseScheme(
  schemes: readonly AuthScheme[],
  asked: ResponseHead,
  url: string,
): AuthScheme | undefined {
  const { protocol, hostname, origin } = new URL(url);
  const clear = protocol === "http:" && !isLoopbackHost(hostname);
  const named = new Set(
    parseChallenges(asked.headers.get("www-authenticate") ?? "").map(({ scheme }) => scheme),
  );
  return schemes.find(({ name, allowClearText, origins = [origin] }) => {
    const lower = name.toLowerCase();
    return named.has(lower) && origins.some((allowed) => new URL(allowed).origin === origin) &&
      (!clear || lower === "digest" || allowClearText === true);
  });
}
