/**
 * Classifies IP addresses: public, or in a special-purpose range. It compares bytes, since checks of
 * strings miss other spellings of the same address. Pure; `address_policy.ts` decides about requests.
 *
 * @module
 */

/**
 * Returns the 4 or 16 bytes of an IP address in any spelling that the WHATWG URL parser knows, with or
 * without brackets; `undefined` for a host name, an address with a zone, and a text that is too long for a
 * host (RFC 1035 2.3.4).
 */
export function parseAddress(text: string): Uint8Array | undefined {
  if (text.length > 255) return undefined;
  if (!/^(?:[\w.]+|\[?[\da-f:.]+\]?)$/i.test(text)) return undefined; // more than a host
  const host = text.includes(":") && !text.startsWith("[") ? `[${text}]` : text;
  // The parser gives each address one spelling: dotted decimal, or lower-case groups with one "::".
  const { hostname = "" } = URL.parse(`http://${host}/`) ?? {};
  if (/^\d+(?:\.\d+){3}$/.test(hostname)) return Uint8Array.from(hostname.split("."), Number);
  if (!hostname.startsWith("[")) return undefined;
  const [head = [], tail = []] = hostname.slice(1, -1).split("::")
    .map((half) => half === "" ? [] : half.split(":").map((group) => parseInt(group, 16)));
  const zeros = Array<number>(8 - head.length - tail.length).fill(0);
  return Uint8Array.from([...head, ...zeros, ...tail].flatMap((group) => [group >> 8, group]));
}

/** A range in CIDR notation, its purpose, and whether its addresses are public. */
type Row = readonly [prefix: string, name: string, reach?: typeof PUBLIC | typeof EMBEDDED];

const PUBLIC = true;
/** Public if the IPv4 address in its last four bytes is. */
const EMBEDDED = "embedded";

/**
 * The IANA special-purpose registries (RFC 6890, RFC 8190), multicast, and cloud addresses that return
 * credentials. The first matching row decides, so narrower ranges come first. Addresses that embed an IPv4
 * address are never public, except with the NAT64 prefix: an IPv6-only network reaches all of IPv4 through
 * it.
 */
const TABLE: readonly Row[] = [
  ["169.254.169.254/32", "cloud metadata"],
  ["169.254.170.2/32", "cloud metadata"],
  ["100.100.100.200/32", "cloud metadata"],
  ["168.63.129.16/32", "cloud metadata"], // in the middle of public space
  ["192.0.0.192/32", "cloud metadata"],
  ["fd00:ec2::254/128", "cloud metadata"],
  ["fd20:ce::254/128", "cloud metadata"],
  ["255.255.255.255/32", "broadcast"],
  ["0.0.0.0/32", "unspecified"],
  ["0.0.0.0/8", "this network"],
  ["10.0.0.0/8", "private"],
  ["100.64.0.0/10", "shared by carrier NAT"],
  ["127.0.0.0/8", "loopback"],
  ["169.254.0.0/16", "link-local"],
  ["172.16.0.0/12", "private"],
  ["192.0.0.9/32", "PCP anycast", PUBLIC],
  ["192.0.0.10/32", "TURN anycast", PUBLIC],
  ["192.0.0.0/24", "IETF protocols"],
  ["192.0.2.0/24", "documentation"],
  ["192.88.99.0/24", "6to4 relay"],
  ["192.168.0.0/16", "private"],
  ["198.18.0.0/15", "benchmarking"],
  ["198.51.100.0/24", "documentation"],
  ["203.0.113.0/24", "documentation"],
  ["224.0.0.0/4", "multicast"],
  ["240.0.0.0/4", "reserved"],
  ["0.0.0.0/0", "public", PUBLIC],
  ["::/128", "unspecified"],
  ["::1/128", "loopback"],
  ["::/96", "IPv4-compatible"],
  ["::ffff:0:0/96", "IPv4-mapped"],
  ["64:ff9b::/96", "NAT64", EMBEDDED],
  ["64:ff9b:1::/48", "local NAT64"],
  ["100::/64", "discard-only"],
  ["2001::/32", "Teredo"],
  ["2001:1::1/128", "PCP anycast", PUBLIC],
  ["2001:1::2/128", "TURN anycast", PUBLIC],
  ["2001:1::3/128", "DNS-SD anycast", PUBLIC],
  ["2001:3::/32", "AMT", PUBLIC],
  ["2001:4:112::/48", "AS112", PUBLIC],
  ["2001:20::/28", "ORCHIDv2", PUBLIC],
  ["2001:30::/28", "drone remote ID", PUBLIC],
  ["2001::/23", "IETF protocols"],
  ["2001:db8::/32", "documentation"],
  ["2002::/16", "6to4"],
  ["3fff::/20", "documentation"],
  ["2000::/3", "public", PUBLIC],
  ["5f00::/16", "SRv6"],
  ["fc00::/7", "private (unique local)"],
  ["fe80::/10", "link-local"],
  ["fec0::/10", "site-local"],
  ["ff00::/8", "multicast"],
  ["::/0", "reserved"], // RFC 4291 2.4: only 2000::/3 is allocated
];

