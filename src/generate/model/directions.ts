/**
 * Whether what goes to the server is of another type than what comes from it.
 *
 * @module
 */

import {
  child,
  children,
  type Documents,
  MAX_DEPTH,
  type Node,
  property,
} from "../read/documents.ts";
import { isMarkedAs } from "./schemas.ts";

/** Knows of each schema whether it holds something that is `readOnly` or `writeOnly`. */
export class Directions {
  readonly #documents: Documents;
  readonly #marks = new Map<string, boolean>();

  /** Makes one for a description. */
  constructor(documents: Documents) {
    this.#documents = documents;
  }

  /** Whether requests and answers differ: something that it holds is `readOnly` or `writeOnly`. */
  differ(start: Node): boolean {
    const seen = new Set<string>();
    const stack = [start];
    let found = false;
    for (let node = stack.pop(); node !== undefined && !found; node = stack.pop()) {
      const place = `${node.document.uri}#${node.pointer}`;
      const known = this.#marks.get(place);
      if (known === true) found = true;
      if (known !== undefined || seen.has(place)) continue;
      seen.add(place);
      const { isMarked, references } = this.#look(node);
      if (isMarked) found = true;
      stack.push(...references);
    }
    // When nothing was found, nothing that was seen leads to anything.
    if (!found) { for (const place of seen) this.#marks.set(place, false); }
    else this.#marks.set(`${start.document.uri}#${start.pointer}`, true);
    return found;
  }

  /** What a schema holds without following references. */
  #look(node: Node): { isMarked: boolean; references: Node[] } {
    const references: Node[] = [];
    let isMarked = false;
    const seen = new Set<unknown>(); // aliases of YAML lead to one object many times
    const visit = (at: Node, depth: number): void => {
      if (typeof at.value !== "object" || at.value === null || depth > MAX_DEPTH) return;
      if (isMarked || seen.has(at.value)) return;
      seen.add(at.value);
      const reference = property(at.value, "$ref");
      if (typeof reference === "string") {
        const target = this.#documents.resolve(reference, at.document);
        if (target !== undefined) references.push(target);
      }
      for (const [, member] of children(child(at, "properties"))) {
        if (isMarkedAs(member, "readOnly") || isMarkedAs(member, "writeOnly")) {
          isMarked = true;
        }
        visit(member, depth + 1);
      }
      for (const name of ["allOf", "oneOf", "anyOf", "prefixItems", "patternProperties"]) {
        for (const [, member] of children(child(at, name))) visit(member, depth + 1);
      }
      visit(child(at, "items"), depth + 1);
      visit(child(at, "additionalProperties"), depth + 1);
    };
    visit(node, 0);
    return { isMarked, references };
  }
}
