/**
 * Writes a schema as a TypeScript type, keyword by keyword.
 *
 * @module
 */

import { demandedOf, isHidden } from "./demanded.ts";
import { key } from "./sinks.ts";
import { DescriptionError } from "../read/problems.ts";
import { child, children, MAX_DEPTH, type Node, property } from "../read/documents.ts";
import { documentation, guessed, isBinaryString, requiredOf } from "./schemas.ts";
import { arrayOf, atom, intersection, literal, mapOf, type Type, union, UNKNOWN } from "./type.ts";
import { tagType, unionOf } from "./unions.ts";
import type { Context, WriterContext } from "./writer_context.ts";

/** More schemas than any real description has. YAML aliases can multiply without limit. */
const MAX_SCHEMAS = 3_000_000;

/** Keywords that TypeScript types cannot express. */
const NO_TYPE = [
  ...["not", "if", "then", "else", "dependentSchemas", "dependentRequired", "contains"],
  ...["unevaluatedItems", "propertyNames", "$dynamicRef"],
];

/** Writes the TypeScript types of schemas. */
export class SchemaWriter {
  readonly #context: WriterContext;
  #count = 0;
  #hasWarnedOfInt64 = false;

  /** Creates a writer. */
  constructor(context: WriterContext) {
    this.#context = context;
  }

