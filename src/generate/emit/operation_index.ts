/**
 * The functions of a client by path and method, for those who know the description. It is a constant that
 * does nothing, so that bundlers drop it where it is not used.
 *
 * @module
 */

import type { OperationModel } from "../model/model.ts";
import { comment, key } from "../model/sinks.ts";
import { deeper } from "./layout.ts";

/** The index; nothing where there are no operations. */
export function operationIndex(operations: readonly OperationModel[]): string {
  if (operations.length === 0) return "";
  const byPath = [...Map.groupBy(operations, ({ descriptor }) => descriptor.path)];
  const write = (before: string, end: string, of: (name: string) => string) =>
    byPath.map(([path, own]) => {
      const members = own.map(({ names, descriptor }) =>
        `${before}${key(descriptor.method.toLowerCase())}: ${of(names.call)}`
      );
      return deeper(
        `${before}${key(path)}: { ${members.join(end === ";" ? "; " : ", ")} }${end}\n`,
      );
    }).join("");
  return [
    comment(["The functions by path and method."]),
    `export const operations: {\n${write("readonly ", ";", (name) => `typeof ${name}`)}} = {\n`,
    `${write("", ",", (name) => name)}};\n`,
  ].join("");
}
