/**
 * Makes a value for a schema: one of its examples, or a made-up one that is always the same.
 *
 * @module
 */

import { Facts, type JSONType } from "../model/facts.ts";
import { child, children, type Documents, type Node, property } from "../read/documents.ts";
import { textFor } from "./pattern.ts";

/** Optional members below this depth are left out. */
const SAMPLE_DEPTH = 5;
/** The most items of a list or members of an object, even if the schema requires more. */
const LONGEST = 100;

const BY_FORMAT: Readonly<Record<string, string>> = {
  "date": "2020-01-02",
  "date-time": "2020-01-02T03:04:05Z",
  "time": "03:04:05Z",
  "duration": "PT1H",
  "email": "user@example.com",
  "hostname": "example.com",
  "ipv4": "192.0.2.1",
  "ipv6": "2001:db8::1",
  "uri": "https://example.com/",
  "url": "https://example.com/",
  "uuid": "123e4567-e89b-42d3-a456-426614174000",
};

/** The example of a media type or parameter, or `undefined`. */
export function exampleOf(node: Node, documents: Documents): unknown {
  const own = property(node.value, "example");
  if (own !== undefined) return own;
  const [first] = children(child(node, "examples"));
  const target = first && documents.follow(first[1]);
  if (target === undefined) return undefined;
  return property(target.value, "dataValue") ?? property(target.value, "value");
}

/** Makes values for the schemas of a description. */
export class Samples {
  readonly #facts: Facts;

  constructor(documents: Documents) {
    this.#facts = new Facts(documents);
  }

  /**
   * Returns a value that the schema accepts, as far as its keywords are simple.
   *
   * @param nth Which of several, for lists whose items must differ.
   */
  of(schema: Node, depth = 0, nth = 0): unknown {
    const parts = [...this.#parts(schema, new Set())];
    if (parts.length === 0) return null;
    const given = this.#given(parts, nth);
    if (given !== undefined) return given;
    const type = this.#type(schema, parts);
    switch (type) {
      case "string":
        return sampleText(parts, nth);
      case "integer":
      case "number":
        return sampleNumber(parts, type === "integer", nth);
      case "boolean":
        return nth % 2 === 0;
      case "array":
        return this.#array(parts, depth, nth);
      case "object":
        return this.#object(parts, depth, nth);
      default:
        return null;
    }
  }

  /** The schemas that apply, with the first of each list of alternatives that is more than null. */
  *#parts(schema: Node, seen: Set<unknown>): Generator<Node> {
    for (const part of this.#facts.applying(schema, seen)) {
      yield part;
      for (const keyword of ["oneOf", "anyOf"]) {
        const members = children(child(part, keyword)).map(([, one]) => one);
        const chosen = members.find((one) => !isOnlyNull(this.#facts.types(one))) ?? members[0];
        if (chosen !== undefined) yield* this.#parts(chosen, seen);
      }
    }
  }

  /** A value that the description contains. */
  #given(parts: readonly Node[], nth: number): unknown {
    for (const { value } of parts) {
      const enums = property(value, "enum");
      const list = Array.isArray(enums) ? enums.filter((one) => one !== null) : [];
      const examples = property(value, "examples");
      const found = property(value, "const") ??
        (nth > 0 ? list[nth] : property(value, "example") ?? property(examples, "0") ?? list[0] ??
          property(value, "default") ?? property(enums, "0"));
      if (found !== undefined) return found;
    }
    return undefined;
  }

  #type(schema: Node, parts: readonly Node[]): JSONType | undefined {
    const types = this.#facts.types(schema);
    // What a part names comes first; `number` holds `integer`.
    for (const { value } of parts) {
      const own = property(value, "type");
      for (const name of Array.isArray(own) ? own : [own]) {
        if (name !== "null" && types.has(name)) return name;
      }
    }
    return types.size === 7 ? undefined : [...types].find((type) => type !== "null");
  }

