/**
 * Fits names and schemas of tools to the rules of hosts. For one wrong name or schema, some hosts drop the tool, and
 * some the whole list.
 *
 * - Names: hosts put `mcp__SERVER__` before a name and allow 64 characters. Some refuse dots, and some require a
 *   letter first. So names match `[A-Za-z][A-Za-z0-9_]*`, with 40 characters at most.
 * - Schemas: every array has `items`, an object. An `enum` has no duplicates. `$ref` is used only if a schema contains
 *   itself, or would become too long without it.
 *
 * @module
 */

/** A schema in JSON Schema 2020-12. */
export type JSONSchema = Readonly<Record<string, unknown>>;

const LONGEST_NAME = 40;

/** Makes unique names that hosts accept. */
export class ToolNames {
  readonly #taken: Set<string>;

  /** @param taken The names that are already in the list. */
  constructor(taken: Iterable<string> = []) {
    this.#taken = new Set(taken);
  }

  /**
   * Returns a name like `wanted`. A cut or taken name ends with a hash of `wanted`, so that a name does not depend
   * on the other tools.
   */
  claim(wanted: string): string {
    const plain = wanted.replace(/[^A-Za-z0-9_]+/g, "_").replace(/^_+|_+$/g, "");
    const name = /^[A-Za-z]/.test(plain) ? plain : `api_${plain}`;
    const isFree = name.length <= LONGEST_NAME && !this.#taken.has(name);
    const mark = `_${hash(wanted)}`;
    const cut = name.slice(0, LONGEST_NAME - mark.length) + mark;
    let claimed = isFree ? name : cut;
    for (let number = 2; this.#taken.has(claimed); number++) {
      claimed = `${cut.slice(0, LONGEST_NAME - 4)}_${number}`;
    }
    this.#taken.add(claimed);
    return claimed;
  }
}

/** FNV-1a in base 36, seven characters at most; not for security. */
export function hash(text: string): string {
  let sum = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) {
    sum = Math.imul(sum ^ text.charCodeAt(index), 0x01000193) >>> 0;
  }
  return sum.toString(36);
}

/** Keywords whose members are schemas by name. */
const SCHEMA_MAPS: ReadonlySet<string> = new Set([
  "properties",
  "patternProperties",
  "dependentSchemas",
  "$defs",
]);
/** Keywords whose values are data and contain no schema. */
const DATA: ReadonlySet<string> = new Set(["enum", "const", "default", "examples", "required"]);

/** Any value, with a keyword: some hosts warn about a schema without one. */
export const ANY_VALUE: JSONSchema = { minItems: 0 };

/** Returns an equivalent schema in a form that hosts accept. */
export function portableSchema(schema: JSONSchema): JSONSchema {
  return withoutReferences(fitted(schema) as JSONSchema);
}

function fitted(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(fitted);
  if (typeof schema !== "object" || schema === null) return schema;
  const copy: Record<string, unknown> = {};
  for (const [name, member] of Object.entries(schema)) {
    if (name === "enum" || name === "required") copy[name] = unique(member);
    else if (DATA.has(name)) copy[name] = member;
    else if (SCHEMA_MAPS.has(name)) copy[name] = mapMembers(member, fitted);
    else copy[name] = fitted(member);
  }
  const isArray = [copy.type].flat().includes("array");
  if (Array.isArray(copy.items)) { // a tuple, before JSON Schema 2020-12
    copy.prefixItems ??= copy.items;
    copy.items = copy.additionalItems ?? ANY_VALUE;
    delete copy.additionalItems;
  }
  if (copy.items === false) copy.items = { not: {} };
  else if (copy.items === true || (isArray && copy.items === undefined)) copy.items = ANY_VALUE;
  return copy;
}

function unique(values: unknown): unknown {
  if (!Array.isArray(values)) return values;
  const seen = new Set<string>();
  return values.filter((value) => {
    const text = canonical(value);
    return !seen.has(text) && seen.add(text);
  });
}

/** Returns JSON with sorted members. */
function canonical(value: unknown): string {
  return JSON.stringify(
    value,
    (_, member) =>
      typeof member === "object" && member !== null && !Array.isArray(member)
        ? Object.fromEntries(Object.entries(member).sort(([one], [other]) => one < other ? -1 : 1))
        : member,
  );
}

function mapMembers(members: unknown, map: (schema: unknown) => unknown): unknown {
  if (typeof members !== "object" || members === null || Array.isArray(members)) return members;
  return Object.fromEntries(Object.entries(members).map(([name, one]) => [name, map(one)]));
}

/** The longest schema with inlined references, in characters of JSON. */
const MOST_WRITTEN_OUT = 30_000;
/** Limits for the length of inlined definitions: the largest limit that fits is used. */
const STEPS = [Infinity, 4000, 1000, 250, 0];

function withoutReferences(schema: JSONSchema): JSONSchema {
  const { $defs, ...root } = schema;
  if (typeof $defs !== "object" || $defs === null) return schema;
  const definitions = new Definitions($defs as Record<string, unknown>);
  const most = Math.max(MOST_WRITTEN_OUT, JSON.stringify(schema).length);
  for (const longest of STEPS) {
    const isOpen = (name: string) => !definitions.canBeWrittenOut(name, longest);
    if (longest > 0 && definitions.totalLength(root, isOpen) > most) continue;
    const written = definitions.writeOut(root, isOpen) as JSONSchema;
    const kept = definitions.kept(written, isOpen);
    return Object.keys(kept).length === 0 ? written : { ...written, $defs: kept };
  }
  return schema;
}

