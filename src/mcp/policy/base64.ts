/**
 * Decodes base64 from an agent (RFC 4648 section 4).
 *
 * @module
 */

import { ToolError } from "./tool_error.ts";

/**
 * Decodes base64, also in a data: URL.
 *
 * @param name The name of the value in the message.
 * @throws {ToolError} If it is not base64.
 */
export function fromBase64(text: string, name = "base64"): Uint8Array<ArrayBuffer> {
  try {
    const plain = text.replace(/^data:[^,]{0,200};base64,/i, "");
    return Uint8Array.from(atob(plain), (character) => character.charCodeAt(0));
  } catch {
    throw new ToolError(
      `Cannot send ${name}: it is not base64; encode the bytes as base64 (RFC 4648 section 4)`,
    );
  }
}
