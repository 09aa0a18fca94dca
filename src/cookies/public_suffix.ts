/**
 * Whose a host is, by the Public Suffix List as `tldts` carries it. The only module that knows that
 * library.
 *
 * @module
 */

import { getDomain } from "tldts";

// Hosts come from the URL parser already; the private part has github.io and its like.
const OPTIONS = { allowPrivateDomains: true, extractHostname: false };

/**
 * The part of a host that one owner has registered: `example.co.uk` of `www.example.co.uk`. Null for
 * a public suffix itself, an address, a name of one label, and two kinds of names that no registry
 * vouches for: those below `.local` (RFC 6762), and those with a dot at the end, which the list does
 * not name and which were the way around it in curl (CVE-2022-27779).
 */
export function registrableDomain(host: string): string | null {
  if (host.startsWith(".") || host.endsWith(".") || /\.local$/i.test(host)) return null;
  return getDomain(host, OPTIONS);
}
