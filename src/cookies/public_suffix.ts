/**
 * Finds the registered domain of a host with the Public Suffix List of `tldts`. No other module uses that library.
 *
 * @module
 */

import { getDomain } from "tldts";

// Hosts come from the URL parser. The private part of the list has github.io and similar names.
const OPTIONS = { allowPrivateDomains: true, extractHostname: false };

/**
 * Returns the registered domain of a host: `example.co.uk` for `www.example.co.uk`. Returns null for a
 * public suffix, an address, and a name of one label. Also returns null for names below `.local`
 * (RFC 6762) and for names that end in a dot. A final dot bypassed the list in curl (CVE-2022-27779).
 */
export function registrableDomain(host: string): string | null {
  if (host.startsWith(".") || host.endsWith(".") || /\.local$/i.test(host)) return null;
  return getDomain(host, OPTIONS);
}
