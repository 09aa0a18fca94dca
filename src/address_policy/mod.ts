/**
 * Limits which hosts a client may reach, for URLs that others choose. `addressPolicy()` makes the value
 * of the `addressPolicy` option of `HTTPClient`. Without rules it allows public addresses only.
 *
 * It checks every request, redirects and pages included: the URL, and on runtimes with a resolver (Deno,
 * Node) every address of its name. On Deno the connection then goes to one of the checked addresses, so
 * that a name cannot change its address in between. That needs `--allow-net` for loopback.
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
 * Makes a policy for the `addressPolicy` option.
 *
 * @param rules The rules; each one must allow a request.
 * @throws {TypeError | RangeError} If a rule cannot be used; the message names it.
 */
export function addressPolicy(rules: AddressPolicyOptions = {}): AddressPolicy {
  const checked = addressRules(rules);
  return {
    guard: (transport: Transport = nativeFetch) => new PolicyGuard(checked, transport),
  };
}
