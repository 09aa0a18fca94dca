/**
 * The address policy: which hosts a client may reach. Judged for every request put on the wire,
 * redirect hops included, on the parsed URL and on the bytes of addresses. Where the runtime can, a
 * name is resolved once, all its addresses are judged, and the connection goes to one of those.
 *
 * @module
 */

import { AddressError, ConnectionError, NetworkingError } from "../errors.ts";
import {
  callable,
  expect,
  list,
  oneOf,
  type OptionTable,
  orFalse,
  text,
  wholeNumber,
} from "../options/checks.ts";
import { readOptions } from "../options/read_options.ts";
import { describeURL } from "../redact.ts";
import { formatAddress, judgeAddress, parseAddress } from "./address.ts";
import { builtinModule } from "./builtin.ts";
import type { Call } from "./call.ts";
import { type DenoTransport, denoTransport, directOptions } from "./deno_transport.ts";
import { nativeFetch } from "./fetch_transport.ts";
import { Forwarder, type Pin, type Sockets } from "./forwarder.ts";
import { type HostPatterns, hostPatterns, withoutRoot } from "./host_pattern.ts";
import type { Transport } from "./middleware.ts";
import { privateName } from "./private_name.ts";
import { hadUserinfo, type HTTPRequest } from "./request.ts";

/** The addresses of a host name. */
export type AddressResolver = (hostname: string) => Promise<readonly string[]>;

/** What a client may reach. Every rule must allow a request. */
export interface AddressPolicy {
  /**
   * Hosts that may be reached; all when left out. `example.com` is that host, `.example.com` every
   * host below it, `[::1]` an address, `192.0.2.0/24` a range.
   */
  readonly allowHosts?: readonly string[];
  /** Hosts that may not be reached, written like `allowHosts`; ranges count for resolved names. */
  readonly denyHosts?: readonly string[];
  /**
   * Schemes that may be used.
   *
   * @default {["http", "https"]}
   */
  readonly schemes?: readonly ("http" | "https")[];
  /** Ports that may be used; all when left out. */
  readonly ports?: readonly number[];
  /**
   * Whether addresses may be reached that are not for everybody on the Internet: this machine,
   * private networks, metadata services of clouds.
   *
   * @default {"deny"}
   */
  readonly private?: "deny" | "allow";
  /**
   * What finds the addresses of a name; the system's resolver when left out, on Deno and Node.
   * `false` judges names by themselves, for where Deno's permissions keep addresses out.
   */
  readonly resolve?: AddressResolver | false;
}

/** A policy, checked. */
export interface AddressRules {
  readonly allow: HostPatterns | undefined;
  readonly deny: HostPatterns;
  readonly schemes: readonly unknown[];
  readonly ports: readonly unknown[] | undefined;
  readonly allowPrivate: boolean;
  readonly resolve: AddressResolver | false | undefined;
}

const HOSTS = list(text, "an array of hosts");
/** The check of each rule. */
const TABLE = {
  allowHosts: HOSTS,
  denyHosts: HOSTS,
  schemes: list(oneOf<"http" | "https">("http", "https"), "an array of http and https"),
  ports: list(wholeNumber({ min: 1, max: 65_535 }), "an array of numbers from 1 to 65535"),
  private: oneOf<"deny" | "allow">("deny", "allow"),
  resolve: orFalse<AddressResolver>(callable("a function, or false")),
} satisfies OptionTable<AddressPolicy>;
/** The checks of the rules, for policies that have more of them. */
export const ADDRESS_CHECKS: OptionTable<AddressPolicy> = TABLE;

/**
 * Checks a policy.
 *
 * @throws {TypeError} If a rule cannot be used.
 */
export function addressRules(given: AddressPolicy): AddressRules {
  expect(typeof given === "object", "addressPolicy", given, "an object of rules");
  const own = readOptions("use addressPolicy", given, TABLE, undefined, "addressPolicy.");
  const { schemes = ["http", "https"], ports, resolve } = own;
  return {
    allow: own.allowHosts && hostPatterns("addressPolicy.allowHosts", own.allowHosts),
    deny: hostPatterns("addressPolicy.denyHosts", own.denyHosts ?? []),
    schemes,
    ports,
    allowPrivate: own.private === "allow",
    resolve,
  };
}