  #array(parts: readonly Node[], depth: number, nth: number): unknown[] {
    const first = parts.flatMap((part) => children(child(part, "prefixItems")))
      .map(([, one]) => this.of(one, depth + 1, nth));
    const least = Math.min(largest(parts, ["minItems"]) ?? 0, LONGEST);
    const most = smallest(parts, ["maxItems"]) ?? LONGEST;
    const items = parts.map((part) => child(part, "items")).find(({ value }) =>
      typeof value === "object" && value !== null && !Array.isArray(value)
    );
    const wanted = depth >= SAMPLE_DEPTH || first.length > 0 ? least : Math.max(1, least);
    const count = Math.min(wanted, most);
    const isUnique = parts.some(({ value }) => property(value, "uniqueItems") === true);
    const all = [...first];
    for (let index = all.length; index < count; index++) {
      const place = isUnique ? index : nth;
      all.push(items === undefined ? (isUnique ? index : null) : this.of(items, depth + 1, place));
    }
    return all.slice(0, most);
  }

  #object(parts: readonly Node[], depth: number, nth: number): Record<string, unknown> {
    const required = new Set(parts.flatMap((part) => this.#facts.required(part)));
    const found: Record<string, unknown> = {};
    for (const part of parts) {
      for (const [name, member] of children(child(part, "properties"))) {
        if (this.#facts.isMarkedAs(member, "writeOnly") || Object.hasOwn(found, name)) continue;
        // A required member that contains itself must end somewhere.
        const isTooDeep = depth >= SAMPLE_DEPTH * 3 || depth >= SAMPLE_DEPTH && !required.has(name);
        if (!isTooDeep) found[name] = this.of(member, depth + 1, nth);
      }
    }
    const others = parts.map((part) => child(part, "additionalProperties"))
      .find(({ value }) => typeof value === "object" && value !== null);
    for (const name of required) {
      if (Object.hasOwn(found, name)) continue;
      const hidden = parts.flatMap((part) => this.#facts.members(part, name));
      if (hidden.length > 0) continue; // too deep, or not in responses
      found[name] = others === undefined ? null : this.of(others, depth + 1, nth);
    }
    const least = Math.min(largest(parts, ["minProperties"]) ?? 0, LONGEST);
    for (let index = 1; Object.keys(found).length < least; index++) {
      found[`key${index}`] = others === undefined ? null : this.of(others, depth + 1, nth);
    }
    return found;
  }
}

function isOnlyNull(types: ReadonlySet<JSONType>): boolean {
  return types.size === 1 && types.has("null");
}

function numbers(parts: readonly Node[], names: readonly string[]): number[] {
  return parts.flatMap(({ value }) => names.map((name) => property(value, name)))
    .filter((found) => typeof found === "number");
}

function largest(parts: readonly Node[], names: readonly string[]): number | undefined {
  const found = numbers(parts, names);
  return found.length === 0 ? undefined : Math.max(...found);
}

function smallest(parts: readonly Node[], names: readonly string[]): number | undefined {
  const found = numbers(parts, names);
  return found.length === 0 ? undefined : Math.min(...found);
}

function sampleText(parts: readonly Node[], nth: number): string {
  const least = Math.min(largest(parts, ["minLength"]) ?? 0, 10_000);
  const most = smallest(parts, ["maxLength"]) ?? Infinity;
  const patterns = parts.map(({ value }) => property(value, "pattern"))
    .filter((pattern) => typeof pattern === "string");
  for (const pattern of patterns) {
    const text = textFor(pattern, least, most, nth);
    if (text !== undefined) return text;
  }
  const format = parts.map(({ value }) => property(value, "format"))
    .find((one) => typeof one === "string" && Object.hasOwn(BY_FORMAT, one));
  const text = BY_FORMAT[String(format)] ?? "text";
  const end = nth === 0 ? "" : String(nth);
  return text.padEnd(least - end.length, "x").slice(0, most - end.length) + end;
}

function sampleNumber(parts: readonly Node[], isInteger: boolean, nth: number): number {
  const isOver = parts.some(({ value }) => property(value, "exclusiveMinimum") === true);
  const isUnder = parts.some(({ value }) => property(value, "exclusiveMaximum") === true);
  const [least, most] = [largest(parts, ["minimum"]), smallest(parts, ["maximum"])];
  const [over, under] = [
    largest(parts, ["exclusiveMinimum"]),
    smallest(parts, ["exclusiveMaximum"]),
  ];
  const step = largest(parts, ["multipleOf"]) ?? (isInteger ? 1 : undefined);
  const isAllowed = (value: number) =>
    (least === undefined || (isOver ? value > least : value >= least)) &&
    (most === undefined || (isUnder ? value < most : value <= most)) &&
    (over === undefined || value > over) && (under === undefined || value < under);
  const low = Math.max(least ?? -Infinity, over ?? -Infinity);
  const high = Math.min(most ?? Infinity, under ?? Infinity);
  if (step !== undefined) {
    const first = low === -Infinity
      ? high >= step ? step : Math.floor(high / step) * step
      : Math.ceil(low / step) * step;
    const start = isAllowed(first) ? first : first + (low === -Infinity ? -step : step);
    return exact(start + nth * step, step);
  }
  const candidates = [1, low, low + 1, high - 1, high, (low + high) / 2].filter(Number.isFinite);
  const start = candidates.find(isAllowed) ?? 1;
  return start + nth;
}

/** A multiple without the rounding error of adding fractions. */
function exact(value: number, step: number): number {
  const digits = String(step).split(".")[1]?.length ?? 0;
  return Number(value.toFixed(Math.min(digits, 20)));
}
