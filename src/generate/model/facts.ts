/**
 * Facts about schemas. Each function follows references and the keywords that combine schemas.
 *
 * @module
 */

import { child, children, type Documents, type Node, property } from "../read/documents.ts";
import { guessed, isBinaryString } from "./schemas.ts";

/** The types of JSON Schema. */
export type JSONType =
  | "string"
  | "number"
  | "integer"
  | "boolean"
  | "null"
  | "array"
  | "object";

const ALL_TYPES: readonly JSONType[] = [
  "string",
  "number",
  "integer",
  "boolean",
  "null",
  "array",
  "object",
];
const UNIONS = ["oneOf", "anyOf"] as const;
/** Keywords that do not constrain a value. */
const NOTES: ReadonlySet<string> = new Set([
  ...["title", "description", "summary", "deprecated", "example", "examples", "externalDocs"],
  ...["$comment", "default", "xml"],
]);

/** The places of schemas with names. */
const NAMED = /^\/(?:components\/schemas|definitions|\$defs)\/[^/]+$/;

/** Finds facts about schemas. */
export class Facts {
  readonly documents: Documents;

  /** Creates one for a description. */
  constructor(documents: Documents) {
    this.documents = documents;
  }

  /** Returns the place of a schema, as text. */
  placeOf({ document, pointer }: Node): string {
    return `${document.uri}#${pointer}`;
  }

  /**
   * Returns the schema at the end of a chain of aliases. An alias is a reference, or an `allOf` with one part
   * that has no name of its own.
   */
  target(node: Node): Node | undefined {
    const seen = new Set<unknown>();
    let current = this.documents.follow(node);
    while (current !== undefined && !seen.has(current.value)) {
      seen.add(current.value);
      const parts = children(child(current, "allOf"));
      const isAlias = parts.length === 1 && !NAMED.test(current.pointer) &&
        Object.keys(current.value as object).every((name) =>
          name === "allOf" || NOTES.has(name) || name.startsWith("x-")
        );
      if (!isAlias) return current;
      current = this.documents.follow(parts[0]![1]);
    }
    return current;
  }

  /** The schemas that always apply: the node, the target of its reference, and the parts of `allOf`. */
  *applying(node: Node, seen: Set<unknown> = new Set()): Generator<Node> {
    if (typeof node.value !== "object" || node.value === null || seen.has(node.value)) return;
    seen.add(node.value);
    yield node;
    const reference = property(node.value, "$ref");
    if (typeof reference === "string") {
      const target = this.documents.resolve(reference, node.document);
      if (target !== undefined) yield* this.applying(target, seen);
    }
    for (const [, part] of children(child(node, "allOf"))) yield* this.applying(part, seen);
  }

