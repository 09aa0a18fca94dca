/**
 * Calls as lines of text: one a call, with a mark for each attempt and the waits between them.
 *
 * @module
 */

import type { CallView, Part } from "./call_events.ts";
import { shownMs } from "./call_words.ts";
import type { OriginView } from "./origins.ts";

/** A colour, or none of them. */
export type Paint = (style: "good" | "moved" | "bad" | "dim" | "bold", text: string) => string;

/** Text without colours. */
export const PLAIN: Paint = (_, text) => text;

const CODES = { good: 32, moved: 36, bad: 33, dim: 2, bold: 1 };

/** Text in the colours of a terminal. */
export const COLOURED: Paint = (style, text) => `\x1b[${CODES[style]}m${text}\x1b[0m`;

/** What a line needs besides the call. */
export interface LineSetting {
  readonly columns: number;
  readonly paint: Paint;
  /** Milliseconds since the inspector was made. */
  readonly nowMs: number;
  readonly origin: Pick<OriginView, "budget" | "breaker"> | undefined;
}

/** The width of the column of methods. */
const METHOD = 6;
/** The least that is shown of a path. */
const SHORTEST_PATH = 12;

/** The line of a call. It has no more columns than there are, as far as the marks allow. */
export function lineOf(call: CallView, { columns, paint, nowMs, origin }: LineSetting): string {
  const marks = call.parts.flatMap((part) => markOf(call, part, nowMs));
  const whole = shownMs(call.elapsedMs ?? nowMs - call.startMs);
  const notes = [
    ...call.lost > 0 ? [`${call.lost} parts not shown`] : [],
    ...call.retrySkipped !== undefined && call.attempts === 1 ||
        call.retrySkipped === "retry_budget"
      ? [`not retried: ${call.retrySkipped}`]
      : [],
    ...budgetOf(origin),
    ...origin?.breaker !== undefined && origin.breaker.state !== "closed"
      ? [`breaker ${origin.breaker.state}`]
      : [],
  ];
  const tail = [...marks.map(({ text }) => text), "", whole].join(" ") +
    notes.map((note) => ` · ${note}`).join("");
  const most = Math.max(SHORTEST_PATH, columns - METHOD - 4 - tail.length);
  const path = call.path.length > most ? `${call.path.slice(0, most - 1)}…` : call.path;
  const painted = marks.map(({ style, text }) => paint(style, text)).join(" ");
  const end = call.state === "running" ? paint("dim", `${whole}…`) : paint("bold", whole);
  return `${call.method.padEnd(METHOD)} ${path.padEnd(SHORTEST_PATH)}  ${painted}  ${end}` +
    notes.map((note) => paint("dim", ` · ${note}`)).join("");
}

function budgetOf(origin: LineSetting["origin"]): string[] {
  const { budget } = origin ?? {};
  return budget === undefined || budget.left >= budget.of ? [] : [`budget ${budget.left}`];
}

interface Mark {
  readonly style: Parameters<Paint>[0];
  readonly text: string;
}

/** Marks differ by their shape, not by the colour alone. */
const SHAPES = { good: "●", moved: "↪", bad: "▲" };

function markOf(call: CallView, part: Part, nowMs: number): readonly Mark[] {
  const { kind, mark, tone = "good", startMs } = part;
  const isOpen = part.endMs === undefined;
  const ms = (part.endMs ?? nowMs - call.startMs) - startMs;
  const time = `${shownMs(ms)}${isOpen ? "…" : ""}`;
  const failed: Mark[] = mark === undefined || tone !== "bad"
    ? []
    : [{ style: "bad", text: `✕ ${mark}` }];
  switch (kind) {
    case "request":
      if (isOpen) return [{ style: "dim", text: "○" }];
      if (!/^\d/.test(mark ?? "")) return failed;
      return [{ style: tone, text: `${SHAPES[tone]} ${mark}` }];
    case "wait": {
      const why = /server said (?:Retry-After|RateLimit|retry-after-ms)/.test(part.words)
        ? " as asked"
        : "";
      return [{ style: "dim", text: `┄ ${time}${why} ┄` }, ...failed];
    }
    case "queue":
      return isOpen && ms < 1 ? [] : [{ style: "dim", text: `≡ ${time}` }, ...failed];
    case "cache":
    case "shared":
      return [{ style: "good", text: `◆ ${mark}` }];
    default:
      return failed;
  }
}