/**
 * Why a URL may not be requested, as far as it says itself; `undefined` if it may.
 *
 * @param hadUserinfo Whether it had userinfo, with which one host looks like another.
 */
export function refusedURL(
  url: URL,
  rules: AddressRules,
  hadUserinfo: boolean = url.username !== "" || url.password !== "",
): string | undefined {
  const { protocol, hostname } = url;
  const scheme = protocol.slice(0, -1);
  const port = Number(url.port || (scheme === "https" ? 443 : 80));
  const not = (rule: string) => `addressPolicy.${rule} does not allow it`;
  if (!rules.schemes.includes(scheme)) return not("schemes");
  if (rules.ports?.includes(port) === false) return not("ports");
  if (rules.allow?.has(hostname) === false) return not("allowHosts");
  if (rules.deny.has(hostname)) return not("denyHosts");
  const range = rules.allowPrivate ? undefined : privateName(hostname);
  if (range !== undefined) return notPublic("name", range);
  const addresses = knownAddresses(hostname);
  const refused = addresses && refusedAddress(addresses, rules);
  if (refused !== undefined || !hadUserinfo) return refused;
  return "its URL has a user name or password, which no addressPolicy allows; send them with auth, " +
    "or in the Authorization header";
}

function notPublic(what: "name" | "address", range: string): string {
  return `its ${what} is not public (${range}); set addressPolicy.private: "allow" if that is meant`;
}

/** Why a host with these addresses may not be reached: one that may not be is enough. */
function refusedAddress(
  addresses: readonly Uint8Array[],
  rules: AddressRules,
): string | undefined {
  for (const address of addresses) {
    const { public: isPublic, range } = judgeAddress(address);
    if (rules.deny.hasAddress(address)) return "addressPolicy.denyHosts does not allow its address";
    if (!isPublic && !rules.allowPrivate) {
      return notPublic("address", range);
    }
  }
  return undefined;
}

const LOOPBACK = ["127.0.0.1", "::1"].map((text) => parseAddress(text)!);

/** The addresses of a host that needs no resolver. RFC 6761 6.3: localhost is always loopback. */
function knownAddresses(hostname: string): readonly Uint8Array[] | undefined {
  const address = parseAddress(hostname);
  if (address !== undefined) return [address];
  return /(?:^|\.)localhost$/.test(withoutRoot(hostname)) ? LOOPBACK : undefined;
}

/** As much of the runtimes as is used. */
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

/** The system's resolver, which also knows the hosts file. */
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

/** A way to a host that leads to judged addresses only. */
export interface PinnedRoute {
  /** The proxy to connect through. */
  readonly proxy: string;
  /** Has why the last connection was not made. */
  readonly pin: Pin;
  /** Gives the way up. */
  readonly release: () => void;
}

/** One of each range that `--deny-net` can keep out. */
const PRIVATE = [
  ...["127.0.0.1", "10.0.0.1", "172.16.0.1", "192.168.0.1", "169.254.169.254", "100.64.0.1"],
  ...["0.0.0.0", "[::1]"],
];

/**
 * Whether Deno's permissions, which count for the address that a connection goes to, keep private ones
 * out already. Pinning needs loopback, and is not needed then.
 */
function runtimeKeepsPrivateOut(): boolean {
  const { permissions } = DENO ?? {};
  return permissions !== undefined &&
    PRIVATE.every((host) => permissions.querySync({ name: "net", host }).state === "denied");
}

/** What a request is judged within: a call's attempt, or that of a side request. */
export type Admission = Pick<
  Call,
  "signal" | "bound" | "own" | "transportFailure" | "atAttemptEnd"
>;

/** Carries out the policy of one client. */
export class AddressGuard {
  readonly #rules: AddressRules;
  readonly #given: Transport;
  readonly #transport: Transport;
  #forwarder: Forwarder | undefined;
  #pinned: DenoTransport | undefined;

  constructor(rules: AddressRules, transport: Transport) {
    this.#rules = rules;
    this.#given = transport;
    // Where the platform follows redirects by itself, nobody would judge them.
    this.#transport = (url, init) =>
      transport(url, init.redirect === "follow" ? { ...init, redirect: "error" } : init);
  }

