/**
 * Finds the recording of a request, and says what differs when there is none. What was secret is a mark
 * in the recording, and fits anything.
 *
 * @module
 */

import { type Exchange, field, typeOf } from "../../recording/exchange.ts";
import type { CassetteMatch } from "./options.ts";

/** The parts of a request that are compared. */
interface Compared {
  readonly method: string;
  readonly url: string;
  readonly body: string;
  readonly headers: readonly (readonly [name: string, value: string])[];
}

/** A recording, and whether it was used. */
export interface Entry {
  readonly exchange: Exchange;
  /** How often it answered. */
  used: number;
}

/** Parameters that are signed with the time. */
const OF_A_SIGNATURE =
  /^(?:x-(?:amz|goog)-(?:date|signature|credential)|oauth_(?:timestamp|nonce))$/i;

/** Compares requests by the rules of a caller. */
export class Matching {
  readonly #match: CassetteMatch;
  readonly #text: (text: string) => string;
  readonly #recorded = new WeakMap<Exchange, Compared>();

  /** @param text What the caller changes in recordings. */
  constructor(match: CassetteMatch, text: (text: string) => string = (text) => text) {
    this.#match = match;
    this.#text = text;
  }

  /** The recording for a request: an unused one, else with `repeat` the last one. */
  find(asked: Exchange, entries: readonly Entry[], repeat: boolean): Entry | undefined {
    const compared = this.#compared(asked, this.#text);
    const isRight = ({ exchange }: Entry) => this.#fits(this.#of(exchange), compared);
    const unused = entries.filter(({ used }) => used === 0);
    if (this.#match.order === "recorded") {
      const [next] = unused;
      return next !== undefined && isRight(next) ? next : undefined;
    }
    const fitting = unused.filter(isRight);
    // With the very values first: those that came from a recording.
    const same = fitting.find(({ exchange }) => isSame(this.#of(exchange), compared));
    return same ?? fitting[0] ?? (repeat ? entries.findLast(isRight) : undefined);
  }

  /** The nearest recording, and what differs, in words. `asked` has no secrets. */
  nearest(
    asked: Exchange,
    entries: readonly Entry[],
  ): { readonly entry: Entry; readonly words: readonly string[] } | undefined {
    const isOrdered = this.#match.order === "recorded";
    const compared = this.#compared(asked);
    const rated = entries.map((entry) => {
      const words = differences(this.#of(entry.exchange), compared);
      return {
        entry,
        words,
        distance: distance(this.#of(entry.exchange), compared) + words.length,
      };
    });
    const next = isOrdered ? rated.find(({ entry }) => entry.used === 0) : undefined;
    return next ?? rated.sort((a, b) => a.distance - b.distance)[0];
  }

  /** Whether two messages of a socket are the same. */
  fitsMessage(recorded: string, sent: string): boolean {
    return fits(canonical(recorded, ""), canonical(this.#text(sent), ""));
  }

  #of(exchange: Exchange): Compared {
    let compared = this.#recorded.get(exchange);
    if (compared === undefined) this.#recorded.set(exchange, compared = this.#compared(exchange));
    return compared;
  }

  #compared(
    { request, socket }: Exchange,
    text: (text: string) => string = (text) => text,
  ): Compared {
    const { headers: names = [], url: changeURL = (url) => url, body: rule = true } = this.#match;
    const method = socket === undefined ? request.method : "WebSocket";
    const url = sortedQuery(changeURL(text(plainURL(request.url))));
    const given = rule === false ? "" : request.body ?? "";
    const body = typeof given === "string" ? text(given) : bytesAsText(given);
    const type = field(request.headers, "content-type") ?? "";
    const changed = typeof rule === "function" && body !== "" ? rule(body, { method, url }) : body;
    return {
      method,
      url,
      body: canonical(changed, type),
      headers: names.map((name) => {
        const value = text(field(request.headers, name.toLowerCase()) ?? "");
        return [name, value.replace(/boundary=[^;]*/i, "boundary=")];
      }),
    };
  }

  #fits(recorded: Compared, asked: Compared): boolean {
    return recorded.method === asked.method && fits(recorded.url, asked.url) &&
      fits(recorded.body, asked.body) &&
      recorded.headers.every(([, value], index) => fits(value, asked.headers[index]![1]));
  }
}

function isSame(recorded: Compared, asked: Compared): boolean {
  return recorded.url === asked.url && recorded.body === asked.body &&
    recorded.headers.every(([, value], index) => value === asked.headers[index]![1]);
}

/** A character for each byte; asterisks are where a secret was. */
function bytesAsText(bytes: Uint8Array): string {
  return new TextDecoder("latin1").decode(bytes).replace(/\*{4,}/g, "REDACTED-0");
}

/** Fragment and userinfo are not sent. */
function plainURL(url: string): string {
  return url.replace(/#.*/s, "").replace(/^([a-z][a-z\d+.-]*:\/\/)[^/?#]*@/i, "$1");
}

/** The query by name; what is signed with the time is left out. */
function sortedQuery(url: string): string {
  const mark = url.indexOf("?");
  if (mark < 0) return url;
  const pairs = url.slice(mark + 1).split("&").map((pair) =>
    pair.split("=", 2) as [string, string?]
  );
  const kept = pairs.filter(([name]) => !OF_A_SIGNATURE.test(name));
  return `${url.slice(0, mark)}?${sorted(kept).map((pair) => pair.join("=")).join("&")}`;
}

function sorted<T extends readonly [string, ...unknown[]]>(pairs: readonly T[]): T[] {
  return [...pairs].sort(([a], [b]) => a < b ? -1 : a > b ? 1 : 0);
}

/** A body in the one form of all that mean the same. */
function canonical(body: string, contentType: string): string {
  const type = typeOf([["content-type", contentType]]);
  if (type === "application/x-www-form-urlencoded") return sortedQuery(`?${body}`).slice(1);
  const boundary = /boundary="?([^";]+)/i.exec(contentType)?.[1];
  if (boundary !== undefined) return body.replaceAll(boundary, "boundary");
  try {
    return JSON.stringify(ordered(JSON.parse(body)));
  } catch {
    return body; // no JSON
  }
}

/** A JSON value with its members by name. */
function ordered(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(ordered);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    sorted(Object.entries(value)).map(([name, one]) => [name, ordered(one)]),
  );
}

/** Where a secret was: in JSON it may have been a number. */
const SECRET = /"REDACTED-\d+"|REDACTED-\d+|\[redacted\]/;

/** Whether a recorded text fits: what was secret fits anything. In linear time. */
function fits(recorded: string, asked: string): boolean {
  if (recorded === asked) return true;
  const pieces = recorded.split(new RegExp(SECRET, "g"));
  if (pieces.length === 1) return false;
  const [first = "", last = ""] = [pieces[0], pieces.at(-1)];
  if (!asked.startsWith(first) || !asked.endsWith(last)) return false;
  let at = first.length;
  for (const piece of pieces.slice(1, -1)) {
    const found = asked.indexOf(piece, at);
    if (found < 0) return false;
    at = found + piece.length;
  }
  return at <= asked.length - last.length;
}

/** How far the URLs are from each other, from 0 to 8. */
function distance(recorded: Compared, asked: Compared): number {
  if (recorded.method === "WebSocket" !== (asked.method === "WebSocket")) return 8;
  const [a, b] = [recorded, asked].map(({ url }) => url.split("?", 1)[0]!.split("/"));
  let common = 0;
  while (common < a!.length && a![common] === b![common]) common++;
  return 6 * (1 - common / Math.max(a!.length, b!.length)) +
    (recorded.method === asked.method ? 0 : 2);
}

/** What differs, a sentence part each. */
function differences(recorded: Compared, asked: Compared): string[] {
  const words: string[] = [];
  const tell = (what: string, was: unknown, is: unknown) =>
    words.push(`${what}: recorded ${shown(was)}, sent ${shown(is)}`);
  if (recorded.method !== asked.method) tell("method", recorded.method, asked.method);
  if (!fits(recorded.url, asked.url)) {
    const [was, is] = [recorded.url, asked.url].map((url) => url.split("?", 1)[0]!);
    if (!fits(was!, is!)) tell("URL", was, is);
    const query = ({ url }: Compared) => new URLSearchParams(url.split("?")[1] ?? "");
    const [wasQuery, isQuery] = [query(recorded), query(asked)];
    for (const name of new Set([...wasQuery.keys(), ...isQuery.keys()])) {
      const [before, now] = [wasQuery.getAll(name).join(), isQuery.getAll(name).join()];
      const [had, has] = [wasQuery.has(name), isQuery.has(name)];
      if (had !== has || !fits(before, now)) {
        tell(`parameter ${name}`, had ? before : undefined, has ? now : undefined);
      }
    }
  }
  recorded.headers.forEach(([name, value], index) => {
    const is = asked.headers[index]![1];
    if (!fits(value, is)) tell(`header ${name}`, value || undefined, is || undefined);
  });
  if (!fits(recorded.body, asked.body)) differInBody(recorded.body, asked.body, tell);
  return words.length > MOST_WORDS
    ? [...words.slice(0, MOST_WORDS), `${words.length - MOST_WORDS} more`]
    : words;
}

const MOST_WORDS = 5;

function differInBody(
  recorded: string,
  asked: string,
  tell: (what: string, was: unknown, is: unknown) => void,
): void {
  let [was, is]: unknown[] = [recorded, asked];
  try {
    [was, is] = [JSON.parse(recorded), JSON.parse(asked)];
  } catch {
    const [a, b] = [recorded.split("\n"), asked.split("\n")];
    const line = a.findIndex((one, index) => !fits(one, b[index] ?? ""));
    const at = line < 0 ? a.length : line;
    return tell(a.length + b.length > 2 ? `body, line ${at + 1}` : "body", a[at], b[at]);
  }
  const compare = (a: unknown, b: unknown, path: string): void => {
    const areObjects = [a, b].every((one) => typeof one === "object" && one !== null);
    if (!areObjects || Array.isArray(a) !== Array.isArray(b)) {
      if (!fits(JSON.stringify(a) ?? "", JSON.stringify(b) ?? "")) tell(path, a, b);
      return;
    }
    const [left, right] = [a, b] as Record<string, unknown>[];
    for (const name of new Set([...Object.keys(left!), ...Object.keys(right!)])) {
      compare(left![name], right![name], `${path}.${name}`);
    }
  };
  compare(was, is, "body");
}

/** A value in a message. */
export function shown(value: unknown): string {
  if (value === undefined) return "none";
  // deno-lint-ignore no-control-regex -- what is no text has them
  if (typeof value === "string" && /[\0-\x08]/.test(value)) return `${value.length} bytes`;
  const text = JSON.stringify(value);
  return text.length > 80 ? `${text.slice(0, 77)}…` : text;
}
