/**
 * Bytes as base64 (RFC 4648 section 4), and back. The methods of Uint8Array are not on every runtime.
 *
 * @module
 */

import { ToolError } from "./tool.ts";

/** @throws {ToolError} If it is none. */
export function fromBase64(text: string): Uint8Array<ArrayBuffer> {
  try {
    return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  } catch {
    throw new ToolError(
      "Cannot send base64: it is none; encode the bytes as RFC 4648 section 4 has it",
    );
  }
}

/** Bytes as base64 (RFC 4648 section 4). */
export function toBase64(bytes: Uint8Array): string {
  let binary = "";
  for (let at = 0; at < bytes.length; at += 8192) {
    binary += String.fromCharCode(...bytes.subarray(at, at + 8192));
  }
  return btoa(binary);
}
