/**
 * Limits which hosts a client may reach, for URLs from users: webhooks, link previews, imports. `addressPolicy()`
 * returns the value of the `addressPolicy` option of `HTTPClient`. Without rules it allows public addresses only.
 *
 * ## Public addresses only
 *
 * ```ts
 * import { HTTPClient } from "@codomyrmex/networking";
 * import { addressPolicy } from "@codomyrmex/networking/address-policy";
 *
 * await using client = new HTTPClient({ addressPolicy: addressPolicy() });
 * const call = client.get("http://127.0.0.1:8080/");
 * console.log((await call.catch((error) => error)).code); // address_refused
 * ```
 *
 * An `AddressError` is thrown before anything is sent, and is never retried. Its `rule` names the rule that refused
 * the request. For addresses that are not public, `range` names the kind of address.
 *
 * ## What is checked
 *
 * Every request of a call is checked: the URL, each redirect, each page of a list, each part of a download. The
 * parsed host counts, so `http://2852039166/`, `http://0x7f.1/` and `http://[::ffff:10.0.0.1]/` are checked as
 * addresses. If the runtime has a resolver (Deno, Node, Bun), every address of a name must pass.
 *
 * | runtime | names | the connection goes to |
 * | --- | --- | --- |
 * | Deno | resolved and checked | a checked address; needs `--allow-net` for loopback |
 * | Node, Bun | resolved and checked | a checked address |
 * | browsers, workers | not resolved | the address that the runtime resolves |
 *
 * ## Custom rules
 *
 * | option | what it does |
 * | --- | --- |
 * | `allowHosts` | allows only these hosts: `example.com`, `.example.com` for all below it, `192.0.2.0/24`, `[::1]` |
 * | `denyHosts` | refuses hosts and ranges; ranges also match the addresses of names |
 * | `schemes`, `ports` | allow only these, such as `["https"]` and `[443]` |
 * | `private: "allow"` | also allows addresses that are not public |
 * | `resolve` | sets a custom resolver; `false` checks names without resolving them |
 *
 * ```ts
 * import { HTTPClient } from "@codomyrmex/networking";
 * import { addressPolicy } from "@codomyrmex/networking/address-policy";
 *
 * const local = { hostname: "127.0.0.1", port: 0 };
 * await using server = Deno.serve(local, () => new Response("in"));
 * const { port } = server.addr;
 * const policy = addressPolicy({
 *   private: "allow",
 *   allowHosts: ["127.0.0.0/8"],
 *   ports: [port],
 * });
 * await using client = new HTTPClient({ addressPolicy: policy });
 * console.log((await client.get(`http://127.0.0.1:${port}/`)).text); // in
 * const call = client.get("http://127.0.0.1:9999/");
 * console.log((await call.catch((error) => error)).rule); // ports
 * ```
 *
 * ## Which addresses are private?
 *
 * Private are all addresses that the IANA special-purpose registries do not list as globally reachable, multicast,
 * IPv6 outside 2000::/3, and cloud metadata services. An IPv4-mapped address counts as its IPv4 address in custom
 * rules, and is refused as private, like 6to4 and Teredo addresses. `64:ff9b::/96` (NAT64) is checked by the IPv4
 * address in it.
 *
 * Refused by name are `localhost` and all names below it, names of hosts files (`ip6-localhost`,
 * `host.docker.internal`) and of metadata services (`metadata.google.internal`, `instance-data`). `allowHosts` does
 * not override this rule; `private: "allow"` does. A URL with a user name or a password is always refused.
 *
 * ## How are names pinned?
 *
 * Without pinning, a name could resolve to another address between the check and the connection. On Node native fetch
 * and `nodeTransport()` connect to the addresses from the policy. On Bun the URL has the address, and the `host` field
 * has the name. On Deno connections go through a SOCKS5 proxy in the same process, on loopback, with a random
 * password; it closes with the client. Certificates are checked against the name on all runtimes.
 *
 * Deno's own permissions apply as well: `--allow-net` must allow 127.0.0.1 and the addresses. With a list of names
 * only (`--allow-net=api.example.com`) set `resolve: false`: only those names are reached then, at any address.
 *
 * ## What can it not do?
 *
 * - Browsers and edge runtimes connect by name, without pinning. Browsers also hide redirects, so those are refused.
 * - Node's own fetch with another dispatcher (`setGlobalDispatcher()`, `NODE_USE_ENV_PROXY`) is checked but not pinned.
 *   The same holds for a custom `transport` without `pinned()`, and for a `denoTransport()` with a proxy or socket: a
 *   proxy resolves names itself.
 * - Deno bypasses every proxy, this one too, for hosts in the environment variable `NO_PROXY`.
 *
 * Deno checks permissions after resolution, which closes these gaps for IPv4. Its flags accept no IPv6 ranges. With
 * these flags connections are not pinned, because the internal proxy is on loopback:
 *
 * ```sh
 * deno run --allow-net \
 *   --deny-net=0.0.0.0/8,10.0.0.0/8,100.64.0.0/10,127.0.0.0/8 \
 *   --deny-net=169.254.0.0/16,172.16.0.0/12,192.0.0.0/24,192.168.0.0/16 \
 *   --deny-net=198.18.0.0/15,224.0.0.0/4,240.0.0.0/4 \
 *   "--deny-net=[::1],[::],[fd00:ec2::254],[fd20:ce::254]" main.ts
 * ```
 *
 * With a custom `transport` (a proxy, for example) every address is still checked, but the transport decides where
 * the connection goes. Tools for agents (`./mcp`) have such a policy by default.
 *
 * Related entries: {@linkcode [transports/node]} and {@linkcode [transports/deno]} have connections that can be pinned too, {@linkcode [webhooks]} sends
 * to URLs of customers, {@linkcode [mcp]} has tools for agents.
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
 * Creates a policy for the `addressPolicy` option.
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