  /** The lists of alternatives of the schemas that apply. */
  *#alternatives(node: Node): Generator<Node[]> {
    for (const part of this.applying(node)) {
      for (const keyword of UNIONS) {
        const members = children(child(part, keyword)).map(([, one]) => one);
        if (members.length > 0) yield members;
      }
    }
  }

  /** The schemas that may apply: those that always do, and the alternatives of `oneOf` and `anyOf`. */
  *possible(node: Node, seen: Set<unknown> = new Set()): Generator<Node> {
    for (const part of this.applying(node, seen)) {
      yield part;
      for (const keyword of UNIONS) {
        for (const [, member] of children(child(part, keyword))) {
          yield* this.possible(member, seen);
        }
      }
    }
  }

  /** Whether a member is absent from requests (`readOnly`), or from responses (`writeOnly`). */
  isMarkedAs(node: Node, mark: "readOnly" | "writeOnly", seen: Set<unknown> = new Set()): boolean {
    if (seen.has(node.value)) return false;
    seen.add(node.value);
    for (const part of this.applying(node)) if (property(part.value, mark) === true) return true;
    for (const members of this.#alternatives(node)) {
      const own = members.filter((one) => property(one.value, "type") !== "null");
      if (own.length > 0 && own.every((one) => this.isMarkedAs(one, mark, seen))) return true;
    }
    return false;
  }

  /** Returns the schemas of a member with this name, in a schema and in its alternatives. */
  members(node: Node, name: string): Node[] {
    return [...this.possible(node)].map((part) => child(child(part, "properties"), name))
      .filter(({ value }) => value !== undefined);
  }

  /** Returns the schemas of a member: those under its name, or else those for other names. */
  membersOrOthers(node: Node, name: string): Node[] {
    const own = this.members(node, name);
    if (own.length > 0) return own;
    return [...this.possible(node)].flatMap((part) => {
      const patterns = children(child(part, "patternProperties"))
        .filter(([pattern]) => matchesPattern(pattern, name)).map(([, one]) => one);
      if (patterns.length > 0) return patterns;
      return [child(part, "additionalProperties"), child(part, "unevaluatedProperties")];
    }).filter(({ value }) => typeof value === "object" && value !== null);
  }

  /** Returns the names of the members of a schema and of its alternatives. */
  memberNames(node: Node): string[] {
    const names = [...this.possible(node)].flatMap((part) =>
      children(child(part, "properties")).map(([name]) => name)
    );
    return [...new Set(names)];
  }

  /** Whether a schema allows members of any name. */
  isOpen(node: Node): boolean {
    return [...this.possible(node)].some(({ value }) => {
      const others = property(value, "additionalProperties") ??
        property(value, "unevaluatedProperties");
      return others === true || typeof others === "object" && others !== null;
    });
  }

  /** Returns the required names of a schema, without those that only an alternative requires. */
  required(node: Node): string[] {
    const names = [...this.applying(node)].flatMap(({ value }) => {
      const list = property(value, "required");
      return Array.isArray(list) ? list.filter((name) => typeof name === "string") : [];
    });
    return [...new Set(names)];
  }

  /** Returns the schemas of the items of an array. */
  items(node: Node): Node[] {
    return [...this.possible(node)].flatMap((part) => {
      const items = child(part, "items");
      const own = Array.isArray(items.value) ? children(items).map(([, one]) => one) : [items];
      const first = children(child(part, "prefixItems")).map(([, one]) => one);
      return [...own, ...first].filter(({ value }) => value !== undefined);
    });
  }

  /** Returns the types that a value can have. */
  types(node: Node, seen: Set<unknown> = new Set()): Set<JSONType> {
    let found = new Set(ALL_TYPES);
    if (seen.has(node.value)) return found;
    seen.add(node.value);
    const keep = (allowed: ReadonlySet<string>) => {
      found = new Set([...found].filter((type) => allowed.has(type)));
    };
    let isNullable = false;
    for (const { value } of this.applying(node)) {
      if (property(value, "nullable") === true) isNullable = true;
      const own = ownTypes(value);
      if (own.length > 0) keep(new Set(own));
    }
    for (const members of this.#alternatives(node)) {
      keep(new Set(members.flatMap((one) => [...this.types(one, seen)])));
    }
    seen.delete(node.value);
    return isNullable ? found.add("null") : found;
  }

  /** Returns the values that a schema lists with `const` and `enum`; `undefined` if it allows others. */
  values(node: Node, seen: Set<unknown> = new Set()): unknown[] | undefined {
    if (seen.has(node.value)) return undefined;
    seen.add(node.value);
    let found: unknown[] | undefined;
    const keep = (allowed: readonly unknown[]) => {
      found = found?.filter((one) => allowed.includes(one)) ?? [...allowed];
    };
    for (const { value } of this.applying(node)) {
      const constant = property(value, "const");
      const list = property(value, "enum");
      if (constant !== undefined) keep([constant]);
      else if (Array.isArray(list)) keep(list);
    }
    for (const members of this.#alternatives(node)) {
      const lists = members.map((one) => this.values(one, seen));
      if (!lists.includes(undefined)) keep(lists.flatMap((list) => list!));
    }
    seen.delete(node.value);
    return found;
  }

  /** Returns the values that a schema lists for a member of an object. */
  memberValues(
    node: Node,
    name: string,
    seen: Set<unknown> = new Set(),
  ): unknown[] | undefined {
    if (seen.has(node.value)) return undefined;
    seen.add(node.value);
    const lists = [...this.applying(node)].map((part) => {
      const member = child(child(part, "properties"), name);
      return member.value === undefined ? undefined : this.values(member);
    });
    for (const members of this.#alternatives(node)) {
      const own = members.map((one) => this.memberValues(one, name, seen));
      lists.push(own.includes(undefined) ? undefined : own.flatMap((list) => list!));
    }
    seen.delete(node.value);
    const [first, ...others] = lists.filter((list) => list !== undefined);
    return first?.filter((value, index) =>
      first.indexOf(value) === index && others.every((list) => list.includes(value))
    );
  }

  /** Whether a value is bytes as a part of a form: a binary string, or an array of them. */
  isBinary(node: Node, seen: Set<unknown> = new Set()): boolean {
    for (const part of this.possible(node)) {
      if (seen.has(part.value)) continue;
      seen.add(part.value);
      if (isBinaryString(part.value)) return true;
      if (this.items(part).some((one) => this.isBinary(one, seen))) return true;
    }
    return false;
  }
}

function ownTypes(value: unknown): string[] {
  const constant = property(value, "const");
  const list = constant === undefined ? property(value, "enum") : [constant];
  if (Array.isArray(list)) return list.flatMap(typesOfValue);
  const type = property(value, "type");
  const names = Array.isArray(type) ? type : type === undefined ? guessed(value) : [type];
  return names.flatMap((name) => name === "number" ? ["number", "integer"] : [String(name)]);
}

function typesOfValue(value: unknown): JSONType[] {
  if (value === null) return ["null"];
  if (Array.isArray(value)) return ["array"];
  if (typeof value === "number") return ["number", "integer"];
  return [typeof value as "string" | "boolean" | "object"];
}

/** Whether a text matches a pattern. A malformed pattern matches nothing. */
function matchesPattern(pattern: string, text: string): boolean {
  try {
    return new RegExp(pattern, "u").test(text);
  } catch {
    return false;
  }
}
