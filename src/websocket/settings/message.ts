/**
 * Checks and copies messages.
 *
 * @module
 */

import type { SocketData } from "../../runtime/web_socket.ts";

const ENCODER = new TextEncoder();

/** @throws {TypeError} If a socket cannot send the value. */
export function checkData(data: unknown): SocketData {
  if (
    typeof data === "string" || data instanceof Blob ||
    (data instanceof Uint8Array && data.buffer instanceof ArrayBuffer)
  ) return data as SocketData;
  const kind = data === null ? "null" : typeof data;
  throw new TypeError(
    `Cannot send a message of type ${kind}: it must be a string, a Uint8Array or a Blob; for other values set codec`,
  );
}

/** Copies the bytes of a message: the caller may change them while they wait. */
export function keep(data: SocketData): SocketData {
  return data instanceof Uint8Array ? data.slice() : data;
}

/** @throws {RangeError} If a close frame cannot carry them (RFC 6455 5.5 and 7.4). */
export function checkClose(code: number, reason: string): void {
  if (code !== 1000 && !(Number.isInteger(code) && code >= 3000 && code <= 4999)) {
    throw new RangeError(`Cannot close with code ${code}: it must be 1000, or 3000 to 4999`);
  }
  const bytes = ENCODER.encode(reason).length;
  if (bytes > 123) {
    throw new RangeError(`Cannot close with a reason of ${bytes} bytes: it must be 123 at most`);
  }
}
