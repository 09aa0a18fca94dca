/**
 * Resolves names to pinned addresses for `node:net`.
 *
 * @module
 */

import type { AddressesOf } from "../http/transport/transport.ts";

/** An address as `node:dns` returns it. */
interface Found {
  readonly address: string;
  readonly family: 4 | 6;
}

/** The function that `node:net` calls instead of `dns.lookup`. */
export type Lookup = (
  hostname: string,
  options: { readonly all?: boolean },
  callback: (error: Error | null, found?: string | readonly Found[], family?: 4 | 6) => void,
) => void;

/** Makes a lookup that returns only the addresses of `addressesOf`. */
export function pinnedLookup(addressesOf: AddressesOf): Lookup {
  return (hostname, { all }, callback) => {
    const found = (addressesOf(hostname) ?? []).map((address): Found => ({
      address,
      family: address.includes(":") ? 6 : 4,
    }));
    const [first] = found;
    if (first === undefined) {
      const error = new Error(`${hostname} is not pinned to an address`);
      callback(Object.assign(error, { code: "ENOTFOUND" }));
    } else if (all) callback(null, found);
    else callback(null, first.address, first.family);
  };
}
