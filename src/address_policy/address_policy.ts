/**
 * The address policy: decides which hosts a client may reach. It checks every request on the wire, redirects
 * included, by the parsed URL and the bytes of addresses. If the runtime has a resolver, a name is resolved
 * once, all its addresses are checked, and the connection goes to one of them.
 *
 * @module
 */

import {
  callable,
  expect,
  list,
  type OptionTable,
  orFalse,
  text,
  wholeNumber,
} from "../options/checks.ts";
import { oneOf } from "../options/one_of.ts";
import { readOptions } from "../options/read_options.ts";
import {
  classifyAddress,
  formatAddress,
  metadataRange,
  parseAddress,
} from "../hosts/ip_address.ts";
import { type HostPatterns, hostPatterns, unmapped, withoutRoot } from "../hosts/host_patterns.ts";
import { privateName } from "../hosts/private_name.ts";

/** Returns the IP addresses of a host name. */
export type AddressResolver = (hostname: string) => Promise<readonly string[]>;

/** The rules of a policy. Each one must allow a request. */
export interface AddressPolicyOptions {
  /**
   * The hosts to allow; all when left out. `example.com` means that host, `.example.com` every host below
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
   * Whether to allow addresses that are not public: this machine, private networks, cloud metadata
   * services.
   *
   * @default {"deny"}
   */
  readonly private?: "deny" | "allow";
  /**
   * Resolves names; on Deno, Node and Bun the system's resolver when left out. `false` checks names
   * without resolving them, for programs whose Deno permissions deny the addresses.
   */
  readonly resolve?: AddressResolver | false;
}

/** The name of a rule; `userinfo` and `resolve` name refusals that no rule can allow. */
type AddressRule = keyof AddressPolicyOptions | "userinfo";

/** Why a request may not be sent. */
export interface Refusal {
  /** The rule that does not allow it. */
  readonly rule: AddressRule;
  /** What the address is, for the rule `private`. */
  readonly range?: string;
  /** The sentence for the message. */
  readonly why: string;
}

/** A checked policy. */
export interface AddressRules {
  readonly allow: HostPatterns | undefined;
  readonly deny: HostPatterns;
  readonly schemes: readonly unknown[];
  readonly ports: readonly unknown[] | undefined;
  readonly allowPrivate: boolean;
  /**
   * The addresses of metadata services and link-local networks that may be reached, in the form of
   * `formatAddress()`; when left out, `allowPrivate` decides.
   */
  readonly metadata?: ReadonlySet<string>;
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
/** The checks of the rules, for policies with additional rules. */
export const ADDRESS_CHECKS: OptionTable<AddressPolicyOptions> = TABLE;

/**
 * Checks a policy.
 *
 * @param name The name of the option in messages.
 * @throws {TypeError} If a rule cannot be used.
 */
export function addressRules(given: AddressPolicyOptions, name = "addressPolicy"): AddressRules {
  expect(typeof given === "object", name, given, "an object of rules");
  const read = readOptions(`use ${name}`, given, TABLE, undefined, `${name}.`);
  const { schemes = ["http", "https"], ports, resolve } = read;
  return {
    allow: read.allowHosts && hostPatterns(`${name}.allowHosts`, read.allowHosts),
    deny: hostPatterns(`${name}.denyHosts`, read.denyHosts ?? []),
    schemes,
    ports,
    allowPrivate: read.private === "allow",
    resolve,
  };
}

/**
 * Returns why a URL must not be requested, before its name is resolved; `undefined` if it may.
 *
 * @param hadUserinfo Whether the URL had userinfo, which can make one host look like another.
 */
export function refusedURL(
  url: URL,
  rules: AddressRules,
  hadUserinfo: boolean = url.username !== "" || url.password !== "",
): Refusal | undefined {
  const { protocol, hostname } = url;
  const scheme = protocol.slice(0, -1);
  const port = Number(url.port || (scheme === "https" ? 443 : 80));
  if (!rules.schemes.includes(scheme)) return refusedBy("schemes");
  if (rules.ports?.includes(port) === false) return refusedBy("ports");
  if (rules.allow?.has(hostname) === false) return refusedBy("allowHosts");
  if (rules.deny.has(hostname)) return refusedBy("denyHosts");
  const range = privateName(hostname);
  const isOpen = rules.allowPrivate &&
    (rules.metadata === undefined || range !== "cloud metadata");
  if (range !== undefined && !isOpen) return notPublic("name", range);
  const addresses = knownAddresses(hostname);
  const refused = addresses && refusedAddress(addresses, rules);
  if (refused !== undefined || !hadUserinfo) return refused;
  return {
    rule: "userinfo",
    why:
      "an addressPolicy does not allow a user name or password in the URL; send them with auth, or in " +
      "the Authorization header",
  };
}

function refusedBy(rule: AddressRule, what = "it"): Refusal {
  return { rule, why: `addressPolicy.${rule} does not allow ${what}` };
}

function notPublic(what: "name" | "address", range: string): Refusal {
  const why =
    `its ${what} is not public (${range}); set addressPolicy.private: "allow" to allow it`;
  return { rule: "private", range, why };
}

/** Returns why a host with these addresses must not be reached; one refused address is enough. */
export function refusedAddress(
  addresses: readonly Uint8Array[],
  rules: AddressRules,
): Refusal | undefined {
  const { deny, allowPrivate, metadata } = rules;
  for (const address of addresses) {
    const { public: isPublic, range } = classifyAddress(address);
    if (deny.hasAddress(address)) return refusedBy("denyHosts", "its address");
    if (!isPublic && !allowPrivate) return notPublic("address", range);
    if (metadata === undefined || metadata.has(formatAddress(unmapped(address)))) continue;
    const closed = metadataRange(address);
    if (closed !== undefined) return notPublic("address", closed);
  }
  return undefined;
}

const LOOPBACK = ["127.0.0.1", "::1"].map((text) => parseAddress(text)!);

/** Returns the addresses of a host that needs no resolver. RFC 6761 6.3: localhost is always loopback. */
export function knownAddresses(hostname: string): readonly Uint8Array[] | undefined {
  const address = parseAddress(hostname);
  if (address !== undefined) return [address];
  return /(?:^|\.)localhost$/.test(withoutRoot(hostname)) ? LOOPBACK : undefined;
}
