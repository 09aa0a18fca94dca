/**
 * The discriminator values of schemas: of the members of a union with a discriminator, and of the children
 * of a parent with a discriminator (OpenAPI 3.2, "Discriminator Object").
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
  /** The name of the member that discriminates. */
  readonly tag: string;
  readonly owner: Node;
}

/** A discriminator value, as in JSON. */
export type TagValue = string | number | boolean;

/** A schema of the description that can be a parent of other schemas. */
interface Candidate {
  readonly node: Node;
  /** Its name. It is the discriminator value if no mapping sets another. */
  readonly name: string | undefined;
  /** The places of the schemas that it includes with `allOf`. */
  readonly parents: readonly string[];
}

/** Returns the discriminator of a schema. */
export function discriminatorOf(owner: Node): Discriminator | undefined {
  const tag = property(property(owner.value, "discriminator"), "propertyName");
  return typeof tag === "string" ? { tag, owner } : undefined;
}

/** Finds the discriminator values of the schemas of a description. */
export class Discriminators {
  readonly #documents: Documents;
  readonly #facts: Facts;
  #candidates: ReadonlyMap<string, Candidate> | undefined;
  /** The keys of all mappings to a schema, by the place of the schema and by tag. */
  readonly #keys = new Map<string, Map<string, Set<string>>>();
  readonly #children = new Map<string, string[]>();
  /** The keys of each mapping by the place of their target. The first key is the place of the owner. */
  readonly #mappings = new Map<string, ReadonlyMap<string | undefined, string[]>>();
  /** The values of each schema without those of its children, by its place. */
  readonly #tags = new Map<string, ReadonlyMap<string, TagValue[]>>();

  /** Creates one for a description. */
  constructor(facts: Facts) {
    this.#facts = facts;
    this.#documents = facts.documents;
  }

  /** Returns the keys of a mapping that lead to a schema, directly or through aliases. */
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

  /** Whether a schema is used for all values without a mapping (OpenAPI 3.2, `defaultMapping`). */
  isDefault({ owner }: Discriminator, target: Node): boolean {
    const to = property(property(owner.value, "discriminator"), "defaultMapping");
    return to !== undefined &&
      this.#placeOf(to, owner) === this.#facts.placeOf(this.#facts.target(target) ?? target);
  }

  /**
   * Returns the discriminator values of a child of a parent with a discriminator, by the name of the
   * discriminating member.
   *
   * @param isExact Whether to leave out the values of its own children, which are values of its type too.
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
   * Returns those of `keys` that a schema itself lists for a member, as its own JSON values. Returns all keys
   * if it lists no values, and none if it lists only others.
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

  /** The discriminators of the parents of a schema, the nearest first. */
  *#inherited({ parents }: Candidate): Generator<Discriminator> {
    const seen = new Set<string>();
    const waiting = [...parents];
    for (let place = waiting.shift(); place !== undefined; place = waiting.shift()) {
      const parent = this.#candidates!.get(place);
      if (parent === undefined || seen.has(place)) continue;
      seen.add(place);
      const found = discriminatorOf(parent.node);
      // If the parent is itself the union, the union adds the values to its members.
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

  /** Returns the target of a mapping, which is a reference or the bare name of a schema. */
  #resolve(to: unknown, from: Node): Node | undefined {
    if (typeof to !== "string") return undefined;
    const byName = /^[\w.\-]+$/.test(to)
      ? this.#documents.resolve(`#/components/schemas/${to}`, from.document)
      : undefined;
    const found = byName ?? this.#documents.resolve(to, from.document);
    return found && this.#facts.target(found);
  }
}
