/**
 * The types that have names. What a reference leads to gets a name and is written once; where its uses
 * make it differ (`readOnly`, `writeOnly`, bytes in forms), once for each.
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
  /** Its declaration, once it is written. */
  text?: string;
  /** The names that it is made of without an object or array in between. */
  direct: Set<string>;
  used: Set<string>;
}

/** How types are written. */
export interface TypeOptions {
  /** Whether an enum of strings takes others too. */
  readonly openEnums: boolean;
  /** What an int64 is; a number, with a warning, where it is not said. */
  readonly int64: Int64 | undefined;
}

/** Writes the types of a description. */
export class Types {
  readonly documents: Documents;
  readonly names: Names;
  /** What the schemas of the description say. */
  readonly facts: Facts;
  readonly #problems: Problems;
  readonly #named = new Map<string, Named>();
  readonly #uses: Uses;
  readonly #writer: SchemaWriter;
  #used = new Set<string>();

  /** Makes a writer. */
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

  /** Runs `write` and gives the names of the types that it used. */
  collect<T>(write: () => T): { readonly result: T; readonly used: ReadonlySet<string> } {
    const before = this.#used;
    const used = this.#used = new Set<string>();
    const result = write();
    this.#used = before;
    return { result, used };
  }

  /** The type of a schema. */
  of(node: Node, direction: Direction, indent = "", medium: Medium = "text"): Type {
    return this.#writer.write(node, { direction, medium, indent, depth: 0 });
  }

  /** Has the schemas of `components` written, under their own names. */
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

  /** The name of the type of what a reference leads to. */
  nameOf(target: Node, direction: Direction): string {
    return this.#name(target, { direction, medium: "text" });
  }

  /**
   * The declarations of all named types, in the order in which they were named.
   *
   * @param convert Gives the schema of one, where schemas are wanted.
   */
  declarations(convert?: (node: Node, direction: Direction) => SchemaModel): Declaration[] {
    const schemas = new Map<Named, SchemaModel & { readonly constant: string }>();
    // Writing one may name others; a Map gives those, too.
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

  /** The values of an enum that has a name, for programs that list or check them. */
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
