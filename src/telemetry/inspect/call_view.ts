/**
 * What people see of a call: a pure function of the events of that call.
 *
 * @module
 */

import { endCall } from "./call_end.ts";
import type {
  CallBegan,
  CallEvent,
  CallView,
  Exchange,
  HeadCame,
  Part,
  RequestBroke,
  RequestSent,
} from "./call_events.ts";
import { beforeSending, lasting, NOTICEABLE_MS, requestPart, waitPart } from "./call_parts.ts";

/** Parts that are kept of a call: the first ones, and the last. */
const MOST_PARTS = 64;
const FIRST_PARTS = 8;
/** Exchanges whose header fields are kept: the last ones. */
const MOST_EXCHANGES = 12;

/** Statuses that clients try again unless told otherwise. */
const RETRIED: ReadonlySet<number> = new Set([408, 413, 425, 429, 500, 502, 503, 504]);

/** Begins the view of a call. */
export function beginCall(id: number, event: CallBegan): CallView {
  const { method, url, at, startedAt, isLimited } = event;
  return {
    ...{ id, method, url, ...partsOf(url), startedAt, isLimited },
    startMs: at,
    state: "running",
    attempts: 0,
    requests: 0,
    parts: [lasting(isLimited ? "queue" : "before", 0, 1)],
    exchanges: [],
    lost: 0,
  };
}

/** The view of a call after an event. What comes after the end changes nothing. */
export function reduceCall(view: CallView, event: CallEvent): CallView {
  if (view.state !== "running") return view;
  switch (event.type) {
    case "began":
      return view;
    case "sent":
      return bounded(afterSent(view, event));
    case "answered":
      return bounded(afterHead(view, event));
    case "broke":
      return bounded(afterBreak(view, event));
    case "ended":
      return bounded(endCall(view, event));
  }
}

/** Origin, and path with query; what is no URL is its own path. */
export function partsOf(url: string): { readonly origin: string; readonly path: string } {
  const [, origin = "", path = url] = /^([a-z][a-z\d+.-]*:\/\/[^/?#]*)(.*)$/is.exec(url) ?? [];
  return { origin, path: path === "" ? "/" : path };
}

function afterSent(view: CallView, event: RequestSent): CallView {
  const { attempt, resentFor, request: requests, method, url, headers } = event;
  const startMs = event.at - view.startMs;
  const part = requestPart({ startMs, attempt, resentFor, exchange: view.exchanges.length });
  return {
    ...view,
    attempts: Math.max(view.attempts, attempt),
    requests,
    parts: [...closeGap(view, startMs, event), part],
    exchanges: [...view.exchanges, { method, url, headers }],
  };
}

/** The parts, with the last one ended by a request that is sent. */
function closeGap(
  view: CallView,
  endMs: number,
  { resentFor, attempt }: RequestSent,
): readonly Part[] {
  const open = view.parts.at(-1);
  if (open === undefined || open.endMs !== undefined) return view.parts;
  const { startMs, kind } = open;
  const before = view.parts.slice(0, -1);
  if (kind === "request") { // its failure comes later than the next attempt, or never
    const given = requestPart({ ...open, endMs, mark: "no response", tone: "bad" });
    return [...before, given, waitPart(view, { startMs: endMs, endMs, attempt })];
  }
  if (resentFor === "retry") return [...before, waitPart(view, { startMs, endMs, attempt })];
  if (resentFor !== undefined || endMs - startMs < NOTICEABLE_MS) return before;
  return [...before, beforeSending(kind === "queue" ? kind : "before", startMs, endMs, attempt)];
}

function afterHead(view: CallView, { at, request, statusCode, headers }: HeadCame): CallView {
  if (request !== view.requests) return view;
  const isMove = statusCode >= 300 && statusCode < 400 && headers["location"] !== undefined;
  const tone = isMove ? "moved" : statusCode < 400 ? "good" : "bad";
  const mark = String(statusCode);
  const how = { mark, tone, ...(isMove && { leadsTo: headers["location"]! }) } as const;
  const ended = endRequest(view, at, how, { statusCode, answer: headers });
  return ended === undefined ? view : lastingAfter(ended, RETRIED.has(statusCode));
}

function afterBreak(view: CallView, { at, request, errorCode }: RequestBroke): CallView {
  if (request !== view.requests) return view;
  const ended = endRequest(view, at, { mark: errorCode, tone: "bad" }, {});
  return ended === undefined ? view : lastingAfter(ended, true);
}

/** The view with its last request ended; undefined if none runs. */
function endRequest(
  view: CallView,
  at: number,
  how: Pick<Part, "mark" | "tone" | "leadsTo">,
  answer: Partial<Exchange>,
): CallView | undefined {
  const request = view.parts.at(-1);
  if (request?.kind !== "request" || request.endMs !== undefined) return undefined;
  const ended = requestPart({ ...request, ...how, endMs: at - view.startMs });
  const { exchange = -1 } = request;
  return {
    ...view,
    parts: view.parts.with(-1, ended),
    exchanges: view.exchanges.map((one, index) => index === exchange ? { ...one, ...answer } : one),
  };
}

/** What lasts after a request: probably a wait, or the reading of the body. */
function lastingAfter(view: CallView, waits: boolean): CallView {
  const { endMs: startMs = 0, attempt } = view.parts.at(-1)!;
  const next = waits
    ? waitPart(view, { startMs, attempt: attempt + 1 })
    : lasting("body", startMs, attempt);
  return { ...view, parts: [...view.parts, next] };
}

/** The view within its bounds. */
function bounded(view: CallView): CallView {
  const { parts, exchanges } = view;
  const excess = Math.max(0, parts.length - MOST_PARTS);
  const surplus = Math.max(0, exchanges.length - MOST_EXCHANGES);
  if (excess + surplus === 0) return view;
  const kept = [...parts.slice(0, FIRST_PARTS), ...parts.slice(FIRST_PARTS + excess)];
  return {
    ...view,
    lost: view.lost + excess,
    exchanges: exchanges.slice(surplus),
    parts: kept.map((part) => moved(part, surplus)),
  };
}

/** A part whose exchange stands `by` places further to the front, or is not kept. */
function moved(part: Part, by: number): Part {
  const { exchange, ...rest } = part;
  return exchange === undefined || exchange < by ? rest : { ...rest, exchange: exchange - by };
}
