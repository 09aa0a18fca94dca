/**
 * Emits indexes of the functions of a client, by path and method, and by tag. They are constants without side
 * effects, so bundlers drop them if they are not used.
 *
 * @module
 */

import type { OperationModel } from "../model/model.ts";
import { comment, key } from "../model/sinks.ts";
import { deeper } from "./layout.ts";

type Group = readonly [name: string, members: readonly (readonly [key: string, call: string])[]];

/** Emits the indexes; an empty string without operations. */
export function operationIndex(operations: readonly OperationModel[]): string {
  if (operations.length === 0) return "";
  const byPath = Map.groupBy(operations, ({ descriptor }) => descriptor.path);
  const byTag = Map.groupBy(operations, ({ tag }) => tag);
  return [
    index(
      "operations",
      "The functions by path and method.",
      [...byPath].map(([path, own]) => [
        path,
        own.map(({ names, descriptor }) => [descriptor.method.toLowerCase(), names.call]),
      ]),
    ),
    "\n",
    index(
      "operationsByTag",
      "The functions by tag and name.",
      [...byTag].map(([tag, own]) => [tag, own.map(({ names: { call } }) => [call, call])]),
    ),
  ].join("");
}

function index(name: string, doc: string, groups: readonly Group[]): string {
  const write = (before: string, between: string, end: string, of: (call: string) => string) =>
    groups.map(([group, members]) => {
      const written = members.map(([member, call]) => `${before}${key(member)}: ${of(call)}`);
      return deeper(`${before}${key(group)}: { ${written.join(between)} }${end}\n`);
    }).join("");
  return [
    comment([doc]),
    `export const ${name}: {\n${write("readonly ", "; ", ";", (call) => `typeof ${call}`)}} = {\n`,
    `${write("", ", ", ",", (call) => call)}};\n`,
  ].join("");
}
