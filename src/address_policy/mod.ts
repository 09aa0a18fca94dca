/**
 * What a client may reach, for URLs that come from others: `addressPolicy()` makes the value of the
 * `addressPolicy` option of `HTTPClient`. Without rules it keeps to addresses that are public.
 *
 * Every request is judged, redirects and pages included: by its URL, and where the runtime has a resolver
 * (Deno, Node) by every address of its name. On Deno the connection then goes to one of the judged
 * addresses, so that a name cannot change its address in between. That needs `--allow-net` for loopback.
 *
 * @example Public addresses only
 * ```ts
 * import { HTTPClient } from "@codomyrmex/networking";
 * import { addressPolicy } from "@codomyrmex/networking/address-policy";
 *
 * await using client = new HTTPClient({ addressPolicy: addressPolicy() });
 * const error = await client.get("http://127.0.0.1:8080/").catch((error) => error);
 * console.log(error.code); // address_refused
 * ```
 *
 * @module
 */

import { nativeFetch } from "../http/transport/fetch_transport.ts";
import type { AddressPolicy, Transport } from "../http/transport/transport.ts";
import { PolicyGuard } from "./address_guard.ts";
import { type AddressPolicyOptions, addressRules } from "./address_policy.ts";

export type { AddressPolicyOptions, AddressResolver } from "./address_policy.ts";
export type {
  AddressGuard,
  AddressPolicy,
  Transmission,
  Transport,
} from "../http/transport/transport.ts";

/**
 * A policy for the `addressPolicy` option.
 *
 * @param rules What may be reached; each rule must allow a request.
 * @throws {TypeError | RangeError} If a rule cannot be used; the message names it.
 */
export function addressPolicy(rules: AddressPolicyOptions = {}): AddressPolicy {
  const checked = addressRules(rules);
  return {
    guard: (transport: Transport = nativeFetch) => new PolicyGuard(checked, transport),
  };
}