/** The class of an address. */
export interface AddressClass {
  /** Whether the address is reachable on the public Internet. */
  readonly public: boolean;
  /** Its range, such as `loopback`; `public` if the range is not special. */
  readonly range: string;
}

/** Classifies the bytes of {@linkcode parseAddress}. */
export function classifyAddress(address: Uint8Array): AddressClass {
  ranges ??= TABLE.map(([prefix]) => parseRange(prefix)!);
  const [, range, reach] = TABLE[ranges.findIndex((range) => inRange(address, range))]!;
  if (reach !== EMBEDDED) return { public: reach === PUBLIC, range };
  const embedded = classifyAddress(address.subarray(12));
  return { public: embedded.public, range: `${range} of ${embedded.range}` };
}

/**
 * Returns the range of a cloud metadata or link-local address, also if an IPv6 address embeds it;
 * `undefined` for other addresses.
 */
export function metadataRange(address: Uint8Array): string | undefined {
  const found = [address, ...embeddedAddresses(address)].map((one) => classifyAddress(one).range);
  return found.find((range) => range === "cloud metadata" || range === "link-local");
}

/** Returns the IPv4 addresses that an IPv6 address may embed. */
function embeddedAddresses(address: Uint8Array): Uint8Array[] {
  const has = (prefix: string) => inRange(address, parseRange(prefix)!);
  if (address.length === 4) return [];
  if (has("2002::/16")) return [address.subarray(2, 6)]; // RFC 3056 2
  if (has("2001::/32")) return [address.subarray(12).map((byte) => byte ^ 0xff)]; // RFC 4380 4
  const atTheEnd = ["::/96", "::ffff:0:0/96", "64:ff9b::/96", "64:ff9b:1::/48"].some(has);
  return atTheEnd ? [address.subarray(12)] : [];
}

let ranges: readonly AddressRange[] | undefined;

/** A range of addresses. */
export interface AddressRange {
  readonly network: Uint8Array;
  /** The number of leading bits that are compared. */
  readonly bits: number;
}

/** Reads a range in CIDR notation; `undefined` if it is not one. */
export function parseRange(text: string): AddressRange | undefined {
  const [, address = "", digits] = /^([^/]+)\/(\d{1,3})$/.exec(text) ?? [];
  const network = parseAddress(address);
  const bits = Number(digits);
  return network !== undefined && bits <= 8 * network.length ? { network, bits } : undefined;
}

/** Whether an address is in a range of its own family. */
export function inRange(address: Uint8Array, { network, bits }: AddressRange): boolean {
  return network.length === address.length && address.every((byte, index) => {
    const rest = Math.min(8, Math.max(0, bits - 8 * index));
    return (byte ^ network[index]!) >> (8 - rest) === 0;
  });
}

/** Returns the address in a spelling that every runtime accepts. */
export function formatAddress(address: Uint8Array): string {
  if (address.length === 4) return address.join(".");
  const { buffer, byteOffset } = address;
  const view = new DataView(buffer, byteOffset);
  return Array.from({ length: 8 }, (_, index) => view.getUint16(2 * index).toString(16)).join(":");
}
