/**
 * Which URLs may be endpoints of a server: secrets go to them.
 *
 * @module
 */

import { isLoopbackHost } from "../hosts/loopback.ts";

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
