/**
 * The address policy: which hosts a client may reach. Judged for every request put on the wire,
 * redirect hops included, on the parsed URL and on the bytes of addresses. Where the runtime can, a
 * name is resolved once, all its addresses are judged, and the connection goes to one of those.
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
import { judgeAddress, parseAddress } from "../hosts/ip_address.ts";
import { type HostPatterns, hostPatterns, withoutRoot } from "../hosts/host_patterns.ts";
import { privateName } from "../hosts/private_name.ts";

/** The addresses of a host name. */
export type AddressResolver = (hostname: string) => Promise<readonly string[]>;

/** What a client may reach. Every rule must allow a request. */
export interface AddressPolicyOptions {
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
} satisfies OptionTable<AddressPolicyOptions>;
/** The checks of the rules, for policies that have more of them. */
export const ADDRESS_CHECKS: OptionTable<AddressPolicyOptions> = TABLE;

/**
 * Checks a policy.
 *
 * @throws {TypeError} If a rule cannot be used.
 */
export function addressRules(given: AddressPolicyOptions): AddressRules {
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
export function refusedAddress(
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
export function knownAddresses(hostname: string): readonly Uint8Array[] | undefined {
  const address = parseAddress(hostname);
  if (address !== undefined) return [address];
  return /(?:^|\.)localhost$/.test(withoutRoot(hostname)) ? LOOPBACK : undefined;
}
