/**
 * The named types. The target of a reference gets a name and is written once. If its type depends on its use
 * (`readOnly`, `writeOnly`, bytes in forms), it is written once for each use.
 *
 * @module
 */

import type { Names } from "./names.ts";
import type { Problems } from "../read/problems.ts";
import { children, type Documents, type Node, property } from "../read/documents.ts";
import { Discriminators } from "./discriminators.ts";
import { Facts } from "./facts.ts";
import { SchemaWriter } from "./schema_writer.ts";
import type { Declaration, SchemaModel } from "./model.ts";
import { documentation, nameOf } from "./schemas.ts";
import { literal, type Type } from "./type.ts";
import { type Direction, type Medium, type Use, Uses } from "./uses.ts";
import type { Int64 } from "./writer_context.ts";

/** A type with a name. */
interface Named {
  readonly name: string;
  readonly node: Node;
  readonly use: Use;
  /** Its declaration, after it was written. */
  text?: string;
  /** The names that it consists of, without an object or array in between. */
  direct: Set<string>;
  used: Set<string>;
}

/** Options for writing types. */
export interface TypeOptions {
  /** Whether a string enum accepts other strings too. */
  readonly openEnums: boolean;
  /** The type of an int64; if it is not set, `number` with a warning. */
  readonly int64: Int64 | undefined;
}

/** Writes the types of a description. */
export class Types {
  readonly documents: Documents;
  readonly names: Names;
  /** Facts about the schemas of the description. */
  readonly facts: Facts;
  readonly #problems: Problems;
  readonly #named = new Map<string, Named>();
  readonly #uses: Uses;
  readonly #writer: SchemaWriter;
  #used = new Set<string>();

  /** Creates a writer. */
  constructor(documents: Documents, names: Names, problems: Problems, options: TypeOptions) {
    this.documents = documents;
    this.facts = new Facts(documents);
    this.#uses = new Uses(this.facts);
    this.names = names;
    this.#problems = problems;
    this.#writer = new SchemaWriter({
      documents,
      problems,
      facts: this.facts,
      discriminators: new Discriminators(this.facts),
      ...options,
      refer: (target, use) => {
        const name = this.#name(target, use);
        this.#used.add(name);
        return name;
      },
    });
  }

  /** Runs `write`, and returns its result and the names of the types that it used. */
  collect<T>(write: () => T): { readonly result: T; readonly used: ReadonlySet<string> } {
    const before = this.#used;
    const used = this.#used = new Set<string>();
    const result = write();
    this.#used = before;
    return { result, used };
  }

  /** Returns the type of a schema. */
  of(node: Node, direction: Direction, indent = "", medium: Medium = "text"): Type {
    return this.#writer.write(node, { direction, medium, indent, depth: 0 });
  }

  /** Adds the schemas of `components`, under their own names. */
  addComponents(): void {
    const { root } = this.documents;
    const schemas: Node = {
      document: root,
      pointer: "/components/schemas",
      value: root.at("/components/schemas"),
    };
    for (const [, node] of children(schemas)) {
      this.#name(node, { direction: "output", medium: "text" });
    }
  }

  /** Returns the name of the type of the target of a reference. */
  nameOf(target: Node, direction: Direction): string {
    return this.#name(target, { direction, medium: "text" });
  }

  /**
   * Returns the declarations of all named types, in the order in which they were named.
   *
   * @param convert Returns the schema of a type, if schemas are generated.
   */
  declarations(convert?: (node: Node, direction: Direction) => SchemaModel): Declaration[] {
    const schemas = new Map<Named, SchemaModel & { readonly constant: string }>();
    // Writing a type may name others; the iteration of a Map includes those too.
    for (const named of this.#named.values()) {
      this.#declare(named);
      if (convert === undefined || named.use.medium !== "text") continue;
      const constant = this.names.value(`${named.name}Schema`);
      schemas.set(named, { ...convert(named.node, named.use.direction), constant });
    }
    this.#breakCircles();
    return [...this.#named.values()].map((named) => {
      const schema = schemas.get(named);
      return {
        name: named.name,
        text: named.text!,
        values: this.#values(named),
        used: named.used,
        ...(schema !== undefined && { schema }),
      };
    });
  }

  #declare(named: Named): void {
    const { name, node, use, direct } = named;
    const { result: type, used } = this.collect(() =>
      this.#writer.write(node, { ...use, indent: "", depth: 0, direct })
    );
    named.used = new Set(used);
    const doc = documentation(node);
    named.text = type.shape === "atom" && type.text.startsWith("{")
      ? `${doc}export interface ${name} ${type.text}\n`
      : `${doc}export type ${name} = ${type.text};\n`;
  }

  /** Returns the constant with the values of a named enum, for programs that list or check them. */
  #values({ name, node }: Named): string {
    const list = property(node.value, "enum");
    if (!Array.isArray(list) || list.length === 0) return "";
    const values = list.map(literal);
    if (values.some(({ text }) => text === "unknown")) return "";
    const own = this.names.value(`${name}Values`);
    return `/** The values of \`${name}\`. */\nexport const ${own} = [${
      values.map(({ text }) => text).join(", ")
    }] as const;\n`;
  }

  /** Makes a type unknown if it refers only to itself, or is a union with itself: TypeScript rejects it. */
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
          `${name} refers only to itself; its type is unknown`,
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

  /** Returns the name of the type of the target of a reference. */
  #name(node: Node, wanted: Use): string {
    const use = this.#uses.of(node, wanted);
    const place = `${use.direction} ${use.medium} ${this.facts.placeOf(node)}`;
    const found = this.#named.get(place);
    if (found !== undefined) return found.name;
    const suffix = use.medium !== "text" ? "Form" : use.direction === "input" ? "Input" : "";
    const own = nameOf(node) + suffix;
    const name = this.names.type(own, suffix !== "");
    if (name.replace(/_$/, "") !== own) {
      this.#problems.warn("renamed", node, `${own} is taken; this one is ${name}`);
    }
    this.#named.set(place, { name, node, use, direct: new Set(), used: new Set() });
    return name;
  }
}
