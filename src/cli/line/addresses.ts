/**
 * URLs as people type them, and names of files for what they lead to. Pure.
 *
 * @module
 */

import { isLoopbackHost } from "../../hosts/loopback.ts";

/**
 * The URL for what was typed: `:8080/path` is on localhost, and without a scheme it is https, or http
 * on this machine (wss and ws).
 */
export function completeURL(text: string, protocol: "http" | "ws"): string {
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(text)) return text;
  if (text.startsWith(":")) {
    return `${protocol}://localhost${text.replace(/^:(?!\d)/, "")}`;
  }
  const [host = ""] = /^(?:\[[^\]]*\]|[^:/?#]*)/.exec(text) ?? [];
  return `${protocol}${isLoopbackHost(host.toLowerCase()) ? "" : "s"}://${text}`;
}

/** A name for what a URL leads to: its last segment, without what could lead out of the folder. */
export function fileNameOf(url: string): string {
  const segment = new URL(url).pathname.split("/").at(-1)!;
  let name = segment;
  try {
    name = decodeURIComponent(segment);
  } catch {
    // Malformed escapes: the segment as it is.
  }
  // A dot in front would hide it, or make it the configuration of a program.
  const safe = name.replace(/[^\p{L}\p{N} ._()+,=@-]/gu, "_").replace(/^[. -]+/, "").slice(0, 200)
    .trim();
  if (safe === "") return "download";
  return WINDOWS_DEVICE.test(safe) ? `_${safe}` : safe;
}

/** Names that Windows keeps for devices in every folder, whatever extension follows. */
const WINDOWS_DEVICE = /^(?:con|prn|aux|nul|(?:com|lpt)[0-9¹²³]|con(?:in|out)[$_]) *(?:\.|$)/i;
