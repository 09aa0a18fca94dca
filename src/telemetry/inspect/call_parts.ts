/**
 * The parts of a call's time, made with their words.
 *
 * @module
 */

import type { CallEnded, CallView, Part, PartKind } from "./call_events.ts";
import { namedWaitOf, shownBytes, shownMs, waitWords } from "./call_words.ts";

/** Gaps below this are not shown: nobody waited. */
export const NOTICEABLE_MS = 1;

const LASTING: Readonly<Partial<Record<PartKind, string>>> = {
  before: "not sent yet",
  queue: "waits in the limiter's queue",
  body: "reads the body",
};

/** What lasts from now on. */
export function lasting(kind: "before" | "queue" | "body", startMs: number, attempt: number): Part {
  return { kind, startMs, words: LASTING[kind]!, attempt };
}

/** What ended before a request was sent: time in a queue, or of the client. */
export function beforeSending(
  kind: "before" | "queue",
  startMs: number,
  endMs: number,
  attempt: number,
): Part {
  const time = shownMs(endMs - startMs);
  const words = kind === "queue"
    ? `waited ${time} in the limiter's queue`
    : `${time} before the request: middleware, the cache or credentials`;
  return { kind, startMs, endMs, words, attempt };
}

const WHY = { redirect: " after the redirect", auth: " with new credentials", retry: " again" };

/** A request, with the words for what is known of it. */
export function requestPart(facts: Omit<Part, "kind" | "words">): Part {
  const { attempt, resentFor, mark, startMs, endMs, leadsTo } = facts;
  const sent = `attempt ${attempt}, sent${resentFor === undefined ? "" : WHY[resentFor]}`;
  const came = endMs === undefined ? "" : `: ${mark} after ${shownMs(endMs - startMs)}`;
  const words = `${sent}${came}${leadsTo === undefined ? "" : `, leads to ${leadsTo}`}`;
  return { ...facts, kind: "request", words };
}

/** How a call ended, as the mark of a part. */
export function failureOf({ errorCode, outcome }: CallEnded): Partial<Part> {
  if (outcome === "cancelled") return { mark: "aborted", tone: "bad" };
  return errorCode === undefined ? {} : { mark: errorCode, tone: "bad" };
}

/** The reading of a body. */
export function bodyPart(
  [startMs, endMs]: readonly [startMs: number, endMs: number],
  attempt: number,
  failure: Partial<Part>,
  { bytes, isStream }: Pick<CallEnded, "bytes" | "isStream"> = {},
): Part {
  const time = shownMs(endMs - startMs);
  const words = failure.mark !== undefined
    ? `reading the body of attempt ${attempt} ended with ${failure.mark} after ${time}`
    : isStream
    ? "handed the body over as a stream"
    : `read the body${bytes === undefined ? "" : ` of ${shownBytes(bytes)}`} in ${time}`;
  return { kind: "body", startMs, endMs, words, attempt, ...failure };
}

/** What is known of a wait. */
export interface Wait {
  readonly startMs: number;
  /** Left out while it lasts. */
  readonly endMs?: number | undefined;
  /** The attempt that it is before. */
  readonly attempt: number;
  /** What the attempt before ended with; that of its last request when left out. */
  readonly after?: string | number | undefined;
  /** Left out while only the server's answer is known. */
  readonly reason?: "backoff" | "retry_after" | undefined;
}

/** A wait before another attempt. */
export function waitPart(view: CallView, { startMs, endMs, attempt, after, reason }: Wait): Part {
  const request = view.parts.findLast((one) => one.kind === "request" && one.attempt < attempt);
  const named = namedWaitOf(view.exchanges[request?.exchange ?? -1]?.answer);
  const words = waitWords({
    ms: endMs === undefined ? undefined : endMs - startMs,
    reason: reason ?? (named === undefined ? undefined : "retry_after"),
    attempt,
    after: String(after ?? request?.mark ?? "a failure"),
    named,
  });
  return { kind: "wait", startMs, ...(endMs !== undefined && { endMs }), words, attempt };
}
