/**
 * Where the next slice of a body begins. Nothing is kept between calls: a cursor says all that the next
 * one needs.
 *
 * @module
 */

import { toBase64 } from "../../formats/base64.ts";
import { fromBase64 } from "../policy/base64.ts";
import { hash } from "../policy/host_rules.ts";
import { ToolError } from "../policy/tool_error.ts";

/** What a cursor says. */
export interface Cursor {
  /** The byte that the next slice begins at, after content decoding. */
  readonly offset: number;
  /** What identifies the version of the body; empty if the server does not say. */
  readonly tag: string;
  /** The strong validator that a range can be asked for with; empty without one. */
  readonly validator: string;
}

/** A server chooses how long its tags are; a result has only so much room. */
const LONGEST_TAG = 100;

/** The tag of a body, short. */
export function shortTag(tag: string): string {
  return tag.length <= LONGEST_TAG ? tag : `#${hash(tag)}${tag.length}`;
}

/**
 * A cursor as agents hand it back.
 *
 * @param of What it belongs to: the URL and the format.
 */
export function writeCursor({ offset, tag, validator }: Cursor, of: string): string {
  // Without a validator the next slice is read from the beginning.
  const short = validator.length <= LONGEST_TAG ? validator : "";
  const text = JSON.stringify([offset, tag, short === tag ? 1 : short, hash(of)]);
  const bytes = new TextEncoder().encode(text);
  return toBase64(bytes).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
}

/** @throws {ToolError} If it is not one of ours, or belongs to something else. */
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
