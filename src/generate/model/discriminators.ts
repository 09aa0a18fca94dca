/**
 * The values of a member that tell the schemas of a family apart: the members of a union that has a
 * discriminator, and the children of a parent that has one (OpenAPI 3.2, "Discriminator Object").
 *
 * @module
 */

import {
  child,
  children,
  type Document,
  type Documents,
  type Node,
  property,
  walk,
} from "../read/documents.ts";
import type { Facts } from "./facts.ts";

/** A discriminator, and the schema that has it. */
export interface Discriminator {
  /** The member that tells. */
  readonly tag: string;
  readonly owner: Node;
}

/** A value that tells, as JSON has it. */
export type TagValue = string | number | boolean;

/** A schema of the description that other schemas can be made of. */
interface Candidate {
  readonly node: Node;
  /** Its name, which is its value where no mapping has another. */
  readonly name: string | undefined;
  /** The places of the schemas that it is made of by `allOf`. */
  readonly parents: readonly string[];
}

/** The discriminator of a schema. */
export function discriminatorOf(owner: Node): Discriminator | undefined {
  const tag = property(property(owner.value, "discriminator"), "propertyName");
  return typeof tag === "string" ? { tag, owner } : undefined;
}

/** Knows the families of a description. */
export class Discriminators {
  readonly #documents: Documents;
  readonly #facts: Facts;
  #candidates: ReadonlyMap<string, Candidate> | undefined;
  /** The keys of all mappings that lead to a schema, by its place, for each tag. */
  readonly #keys = new Map<string, Map<string, Set<string>>>();
  readonly #children = new Map<string, string[]>();
  /** The keys of a mapping by what they lead to, by the place of its owner. */
  readonly #mappings = new Map<string, ReadonlyMap<string | undefined, string[]>>();
  /** The values of a schema itself, by its place. */
  readonly #tags = new Map<string, ReadonlyMap<string, TagValue[]>>();

  /** Makes one for a description. */
  constructor(facts: Facts) {
    this.#facts = facts;
    this.#documents = facts.documents;
  }

