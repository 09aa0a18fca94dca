/**
 * From a JSON Pointer to the line of the text, for messages.
 *
 * @module
 */

import { EVENT_ID, getScalarValue, parseEvents } from "js-yaml";

/** JSON Pointer (RFC 6901): what `~` stands for in a part of it. */
export function escapePart(name: string): string {
  return name.replaceAll("~", "~0").replaceAll("/", "~1");
}

/** What a YAML or JSON text says of its values by their pointers. */
export interface Lines {
  /** The lines, from 1. Of a name that is there more than once, the last. */
  readonly lines: ReadonlyMap<string, number>;
  /** The names that are in one object more than once, each with the line of the earlier one. */
  readonly repeated: readonly { readonly pointer: string; readonly line: number }[];
}

/** The lines of all values of a YAML or JSON text. */
export function linesOf(text: string, maxDepth: number): Lines {
  const found = new Map<string, number>();
  const repeated: { pointer: string; line: number }[] = [];
  const starts = lineStarts(text);
  interface Open {
    readonly pointer: string;
    readonly isMapping: boolean;
    key: string | undefined;
    index: number;
    /** The names of a mapping so far. */
    readonly names: Set<string>;
  }
  const open: Open[] = [];
  for (const event of parseEvents(text, { maxDepth })) {
    if (event.type === EVENT_ID.POP) {
      open.pop();
      continue;
    }
    const parent = open.at(-1);
    if (event.type === EVENT_ID.DOCUMENT) {
      open.push({ pointer: "", isMapping: false, key: undefined, index: 0, names: new Set() });
      continue;
    }
    const isKey = parent?.isMapping === true && parent.key === undefined;
    if (isKey) {
      parent.key = event.type === EVENT_ID.SCALAR ? getScalarValue(text, event) : "";
      continue;
    }
    // The document is opened like a list, and its only value has no part of its own.
    const part = parent === undefined || open.length === 1
      ? ""
      : `/${parent.isMapping ? escapePart(parent.key!) : parent.index++}`;
    if (parent !== undefined) parent.key = undefined;
    const pointer = `${parent?.pointer ?? ""}${part}`;
    const at = event.type === EVENT_ID.SCALAR
      ? event.valueStart
      : event.type === EVENT_ID.ALIAS
      ? event.anchorStart
      : event.start;
    if (parent?.isMapping && parent.names.has(part)) {
      repeated.push({ pointer, line: found.get(pointer)! });
    }
    parent?.names.add(part);
    found.set(pointer, lineAt(starts, at));
    if (event.type === EVENT_ID.MAPPING || event.type === EVENT_ID.SEQUENCE) {
      const isMapping = event.type === EVENT_ID.MAPPING;
      open.push({ pointer, isMapping, key: undefined, index: 0, names: new Set() });
    }
  }
  return { lines: found, repeated };
}

/** Whether an object of a JSON text has a name twice: then it has more names than what was read of it. */
export function repeatsNames(text: string, read: unknown): boolean {
  let names = 0;
  for (let at = text.indexOf('"'); at >= 0; at = text.indexOf('"', at)) {
    do at = text.indexOf('"', at + 1); while (isEscaped(text, at));
    do at++; while (/[ \t\r\n]/.test(text[at] ?? ""));
    if (text[at] === ":") names++;
  }
  const stack = [read];
  for (let value = stack.pop(); value !== undefined; value = stack.pop()) {
    if (typeof value !== "object" || value === null) continue;
    const members = Object.values(value);
    if (!Array.isArray(value)) names -= members.length;
    for (const one of members) if (typeof one === "object") stack.push(one);
  }
  return names > 0;
}

/** Whether the quotation mark at `at` is a part of a string. */
function isEscaped(text: string, at: number): boolean {
  let slashes = 0;
  while (text[at - 1 - slashes] === "\\") slashes++;
  return slashes % 2 === 1;
}

function lineStarts(text: string): number[] {
  const starts = [0];
  for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", at + 1)) starts.push(at + 1);
  return starts;
}

function lineAt(starts: readonly number[], position: number): number {
  let low = 0;
  let high = starts.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (starts[middle]! <= position) low = middle + 1;
    else high = middle;
  }
  return low;
}
