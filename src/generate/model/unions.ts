/**
 * Unions with a discriminator, at any depth. Each member has its discriminator values, so TypeScript narrows
 * the union.
 *
 * @module
 */

import { child, children, type Node, property } from "../read/documents.ts";
import { type Discriminator, discriminatorOf, type TagValue } from "./discriminators.ts";
import { key } from "./sinks.ts";
import { atom, intersection, literal, type Type, union } from "./type.ts";
import type { Use } from "./uses.ts";
import type { Context, WriterContext } from "./writer_context.ts";

type Write = (node: Node) => Type;

/** Returns the union of the members under a keyword, each with its discriminator values. */
export function unionOf(
  node: Node,
  keyword: string,
  use: Context,
  context: WriterContext,
  write: Write,
): Type {
  const own = discriminatorOf(node);
  const writer = new Unions(use, context, write);
  return writer.union(node, keyword, own === undefined ? [] : [own], new Set([node.value]));
}

/** Returns the parts of a type that set discriminator values; none for a member that this use hides. */
export function tagType(
  node: Node,
  tags: ReadonlyMap<string, readonly TagValue[]>,
  { direction }: Use,
  { facts }: WriterContext,
): Type[] {
  const hidden = direction === "input" ? "readOnly" : "writeOnly";
  return [...tags].flatMap(([tag, values]) => {
    if (facts.members(node, tag).some((member) => facts.isMarkedAs(member, hidden))) return [];
    return [atom(`{ ${key(tag)}: ${union(values.map(literal)).text} }`)];
  });
}

class Unions {
  readonly #use: Context;
  readonly #context: WriterContext;
  readonly #write: Write;

  constructor(use: Context, context: WriterContext, write: Write) {
    this.#use = use;
    this.#context = context;
    this.#write = write;
  }

  /** @param outer The discriminators of the enclosing unions, the outermost first. */
  union(
    node: Node,
    keyword: string,
    outer: readonly Discriminator[],
    seen: ReadonlySet<unknown>,
  ): Type {
    const members = children(child(node, keyword));
    return union(members.map(([, member]) => this.#member(member, outer, seen)));
  }

  #member(member: Node, outer: readonly Discriminator[], seen: ReadonlySet<unknown>): Type {
    const { facts } = this.#context;
    const target = facts.target(member);
    if (target === undefined) return this.#write(member);
    const keyword = innerUnion(target.value);
    if (outer.length > 0 && keyword !== undefined && !seen.has(target.value)) {
      // The members of a nested union are members of this one.
      const own = discriminatorOf(target);
      const all = own === undefined ? outer : [...outer, own];
      const inner = this.union(target, keyword, all, new Set([...seen, target.value]));
      const isNullable = [...facts.applying(member)].some(({ value }) =>
        property(value, "nullable") === true
      );
      return isNullable ? union([inner, atom("null")]) : inner;
    }
    const type = this.#write(member);
    const tags = this.#tags(member, target, outer);
    return intersection([type, ...tagType(target, tags, this.#use, this.#context)]);
  }

  /** Returns the values of a member for the discriminators of the unions and of its parents. */
  #tags(
    member: Node,
    target: Node,
    outer: readonly Discriminator[],
  ): Map<string, readonly TagValue[]> {
    const { discriminators } = this.#context;
    const found = new Map<string, readonly TagValue[]>();
    for (const tag of new Set(outer.map(({ tag }) => tag))) {
      const own = outer.filter((one) => one.tag === tag);
      const values = this.#valuesOf(member, target, tag, own);
      if (values !== undefined) found.set(tag, values);
    }
    // The type of a parent includes the values of its children; in a union each has only its own.
    const all = discriminators.tagsOf(target, false);
    for (const [tag, values] of discriminators.tagsOf(target, true)) {
      if (found.has(tag) || all.get(tag)!.length === values.length) continue;
      found.set(tag, values);
    }
    return found;
  }

  /** Returns the values of a member for one tag; `undefined` if its type has its own values, or allows any. */
  #valuesOf(
    member: Node,
    target: Node,
    tag: string,
    outer: readonly Discriminator[],
  ): readonly TagValue[] | undefined {
    const { discriminators, facts, problems } = this.#context;
    if (outer.some((one) => discriminators.isDefault(one, target))) return undefined;
    const keys = outer.map((one) => discriminators.keysOf(one, target))
      .find((list) => list.length > 0);
    const inherited = discriminators.tagsOf(target, false).get(tag);
    if (keys !== undefined) {
      const fitting = inherited === undefined
        ? discriminators.fitting(target, tag, keys)
        : inherited.filter((value) => keys.includes(String(value)));
      if (fitting.length > 0) return fitting;
      problems.warn(
        "invalid",
        member,
        `The discriminator maps ${keys.join(", ")} to this schema, but its ${tag} is ${
          (inherited ?? facts.memberValues(target, tag) ?? []).join(", ")
        }; the value of the schema is used`,
      );
      return undefined;
    }
    if (inherited !== undefined) return undefined; // #tags() adds its exact values
    const reference = property(member.value, "$ref");
    if (typeof reference !== "string" || isUnion(target.value)) return undefined;
    const name = reference.slice(reference.lastIndexOf("/") + 1).replaceAll("~1", "/")
      .replaceAll("~0", "~");
    const fitting = discriminators.fitting(target, tag, [name]);
    return fitting.length > 0 ? fitting : undefined;
  }
}

function isUnion(value: unknown): boolean {
  return Array.isArray(property(value, "oneOf")) || Array.isArray(property(value, "anyOf"));
}

/** Returns the keyword of a schema that is only a union of others. */
function innerUnion(value: unknown): string | undefined {
  const keywords = ["oneOf", "anyOf"].filter((name) => Array.isArray(property(value, name)));
  const isMore = ["allOf", "properties", "enum", "const", "required", "additionalProperties"]
    .some((name) => property(value, name) !== undefined);
  return keywords.length === 1 && !isMore ? keywords[0] : undefined;
}
