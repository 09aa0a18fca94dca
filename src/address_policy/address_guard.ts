/**
 * Applies an address policy to requests.
 *
 * @module
 */

import { ConnectionError, NetworkingError } from "../errors.ts";
import { AddressError } from "../refusal_errors.ts";
import {
  type AddressResolver,
  type AddressRules,
  knownAddresses,
  type Refusal,
  refusedAddress,
  refusedURL,
} from "./address_policy.ts";
import { formatAddress, parseAddress } from "../hosts/ip_address.ts";
import { builtinModule } from "../runtime/builtin_modules.ts";
import { type DenoTransport, denoTransport, directOptions } from "../transports/deno_transport.ts";
import { nativeFetch } from "../http/transport/fetch_transport.ts";
import { type AllowedTarget, type Sockets, SOCKSForwarder } from "./socks_forwarder.ts";
import { hadUserinfo } from "../http/request/request_value.ts";
import type { HTTPRequest } from "../http/request/http_request.ts";
import type { AddressGuard, Transmission, Transport } from "../http/transport/transport.ts";
import { describeURL } from "../redact.ts";

/** The part of the runtimes that is used. */
interface Runtime {
  readonly Deno?: Partial<Sockets> & {
    resolveDns?(name: string, type: "A" | "AAAA"): Promise<string[]>;
    readonly permissions?: {
      querySync(descriptor: { name: "net"; host: string }): { readonly state: string };
    };
  };
}

interface Lookup {
  lookup(name: string, options: { all: true }): Promise<{ readonly address: string }[]>;
}

const RUNTIME = globalThis as Runtime;

const { Deno: DENO } = RUNTIME;

/** The system's resolver, which also reads the hosts file. */
function systemResolver(): AddressResolver | undefined {
  const dns = builtinModule<Lookup>("node:dns/promises");
  if (dns !== undefined) {
    return async (name) => (await dns.lookup(name, { all: true })).map(({ address }) => address);
  }
  if (DENO?.resolveDns === undefined) return undefined;
  return async (name) => {
    const queries = (["A", "AAAA"] as const).map((type) => DENO.resolveDns!(name, type));
    const answers = await Promise.allSettled(queries);
    return answers.flatMap((answer) => answer.status === "fulfilled" ? answer.value : []);
  };
}

/** A route to a host that leads to checked addresses only. */
export interface PinnedRoute {
  /** The proxy to connect through. */
  readonly proxy: string;
  /** The target, which keeps why the last connection failed. */
  readonly target: AllowedTarget;
  /** Releases the route. */
  readonly release: () => void;
}

/** One of each range that `--deny-net` can keep out. */
const PRIVATE = [
  ...["127.0.0.1", "10.0.0.1", "172.16.0.1", "192.168.0.1", "169.254.169.254", "100.64.0.1"],
  ...["0.0.0.0", "[::1]"],
];

/**
 * Whether Deno's permissions already deny private addresses; they apply to the address of a connection.
 * Pinning is not needed then, and its loopback is not allowed.
 */
function runtimeKeepsPrivateOut(): boolean {
  const { permissions } = DENO ?? {};
  return permissions !== undefined &&
    PRIVATE.every((host) => permissions.querySync({ name: "net", host }).state === "denied");
}

/** Applies the policy of one client. */
export class PolicyGuard implements AddressGuard {
  readonly #rules: AddressRules;
  readonly #given: Transport;
  readonly #transport: Transport;
  #forwarder: SOCKSForwarder | undefined;
  #pinned: DenoTransport | undefined;

  constructor(rules: AddressRules, transport: Transport) {
    this.#rules = rules;
    this.#given = transport;
    // A redirect that the platform follows itself would not be checked.
    this.#transport = (url, init) =>
      transport(url, init.redirect === "follow" ? { ...init, redirect: "error" } : init);
  }

