/**
 * One budget for the whole result: what a model pays for is all of it, header fields and URLs included.
 *
 * @module
 */
// deno-lint-ignore-file camelcase -- tools have the names that agents know

import { NOTICE } from "../policy/tool_error.ts";
import type { ToolOutput } from "../policy/tool.ts";

/** What a result may have beyond `max_bytes` and its own URL, in bytes. */
const BEYOND = 2048;
/** Of that, what the JSON form of a body may take for its escapes and frames. */
const FOR_ESCAPES = 512;

/** The length of a value as JSON, in bytes. */
export function jsonLength(value: unknown): number {
  return new TextEncoder().encode(JSON.stringify(value)).length;
}

/** How long what came from a body may be as JSON. */
export function mostShown(maxBytes: number): number {
  return maxBytes + FOR_ESCAPES;
}

/** What a response says before its body. */
export interface ResponseFacts {
  /** The URL that the agent gave. */
  readonly given: string;
  /** The URL that answered. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly redirects: readonly string[];
}

/** The header fields that agents use, the most useful first; the others follow as they came. */
const USEFUL: readonly RegExp[] = [
  /^content-type$/,
  /^location$/,
  /^link$/,
  /^retry-after$/,
  /^etag$/,
  /^last-modified$/,
  /^content-(?:length|disposition|location|language|range)$/,
  /^(?:x-)?rate-?limit/,
  /^(?:allow|www-authenticate|accept-ranges|cache-control|expires|age|deprecation|sunset)$/,
  /^x-request-id$/,
];

/** The output with as much of the facts as there is room for; `left_out` says what there was not. */
export function withFacts(
  output: ToolOutput,
  { given, url, headers, redirects }: ResponseFacts,
  maxBytes: number,
): ToolOutput {
  const longestNote = "the end of url, 9999 header fields, 9999 redirects";
  const frame = { notice: NOTICE, url: "", headers: {}, redirects: [], left_out: longestNote };
  let room = maxBytes + BEYOND + new TextEncoder().encode(given).length -
    jsonLength({ ...frame, ...output });
  const take = (...parts: string[]) => {
    const length = parts.reduce((sum, part) => sum + jsonLength(part) + 1, 0);
    if (length > room) return false;
    room -= length;
    return true;
  };
  const isWhole = take(url);
  const shownURL = isWhole ? url : `${url.slice(0, Math.max(0, room >> 2))}…`;
  if (!isWhole) take(shownURL);
  const names = Object.keys(headers);
  const useful = [...new Set(USEFUL.flatMap((one) => names.filter((name) => one.test(name))))];
  const others = names.filter((name) => !useful.includes(name));
  const hasRoom = (name: string) => take(name, headers[name]!);
  const first = useful.filter(hasRoom);
  const hops = redirects.filter((hop) => take(hop));
  const shown = Object.fromEntries(
    [...first, ...others.filter(hasRoom)].map((name) => [name, headers[name]!]),
  );
  const leftOut = [
    isWhole ? "" : "the end of url",
    counted(names.length - Object.keys(shown).length, "header field"),
    counted(redirects.length - hops.length, "redirect"),
  ].filter(Boolean).join(", ");
  const { status, ...rest } = output;
  return {
    notice: NOTICE,
    url: shownURL,
    status,
    headers: shown,
    redirects: hops,
    ...(leftOut !== "" && { left_out: leftOut }),
    ...rest,
  };
}

function counted(count: number, what: string): string {
  return count === 0 ? "" : `${count} ${what}${count === 1 ? "" : "s"}`;
}

/** A URL of a result that has no header fields: the end is cut off if there is no room for it. */
export function shortURL(url: string, given: string): string {
  const most = given.length + BEYOND / 4;
  return url.length <= most ? url : `${url.slice(0, most)}…`;
}

/** Collects the entries of a result, as many as its budget has room for. */
export class EntryBudget {
  readonly #maxBytes: number;
  #bytes = 0;
  #length = 0;

  /** @param maxBytes The `max_bytes` of the call. */
  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** Whether nothing was taken yet. */
  get isEmpty(): boolean {
    return this.#length === 0;
  }

  /**
   * Counts an entry if there is room for it.
   *
   * @param entry The entry as it will be shown.
   * @param bytes The bytes of its content, before escapes.
   */
  take(entry: Readonly<Record<string, string>>, bytes: number): boolean {
    const length = jsonLength(entry) + 1;
    const content = jsonLength(Object.values(entry).at(-1)) - 2;
    // Escapes of the first entry do not count, so that there is something to show.
    const counted = this.isEmpty ? length - Math.max(0, content - bytes) : length;
    if (this.#bytes + bytes > this.#maxBytes) return false;
    if (this.#length + counted > this.#maxBytes + BEYOND / 2) return false;
    this.#bytes += bytes;
    this.#length += length;
    return true;
  }
}
