/**
 * Overlays (OpenAPI Overlay 1.1): corrections that are applied to a description before it is read, because
 * the description often belongs to somebody else.
 *
 * @module
 */

import { type Document, property } from "./documents.ts";
import { DescriptionError, type Problems } from "./problems.ts";

type Path = readonly (string | number)[];

/**
 * Returns the description after the actions of the overlays, in order.
 *
 * @throws {DescriptionError} If an overlay is malformed.
 */
export async function overlaid(
  description: Document,
  overlays: readonly Document[],
  problems: Problems,
): Promise<Document> {
  if (overlays.length === 0) return description;
  const { paths } = await import("jsonpath-rfc9535");
  const root: unknown = structuredClone(description.root);
  for (const overlay of overlays) {
    const version = property(overlay.root, "overlay");
    const actions = property(overlay.root, "actions");
    if (typeof version !== "string" || !/^1\.[01]\./.test(version) || !Array.isArray(actions)) {
      throw new DescriptionError(
        `Cannot use the overlay ${overlay.uri}: it must have overlay, 1.0.0 or 1.1.0, and actions`,
      );
    }
    const find = (query: unknown, pointer: string): Path[] => {
      try {
        if (typeof query !== "string") throw new TypeError("it must be a string");
        return paths(root as never, query).map(pathOf);
      } catch (error) {
        const why = error instanceof Error ? error.message : String(error);
        throw new DescriptionError(
          `Cannot use the overlay ${overlay.uri} #${pointer}: ${
            JSON.stringify(query)
          } is not valid JSONPath: ${why}`,
          [],
          error,
        );
      }
    };
    for (const [index, action] of actions.entries()) {
      const pointer = `/actions/${index}`;
      const warn = (message: string) =>
        problems.warn("invalid", { document: overlay, pointer }, message);
      const targets = find(property(action, "target"), `${pointer}/target`);
      if (targets.length === 0) warn(`${property(action, "target")} matches nothing`);
      if (property(action, "remove") === true) {
        // From the end, so that earlier places do not move.
        for (const path of targets.toReversed()) remove(root, path);
        continue;
      }
      const copied = property(action, "copy");
      if (copied !== undefined) {
        const [from, ...others] = find(copied, `${pointer}/copy`);
        if (from === undefined || others.length > 0) {
          warn(
            `copy must match one value, and ${copied} matches ${
              from === undefined ? "none" : "several"
            }`,
          );
          continue;
        }
        for (const path of targets) update(root, path, structuredClone(at(root, from)));
      } else if (property(action, "update") !== undefined) {
        for (const path of targets) update(root, path, property(action, "update"));
      } else warn("The action has no update, copy or remove; it does nothing");
    }
  }
  return description.changed(root);
}

/** Returns the names and indexes of a normalized path (RFC 9535 section 2.7). */
function pathOf(path: string): Path {
  const parts = path.matchAll(/\['((?:[^'\\]|\\.)*)'\]|\[(\d+)\]/gs);
  return Array.from(parts, ([, name, index]) => {
    if (name === undefined) return Number(index);
    const text = name.replaceAll("\\'", "'").replaceAll('"', '\\"');
    return String(JSON.parse(`"${text}"`));
  });
}

function at(root: unknown, path: Path): unknown {
  return path.reduce<unknown>((value, part) => property(value, String(part)), root);
}

function remove(root: unknown, path: Path): void {
  const parent = at(root, path.slice(0, -1));
  const last = path.at(-1);
  if (Array.isArray(parent)) parent.splice(Number(last), 1);
  else if (last !== undefined) delete (parent as Record<string, unknown>)[last];
}

/** Merges objects, appends to lists, and replaces all else. */
function update(root: unknown, path: Path, value: unknown): void {
  const target = at(root, path);
  if (Array.isArray(target)) {
    target.push(...(Array.isArray(value) ? structuredClone(value) : [structuredClone(value)]));
  } else if (isObject(target) && isObject(value)) merge(target, value);
  else if (path.length > 0) {
    set(at(root, path.slice(0, -1)) as object, String(path.at(-1)), structuredClone(value));
  }
}

function merge(target: object, value: object): void {
  for (const [name, one] of Object.entries(value)) {
    const before = property(target, name);
    if (isObject(before) && isObject(one)) merge(before, one);
    else if (Array.isArray(before) && Array.isArray(one)) before.push(...structuredClone(one));
    else set(target, name, structuredClone(one));
  }
}

/** Sets a member; a name such as `__proto__` is a plain member. */
function set(target: object, name: string, value: unknown): void {
  Object.defineProperty(target, name, {
    value,
    configurable: true,
    enumerable: true,
    writable: true,
  });
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