  /**
   * What a request may be sent with.
   *
   * @throws {AddressError} If it may not be sent.
   */
  async admit(request: HTTPRequest, call: Admission): Promise<Transport> {
    const url = new URL(request.url);
    let addresses: readonly string[] | undefined;
    try {
      const within = (answers: Promise<readonly string[]>) => call.bound(answers);
      addresses = await this.judge(url, request.method, within, hadUserinfo(request));
    } catch (error) {
      if (error instanceof NetworkingError) throw call.own(error);
      // The caller's resolver fails as it likes; the system's like fetch.
      throw this.#rules.resolve === undefined
        ? call.transportFailure(error, request, "head")
        : error;
    }
    if (addresses === undefined) return this.#transport;
    call.signal.throwIfAborted(); // a closed client opens nothing again
    try {
      return this.#pinnedTransport(url.hostname, addresses, call);
    } catch (error) { // no permission for loopback
      throw call.transportFailure(error, request, "head");
    }
  }

  /**
   * Judges a URL and what its name resolves to; gives the addresses that a connection has to go to,
   * `undefined` where nothing has to be resolved.
   *
   * @param within Waits for the resolver, as long as there is time.
   * @param hadUserinfo Whether the URL had userinfo.
   * @throws {AddressError} If it may not be reached.
   */
  async judge(
    url: URL,
    method: string,
    within: (answers: Promise<readonly string[]>) => Promise<readonly string[]>,
    hadUserinfo?: boolean,
  ): Promise<readonly string[] | undefined> {
    const facts = { method, url: url.href };
    const cannot = (why: string | undefined) => `Cannot ${method} ${describeURL(url.href)}: ${why}`;
    const allow = (refused: string | undefined) => {
      if (refused !== undefined) throw new AddressError(cannot(refused), facts);
    };
    allow(refusedURL(url, this.#rules, hadUserinfo));
    const { allowPrivate, deny, resolve } = this.#rules;
    const { hostname } = url;
    const judged = !allowPrivate || deny.namesAddresses;
    const resolver = resolve ?? systemResolver();
    if (!judged || !resolver || knownAddresses(hostname)) return undefined;

    const answers = await within(resolver(hostname));
    if (answers.length === 0) {
      const why =
        `no address was found for ${hostname}; check the name, and that the network is up`;
      throw new ConnectionError("dns_failed", cannot(why), facts);
    }
    const addresses = answers.map((answer) => {
      const address = parseAddress(answer);
      if (address === undefined) allow("the resolver gave what is no address");
      return address!;
    });
    allow(refusedAddress(addresses, this.#rules));
    // IPv4 first: without IPv6 it answers, without IPv4 it fails at once.
    return addresses.sort((a, b) => a.length - b.length).map(formatAddress);
  }

  /**
   * Leads connections to `hostname` through a proxy to these addresses, until it is released;
   * `undefined` where the runtime cannot.
   */
  pin(hostname: string, addresses: readonly string[]): PinnedRoute | undefined {
    const { listen, connect } = DENO ?? {};
    if (!listen || !connect) return undefined;
    if (this.#forwarder === undefined && runtimeKeepsPrivateOut()) return undefined;
    const forwarder = this.#forwarder ??= new Forwarder({ listen, connect });
    const pin = forwarder.pin(hostname, addresses);
    return { proxy: forwarder.url, pin, release: () => forwarder.release(hostname) };
  }

  /** Closes what pinning needed. */
  async close(): Promise<void> {
    this.#pinned?.close();
    await this.#forwarder?.close();
    this.#forwarder = this.#pinned = undefined;
  }

  /** The transport for connections to these addresses alone, if there can be one. */
  #pinnedTransport(hostname: string, addresses: readonly string[], call: Admission): Transport {
    const options = this.#given === nativeFetch ? {} : directOptions(this.#given);
    const route = options && this.pin(hostname, addresses);
    if (route === undefined) return this.#transport;
    const pinned = this.#pinned ??= denoTransport({ ...options, proxy: route.proxy });
    call.atAttemptEnd(route.release);
    return async (url, init) => {
      try {
        return await pinned(url, init);
      } catch (error) {
        throw route.pin.failure ?? error;
      }
    };
  }
}
