/**
 * The view of a call that has ended: waits and queues are no longer guessed, since the call's attempts
 * say how long they were. Pure.
 *
 * @module
 */

import type { Attempt } from "../../errors.ts";
import type { CallEnded, CallView, Part } from "./call_events.ts";
import {
  beforeSending,
  bodyPart,
  failureOf,
  NOTICEABLE_MS,
  requestPart,
  waitPart,
} from "./call_parts.ts";
import { cacheWords, shownMs, skippedWords } from "./call_words.ts";

/** The view after the end. */
export function endCall(view: CallView, event: CallEnded): CallView {
  const { outcome, statusCode, errorCode, message, retrySkipped, cache, bytes } = event;
  const elapsedMs = event.at - view.startMs;
  const parts = answeredWithoutRequest(view, event) ? [stored(event, elapsedMs)] : withQueues(
    view.parts.flatMap((part, index) => exact(view, part, index, event, elapsedMs)),
    event,
  );
  const { length } = event.attempts;
  return {
    ...view,
    state: outcome,
    elapsedMs,
    attempts: Math.max(length, view.attempts),
    parts,
    ...(statusCode !== undefined && { statusCode }),
    ...(errorCode !== undefined && { errorCode }),
    ...(message !== undefined && { message }),
    ...(retrySkipped !== undefined && { retrySkipped, gaveUp: skippedWords(retrySkipped) }),
    ...(cache !== undefined && { cache: cache.status }),
    ...(bytes !== undefined && { bytes }),
    ...(event.isStream && { isStream: true }),
  };
}

function answeredWithoutRequest({ parts }: CallView, { cache, isShared }: CallEnded): boolean {
  return (isShared === true || cache !== undefined) &&
    !parts.some(({ kind }) => kind === "request");
}

/** The one part of a call that had its response from elsewhere. */
function stored({ cache }: CallEnded, endMs: number): Part {
  return {
    kind: cache === undefined ? "shared" : "cache",
    startMs: 0,
    endMs,
    words: cache === undefined ? "shared the request of an identical call" : cacheWords(cache),
    attempt: 0,
    mark: cache?.status ?? "shared",
    tone: "good",
  };
}

/** What a part of a running call was, as it is known now. */
function exact(
  view: CallView,
  part: Part,
  index: number,
  event: CallEnded,
  elapsedMs: number,
): readonly Part[] {
  const isOpen = part.endMs === undefined;
  if (part.kind === "request") {
    return [
      isOpen ? cutOff(part, event, elapsedMs) : settled(view, part, view.parts[index + 1], event),
    ];
  }
  if (isOpen) return atTheEnd(view, part, event, elapsedMs);
  if (index === 0 || part.kind === "wait") return beforeAttempt(view, part, index === 0, event);
  return [part];
}

/** A request that was on the wire when the call ended. */
function cutOff(part: Part, event: CallEnded, endMs: number): Part {
  const { mark = "ended" } = failureOf(event);
  return requestPart({ ...part, endMs, mark, tone: "bad" });
}

/** A request as its attempt knows it: what ended it, and when. */
function settled(
  view: CallView,
  part: Part,
  next: Part | undefined,
  { attempts }: CallEnded,
): Part {
  const { mark = "", endMs = 0, startMs, attempt: number } = part;
  const { errorCode } = attempts[number - 1] ?? {};
  if (next?.kind !== "wait" || errorCode === undefined || /^\d/.test(mark)) return part;
  const end = Math.max(
    startMs,
    Math.min(endMs, boundsOf(view, next, attempts[next.attempt - 1]).waitedFrom),
  );
  return requestPart({ ...part, endMs: end, mark: errorCode });
}

/** When the wait and the queue of a time before an attempt began. */
function boundsOf(
  { parts }: CallView,
  { startMs, endMs = startMs, kind, attempt }: Part,
  { queuedMs = 0, waitedMs = 0 }: Partial<Attempt> = {},
): { readonly waitedFrom: number; readonly queuedFrom: number } {
  // The requests after a redirect may have waited for their places too: what they can have is theirs.
  const [, ...later] = parts.filter((one) => one.kind === "request" && one.attempt === attempt);
  const queueMs = later.reduce((left, one) => Math.max(0, left - lengthOf(one)), queuedMs);
  // Before the first attempt there is no wait.
  const earliest = kind === "wait" ? -Infinity : startMs;
  const queuedFrom = Math.max(earliest, endMs - queueMs);
  return { waitedFrom: Math.max(earliest, queuedFrom - waitedMs), queuedFrom };
}

/**
 * The parts with the queues between the requests of one attempt. They lie within the second of two
 * requests, since it asks for its place when it is about to be sent.
 */
