/** Structured fields: every published vector, each read, written and read again. */

import { assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import {
  type BareItem,
  type Item,
  type Member,
  type Parameters,
  parseDictionary,
  parseItem,
  parseList,
} from "../../src/formats/structured_fields.ts";
import {
  serializeBareItem,
  serializeDictionary,
  serializeItem,
  serializeList,
} from "../../src/formats/structured_fields_writer.ts";
import { assertLinear } from "../support/linear.ts";

/** A case of httpwg/structured-field-tests, as its README describes it. */
interface Vector {
  readonly name: string;
  readonly raw?: readonly string[];
  readonly "header_type": "item" | "list" | "dictionary";
  readonly expected?: unknown;
  readonly "must_fail"?: boolean;
  readonly "can_fail"?: boolean;
  readonly canonical?: readonly string[];
}

type Pair = [string, unknown];
/** A number of the vectors that has a point there, which JSON.parse() does not keep. */
interface Written {
  readonly decimal: number;
}

const FOLDER = new URL("../vectors/structured-fields/", import.meta.url);

async function read(folder: URL): Promise<[file: string, vectors: readonly Vector[]][]> {
  const found: [string, readonly Vector[]][] = [];
  for await (const { name } of Deno.readDir(folder)) {
    if (!name.endsWith(".json")) continue;
    const keepPoint = (_: string, value: unknown, context?: { readonly source?: string }) =>
      typeof value === "number" && /[.e]/i.test(context?.source ?? "") ? { decimal: value } : value;
    found.push([name, JSON.parse(await Deno.readTextFile(new URL(name, folder)), keepPoint)]);
  }
  return found.sort();
}

function toBare(value: unknown): BareItem {
  if (typeof value !== "object" || value === null) return value as string | number | boolean;
  if ("decimal" in value) return { type: "decimal", value: (value as Written).decimal };
  const { __type: type, value: inner } = value as { __type: string; value: string };
  if (type === "binary") return fromBase32(inner);
  return { type: type.replace("displaystring", "display") as "token", value: inner };
}

/** RFC 4648 section 6; the vectors have bytes in it. */
function fromBase32(text: string): Uint8Array {
  const bits = Array.from(
    text.replaceAll("=", ""),
    (character) =>
      "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".indexOf(character).toString(2).padStart(5, "0"),
  ).join("");
  return Uint8Array.from(bits.match(/.{8}/g) ?? [], (byte) => parseInt(byte, 2));
}

function toParams(pairs: unknown): Parameters {
  return new Map((pairs as Pair[]).map(([name, value]) => [name, toBare(value)]));
}

function toItem([value, params]: [unknown, unknown]): Item {
  return { value: toBare(value), params: toParams(params) };
}

function toMember(given: unknown): Member {
  const [value, params] = given as [unknown, unknown];
  if (!Array.isArray(value)) return toItem([value, params]);
  return { items: value.map((item) => toItem(item)), params: toParams(params) };
}

const TYPES = {
  item: {
    of: (expected: unknown) => toItem(expected as [unknown, unknown]),
    parse: parseItem,
    write: (value: unknown) => serializeItem(value as Item),
  },
  list: {
    of: (expected: unknown) => (expected as unknown[]).map(toMember),
    parse: parseList,
    write: (value: unknown) => serializeList(value as Member[]),
  },
  dictionary: {
    of: (expected: unknown) =>
      new Map((expected as Pair[]).map(([name, value]) => [name, toMember(value)])),
    parse: parseDictionary,
    write: (value: unknown) => serializeDictionary(value as Map<string, Member>),
  },
};

Deno.test("the published vectors of structured fields are read and written", async () => {
  let [parsed, written] = [0, 0];
  for (const [file, vectors] of await read(FOLDER)) {
    for (const { name, raw, expected, canonical, ...vector } of vectors) {
      const { of, parse, write } = TYPES[vector["header_type"]];
      const text = raw!.join(", ");
      const value = parse(text);
      parsed++;
      if (vector["must_fail"]) {
        assertStrictEquals(value, undefined, `${file}: ${name}: ${text}`);
        continue;
      }
      if (vector["can_fail"] && value === undefined) continue;
      const wanted = of(expected);
      assertEquals<unknown>(value, wanted, `${file}: ${name}`);
      if (wanted instanceof Map) {
        assertEquals([...value as typeof wanted], [...wanted], `${file}: ${name}: order`);
      }
      assertStrictEquals(write(wanted), (canonical ?? raw!).join(", "), `${file}: ${name}`);
      written++;
    }
  }
  assertEquals([parsed, written], [1591, 727]);
});

Deno.test("the published vectors of structured fields that cannot be written are refused", async () => {
  let count = 0;
  for (const [file, vectors] of await read(new URL("serialisation-tests/", FOLDER))) {
    for (const { name, expected, canonical, ...vector } of vectors) {
      const { of, write } = TYPES[vector["header_type"]];
      count++;
      if (vector["must_fail"]) {
        assertThrows(() => write(of(expected)), TypeError, undefined, `${file}: ${name}`);
      } else assertStrictEquals(write(of(expected)), canonical!.join(), `${file}: ${name}`);
    }
  }
  assertStrictEquals(count, 544);
});

Deno.test("values that have no form in a structured field are refused", () => {
  const rows: readonly BareItem[] = [
    ...[NaN, Infinity, 0.5, 1e15],
    ...[NaN, 1e12].map((value) => ({ type: "decimal", value }) as const),
    { type: "date", value: 0.5 },
    { type: "token", value: "a b" },
    { type: "token", value: "" },
    { type: "display", value: "\ud800" },
    "\n",
    "é",
  ];
  for (const row of rows) assertThrows(() => serializeBareItem(row), TypeError, "structured field");
});

Deno.test("a decimal keeps three digits, and a half goes to the even one", () => {
  const rows: [number, string][] = [
    [1, "1.0"],
    [0.0005, "0.0"],
    [1.0025, "1.002"],
    [1.0035, "1.004"],
    [-1.0025, "-1.002"],
    [1e-7, "0.0"],
    [999_999_999_999.999, "999999999999.999"],
  ];
  for (const [value, text] of rows) {
    assertStrictEquals(serializeBareItem({ type: "decimal", value }), text);
  }
});

Deno.test("structured fields are read in linear time", async () => {
  for (const piece of ["a;", "a, ", '"\\"', "(", "a=1,\t", ":aa", '%"%c3', ";a=1", "( a "]) {
    const text = (size: number) => piece.repeat(size);
    await assertLinear(piece, text, (field) => void (parseList(field), parseDictionary(field)));
  }
});