  /**
   * Returns the transport for a request.
   *
   * @throws {AddressError} If the policy refuses it.
   */
  async transportFor(request: HTTPRequest, call: Transmission): Promise<Transport> {
    const url = new URL(request.url);
    let addresses: readonly string[] | undefined;
    try {
      const within = (answers: Promise<readonly string[]>) => call.withinClocks(answers);
      addresses = await this.check(url, request.method, within, hadUserinfo(request));
    } catch (error) {
      if (error instanceof NetworkingError) throw call.claimError(error);
      // Errors of a custom resolver pass unchanged; the system resolver's are classified like fetch's.
      throw this.#rules.resolve === undefined
        ? await call.transportFailure(error, request, "head")
        : error;
    }
    if (addresses === undefined) return this.#transport;
    call.signal.throwIfAborted(); // a closed client must not open a connection
    try {
      return this.#pinnedTransport(url.hostname, addresses, call);
    } catch (error) { // no permission for loopback
      throw await call.transportFailure(error, request, "head");
    }
  }

  /**
   * Checks a URL and the addresses of its name. Returns the addresses that a connection may use, or
   * `undefined` if the name was not resolved.
   *
   * @param within Waits for the resolver, within the clocks of the call.
   * @param hadUserinfo Whether the URL had userinfo.
   * @throws {AddressError} If the policy refuses it.
   */
  async check(
    url: URL,
    method: string,
    within: (answers: Promise<readonly string[]>) => Promise<readonly string[]>,
    hadUserinfo?: boolean,
  ): Promise<readonly string[] | undefined> {
    const facts = { method, url: url.href };
    const cannot = (why: string) => `Cannot ${method} ${describeURL(url.href)}: ${why}`;
    const allow = (refused: Refusal | undefined) => {
      if (refused === undefined) return;
      const { why, ...rule } = refused;
      throw new AddressError(cannot(why), { ...facts, ...rule });
    };
    allow(refusedURL(url, this.#rules, hadUserinfo));
    const { allowPrivate, deny, metadata, resolve } = this.#rules;
    const { hostname } = url;
    const needsAddresses = !allowPrivate || metadata !== undefined || deny.namesAddresses;
    const resolver = resolve ?? systemResolver();
    if (!needsAddresses || !resolver || knownAddresses(hostname)) return undefined;

    // A resolver of plain JavaScript may give its list at once.
    const answers = await within(Promise.resolve(resolver(hostname)));
    if (answers.length === 0) {
      const why =
        `no address was found for ${hostname}; check the name, and that the network is up`;
      throw new ConnectionError("dns_failed", cannot(why), facts);
    }
    const addresses = answers.map((answer) => {
      const address = parseAddress(answer);
      if (address === undefined) {
        allow({
          rule: "resolve",
          why: "the resolver returned something that is not an IP address",
        });
      }
      return address!;
    });
    allow(refusedAddress(addresses, this.#rules));
    // IPv4 first: it works without IPv6, and fails at once without IPv4.
    return addresses.sort((a, b) => a.length - b.length).map(formatAddress);
  }

  /**
   * Sends connections to `hostname` through a proxy to these addresses, until the route is released.
   * Returns `undefined` if the runtime cannot.
   */
  pin(hostname: string, addresses: readonly string[]): PinnedRoute | undefined {
    const { listen, connect } = DENO ?? {};
    if (!listen || !connect) return undefined;
    if (this.#forwarder === undefined && runtimeKeepsPrivateOut()) return undefined;
    const forwarder = this.#forwarder ??= new SOCKSForwarder({ listen, connect });
    const target = forwarder.pin(hostname, addresses);
    return { proxy: forwarder.url, target, release: () => forwarder.release(hostname) };
  }

  /** Closes the transport and the proxy of pinned connections. */
  async close(): Promise<void> {
    this.#pinned?.close();
    await this.#forwarder?.close();
    this.#forwarder = this.#pinned = undefined;
  }

  /** The transport for connections to these addresses only; the client's own if it cannot be pinned. */
  #pinnedTransport(hostname: string, addresses: readonly string[], call: Transmission): Transport {
    const options = this.#given === nativeFetch ? {} : directOptions(this.#given);
    const route = options && this.pin(hostname, addresses);
    if (route === undefined) return this.#transport;
    const pinned = this.#pinned ??= denoTransport({ ...options, proxy: route.proxy });
    call.atAttemptEnd(route.release);
    return async (url, init) => {
      try {
        return await pinned(url, init);
      } catch (error) {
        throw route.target.failure ?? error;
      }
    };
  }
}
