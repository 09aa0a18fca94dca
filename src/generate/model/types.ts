/**
 * Schemas as TypeScript types. What a reference leads to gets a name and is written once; where
 * `readOnly` or `writeOnly` make them differ, once for answers and once for requests.
 *
 * @module
 */

import { key, type Names, str } from "./sinks.ts";
import { DescriptionError, type Problems } from "../read/problems.ts";
import {
  child,
  children,
  type Documents,
  MAX_DEPTH,
  type Node,
  property,
} from "../read/documents.ts";
import { Directions } from "./directions.ts";
import { documentation, guessed, isBinary, isMarkedAs, nameOf, requiredOf } from "./schemas.ts";
import { arrayOf, atom, intersection, literal, type Type, union, UNKNOWN } from "./type.ts";

/** Whether a value goes to the server or comes from it. */
export type Direction = "input" | "output";

/** A type with a name. */
interface Named {
  readonly name: string;
  readonly node: Node;
  readonly direction: Direction;
  /** Its declaration, once it is written. */
  text?: string;
  /** The names that it is made of without an object or array in between. */
  direct: Set<string>;
  used: Set<string>;
}

/** More schemas than any description has: YAML aliases that multiply. */
const MAX_SCHEMAS = 3_000_000;

/** What is known of where a type is written. */
interface Context {
  readonly direction: Direction;
  readonly indent: string;
  readonly depth: number;
  /** Whether it is one part of several, whose other members it does not know. */
  readonly isPart?: boolean;
  /** Collects the names that the type is made of; left out inside of objects and arrays. */
  readonly direct?: Set<string> | undefined;
}

/** Writes the types of a description. */
export class Types {
  readonly documents: Documents;
  readonly names: Names;
  readonly #problems: Problems;
  readonly #openEnums: boolean;
  readonly #named = new Map<string, Named>();
  readonly #directions: Directions;
  #count = 0;
  #used = new Set<string>();

  /**
   * Makes a writer.
   *
   * @param openEnums Whether an enum of strings takes others too.
   */
  constructor(documents: Documents, names: Names, problems: Problems, openEnums: boolean) {
    this.documents = documents;
    this.#directions = new Directions(documents);
    this.names = names;
    this.#problems = problems;
    this.#openEnums = openEnums;
  }

  /** Runs `write` and gives the names of the types that it used. */
  collect<T>(write: () => T): { readonly result: T; readonly used: ReadonlySet<string> } {
    const before = this.#used;
    const used = this.#used = new Set<string>();
    const result = write();
    this.#used = before;
    return { result, used };
  }

  /** The type of a schema. */
  of(node: Node, direction: Direction, indent = ""): Type {
    return this.#write(node, { direction, indent, depth: 0 });
  }

  /** Has the schemas of `components` written, under their own names. */
  addComponents(): void {
    const { root } = this.documents;
    const schemas: Node = {
      document: root,
      pointer: "/components/schemas",
      value: root.at("/components/schemas"),
    };
    for (const [, node] of children(schemas)) this.#name(node, "output");
  }

