/**
 * Limits which hosts a client may reach, for URLs that others choose: webhooks, link previews, imports. `addressPolicy()`
 * makes the value of the `addressPolicy` option of `HTTPClient`. Without rules it allows public addresses only.
 *
 * ## Public addresses only
 *
 * ```ts
 * import { HTTPClient } from "@codomyrmex/networking";
 * import { addressPolicy } from "@codomyrmex/networking/address-policy";
 *
 * await using client = new HTTPClient({ addressPolicy: addressPolicy() });
 * const error = await client.get("http://127.0.0.1:8080/").catch((error) => error);
 * console.log(error.code); // address_refused
 * ```
 *
 * An `AddressError` is thrown before anything is sent, and is never retried. Its `rule` says which rule refused
 * the request, and for addresses that are not public `range` says what the address is.
 *
 * ## What is checked
 *
 * Every request of a call: the URL, each redirect, each page of a list, each part of a download. The URL is
 * judged by its parsed host, so that `http://2852039166/`, `http://0x7f.1/` and `http://[::ffff:10.0.0.1]/` are
 * the addresses that they mean. Where the runtime has a resolver (Deno, Node, Bun), every address of a name must
 * pass.
 *
 * | runtime | names | the connection goes to |
 * | --- | --- | --- |
 * | Deno | resolved and checked | an address that was checked; needs `--allow-net` for loopback |
 * | Node, Bun | resolved and checked | an address that was checked |
 * | browsers, workers | not resolved | what the runtime finds |
 *
 * ## Rules of your own
 *
 * | option | what it does |
 * | --- | --- |
 * | `allowHosts` | the only hosts: `example.com`, `.example.com` for all below it, `192.0.2.0/24`, `[::1]` |
 * | `denyHosts` | hosts, names and ranges that are refused, also as addresses of names |
 * | `schemes`, `ports` | `["https"]`, `[443]` |
 * | `private: "allow"` | addresses that are not public as well |
 * | `resolve` | another resolver; `false` judges names without one |
 *
 * ```ts
 * import { HTTPClient } from "@codomyrmex/networking";
 * import { addressPolicy } from "@codomyrmex/networking/address-policy";
 *
 * await using server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, () => new Response("in"));
 * const policy = addressPolicy({ private: "allow", allowHosts: ["127.0.0.0/8"], ports: [server.addr.port] });
 * await using client = new HTTPClient({ addressPolicy: policy });
 * console.log((await client.get(`http://127.0.0.1:${server.addr.port}/`)).text); // in
 * const error = await client.get("http://127.0.0.1:9999/").catch((error) => error);
 * console.log(error.rule); // ports
 * ```
 *
 * Where a `transport` of your own sends (a proxy, say), every address is checked all the same, and the transport
 * decides where the connection goes. Tools for agents (`./mcp`) have a policy of this kind by default.
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
