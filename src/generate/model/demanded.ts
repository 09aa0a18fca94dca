/**
 * Members that one part of a schema declares and another requires.
 *
 * @module
 */

import { child, children, type Node, property } from "../read/documents.ts";
import { requiredOf } from "./schemas.ts";
import { str } from "./sinks.ts";
import { atom, type Type } from "./type.ts";
import type { Use } from "./uses.ts";
import type { WriterContext } from "./writer_context.ts";

/** Whether a member is absent in this use: `readOnly` in requests, `writeOnly` in responses. */
export function isHidden(member: Node, { direction }: Use, { facts }: WriterContext): boolean {
  return facts.isMarkedAs(member, direction === "input" ? "readOnly" : "writeOnly");
}

/**
 * Returns the parts of a type that make these members required.
 *
 * @param node The schema.
 * @param bases The parts of the schema.
 */
export function demandedOf(
  node: Node,
  bases: readonly Node[],
  use: Use,
  context: WriterContext,
  write: (node: Node) => Type,
): Type[] {
  if (bases.length === 0) return [];
  const lists = [node, ...bases.filter(({ value }) => property(value, "$ref") === undefined)];
  const own = property(node.value, "properties");
  return bases.flatMap((base) => {
    const names = lists.flatMap(({ value }) => value === base.value ? [] : requiredOf(value))
      .filter((name) => property(own, name) === undefined)
      .filter((name) => hasOptional(base, name, use, context, new Set()));
    if (names.length === 0) return [];
    const { text } = write(base);
    const keys = [...new Set(names)].map(str).join(" | ");
    const possible = context.facts.types(base);
    const isNullable = possible.has("null") && !possible.has("string");
    return [atom(`Required<Pick<${isNullable ? `NonNullable<${text}>` : text}, ${keys}>>`)];
  });
}

function hasOptional(
  node: Node,
  name: string,
  use: Use,
  context: WriterContext,
  seen: Set<unknown>,
): boolean {
  const target = context.documents.follow(node);
  if (target === undefined || seen.has(target.value)) return false;
  seen.add(target.value);
  if (["oneOf", "anyOf"].some((keyword) => property(target.value, keyword) !== undefined)) {
    return false;
  }
  const member = child(child(target, "properties"), name);
  if (member.value !== undefined) return !isHidden(member, use, context);
  return children(child(target, "allOf")).some(([, part]) =>
    hasOptional(part, name, use, context, seen)
  );
}
