/**
 * Header fields in the forms of the platform: pairs for fetch, `Headers` for a response.
 *
 * @module
 */

import {
  checkHost,
  checkName,
  checkValue,
  headerEntries,
  type HeaderRecord,
  type HeadersOption,
  type HostSender,
  NO_HEADERS,
} from "./headers.ts";

/**
 * Returns the headers as pairs, which fetch reads faster than a record.
 *
 * @throws {TypeError} If `host` is among them and the transport cannot send it.
 */
export function headerPairs(headers: HeaderRecord, transport: HostSender): [string, string][] {
  if (headers === NO_HEADERS) return [];
  checkHost(headers, transport); // middleware may have added one
  return Object.entries(headers);
}

/**
 * Returns the headers of a response that the caller makes. They may include fields that describe the
 * connection; several Set-Cookie fields stay separate (RFC 9110 5.3).
 *
 * @throws {TypeError} If a name or value could not have been received.
 */
export function responseHeaders(given: HeadersOption): Headers {
  const headers = new Headers();
  for (const [givenName, value] of headerEntries(given)) {
    const name = checkName(givenName);
    if (value !== undefined && value !== null) headers.append(name, checkValue(name, value));
  }
  return headers;
}
