/**
 * One budget for the whole result, header fields and URLs included: a model pays for all of it.
 *
 * @module
 */
// deno-lint-ignore-file camelcase -- tools have the names that agents know

import { NOTICE } from "../policy/tool_error.ts";
import type { ToolOutput } from "../policy/tool.ts";

/** The bytes that a result may have in addition to `max_bytes` and its own URL. */
const BEYOND = 2048;
/** The part of these bytes for escapes and quotes in the JSON form of a body. */
const FOR_ESCAPES = 512;

/** The length of a value as JSON, in bytes. */
export function jsonLength(value: unknown): number {
  return new TextEncoder().encode(JSON.stringify(value)).length;
}

/** Returns the longest JSON form of a body's content, in bytes. */
export function mostShown(maxBytes: number): number {
  return maxBytes + FOR_ESCAPES;
}

/** The facts of a response before its body. */
export interface ResponseFacts {
  /** The URL that the agent gave. */
  readonly given: string;
  /** The URL that responded. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly redirects: readonly string[];
}

/** The header fields that agents use, the most useful first. The others follow in their order. */
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

/** Adds as many of the facts to the output as fit; `left_out` lists the others. */
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

/** Shortens a URL of a result without header fields. */
export function shortURL(url: string, given: string): string {
  const most = given.length + BEYOND / 4;
  return url.length <= most ? url : `${url.slice(0, most)}…`;
}

/** Counts the entries of a result that fit its budget. */
export class EntryBudget {
  readonly #maxBytes: number;
  #bytes = 0;
  #length = 0;

  /** @param maxBytes The `max_bytes` of the call. */
  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** Whether no entry was counted yet. */
  get isEmpty(): boolean {
    return this.#length === 0;
  }

  /**
   * Counts an entry if it fits; returns false otherwise.
   *
   * @param entry The entry as shown.
   * @param bytes The bytes of its content, before escapes.
   */
  take(entry: Readonly<Record<string, string>>, bytes: number): boolean {
    const length = jsonLength(entry) + 1;
    const content = jsonLength(Object.values(entry).at(-1)) - 2;
    // Escapes of the first entry do not count, so that a result has at least one entry.
    const counted = this.isEmpty ? length - Math.max(0, content - bytes) : length;
    if (this.#bytes + bytes > this.#maxBytes) return false;
    if (this.#length + counted > this.#maxBytes + BEYOND / 2) return false;
    this.#bytes += bytes;
    this.#length += length;
    return true;
  }
}
