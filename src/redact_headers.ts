/**
 * Header fields that must not be shown, and that go to no other origin.
 *
 * @module
 */

import { isSecretName, REDACTED, redactURL, redactURLs } from "./redact.ts";

/** Signatures of exchanges, and services with names of their own: Artifactory, Box, Docker, Honeycomb. */
const SECRET_HEADER =
  /(?:^|-)sign$|^(?:x-jfrog-art-api|boxapi|x-registry-config|x-honeycomb-team|cf-access-client-id)$/i;
/** Of headers with a key at the end of the name, these alone are harmless. */
const SECRET_KEY_HEADER =
  /(?<!(?:idempotency|deduplication|surrogate|cache|partition|routing|ordering|sort|websocket)[-_]?)key$/i;

/**
 * Whether a header of this name carries a secret: it is hidden wherever it would be shown, and sent to
 * no other origin than the one that it was given for. A harmless header that does not reach a foreign
 * origin costs less than a key that does.
 *
 * @param name The name, in any case.
 */
export function isSecretHeader(name: string): boolean {
  return isSecretName(name) || SECRET_KEY_HEADER.test(name) || SECRET_HEADER.test(name);
}

/** The headers as a plain object for display, secret values replaced. */
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

/** A URL in a header can hold a token as well, a relative one too. */
function redactFieldValue(name: string, value: string, sensitive: readonly string[]): string {
  if (/^(?:(?:content-)?location|referer|destination)$/i.test(name)) {
    return redactURL(value, sensitive);
  }
  const text = name.toLowerCase() === "link"
    ? value.replace(/<([^<>]*)>/g, (_, url: string) => `<${redactURL(url, sensitive)}>`)
    : value;
  return redactURLs(text, sensitive);
}
