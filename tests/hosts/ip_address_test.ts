/** Addresses are judged on their bytes: the registries row by row, and spellings that fool judges. */

import { assert, assertEquals, assertFalse } from "@std/assert";
import {
  classifyAddress,
  formatAddress,
  inRange,
  parseAddress,
  parseRange,
} from "../../src/hosts/ip_address.ts";
import { readVectors } from "../support/vectors.ts";

interface Registry {
  readonly cases: readonly {
    readonly prefix: string;
    readonly name: string;
    readonly globallyReachable: boolean;
  }[];
  readonly boundaries: readonly { readonly prefix: string }[];
}

const REGISTRY = await readVectors<Registry>("ssrf/special-purpose.json");

/** The address that is `offset` beyond the first or, with `last`, the last one of a range. */
function edge(prefix: string, last: boolean, offset = 0n): Uint8Array {
  const { network, bits } = parseRange(prefix)!;
  const width = BigInt(8 * network.length);
  let value = network.reduce((sum, byte) => sum << 8n | BigInt(byte), 0n);
  if (last) value |= (1n << (width - BigInt(bits))) - 1n;
  value = BigInt.asUintN(Number(width), value + offset);
  const hex = value.toString(16).padStart(2 * network.length, "0");
  return Uint8Array.from(hex.match(/../g)!, (byte) => parseInt(byte, 16));
}

/** What the registry says of an address: the row with the longest prefix. */
function registered(address: Uint8Array): boolean {
  const rows = REGISTRY.cases.filter(({ prefix }) => inRange(address, parseRange(prefix)!));
  rows.sort((a, b) => parseRange(b.prefix)!.bits - parseRange(a.prefix)!.bits);
  return rows[0]?.globallyReachable ?? true;
}

// R8.15
Deno.test("the first and the last address of every special-purpose range get the registry's verdict", () => {
  let count = 0;
  for (const { prefix, name } of REGISTRY.cases) {
    for (const last of [false, true]) {
      const address = edge(prefix, last);
      // What this prefix says is the embedded address's, which has rows of its own.
      const expected = prefix === "64:ff9b::/96"
        ? registered(address.subarray(12))
        : registered(address);
      const judgement = classifyAddress(address);
      assertEquals(judgement.public, expected, `${prefix} ${name}: ${judgement.range}`);
      count++;
    }
  }
  assertEquals([REGISTRY.cases.length, count], [50, 100]);
});

Deno.test("just outside of a range the neighbour's verdict holds", () => {
  for (const { prefix } of REGISTRY.boundaries) {
    assertFalse(classifyAddress(edge(prefix, false)).public, prefix);
    assertFalse(classifyAddress(edge(prefix, true)).public, prefix);
    for (const address of [edge(prefix, false, -1n), edge(prefix, true, 1n)]) {
      assertEquals(classifyAddress(address).public, registered(address), formatAddress(address));
    }
  }
});

// R8.15
Deno.test("what the registries do not list has a verdict as well", () => {
  const rows: [address: string, isPublic: boolean, range: string][] = [
    ["8.8.8.8", true, "public"],
    ["172.15.255.255", true, "public"],
    ["172.32.0.0", true, "public"],
    ["100.63.255.255", true, "public"],
    ["2606:4700::1111", true, "public"],
    ["64:ff9b::8.8.8.8", true, "NAT64 of public"],
    ["64:ff9b::10.0.0.1", false, "NAT64 of private"],
    ["64:ff9b::169.254.169.254", false, "NAT64 of cloud metadata"],
    ["64:ff9b:1::8.8.8.8", false, "local NAT64"],
    ["64:ff9b:2::1", false, "reserved"],
    ["::ffff:8.8.8.8", false, "IPv4-mapped"],
    ["::ffff:0:127.0.0.1", false, "reserved"],
    ["2002:7f00:1::", false, "6to4"],
    ["2001:0:4136:e378:8000:63bf:3fff:fdd2", false, "Teredo"],
    ["169.254.169.254", false, "cloud metadata"],
    ["168.63.129.16", false, "cloud metadata"],
    ["168.63.129.17", true, "public"],
    ["100.100.100.200", false, "cloud metadata"],
    ["fd00:ec2::254", false, "cloud metadata"],
    ["fd12::1", false, "private (unique local)"],
    ["febf::1", false, "link-local"],
    ["255.255.255.255", false, "broadcast"],
    ["0.0.0.0", false, "unspecified"],
    ["::", false, "unspecified"],
    ["4000::1", false, "reserved"],
  ];
  for (const [address, isPublic, range] of rows) {
    assertEquals(classifyAddress(parseAddress(address)!), { public: isPublic, range }, address);
  }
});

