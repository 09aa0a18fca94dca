/**
 * The address policy: which hosts a client may reach. It checks every request on the wire, redirects
 * included, by the parsed URL and the bytes of addresses. If the runtime can, a name is resolved once,
 * all its addresses are checked, and the connection goes to one of them.
 *
 * @module
 */

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
import { classifyAddress, parseAddress } from "../hosts/ip_address.ts";
import { type HostPatterns, hostPatterns, withoutRoot } from "../hosts/host_patterns.ts";
import { privateName } from "../hosts/private_name.ts";

/** Returns the IP addresses of a host name. */
export type AddressResolver = (hostname: string) => Promise<readonly string[]>;

/** The rules of a policy. Each one must allow a request. */
export interface AddressPolicyOptions {
  /**
   * The hosts to allow; all when left out. `example.com` is that host, `.example.com` every host below
   * it, `[::1]` an address, `192.0.2.0/24` a range.
   */
  readonly allowHosts?: readonly string[];
  /** The hosts to deny, written like `allowHosts`; ranges also match the addresses of names. */
  readonly denyHosts?: readonly string[];
  /**
   * The schemes to allow.
   *
   * @default {["http", "https"]}
   */
  readonly schemes?: readonly ("http" | "https")[];
  /** The ports to allow; all when left out. */
  readonly ports?: readonly number[];
  /**
   * Whether to allow addresses that are not public: this machine, private networks, metadata services
   * of clouds.
   *
   * @default {"deny"}
   */
  readonly private?: "deny" | "allow";
  /**
   * Resolves names; the system's resolver when left out, on Deno and Node. `false` checks names
   * without resolving them, for programs whose Deno permissions deny the addresses.
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
const TABLE = {
  allowHosts: HOSTS,
  denyHosts: HOSTS,
  schemes: list(oneOf<"http" | "https">("http", "https"), "an array of http and https"),
  ports: list(wholeNumber({ min: 1, max: 65_535 }), "an array of numbers from 1 to 65535"),
  private: oneOf<"deny" | "allow">("deny", "allow"),
  resolve: orFalse<AddressResolver>(callable("a function, or false")),
} satisfies OptionTable<AddressPolicyOptions>;
/** The checks of the rules, for policies with more rules. */
export const ADDRESS_CHECKS: OptionTable<AddressPolicyOptions> = TABLE;

/**
 * Checks a policy.
 *
 * @throws {TypeError} If a rule cannot be used.
 */
export function addressRules(given: AddressPolicyOptions): AddressRules {
  expect(typeof given === "object", "addressPolicy", given, "an object of rules");
  const read = readOptions("use addressPolicy", given, TABLE, undefined, "addressPolicy.");
  const { schemes = ["http", "https"], ports, resolve } = read;
  return {
    allow: read.allowHosts && hostPatterns("addressPolicy.allowHosts", read.allowHosts),
    deny: hostPatterns("addressPolicy.denyHosts", read.denyHosts ?? []),
    schemes,
    ports,
    allowPrivate: read.private === "allow",
    resolve,
  };
}

/**
 * Why a URL must not be requested, before its name is resolved; `undefined` if it may.
 *
 * @param hadUserinfo Whether it had userinfo, which can make one host look like another.
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
  return "an addressPolicy allows no user name or password in the URL; send them with auth, or in " +
    "the Authorization header";
}

function notPublic(what: "name" | "address", range: string): string {
  return `its ${what} is not public (${range}); set addressPolicy.private: "allow" to allow it`;
}

/** Why a host with these addresses must not be reached: one refused address is enough. */
export function refusedAddress(
  addresses: readonly Uint8Array[],
  rules: AddressRules,
): string | undefined {
  for (const address of addresses) {
    const { public: isPublic, range } = classifyAddress(address);
    if (rules.deny.hasAddress(address)) return "addressPolicy.denyHosts does not allow its address";
    if (!isPublic && !rules.allowPrivate) {
      return notPublic("address", range);
    }
  }
  return undefined;
}

const LOOPBACK = ["127.0.0.1", "::1"].map((text) => parseAddress(text)!);

/** The addresses of a host without a resolver. RFC 6761 6.3: localhost is always loopback. */
export function knownAddresses(hostname: string): readonly Uint8Array[] | undefined {
  const address = parseAddress(hostname);
  if (address !== undefined) return [address];
  return /(?:^|\.)localhost$/.test(withoutRoot(hostname)) ? LOOPBACK : undefined;
}