/** The definitions of one schema. */
class Definitions {
  readonly #definitions: Readonly<Record<string, unknown>>;
  readonly #names = new Map<string, readonly string[]>();
  readonly #recursive = new Map<string, boolean>();
  /** The lengths with all references inlined. */
  readonly #lengths = new Map<string, number>();

  constructor(definitions: Readonly<Record<string, unknown>>) {
    this.#definitions = definitions;
  }

  /** Whether references to a definition can be inlined: it is not recursive, and at most `longest` long. */
  canBeWrittenOut(name: string, longest: number): boolean {
    return !this.#isRecursive(name) && this.#lengthOf(name, () => false, this.#lengths) <= longest;
  }

  #isRecursive(name: string): boolean {
    const known = this.#recursive.get(name);
    if (known !== undefined) return known;
    const seen = new Set<string>();
    const open = [...this.#uses(name)];
    for (let next = open.pop(); next !== undefined; next = open.pop()) {
      if (seen.has(next)) continue;
      seen.add(next);
      open.push(...this.#uses(next));
    }
    this.#recursive.set(name, seen.has(name));
    return seen.has(name);
  }

  #uses(name: string): readonly string[] {
    let names = this.#names.get(name);
    if (names === undefined) {
      this.#names.set(name, names = this.#namesIn(this.#definitions[name]));
    }
    return names;
  }

  /** Returns the names of the definitions that a schema refers to. */
  #namesIn(schema: unknown): string[] {
    const found: string[] = [];
    walk(schema, (one) => {
      const name = this.#nameOf(one);
      if (name !== undefined) found.push(name);
    });
    return found;
  }

  #nameOf(schema: unknown): string | undefined {
    const reference = Object(schema).$ref;
    const [, name] =
      /^#\/\$defs\/([^/~%]+)$/.exec(typeof reference === "string" ? reference : "") ??
        [];
    return name !== undefined && Object.hasOwn(this.#definitions, name) ? name : undefined;
  }

  /** Returns the length of a schema and its definitions with inlined references, in characters of JSON. */
  totalLength(root: unknown, isOpen: (name: string) => boolean): number {
    const known = new Map<string, number>();
    const kept = Object.keys(this.#definitions).filter(isOpen);
    const lengths = [
      this.#written(root, this.#namesIn(root), isOpen, known),
      ...kept.map((name) => this.#lengthOf(name, isOpen, known)),
    ];
    return lengths.reduce((sum, length) => sum + length, 0);
  }

  #lengthOf(
    name: string,
    isOpen: (name: string) => boolean,
    known: Map<string, number>,
  ): number {
    let length = known.get(name);
    if (length === undefined) {
      length = this.#written(this.#definitions[name], this.#uses(name), isOpen, known);
      known.set(name, length);
    }
    return length;
  }

  #written(
    schema: unknown,
    names: readonly string[],
    isOpen: (name: string) => boolean,
    known: Map<string, number>,
  ): number {
    return names.reduce(
      (sum, name) =>
        isOpen(name) || this.#isRecursive(name) ? sum : sum + this.#lengthOf(name, isOpen, known),
      JSON.stringify(schema).length,
    );
  }

  /** Inlines all references of a schema except open ones. */
  writeOut(schema: unknown, isOpen: (name: string) => boolean): unknown {
    if (Array.isArray(schema)) return schema.map((one) => this.writeOut(one, isOpen));
    if (typeof schema !== "object" || schema === null) return schema;
    const name = this.#nameOf(schema);
    const copy: Record<string, unknown> = {};
    for (const [key, member] of Object.entries(schema)) {
      if (key === "$ref" && name !== undefined && !isOpen(name)) continue;
      if (DATA.has(key)) copy[key] = member;
      else if (SCHEMA_MAPS.has(key)) {
        copy[key] = mapMembers(member, (one) => this.writeOut(one, isOpen));
      } else copy[key] = this.writeOut(member, isOpen);
    }
    if (name === undefined || isOpen(name)) return copy;
    return joined(this.writeOut(this.#definitions[name], isOpen), copy);
  }

  /** Returns the definitions that `schema` still needs. */
  kept(schema: unknown, isOpen: (name: string) => boolean): Record<string, unknown> {
    const kept: Record<string, unknown> = {};
    const open = this.#namesIn(schema);
    for (let name = open.pop(); name !== undefined; name = open.pop()) {
      if (Object.hasOwn(kept, name)) continue;
      kept[name] = this.writeOut(this.#definitions[name], isOpen);
      open.push(...this.#namesIn(kept[name]));
    }
    return kept;
  }
}

/** Keywords that only describe: those next to the reference override the definition's. */
const NOTES: ReadonlySet<string> = new Set(["title", "description", "default", "deprecated"]);

/** Joins a definition with the keywords next to the reference; both must hold. */
function joined(definition: unknown, own: Readonly<Record<string, unknown>>): unknown {
  if (Object.keys(own).length === 0) return definition;
  if (typeof definition !== "object" || definition === null) return { ...own, allOf: [definition] };
  const isApart = Object.keys(own).every((key) =>
    NOTES.has(key) || !Object.hasOwn(definition, key)
  );
  return isApart ? { ...definition, ...own } : { allOf: [definition, own] };
}

/** Visits a schema and all its inner schemas. */
function walk(schema: unknown, visit: (schema: object) => void): void {
  if (Array.isArray(schema)) {
    for (const one of schema) walk(one, visit);
  } else if (typeof schema === "object" && schema !== null) {
    visit(schema);
    for (const [name, member] of Object.entries(schema)) {
      if (DATA.has(name)) continue;
      if (SCHEMA_MAPS.has(name)) {
        for (const one of Object.values(Object(member))) walk(one, visit);
      } else walk(member, visit);
    }
  }
}