Deno.test("every spelling of a loopback or metadata address is that address, or no URL, or a name", () => {
  const spellings = [
    ...["127.0.0.1", "127.1", "127.0.1", "2130706433", "0x7f000001", "0x7F.1", "0177.0.0.1"],
    ...["017700000001", "0177.0.0.01", "0x7f.0x0.0x0.0x1", "127.0.0.1.", "127.0x1", "0x7f.1."],
    ...["00000177.1", "127.000.000.001", "127.255.255.254", "%31%32%37.0.0.1", "127%2e0%2e0%2e1"],
    ...["１２７.0.0.1", "①②⑦.⓪.⓪.①", "127。0。0。1", "127．0．0．1", "127｡1", "1\u00ad27.0.0.1"],
    ...["[::1]", "[0:0:0:0:0:0:0:1]", "[0000::0001]", "[::0.0.0.1]", "[::ffff:127.0.0.1]"],
    ...["[::ffff:7f00:1]", "[::FFFF:7F00:0001]", "[0:0:0:0:0:ffff:127.0.0.1]", "[::127.0.0.1]"],
    ...["[64:ff9b::127.0.0.1]", "[64:ff9b::7f00:1]", "[2002:7f00:1::]", "[::]", "0", "0x0", "00"],
    ...["0.0.0.0", "169.254.169.254", "2852039166", "0xa9fea9fe", "0251.0376.0251.0376"],
    ...["169.16689662", "[::ffff:a9fe:a9fe]", "[fd00:ec2::254]", "user@127.0.0.1", "a:b@0x7f.1"],
    ...["8.8.8.8@127.0.0.1", "127.0.0.1\\@8.8.8.8", "127.0.0.1#@8.8.8.8", "127.0.0.1/@8.8.8.8"],
    ..."\t127.0.0.1,1\n27.0.0.1,12\r7.0.0.1".split(","),
  ];
  for (const spelling of spellings) {
    for (const before of ["http://", "http:/", "http:\\\\", "https:", "http:///"]) {
      const address = parseAddress(new URL(before + spelling).hostname);
      assert(address !== undefined, before + spelling);
      assertFalse(classifyAddress(address).public, before + spelling);
    }
  }
  const refused = ["127.0.0.256", "0x7f.0.0.0.1", "[::1%25lo]", "[fe80::1%lo]", "1.2.3.08"]
    .concat("[::1]x", "[:::1]", "4294967296", "127.0.0.1%00.a");
  for (const host of refused) assertFalse(URL.canParse(`http://${host}/`), host);
  for (const name of ["127.0.0.1.example", "1.example", "0x7f.example", "localhost", "a-1"]) {
    assertEquals(parseAddress(new URL(`http://${name}/`).hostname), undefined, name);
  }
});

Deno.test("what a resolver answers is an address and no more, or nothing", () => {
  const rows: [answer: string, spelling: string | undefined][] = [
    ["127.0.0.1", "127.0.0.1"],
    ["::1", "0:0:0:0:0:0:0:1"],
    ["2001:DB8::1.2.3.4", "2001:db8:0:0:0:0:102:304"],
    ["0x7f.1", "127.0.0.1"],
    ["fe80::1%eth0", undefined],
    ["8.8.8.8:80", undefined],
    ["8.8.8.8/x", undefined],
    ["8.8.8.8#@127.0.0.1", undefined],
    ["[::1]:80", undefined],
    ["[::1", undefined],
    ["", undefined],
    [".", undefined],
    ["1.", "0.0.0.1"],
    [`${"0".repeat(246)}177.0.0.1`, "127.0.0.1"],
    [`${"0".repeat(247)}177.0.0.1`, undefined], // longer than a host can be
    ["example.com", undefined],
  ];
  for (const [answer, spelling] of rows) {
    const address = parseAddress(answer);
    assertEquals(address && formatAddress(address), spelling, answer);
  }
});

Deno.test("a range is an address, a slash and a number of bits that it has", () => {
  for (const text of ["10.0.0.0", "10.0.0.0/33", "::/129", "x/8", "10.0.0.0/", "10.0.0.0/8/8"]) {
    assertEquals(parseRange(text), undefined, text);
  }
  assertFalse(inRange(parseAddress("::1")!, parseRange("0.0.0.0/0")!));
  assert(inRange(parseAddress("10.255.0.1")!, parseRange("10.0.0.0/8")!));
});
