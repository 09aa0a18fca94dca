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
 * const call = client.get("http://127.0.0.1:8080/");
 * console.log((await call.catch((error) => error)).code); // address_refused
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
 * All that the IANA special-purpose registries do not call globally reachable, multicast, IPv6 outside 2000::/3, and
 * the metadata services of clouds. An IPv4-mapped address counts as its IPv4 address in your own rules, and is refused
 * as private, like 6to4 and Teredo addresses; `64:ff9b::/96` (NAT64) is judged by the IPv4 address in it. `localhost`,
 * all names below it, names of hosts files (`ip6-localhost`, `host.docker.internal`) and of metadata services
 * (`metadata.google.internal`, `instance-data`) are refused by name. `allowHosts` does not lift this rule;
 * `private: "allow"` does. A URL with a user name or a password is always refused.
 *
 * ## How are names pinned?
 *
 * Otherwise a name could lead elsewhere between the check and the connection. On Node the connections of native fetch
 * and of `nodeTransport()` take their addresses from the policy. On Bun the URL has the address, and the `host` field
 * the name. On Deno connections go through a SOCKS5 proxy within the process, on loopback, with a random password,
 * which is closed with the client. Certificates are checked against the name everywhere.
 *
 * Deno's own permissions count as well: `--allow-net` must allow 127.0.0.1 and the addresses. With a list of names
 * alone (`--allow-net=api.example.com`) set `resolve: false`: nothing but those names is reached then, at whatever
 * address they have.
 *
 * ## What can it not do?
 *
 * - Browsers and edge runtimes connect by name, unpinned. Browsers cannot see redirects either, so those are refused.
 * - Node's own fetch with another dispatcher (`setGlobalDispatcher()`, `NODE_USE_ENV_PROXY`) is judged and not pinned.
 *   So is a `transport` of your own without `pinned()`, and a `denoTransport()` with a proxy or socket: a proxy
 *   resolves names itself.
 * - Deno goes past every proxy, this one too, for hosts that the variable `NO_PROXY` names.
 *
 * Deno checks permissions after resolution, which closes these gaps for IPv4. It takes no IPv6 ranges there. With
 * these flags connections are not pinned, because the proxy within the process is on loopback:
 *
 * ```sh
 * deno run --allow-net \
 *   --deny-net=0.0.0.0/8,10.0.0.0/8,100.64.0.0/10,127.0.0.0/8 \
 *   --deny-net=169.254.0.0/16,172.16.0.0/12,192.0.0.0/24,192.168.0.0/16 \
 *   --deny-net=198.18.0.0/15,224.0.0.0/4,240.0.0.0/4 \
 *   "--deny-net=[::1],[::],[fd00:ec2::254],[fd20:ce::254]" main.ts
 * ```
 *
 * Where a `transport` of your own sends (a proxy, say), every address is checked all the same, and the transport
 * decides where the connection goes. Tools for agents (`./mcp`) have a policy of this kind by default.
 *
 * Neighbours: `./transports/node` and `./transports/deno` for connections that are pinned too, `./webhooks` for sending to
 * URLs of customers, `./mcp` for agents.
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
