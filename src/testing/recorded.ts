/**
 * The body that a test double was sent, in the forms that tests look at.
 *
 * @module
 */

import { type Check, that } from "../options/checks.ts";

/** Checks what an answer has as its JSON. */
export const JSON_VALUE: Check = that(
  (value) => JSON.stringify(value) !== undefined,
  "a value with a JSON form",
);

/** A body that was received. */
export interface RecordedBody {
  /** The body without its framing. */
  readonly body: Uint8Array<ArrayBuffer>;
  /** The body as UTF-8. */
  readonly text: string;
  /** The body parsed as JSON; throws a `SyntaxError` when it is none. */
  json(): unknown;
  /** The same, for a caller who says what the body is; nothing checks it. */
  json<T>(): T;
}

/** The body, and what else is known of its request. */
export function recorded<Facts extends object>(
  body: Uint8Array<ArrayBuffer>,
  facts: Facts,
): RecordedBody & Facts {
  const text = new TextDecoder().decode(body);
  return { body, text, json: <T>(): T => JSON.parse(text), ...facts };
}

/** The chunks in one piece. */
export function joined(chunks: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(chunks.reduce((size, chunk) => size + chunk.byteLength, 0));
  let offset = 0;
  for (const chunk of chunks) {
    whole.set(chunk, offset);
    offset += chunk.byteLength;
  }
  return whole;
}