function withQueues(parts: readonly Part[], { attempts }: CallEnded): readonly Part[] {
  const split = new Map<Part, number>();
  for (const { number, queuedMs = 0 } of attempts) {
    const own = parts.filter(({ attempt }) => attempt === number);
    const queues = own.filter(({ kind }) => kind === "queue");
    const [, ...later] = own.filter(({ kind }) => kind === "request");
    const [longest] = later.toSorted((a, b) => lengthOf(b) - lengthOf(a));
    const restMs = queues.reduce((left, one) => left - lengthOf(one), queuedMs);
    if (longest !== undefined && restMs >= NOTICEABLE_MS) {
      split.set(longest, Math.min(restMs, lengthOf(longest)));
    }
  }
  return parts.flatMap((part) => {
    const queueMs = split.get(part);
    if (queueMs === undefined) return [part];
    const sentAt = part.startMs + queueMs;
    return [
      beforeSending("queue", part.startMs, sentAt, part.attempt),
      requestPart({ ...part, startMs: sentAt }),
    ];
  });
}

function lengthOf({ startMs, endMs = startMs }: Part): number {
  return endMs - startMs;
}

/** The time before an attempt: what was left of the one before it, the wait, the queue. */
function beforeAttempt(
  view: CallView,
  part: Part,
  isFirst: boolean,
  { attempts }: CallEnded,
): readonly Part[] {
  const { startMs, endMs = startMs, attempt: number } = part;
  const attempt = attempts[number - 1];
  if (attempt === undefined) return [part];
  // A request whose failure came late was taken to last until here.
  const { waitedFrom, queuedFrom } = boundsOf(view, part, attempt);
  const { statusCode, errorCode } = attempts[number - 2] ?? {};
  const [rest, queue]: [Part, Part] = [
    isFirst
      ? beforeSending("before", startMs, waitedFrom, number)
      : bodyPart([startMs, waitedFrom], number - 1, bad(errorCode)),
    beforeSending("queue", queuedFrom, endMs, number),
  ];
  const after = statusCode ?? errorCode;
  const reason = attempt.waitReason;
  const wait = { startMs: waitedFrom, endMs: queuedFrom, attempt: number, after, reason };
  return [
    ...isNoticed(rest) ? [rest] : [],
    ...isFirst ? [] : [waitPart(view, wait)],
    ...isNoticed(queue) ? [queue] : [],
  ];
}

function bad(mark: string | undefined): Partial<Part> {
  return mark === undefined ? {} : { mark, tone: "bad" };
}

function isNoticed(part: Part): boolean {
  return lengthOf(part) >= NOTICEABLE_MS;
}

/** What lasted when the call ended. */
function atTheEnd(
  view: CallView,
  part: Part,
  event: CallEnded,
  endMs: number,
): readonly Part[] {
  const { startMs, kind } = part;
  const request = view.parts.findLast((one) => one.kind === "request");
  const last = event.attempts.at(-1);
  const sent = request?.attempt ?? 0;
  if (last !== undefined && last.number > sent) return refused(view, startMs, endMs, event, sent);
  if (request === undefined) {
    return [{
      ...beforeSending(kind === "queue" ? kind : "before", startMs, endMs, 1),
      ...failureOf(event),
    }];
  }
  const failure = failureOf(event);
  if (failure.mark !== undefined) {
    if (request.mark === failure.mark) return []; // the request said so already
    const isOfBody = kind === "body" || last?.errorCode === failure.mark;
    if (isOfBody) return [bodyPart([startMs, endMs], sent, failure)];
    return [{ ...waitPart(view, { startMs, endMs, attempt: sent + 1 }), ...failure }];
  }
  const body = bodyPart([startMs, endMs], sent, {}, event);
  return event.isStream || isNoticed(body) ? [body] : [];
}

/** An attempt that a breaker or a full queue refused, before anything was sent. */
function refused(
  view: CallView,
  startMs: number,
  endMs: number,
  { attempts }: CallEnded,
  sent: number,
): readonly Part[] {
  const { number, errorCode, waitedMs, waitReason: reason } = attempts.at(-1)!;
  const waitedTo = Math.min(endMs, startMs + waitedMs);
  const time = shownMs(endMs - waitedTo);
  const part: Part = {
    kind: "queue",
    startMs: waitedTo,
    endMs,
    words: `attempt ${number} was refused after ${time}: ${errorCode}; nothing was sent`,
    attempt: number,
    ...bad(errorCode),
  };
  if (sent === 0) return [part];
  return [waitPart(view, { startMs, endMs: waitedTo, attempt: number, reason }), part];
}