  /** The keys of a mapping that lead to a schema, whatever it is called on the way. */
  keysOf({ owner }: Discriminator, target: Node): string[] {
    const at = this.#facts.placeOf(owner);
    let keys = this.#mappings.get(at);
    if (keys === undefined) {
      const mapping = property(property(owner.value, "discriminator"), "mapping");
      keys = Map.groupBy(
        Object.keys(mapping ?? {}),
        (key) => this.#placeOf(property(mapping, key), owner),
      );
      this.#mappings.set(at, keys);
    }
    return keys.get(this.#facts.placeOf(this.#facts.target(target) ?? target)) ?? [];
  }

  /** Whether a schema is for all values that no mapping has (OpenAPI 3.2, `defaultMapping`). */
  isDefault({ owner }: Discriminator, target: Node): boolean {
    const to = property(property(owner.value, "discriminator"), "defaultMapping");
    return to !== undefined &&
      this.#placeOf(to, owner) === this.#facts.placeOf(this.#facts.target(target) ?? target);
  }

  /**
   * The values that tell a child of a parent with a discriminator from its brothers, by the member that
   * tells.
   *
   * @param isExact Whether those of its own children are left out; they are values of the type, too.
   */
  tagsOf(node: Node, isExact: boolean): Map<string, TagValue[]> {
    this.#candidates ??= this.#findCandidates();
    const place = this.#facts.placeOf(node);
    const own = new Map(this.#ownTags(place));
    if (isExact || own.size === 0) return own;
    const seen = new Set([place]);
    const waiting = [...(this.#children.get(place) ?? [])];
    for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
      if (seen.has(next)) continue;
      seen.add(next);
      for (const [tag, values] of this.#ownTags(next)) {
        const all = own.get(tag);
        if (all !== undefined) own.set(tag, [...new Set([...all, ...values])]);
      }
      waiting.push(...(this.#children.get(next) ?? []));
    }
    return own;
  }

  /**
   * Those of `keys` that a schema lists itself for a member, as it has them; all where it lists none.
   * Empty where it has others.
   */
  fitting(node: Node, tag: string, keys: readonly string[]): TagValue[] {
    const values = this.#facts.memberValues(node, tag);
    if (values === undefined) return [...keys];
    return values.filter((value): value is TagValue =>
      typeof value !== "object" && keys.includes(String(value))
    );
  }

  #ownTags(place: string): ReadonlyMap<string, TagValue[]> {
    const known = this.#tags.get(place);
    if (known !== undefined) return known;
    const found = this.#findTags(place);
    this.#tags.set(place, found);
    return found;
  }

  #findTags(place: string): ReadonlyMap<string, TagValue[]> {
    const found = new Map<string, TagValue[]>();
    const candidate = this.#candidates!.get(place);
    if (candidate === undefined) return found;
    for (const discriminator of this.#inherited(candidate)) {
      const { tag } = discriminator;
      const keys = this.keysOf(discriminator, candidate.node);
      const elsewhere = [...(this.#keys.get(place)?.get(tag) ?? [])];
      const named = candidate.name === undefined ? [] : [candidate.name];
      const wanted = [keys, elsewhere, named].find((list) => list.length > 0) ?? [];
      const values = this.fitting(candidate.node, tag, wanted);
      if (values.length > 0 && !found.has(tag)) found.set(tag, values);
    }
    return found;
  }

  /** The discriminators of what a schema is made of, the nearest first. */
  *#inherited({ parents }: Candidate): Generator<Discriminator> {
    const seen = new Set<string>();
    const waiting = [...parents];
    for (let place = waiting.shift(); place !== undefined; place = waiting.shift()) {
      const parent = this.#candidates!.get(place);
      if (parent === undefined || seen.has(place)) continue;
      seen.add(place);
      const found = discriminatorOf(parent.node);
      // Where the parent is the union itself, its members are told apart there.
      const isUnion = ["oneOf", "anyOf"].some((name) =>
        property(parent.node.value, name) !== undefined
      );
      if (found !== undefined && !isUnion) yield found;
      waiting.push(...parent.parents);
    }
  }

  #findCandidates(): ReadonlyMap<string, Candidate> {
    const found = new Map<string, Candidate>();
    const add = (node: Node, name: string | undefined) => {
      const place = this.#facts.placeOf(node);
      if (found.has(place)) return;
      const parents = children(child(node, "allOf")).flatMap(([, part]) => {
        if (typeof property(part.value, "$ref") !== "string") return [];
        const target = this.#facts.target(part);
        return target === undefined ? [] : [this.#facts.placeOf(target)];
      });
      found.set(place, { node, name, parents });
    };
    for (const document of this.#documents.all()) {
      for (const pointer of ["/components/schemas", "/definitions", "/$defs"]) {
        const list: Node = { document, pointer, value: document.at(pointer) };
        for (const [name, node] of children(list)) add(node, name);
      }
      this.#addMappings(document, (node) => add(node, undefined));
    }
    for (const [place, { parents }] of found) {
      for (const parent of parents) {
        this.#children.set(parent, [...(this.#children.get(parent) ?? []), place]);
      }
    }
    return found;
  }

  #addMappings(document: Document, add: (node: Node) => void): void {
    walk(document.root, "", (value, pointer) => {
      const discriminator = property(value, "discriminator");
      const tag = property(discriminator, "propertyName");
      const mapping = property(discriminator, "mapping");
      if (typeof tag !== "string" || typeof mapping !== "object" || mapping === null) return;
      for (const [key, to] of Object.entries(mapping)) {
        const target = this.#resolve(to, { document, pointer, value });
        if (target === undefined) continue;
        add(target);
        const place = this.#facts.placeOf(target);
        const byTag = this.#keys.get(place) ?? new Map<string, Set<string>>();
        this.#keys.set(place, byTag.set(tag, (byTag.get(tag) ?? new Set()).add(key)));
      }
    });
  }

  #placeOf(to: unknown, from: Node): string | undefined {
    const target = this.#resolve(to, from);
    return target && this.#facts.placeOf(target);
  }

  /** What a mapping leads to by a reference, or by the bare name of a schema. */
  #resolve(to: unknown, from: Node): Node | undefined {
    if (typeof to !== "string") return undefined;
    const byName = /^[\w.\-]+$/.test(to)
      ? this.#documents.resolve(`#/components/schemas/${to}`, from.document)
      : undefined;
    const found = byName ?? this.#documents.resolve(to, from.document);
    return found && this.#facts.target(found);
  }
}
