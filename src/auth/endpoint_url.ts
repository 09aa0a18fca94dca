/**
 * Checks the URLs of server endpoints, which receive secrets.
 *
 * @module
 */

import { isLoopbackHost } from "../hosts/loopback.ts";

/** The requirement on an endpoint, for messages. */
export const ENDPOINT_RULE = "an https: URL without userinfo and fragment (http: for this machine)";

/**
 * Returns the URL of an endpoint, or `undefined` if it must not be used. It must be `https:`, or `http:` on
 * this machine, without userinfo and fragment (RFC 6749 3.1 and 3.2, RFC 8414 2).
 */
export function endpointURL(given: unknown): URL | undefined {
  if (typeof given !== "string" || !URL.canParse(given)) return undefined;
  const url = new URL(given);
  const isSafe = url.protocol === "https:" ||
    (url.protocol === "http:" && isLoopbackHost(url.hostname));
  // The parsed URL loses the `#` of an empty fragment; the text still has it.
  return isSafe && url.username === "" && url.password === "" && !given.includes("#")
    ? url
    : undefined;
}