  /** The declarations of all named types, in the order in which they were named. */
  declarations(): {
    readonly name: string;
    readonly text: string;
    readonly used: ReadonlySet<string>;
  }[] {
    // Writing one may name others; a Map gives those, too.
    for (const named of this.#named.values()) this.#declare(named);
    this.#breakCircles();
    return [...this.#named.values()].map(({ name, text, used }) => ({ name, text: text!, used }));
  }

  #declare(named: Named): void {
    const { name, node, direction, direct } = named;
    const { result: type, used } = this.collect(() =>
      this.#write(node, { direction, indent: "", depth: 0, direct })
    );
    named.used = new Set(used);
    const doc = documentation(node);
    named.text = type.shape === "atom" && type.text.startsWith("{")
      ? `${doc}export interface ${name} ${type.text}\n`
      : `${doc}export type ${name} = ${type.text};\n`;
  }

  /** A type that is itself, or a union with itself, means nothing, and TypeScript refuses it. */
  #breakCircles(): void {
    const byName = new Map([...this.#named.values()].map((named) => [named.name, named]));
    const done = new Set<string>();
    const visit = (name: string, path: Set<string>): void => {
      const named = byName.get(name);
      if (named === undefined || done.has(name)) return;
      if (path.has(name)) {
        this.#problems.warn(
          "invalid",
          named.node,
          `${name} is made of itself; it is unknown instead`,
        );
        named.text = `${documentation(named.node)}export type ${name} = unknown;\n`;
        named.direct = new Set();
        return;
      }
      path.add(name);
      for (const part of named.direct) visit(part, path);
      path.delete(name);
      done.add(name);
    };
    for (const name of byName.keys()) visit(name, new Set());
  }

  /** The name of the type of what a reference leads to. */
  #name(node: Node, direction: Direction): string {
    const place = `${node.document.uri}#${node.pointer}`;
    const own = direction === "input" && this.#directions.differ(node) ? "input" : "output";
    const found = this.#named.get(`${own} ${place}`);
    if (found !== undefined) return found.name;
    const wanted = nameOf(node) + (own === "input" ? "Input" : "");
    const name = this.names.claim(wanted);
    if (name.replace(/_$/, "") !== wanted) {
      this.#problems.warn("renamed", node, `${wanted} is there already; this one is ${name}`);
    }
    this.#named.set(`${own} ${place}`, {
      name,
      node,
      direction: own,
      direct: new Set(),
      used: new Set(),
    });
    return name;
  }

  #write(node: Node, context: Context): Type {
    const { value } = node;
    if (++this.#count > MAX_SCHEMAS) {
      throw new DescriptionError(
        `Cannot generate from ${node.document.uri}: it has more than ${MAX_SCHEMAS} schemas once its aliases are written out`,
      );
    }
    if (value === undefined || value === true) return UNKNOWN;
    if (value === false) return atom("never");
    if (typeof value !== "object" || value === null || Array.isArray(value)) {
      this.#problems.warn("invalid", node, "A schema must be an object; it is unknown instead");
      return UNKNOWN;
    }
    if (context.depth > MAX_DEPTH) {
      this.#problems.warn(
        "unsupported",
        node,
        `It is nested more than ${MAX_DEPTH} deep; it is unknown instead`,
      );
      return UNKNOWN;
    }
    const deeper = { ...context, depth: context.depth + 1 };
    const type = typeof property(value, "$ref") === "string"
      ? this.#reference(node, deeper)
      : this.#composed(node, deeper);
    if (property(value, "nullable") !== true) return type;
    return union([type, atom("null")]);
  }

  #reference(node: Node, context: Context): Type {
    const reference = String(property(node.value, "$ref"));
    const target = this.documents.resolve(reference, node.document);
    if (target === undefined) {
      this.#problems.warn(
        "broken_reference",
        node,
        `${reference} leads nowhere; it is unknown instead`,
      );
      return UNKNOWN;
    }
    const name = this.#name(target, context.direction);
    this.#used.add(name);
    context.direct?.add(name);
    const { $ref, ...rest } = node.value as Record<string, unknown>;
    const base = { ...node, value: { $ref } };
    // Since 3.1 what stands beside a reference counts; before, people wrote a type there for themselves.
    const counts = ["properties", "allOf", "oneOf", "anyOf", "required"].some((keyword) =>
      keyword in rest
    );
    if (!counts) return atom(name);
    return intersection([atom(name), this.#composed({ ...node, value: rest }, context, [base])]);
  }

  /** A schema without a reference of its own. */
  #composed(node: Node, context: Context, bases: readonly Node[] = []): Type {
    const isMadeOfParts = bases.length > 0 ||
      ["allOf", "oneOf", "anyOf"].some((name) => Array.isArray(property(node.value, name)));
    const isPart = isMadeOfParts || context.isPart === true;
    const own = this.#own(node, { ...context, isPart });
    const unions = ["oneOf", "anyOf"].filter((name) => Array.isArray(property(node.value, name)))
      .map((name) => this.#union(node, name, context));
    const members = children(child(node, "allOf")).map(([, member]) => member);
    const parts = members.map((member) => this.#write(member, { ...context, isPart }));
    // `type: object` and the like beside the parts says nothing more.
    const isVague = own === undefined || isMadeOfParts && !own.text.startsWith("{");
    const others = [...parts, ...unions];
    const isLeftOut = isVague && others.some(({ text }) => text !== "unknown") ||
      bases.length > 0 && isVague;
    const types = own === undefined || isLeftOut ? others : [...others, own];
    return intersection([...types, ...this.#demanded(node, [...bases, ...members], context)]);
  }

  /** Members that are declared in one part of a schema and required by another. */
  #demanded(node: Node, bases: readonly Node[], context: Context): Type[] {
    if (bases.length === 0) return [];
    const lists = [node, ...bases.filter(({ value }) => property(value, "$ref") === undefined)];
    const own = property(node.value, "properties");
    return bases.flatMap((base) => {
      const names = lists.flatMap(({ value }) => value === base.value ? [] : requiredOf(value))
        .filter((name) => property(own, name) === undefined)
        .filter((name) => this.#hasOptional(base, name, context.direction, new Set()));
      if (names.length === 0) return [];
      const type = this.#write(base, context);
      const keys = [...new Set(names)].map(str).join(" | ");
      const target = this.documents.follow(base)?.value;
      const types = property(target, "type");
      const isNullable = property(target, "nullable") === true ||
        Array.isArray(types) && types.includes("null");
      return [
        atom(`Required<Pick<${isNullable ? `NonNullable<${type.text}>` : type.text}, ${keys}>>`),
      ];
    });
  }

  #hasOptional(node: Node, name: string, direction: Direction, seen: Set<unknown>): boolean {
    const target = this.documents.follow(node);
    if (target === undefined || seen.has(target.value)) return false;
    seen.add(target.value);
    if (["oneOf", "anyOf"].some((keyword) => property(target.value, keyword) !== undefined)) {
      return false;
    }
    const member = child(child(target, "properties"), name);
    if (member.value !== undefined) {
      return !isMarkedAs(member, direction === "input" ? "readOnly" : "writeOnly");
    }
    return children(child(target, "allOf")).some(([, part]) =>
      this.#hasOptional(part, name, direction, seen)
    );
  }

  #union(node: Node, name: string, context: Context): Type {
    const discriminator = property(node.value, "discriminator");
    const tag = property(discriminator, "propertyName");
    const mapping = property(discriminator, "mapping");
    const members = children(child(node, name)).map(([, member]) => {
      const type = this.#write(member, context);
      const reference = property(member.value, "$ref");
      if (typeof tag !== "string" || typeof reference !== "string") return type;
      const target = this.documents.resolve(reference, member.document);
      if (target === undefined || this.#isLiteral(target, tag, new Set())) return type;
      const keys = Object.entries(mapping ?? {}).filter(([, to]) => {
        const found = typeof to !== "string" ? undefined : this.#mapped(to, node);
        return found?.pointer === target.pointer && found.document === target.document;
      }).map(([value]) => value);
      const values = keys.length > 0
        ? keys
        : [target.pointer.slice(target.pointer.lastIndexOf("/") + 1)];
      return intersection([type, atom(`{ ${key(tag)}: ${values.map(str).join(" | ")} }`)]);
    });
    return union(members);
  }

  /** A target of a mapping: a reference, or the bare name of a schema. */
  #mapped(target: string, from: Node): Node | undefined {
    const isName = /^[\w.\-]+$/.test(target);
    const byName = isName
      ? this.documents.resolve(`#/components/schemas/${target}`, from.document)
      : undefined;
    return byName ?? this.documents.resolve(target, from.document);
  }

  /** Whether a member has values of its own already. */
  #isLiteral(node: Node, name: string, seen: Set<unknown>): boolean {
    const target = this.documents.follow(node);
    if (target === undefined || seen.has(target.value)) return false;
    seen.add(target.value);
    const member = this.documents.follow(child(child(target, "properties"), name));
    if (member?.value !== undefined) {
      if (
        property(member.value, "const") !== undefined ||
        property(member.value, "enum") !== undefined
      ) return true;
    }
    return children(child(target, "allOf")).some(([, part]) => this.#isLiteral(part, name, seen));
  }

  /** The type by the keywords other than those that put schemas together; `undefined` for none. */
  #own(node: Node, context: Context): Type | undefined {
    const { value } = node;
    const constant = property(value, "const");
    if (constant !== undefined) return literal(constant);
    const values = property(value, "enum");
    if (Array.isArray(values)) {
      const types = values.map(literal);
      const isOpen = this.#openEnums && values.some((one) => typeof one === "string");
      return union(isOpen ? [...types, atom("(string & Record<never, never>)")] : types);
    }
    const type = property(value, "type");
    const names = Array.isArray(type) ? type : type === undefined ? guessed(value) : [type];
    if (names.length === 0) return undefined;
    return union(names.map((name) => this.#ofType(node, name, context)));
  }

  #ofType(node: Node, name: unknown, context: Context): Type {
    switch (name) {
      case "string":
        return isBinary(node.value) ? atom("Blob") : atom("string");
      case "number":
      case "integer":
        return atom("number");
      case "boolean":
      case "null":
        return atom(name);
      case "array":
        return this.#array(node, { ...context, direct: undefined, isPart: false });
      case "object":
        return this.#object(node, { ...context, direct: undefined });
      case "file":
        return atom("Blob");
      default:
        this.#problems.warn(
          "invalid",
          node,
          `There is no type ${JSON.stringify(name)}; it is unknown instead`,
        );
        return UNKNOWN;
    }
  }

  #array(node: Node, context: Context): Type {
    const items = child(node, "items");
    const first = Array.isArray(items.value) ? items : child(node, "prefixItems");
    if (!Array.isArray(first.value)) return arrayOf(this.#write(items, context));
    const parts = children(first).map(([, item]) => this.#write(item, context).text);
    const rest = first === items ? true : items.value;
    if (rest !== false) {
      const type = first === items ? UNKNOWN : this.#write(items, context);
      parts.push(`...${arrayOf(type).text}`);
    }
    return atom(`[${parts.join(", ")}]`);
  }

  #object(node: Node, context: Context): Type {
    const { direction, indent } = context;
    const inner = { ...context, indent: `${indent}  `, isPart: false };
    const required = new Set(requiredOf(node.value));
    const hidden = direction === "input" ? "readOnly" : "writeOnly";
    const lines: string[] = [];
    const types: Type[] = [];
    for (const [name, member] of children(child(node, "properties"))) {
      if (isMarkedAs(member, hidden)) {
        required.delete(name);
        continue;
      }
      const type = this.#write(member, inner);
      const isRequired = required.delete(name);
      types.push(isRequired ? type : union([type, atom("undefined")]));
      lines.push(
        `${documentation(member, inner.indent)}${inner.indent}${key(name)}${
          isRequired ? "" : "?"
        }: ${type.text};\n`,
      );
    }
    // Beside other parts the members without a name are also those parts', which may be anything.
    const own = this.#others(node, inner);
    const others = context.isPart && own !== undefined && own.text !== "never" ? UNKNOWN : own;
    const isOnlyDemand = property(node.value, "properties") === undefined && others === undefined;
    for (const name of required) {
      // What another part declares must not be made unknown here.
      if (isOnlyDemand || others !== undefined) continue;
      lines.push(`${inner.indent}${key(name)}: unknown;\n`);
      types.push(UNKNOWN);
    }
    if (lines.length === 0) {
      if (others?.text === "never") return atom("Record<string, never>");
      return atom(`Record<string, ${others?.text ?? "unknown"}>`);
    }
    // An index signature must allow what the named members are.
    const index = others === undefined || others.text === "never"
      ? ""
      : `${inner.indent}[name: string]: ${union([others, ...types]).text};\n`;
    return atom(`{\n${lines.join("")}${index}${indent}}`);
  }

  /** What members without a name of their own are; `undefined` where nothing says so. */
  #others(node: Node, context: Context): Type | undefined {
    const additional = child(node, "additionalProperties");
    const patterns = children(child(node, "patternProperties")).map(([, one]) =>
      this.#write(one, context)
    );
    if (additional.value === undefined || additional.value === false) {
      if (patterns.length > 0) return union(patterns);
      return additional.value === false ? atom("never") : undefined;
    }
    return union([...patterns, this.#write(additional, context)]);
  }
}
