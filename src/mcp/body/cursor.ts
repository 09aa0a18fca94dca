/**
 * The cursor of the next slice of a body. Nothing is kept between calls: a cursor contains all that the next call
 * needs.
 *
 * @module
 */

import { toBase64 } from "../../formats/base64.ts";
import { fromBase64 } from "../policy/base64.ts";
import { hash } from "../policy/host_rules.ts";
import { ToolError } from "../policy/tool_error.ts";

/** The content of a cursor. */
export interface Cursor {
  /** The first byte of the next slice, after content decoding. */
  readonly offset: number;
  /** Identifies the version of the body; empty if the server does not. */
  readonly tag: string;
  /** The strong validator for a range request; empty without one. */
  readonly validator: string;
}

/** The longest tag in a cursor: servers choose the length, and results are bounded. */
const LONGEST_TAG = 100;

/** Shortens the tag of a body. */
export function shortTag(tag: string): string {
  return tag.length <= LONGEST_TAG ? tag : `#${hash(tag)}${tag.length}`;
}

/**
 * Encodes a cursor.
 *
 * @param of The URL and the format that it belongs to.
 */
export function writeCursor({ offset, tag, validator }: Cursor, of: string): string {
  // Without a validator the next slice is read from the beginning.
  const short = validator.length <= LONGEST_TAG ? validator : "";
  const text = JSON.stringify([offset, tag, short === tag ? 1 : short, hash(of)]);
  const bytes = new TextEncoder().encode(text);
  return toBase64(bytes).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
}

/** @throws {ToolError} If it is not a cursor, or belongs to another URL or format. */
export function readCursor(text: string, of: string): Cursor {
  try {
    const bytes = fromBase64(text.replace(/-/g, "+").replace(/_/g, "/"));
    const [offset, tag, given, owner] = JSON.parse(new TextDecoder().decode(bytes));
    const validator = given === 1 ? tag : given;
    if (
      Number.isSafeInteger(offset) && offset > 0 && typeof tag === "string" &&
      typeof validator === "string" && owner === hash(of)
    ) return { offset, tag, validator };
  } catch {
    // Neither base64 nor JSON: refused like any other text.
  }
  throw new ToolError(
    "Cannot use this cursor: it must be the next_cursor of a result for the same URL and format",
  );
}
