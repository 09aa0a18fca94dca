/**
 * Lists of hosts in options. They are never compared as text: names are compared in the spelling of the
 * WHATWG URL parser, addresses by their bytes.
 *
 * @module
 */

import { type AddressRange, inRange, parseAddress, parseRange } from "./ip_address.ts";

/** A list of hosts. */
export interface HostPatterns {
  /** Whether the host of a URL is in the list. */
  has(hostname: string): boolean;
  /** Whether an address is in the list. */
  hasAddress(address: Uint8Array): boolean;
  /** Whether any entry is an address or a range. */
  readonly namesAddresses: boolean;
}

/** Removes the dot of the DNS root: `example.com.` becomes `example.com`. */
export function withoutRoot(hostname: string): string {
  return hostname.replace(/\.+$/, "");
}

/**
 * Reads a list: `example.com` is that host, `.example.com` every host below it, `10.0.0.0/8` and
 * `[::1]` are addresses.
 *
 * @param option The name of the option, for messages.
 * @param patterns The list.
 * @param withSubdomains Whether `example.com` includes every host below it, as in NO_PROXY.
 * @throws {TypeError} If an entry is something else.
 */
export function hostPatterns(
  option: string,
  patterns: readonly string[],
  withSubdomains = false,
): HostPatterns {
  const names = new Set<string>();
  const suffixes: string[] = [];
  const ranges: AddressRange[] = [];
  if (!Array.isArray(patterns)) throw new TypeError(`Cannot use ${option}: it must be an array`);
  for (const pattern of patterns) {
    const [, dot, host = ""] = /^(\.?)([^\s/?#@\\]+)$/.exec(pattern) ?? [];
    const network = parseAddress(host);
    const range = network === undefined
      ? parseRange(String(pattern))
      : { network: unmapped(network), bits: 128 };
    const name = host.includes(":")
      ? ""
      : withoutRoot(URL.parse(`http://${host}/`)?.hostname ?? "");
    if (range !== undefined) ranges.push(range);
    else if (name === "" || name.includes("*")) {
      throw new TypeError(
        `Cannot use ${option} with ${JSON.stringify(pattern)}: each entry must be a host, ` +
          `".example.com" for all below it, or a range such as "10.0.0.0/8"`,
      );
    } else {
      if (dot !== ".") names.add(name);
      if (dot === "." || withSubdomains) suffixes.push(`.${name}`);
    }
  }
  const hasAddress = (given: Uint8Array): boolean => {
    const address = unmapped(given);
    return ranges.some((range) => inRange(address, range));
  };
  return {
    has(hostname) {
      const address = parseAddress(hostname);
      if (address !== undefined) return hasAddress(address);
      const name = withoutRoot(hostname);
      return names.has(name) || suffixes.some((suffix) => name.endsWith(suffix));
    },
    hasAddress,
    namesAddresses: ranges.length > 0,
  };
}

/**
 * Returns the IPv4 address in an IPv4-mapped one, since `::ffff:10.0.0.1` connects to 10.0.0.1; other
 * addresses are returned unchanged.
 */
export function unmapped(address: Uint8Array): Uint8Array {
  const isMapped = address.length === 16 &&
    address.subarray(0, 12).every((byte, index) => byte === (index < 10 ? 0 : 255));
  return isMapped ? address.subarray(12) : address;
}
