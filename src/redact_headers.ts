/**
 * Header fields that must not be shown and are sent to no other origin.
 *
 * @module
 */

import { isSecretName, REDACTED, redactURL, redactURLs } from "./redact.ts";

/** Signature headers of exchanges, and headers of single services: Artifactory, Box, Docker, Honeycomb. */
const SECRET_HEADER =
  /(?:^|-)sign$|^(?:x-jfrog-art-api|boxapi|x-registry-config|x-honeycomb-team|cf-access-client-id)$/i;
/** Matches headers whose name ends in "key", except these harmless ones. */
const SECRET_KEY_HEADER =
  /(?<!(?:idempotency|deduplication|surrogate|cache|partition|routing|ordering|sort|websocket)[-_]?)key$/i;

/**
 * Whether a header of this name carries a secret. Its value is hidden wherever headers are shown, and is
 * sent only to the origin that it was set for. In doubt a header counts as secret: a harmless header that
 * is missing on another origin does less damage than a leaked key.
 *
 * @param name The name, in any case.
 */
export function isSecretHeader(name: string): boolean {
  return isSecretName(name) || SECRET_KEY_HEADER.test(name) || SECRET_HEADER.test(name);
}

/** Returns the headers as a plain object for display, with secret values replaced. */
export function redactHeaders(
  headers: Iterable<readonly [string, string]>,
  sensitive: readonly string[] = [],
): Record<string, string> {
  const shown: [string, string][] = [];
  for (const [name, value] of headers) {
    const hidden = isSecretHeader(name) || sensitive.includes(name);
    shown.push([name, hidden ? REDACTED : redactFieldValue(name, value, sensitive)]);
  }
  return Object.fromEntries(shown);
}

/** Redacts URLs in a header value: absolute and relative URLs can contain a token. */
function redactFieldValue(name: string, value: string, sensitive: readonly string[]): string {
  if (/^(?:(?:content-)?location|referer|destination)$/i.test(name)) {
    return redactURL(value, sensitive);
  }
  const text = name.toLowerCase() === "link"
    ? value.replace(/<([^<>]*)>/g, (_, url: string) => `<${redactURL(url, sensitive)}>`)
    : value;
  return redactURLs(text, sensitive);
}
