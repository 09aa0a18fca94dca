/**
 * Decides whether the type of a schema depends on its use: in a request or a response, as JSON or as a form.
 *
 * @module
 */

import { child, children, MAX_DEPTH, type Node, property } from "../read/documents.ts";
import type { Facts } from "./facts.ts";

/** Whether a value goes to the server or comes from it. */
export type Direction = "input" | "output";

/**
 * The medium of a value: text, which holds no bytes; a multipart form, whose members may be bytes; or a part of
 * such a form.
 */
export type Medium = "text" | "form" | "part";

/** The use of a schema. */
export interface Use {
  readonly direction: Direction;
  readonly medium: Medium;
}

/** Finds for each schema the uses in which its type differs. */
export class Uses {
  readonly #facts: Facts;
  readonly #marks = new Map<string, boolean>();

  /** Creates one for a description. */
  constructor(facts: Facts) {
    this.#facts = facts;
  }

  /** Returns the use that decides the type: a JSON response, unless the type differs in the wanted use. */
  of(node: Node, { direction, medium }: Use): Use {
    const isForm = medium !== "text" && this.#holdsBytes(node, medium);
    const isInput = direction === "input" && this.#isMarked(node);
    return {
      direction: isInput || isForm ? "input" : "output",
      medium: isForm ? medium : "text",
    };
  }

  #holdsBytes(node: Node, medium: Medium): boolean {
    if (medium === "part") return this.#facts.isBinary(node);
    return [...this.#facts.possible(node)].some((part) =>
      [
        ...children(child(part, "properties")).map(([, one]) => one),
        ...children(child(part, "patternProperties")).map(([, one]) => one),
        child(part, "additionalProperties"),
      ].some((one) => this.#facts.isBinary(one))
    );
  }

  /** Whether requests and responses differ, since something inside is `readOnly` or `writeOnly`. */
  #isMarked(start: Node): boolean {
    const seen = new Set<string>();
    const stack = [start];
    let found = false;
    for (let node = stack.pop(); node !== undefined && !found; node = stack.pop()) {
      const place = this.#facts.placeOf(node);
      const known = this.#marks.get(place);
      if (known === true) found = true;
      if (known !== undefined || seen.has(place)) continue;
      seen.add(place);
      const { isMarked, references } = this.#look(node);
      if (isMarked) found = true;
      stack.push(...references);
    }
    // If no mark was found, none of the visited schemas leads to one.
    if (!found) { for (const place of seen) this.#marks.set(place, false); }
    else this.#marks.set(this.#facts.placeOf(start), true);
    return found;
  }

  /** Looks for marks and references in a schema, without following references. */
  #look(node: Node): { isMarked: boolean; references: Node[] } {
    const references: Node[] = [];
    let isMarked = false;
    const seen = new Set<unknown>(); // YAML aliases can lead to the same object many times
    const visit = (at: Node, depth: number): void => {
      if (typeof at.value !== "object" || at.value === null || depth > MAX_DEPTH) return;
      if (isMarked || seen.has(at.value)) return;
      seen.add(at.value);
      const reference = property(at.value, "$ref");
      if (typeof reference === "string") {
        const target = this.#facts.documents.resolve(reference, at.document);
        if (target !== undefined) references.push(target);
      }
      for (const [, member] of children(child(at, "properties"))) {
        if (
          this.#facts.isMarkedAs(member, "readOnly") || this.#facts.isMarkedAs(member, "writeOnly")
        ) {
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
