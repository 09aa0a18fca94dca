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
import { denoTransport, directOptions } from "../transports/deno_transport.ts";
import type { MakeSocket } from "../runtime/web_socket.ts";
import { pinnedFetch } from "./pinned_fetch.ts";
import { PinnedTargets } from "./pinned_targets.ts";
import { nativeFetch } from "../http/transport/fetch_transport.ts";
import { type Sockets, SOCKSForwarder } from "./socks_forwarder.ts";
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

/** Returns the system's resolver, which also reads the hosts file. */
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

/** One address of each range that `--deny-net` can deny. */
const PRIVATE = [
  ...["127.0.0.1", "10.0.0.1", "172.16.0.1", "192.168.0.1", "169.254.169.254", "100.64.0.1"],
  ...["0.0.0.0", "[::1]"],
];

/**
 * Whether Deno's permissions already deny private addresses; Deno checks the address of each connection.
 * Pinning is then unnecessary, and its proxy on loopback is not allowed.
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
  readonly #targets = new PinnedTargets();
  #forwarder: SOCKSForwarder | undefined;
  #pinned: Transport | undefined;

  constructor(rules: AddressRules, transport: Transport) {
    this.#rules = rules;
    this.#given = transport;
    // A redirect that native fetch follows itself would not be checked.
    this.#transport = transport !== nativeFetch
      ? transport
      : (url, init) =>
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
      // Errors of a custom resolver pass through unchanged; those of the system's are classified like fetch's.
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
   * @param within Waits for the resolver, within the timeouts of the call.
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

    // A resolver in plain JavaScript may return its list without a promise.
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
    // IPv4 first: it works on networks without IPv6, and fails fast on networks without IPv4.
    return addresses.sort((a, b) => a.length - b.length).map(formatAddress);
  }

  /**
   * Returns a WebSocket factory that connects `hostname` to these addresses only, until `release()`. Returns
   * `undefined` if the runtime cannot pin addresses.
   */
  pinnedSockets(
    hostname: string,
    addresses: readonly string[],
  ): { readonly webSocket: MakeSocket; readonly release: () => void } | undefined {
    const webSocket = this.#connections()?.webSocket;
    if (webSocket === undefined) return undefined;
    this.#targets.pin(hostname, addresses);
    return {
      // Error messages do not name the internal proxy.
      webSocket: (url, init) => Object.assign(webSocket(url, init), { via: undefined }),
      release: () => this.#targets.release(hostname),
    };
  }

  /** Closes the pinned connections. */
  async close(): Promise<void> {
    await this.#pinned?.close?.();
    await this.#forwarder?.close();
    this.#forwarder = this.#pinned = undefined;
  }

  /** Returns a transport that connects to these addresses only; the client's own if it cannot be pinned. */
  #pinnedTransport(hostname: string, addresses: readonly string[], call: Transmission): Transport {
    const pinned = this.#connections();
    if (pinned === undefined) return this.#transport;
    const target = this.#targets.pin(hostname, addresses);
    call.atAttemptEnd(() => this.#targets.release(hostname));
    if (this.#forwarder === undefined) return pinned;
    return async (url, init) => {
      try {
        return await pinned(url, init);
      } catch (error) {
        throw target.failure ?? error;
      }
    };
  }

  /** Returns the transport to pinned addresses; undefined if the runtime or the transport cannot pin. */
  #connections(): Transport | undefined {
    if (this.#pinned !== undefined) return this.#pinned;
    if (DENO === undefined) {
      const addressesOf = (hostname: string) => this.#targets.get(hostname)?.addresses;
      return this.#pinned = this.#given === nativeFetch
        ? pinnedFetch(addressesOf)
        : this.#given.pinned?.(addressesOf);
    }
    const options = this.#given === nativeFetch ? {} : directOptions(this.#given);
    const { listen, connect } = DENO;
    if (!options || !listen || !connect || runtimeKeepsPrivateOut()) return undefined;
    this.#forwarder = new SOCKSForwarder({ listen, connect }, this.#targets);
    return this.#pinned = denoTransport({ ...options, proxy: this.#forwarder.url });
  }
}
