/**
 * The owner of a host, by the Public Suffix List of `tldts`. No other module knows that library.
 *
 * @module
 */

import { getDomain } from "tldts";

// Hosts come from the URL parser; the private part of the list has github.io and its like.
const OPTIONS = { allowPrivateDomains: true, extractHostname: false };

/**
 * The part of a host that one owner has registered: `example.co.uk` of `www.example.co.uk`. Null for
 * a public suffix itself, an address, and a name of one label. Null also for two kinds of names
 * outside of the list: those below `.local` (RFC 6762), and those with a dot at the end, which were
 * the way around the list in curl (CVE-2022-27779).
 */
export function registrableDomain(host: string): string | null {
  if (host.startsWith(".") || host.endsWith(".") || /\.local$/i.test(host)) return null;
  return getDomain(host, OPTIONS);
}
