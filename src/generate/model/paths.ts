/**
 * The operations under `paths`, `webhooks` or a callback.
 *
 * @module
 */

import { child, children, type Documents, type Node, property } from "../read/documents.ts";
import type { Problems } from "../read/problems.ts";
import { account } from "./account.ts";
import type { FoundOperation } from "./context.ts";

const METHODS = ["get", "put", "post", "delete", "options", "head", "patch", "trace", "query"];

/** Returns all operations under `paths`, in order. */
export function findOperations(
  context: { readonly documents: Documents; readonly problems: Problems },
  under: Node,
): FoundOperation[] {
  return children(under).flatMap(([path, entry]) => {
    if (path.startsWith("x-")) return [];
    return operationsOf(path, pathItems(entry, context), context.problems);
  });
}

/** Returns a path item and the targets of its references. Fields next to a reference apply too. */
function pathItems(
  entry: Node,
  { documents, problems }: { readonly documents: Documents; readonly problems: Problems },
): Node[] {
  const items: Node[] = [];
  let current: Node | undefined = entry;
  while (current !== undefined && !items.some(({ value }) => value === current!.value)) {
    items.push(current);
    const reference = property(current.value, "$ref");
    if (typeof reference !== "string") {
      if (typeof current.value === "object" && current.value !== null) return items;
      break;
    }
    current = documents.resolve(reference, current.document);
  }
  problems.warn(
    "broken_reference",
    entry,
    "The path item cannot be resolved; its operations and parameters are left out",
  );
  return items.filter(({ value }) => typeof value === "object" && value !== null);
}

function operationsOf(
  path: string,
  items: readonly Node[],
  problems: Problems,
): FoundOperation[] {
  const found = new Map<string, FoundOperation>();
  for (const item of items) {
    account("path item", item, problems);
    const own = METHODS.map((
      method,
    ): [string, Node] => [method.toUpperCase(), child(item, method)]);
    const others = children(child(item, "additionalOperations"));
    for (const [method, node] of [...own, ...others]) {
      if (node.value === undefined) continue;
      if (typeof node.value !== "object" || node.value === null) {
        problems.warn("invalid", node, "An operation must be an object; it is left out");
      } else if (found.has(method)) {
        problems.warn("invalid", node, `${method} ${path} is a duplicate; it is left out`);
      } else found.set(method, { method, path, items, node });
    }
  }
  return [...found.values()];
}