  /** Returns the type of a schema. */
  write(node: Node, context: Context): Type {
    const { value } = node;
    const { problems } = this.#context;
    if (++this.#count > MAX_SCHEMAS) {
      throw new DescriptionError(
        `Cannot generate from ${node.document.uri}: it has more than ${MAX_SCHEMAS} schemas after its aliases are expanded`,
      );
    }
    if (value === undefined || value === true) return UNKNOWN;
    if (value === false) return atom("never");
    if (typeof value !== "object" || value === null || Array.isArray(value)) {
      problems.warn("invalid", node, "A schema must be an object; its type is unknown");
      return UNKNOWN;
    }
    if (context.depth > MAX_DEPTH) {
      problems.warn(
        "unsupported",
        node,
        `The schema is more than ${MAX_DEPTH} levels deep; its type is unknown`,
      );
      return UNKNOWN;
    }
    const lost = NO_TYPE.filter((name) => name in value);
    if (lost.length > 0) {
      problems.warn(
        "unsupported",
        node,
        `A type cannot express ${lost.join(", ")}; it is left out`,
      );
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
    const target = this.#context.documents.resolve(reference, node.document);
    if (target === undefined) {
      this.#context.problems.warn(
        "broken_reference",
        node,
        `${reference} cannot be resolved; its type is unknown`,
      );
      return UNKNOWN;
    }
    const name = this.#context.refer(target, context);
    context.direct?.add(name);
    const { $ref, ...rest } = node.value as Record<string, unknown>;
    const base = { ...node, value: { $ref } };
    // Since 3.1 keywords next to a reference apply. Older descriptions often repeat a type there.
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
      .map((name) =>
        unionOf(node, name, context, this.#context, (one) => this.write(one, context))
      );
    const members = children(child(node, "allOf")).map(([, member]) => member);
    const parts = members.map((member) => this.write(member, { ...context, isPart }));
    // A keyword such as `type: object` next to the parts adds nothing.
    const isVague = own === undefined || isMadeOfParts && !own.text.startsWith("{");
    const others = [...parts, ...unions];
    const isLeftOut = isVague && others.some(({ text }) => text !== "unknown") ||
      bases.length > 0 && isVague;
    const types = own === undefined || isLeftOut ? others : [...others, own];
    const tags = members.length === 0
      ? []
      : tagType(node, this.#context.discriminators.tagsOf(node, false), context, this.#context);
    return intersection([
      ...types,
      ...demandedOf(
        node,
        [...bases, ...members],
        context,
        this.#context,
        (one) => this.write(one, context),
      ),
      ...tags,
    ]);
  }

  /** Returns the type without the keywords that combine schemas; `undefined` if no others set one. */
  #own(node: Node, context: Context): Type | undefined {
    const { value } = node;
    const constant = property(value, "const");
    if (constant !== undefined) return literal(constant);
    const values = property(value, "enum");
    if (Array.isArray(values)) {
      const types = values.map(literal);
      const isOpen = this.#context.openEnums && values.some((one) => typeof one === "string");
      return union(isOpen ? [...types, atom("(string & Record<never, never>)")] : types);
    }
    const type = property(value, "type");
    const names = Array.isArray(type) ? type : type === undefined ? guessed(value) : [type];
    if (names.length === 0 && context.medium === "part" && isBinaryString(value)) {
      return atom("Blob"); // 3.1 requires no type next to contentMediaType
    }
    if (names.length === 0) return undefined;
    return union(names.map((name) => this.#ofType(node, name, context)));
  }

  #ofType(node: Node, name: unknown, context: Context): Type {
    switch (name) {
      case "string":
      case "file":
        return atom(context.medium === "part" && isBinaryString(node.value) ? "Blob" : "string");
      case "number":
        return atom("number");
      case "integer":
        return property(node.value, "format") === "int64" ? this.#int64(node) : atom("number");
      case "boolean":
      case "null":
        return atom(name);
      case "array":
        return this.#array(node, {
          ...context,
          medium: context.medium === "part" ? "part" : "text",
          direct: undefined,
          isPart: false,
        });
      case "object":
        return this.#object(node, { ...context, direct: undefined });
      default:
        this.#context.problems.warn(
          "invalid",
          node,
          `${JSON.stringify(name)} is not a type of JSON Schema; the type is unknown`,
        );
        return UNKNOWN;
    }
  }

  /** Returns the type of an int64; values above 2^53 are bigint or text if the option is set. */
  #int64(node: Node): Type {
    const { int64, problems } = this.#context;
    if (int64 === undefined && !this.#hasWarnedOfInt64) {
      this.#hasWarnedOfInt64 = true;
      problems.warn(
        "unsupported",
        node,
        "Each int64 is a number, which loses digits above 2^53; set the option int64 to bigint, " +
          "string or number",
      );
    }
    if (int64 === undefined || int64 === "number") return atom("number");
    return union([atom("number"), atom(int64)]);
  }

  #array(node: Node, context: Context): Type {
    const items = child(node, "items");
    const first = Array.isArray(items.value) ? items : child(node, "prefixItems");
    if (!Array.isArray(first.value)) return arrayOf(this.write(items, context));
    const parts = children(first).map(([, item]) => this.write(item, context).text);
    const rest = first === items ? true : items.value;
    if (rest !== false) {
      const type = first === items ? UNKNOWN : this.write(items, context);
      parts.push(`...${arrayOf(type).text}`);
    }
    return atom(`[${parts.join(", ")}]`);
  }

  #object(node: Node, context: Context): Type {
    const { indent, medium } = context;
    const inner: Context = {
      ...context,
      medium: medium === "form" ? "part" : "text",
      indent: `${indent}  `,
      isPart: false,
    };
    const required = new Set(requiredOf(node.value));
    const lines: string[] = [];
    const types: Type[] = [];
    for (const [name, member] of children(child(node, "properties"))) {
      if (isHidden(member, context, this.#context)) {
        required.delete(name);
        continue;
      }
      const type = this.write(member, inner);
      const isRequired = required.delete(name);
      types.push(isRequired ? type : union([type, atom("undefined")]));
      lines.push(
        `${documentation(member, inner.indent)}${inner.indent}${key(name)}${
          isRequired ? "" : "?"
        }: ${type.text};\n`,
      );
    }
    // Next to other parts, members without a name can belong to those parts, with any type.
    const own = this.#others(node, inner);
    const others = context.isPart && own !== undefined && own.text !== "never" ? UNKNOWN : own;
    const isOnlyRequired = property(node.value, "properties") === undefined && others === undefined;
    for (const name of required) {
      // Another part may declare the member; it must not become unknown here.
      if (isOnlyRequired || others !== undefined) continue;
      lines.push(`${inner.indent}${key(name)}: unknown;\n`);
      types.push(UNKNOWN);
    }
    if (lines.length === 0) return mapOf(others ?? UNKNOWN);
    // An index signature must allow the types of all named members.
    const index = others === undefined || others.text === "never"
      ? ""
      : `${inner.indent}[name: string]: ${union([others, ...types]).text};\n`;
    return atom(`{\n${lines.join("")}${index}${indent}}`);
  }

  /** Returns the type of members without a name; `undefined` if no keyword sets it. */
  #others(node: Node, context: Context): Type | undefined {
    // If nothing else evaluates members, both keywords mean the same.
    const unevaluated = child(node, "unevaluatedProperties");
    const given = child(node, "additionalProperties");
    const additional = given.value === undefined && unevaluated.value !== false
      ? unevaluated
      : given;
    const patterns = children(child(node, "patternProperties")).map(([, one]) =>
      this.write(one, context)
    );
    if (additional.value === undefined || additional.value === false) {
      if (patterns.length > 0) return union(patterns);
      return additional.value === false ? atom("never") : undefined;
    }
    return union([...patterns, this.write(additional, context)]);
  }
}
