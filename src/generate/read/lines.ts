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

/** The lines, from 1, of all values of a YAML or JSON text by their pointer. */
export function linesOf(text: string, maxDepth: number): ReadonlyMap<string, number> {
  const found = new Map<string, number>();
  const starts = lineStarts(text);
  interface Open {
    readonly pointer: string;
    readonly isMapping: boolean;
    key: string | undefined;
    index: number;
  }
  const open: Open[] = [];
  for (const event of parseEvents(text, { maxDepth })) {
    if (event.type === EVENT_ID.POP) {
      open.pop();
      continue;
    }
    const parent = open.at(-1);
    if (event.type === EVENT_ID.DOCUMENT) {
      open.push({ pointer: "", isMapping: false, key: undefined, index: 0 });
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
    found.set(pointer, lineAt(starts, at));
    if (event.type === EVENT_ID.MAPPING || event.type === EVENT_ID.SEQUENCE) {
      open.push({ pointer, isMapping: event.type === EVENT_ID.MAPPING, key: undefined, index: 0 });
    }
  }
  return found;
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
