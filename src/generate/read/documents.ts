/**
 * The documents of a description, and the targets of their references. References stay names and are not
 * replaced with a copy, so cycles are possible.
 *
 * @module
 */

import { escapePart, linesOf } from "./lines.ts";

/** The deepest nesting. No real description is deeper, and a deeper one would overflow the stack. */
export const MAX_DEPTH = 400;

/** A place in a document. */
export interface Place {
  /** The document. */
  readonly document: Document;
  /** JSON Pointer (RFC 6901). */
  readonly pointer: string;
}

/** A value and its place. */
export interface Node extends Place {
  /** The value. */
  readonly value: unknown;
}

/** One text of a description. */
export class Document {
  /** Its source: an absolute URL. */
  readonly uri: string;
  /** The base of relative references: `$self`, or its source. */
  readonly base: string;
  /** The parsed value. */
  readonly root: unknown;
  readonly #text: string | undefined;
  /** Maps a pointer here to the pointer in the text. */
  readonly #inText: (pointer: string) => string;
  #lines: ReadonlyMap<string, number> | undefined;
  #anchors: ReadonlyMap<string, string> | undefined;

  /**
   * Makes a document.
   *
   * @param text Its text.
   * @param inText Maps a pointer here to the pointer in the text.
   */
  constructor(
    uri: string,
    root: unknown,
    text?: string,
    inText: (pointer: string) => string = (pointer) => pointer,
  ) {
    this.uri = uri;
    this.root = root;
    this.#text = text;
    this.#inText = inText;
    const self = property(root, "$self");
    this.base = typeof self === "string" && URL.canParse(self, uri) ? new URL(self, uri).href : uri;
  }

  /** The same document with another root. */
  changed(root: unknown, inText?: (pointer: string) => string): Document {
    return new Document(this.uri, root, this.#text, inText);
  }

  /** The line of the value at `pointer`, or of the value that contains it. */
  lineOf(pointer: string): number | undefined {
    if (this.#text === undefined) return undefined;
    this.#lines ??= linesOf(this.#text, MAX_DEPTH).lines;
    for (let part = this.#inText(pointer);; part = part.slice(0, part.lastIndexOf("/"))) {
      const line = this.#lines.get(part);
      if (line !== undefined || part === "") return line;
    }
  }

  /** The value at `pointer`, or `undefined`. */
  at(pointer: string): unknown {
    let value = this.root;
    for (const part of pointer.split("/").slice(1)) {
      value = property(value, part.replaceAll("~1", "/").replaceAll("~0", "~"));
    }
    return value;
  }

  /** The pointer to the schema with this `$anchor`, `$dynamicAnchor` or `$id`. */
  anchor(name: string): string | undefined {
    this.#anchors ??= this.#findAnchors();
    return this.#anchors.get(name);
  }

  #findAnchors(): ReadonlyMap<string, string> {
    const found = new Map<string, string>();
    walk(this.root, "", (value, pointer) => {
      for (const key of ["$anchor", "$dynamicAnchor"]) {
        const name = value[key];
        if (typeof name === "string" && !found.has(`#${name}`)) found.set(`#${name}`, pointer);
      }
      const id = value.$id;
      if (typeof id === "string" && URL.canParse(id, this.base)) {
        found.set(new URL(id, this.base).href.replace(/#$/, ""), pointer);
      }
    });
    return found;
  }
}

/** The own property of an object or array. */
export function property(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null && Object.hasOwn(value, name)
    ? (value as Record<string, unknown>)[name]
    : undefined;
}

/** Data that only looks like a description. */
const DATA: ReadonlySet<string> = new Set(["example", "examples", "default", "enum", "const"]);

/** Visits all objects except examples and other data. An object with several aliases is visited once. */
export function walk(
  root: unknown,
  pointer: string,
  visit: (value: Record<string, unknown>, pointer: string) => void,
): void {
  const seen = new Set<object>();
  const stack: [unknown, string][] = [[root, pointer]];
  for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
    const [value, at] = next;
    if (typeof value !== "object" || value === null || seen.has(value)) continue;
    seen.add(value);
    if (!Array.isArray(value)) visit(value as Record<string, unknown>, at);
    for (const [key, item] of Object.entries(value)) {
      const isName = at.endsWith("/properties") || at.endsWith("/schemas");
      if (isName || !DATA.has(key)) stack.push([item, `${at}/${escapePart(key)}`]);
    }
  }
}

/** All documents of a description, by their URL. */
export class Documents {
  /** The root document. */
  readonly root: Document;
  readonly #byURI = new Map<string, Document>();

  /** Makes a collection with the root document. */
  constructor(root: Document) {
    this.root = root;
    this.add(root);
  }

  /** Adds a document. */
  add(document: Document): void {
    this.#byURI.set(document.uri, document);
    this.#byURI.set(document.base, document);
  }

  /** All of them. */
  all(): ReadonlySet<Document> {
    return new Set(this.#byURI.values());
  }

  /** Whether the document of a URL was added. */
  has(uri: string): boolean {
    return this.#byURI.has(uri) || this.#withID(uri) !== undefined;
  }

  /** Returns the target of a reference, or `undefined`. */
  resolve(reference: string, from: Document): Node | undefined {
    const cut = reference.indexOf("#");
    const path = cut < 0 ? reference : reference.slice(0, cut);
    const fragment = cut < 0 ? "" : decode(reference.slice(cut + 1));
    if (path !== "" && !URL.canParse(path, from.base)) return undefined;
    const uri = path === "" ? from.base : new URL(path, from.base).href;
    const named = this.#byURI.get(uri);
    if (named === undefined) {
      const within = this.#withID(uri);
      return within && nodeAt(within.document, `${within.pointer}${fragment}`);
    }
    if (fragment !== "" && !fragment.startsWith("/")) {
      const pointer = named.anchor(`#${fragment}`);
      return pointer === undefined ? undefined : nodeAt(named, pointer);
    }
    return nodeAt(named, fragment);
  }

  #withID(uri: string): Place | undefined {
    for (const document of this.#byURI.values()) {
      const pointer = document.anchor(uri);
      if (pointer !== undefined) return { document, pointer };
    }
    return undefined;
  }

  /** Returns the node, or the final target of its references, or `undefined`. */
  follow(node: Node): Node | undefined {
    const seen = new Set<unknown>();
    let current: Node | undefined = node;
    while (current !== undefined) {
      const reference = property(current.value, "$ref");
      if (typeof reference !== "string") return current;
      if (seen.has(current.value)) return undefined;
      seen.add(current.value);
      current = this.resolve(reference, current.document);
    }
    return undefined;
  }
}

function nodeAt(document: Document, pointer: string): Node | undefined {
  const value = document.at(pointer);
  return value === undefined ? undefined : { document, pointer, value };
}

/** The node of a member. */
export function child(node: Node, name: string | number): Node {
  return {
    document: node.document,
    pointer: `${node.pointer}/${escapePart(String(name))}`,
    value: property(node.value, String(name)),
  };
}

/** The nodes of all members of an object or array, by name. */
export function children(node: Node): [string, Node][] {
  const { value } = node;
  if (typeof value !== "object" || value === null) return [];
  return Object.keys(value).map((name) => [name, child(node, name)]);
}

function decode(fragment: string): string {
  try {
    return decodeURIComponent(fragment);
  } catch {
    return fragment; // a lone percent sign
  }
}
