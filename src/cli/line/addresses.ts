/**
 * Completes URLs that people type, and makes file names for them. Pure.
 *
 * @module
 */

import { isLoopbackHost } from "../../hosts/loopback.ts";

/**
 * Completes a typed URL: `:8080/path` is on localhost; the default scheme is https, or http for this machine
 * (wss and ws for WebSockets).
 */
export function completeURL(text: string, protocol: "http" | "ws"): string {
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(text)) return text;
  if (text.startsWith(":")) {
    return `${protocol}://localhost${text.replace(/^:(?!\d)/, "")}`;
  }
  const [host = ""] = /^(?:\[[^\]]*\]|[^:/?#]*)/.exec(text) ?? [];
  return `${protocol}${isLoopbackHost(host.toLowerCase()) ? "" : "s"}://${text}`;
}

/** Returns a file name for a URL: its last segment, without characters that could leave the folder. */
export function fileNameOf(url: string): string {
  const segment = new URL(url).pathname.split("/").at(-1)!;
  let name = segment;
  try {
    name = decodeURIComponent(segment);
  } catch {
    // Malformed escapes: keep the segment unchanged.
  }
  // A leading dot would hide the file, or make it the configuration of a program.
  const safe = name.replace(/[^\p{L}\p{N} ._()+,=@-]/gu, "_").replace(/^[. -]+/, "").slice(0, 200)
    .trim();
  if (safe === "") return "download";
  return WINDOWS_DEVICE.test(safe) ? `_${safe}` : safe;
}

/** Names that Windows reserves for devices in every folder, with any extension. */
const WINDOWS_DEVICE = /^(?:con|prn|aux|nul|(?:com|lpt)[0-9¹²³]|con(?:in|out)[$_]) *(?:\.|$)/i;
