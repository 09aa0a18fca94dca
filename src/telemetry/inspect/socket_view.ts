/**
 * What people see of a WebSocket or an event stream: a pure function of its events. Times are
 * milliseconds since the inspector was made.
 *
 * @module
 */

import type { ConnectionState } from "../../messages/message_stream.ts";
import { partsOf } from "./call_view.ts";
import { shownMs } from "./call_words.ts";

/** What happened to a socket. */
export type SocketEvent =
  /** Its state, as the client says it. */
  | { readonly type: "state"; readonly at: number; readonly state: ConnectionState }
  | { readonly type: "open" | "reconnected"; readonly at: number }
  | {
    readonly type: "reconnecting";
    readonly at: number;
    readonly attempt: number;
    readonly delayMs: number;
    readonly why: string;
  }
  | { readonly type: "close"; readonly at: number; readonly why: string }
  | {
    readonly type: "sent" | "received";
    readonly at: number;
    readonly bytes: number;
    readonly queued: number;
  }
  | { readonly type: "drop"; readonly at: number; readonly from: string; readonly why: string }
  | { readonly type: "queues"; readonly inbox: number; readonly outbox: number };

/** A state, and how long it lasted. */
export interface SocketSpan {
  readonly state: ConnectionState;
  readonly startMs: number;
  /** Left out while it lasts. */
  readonly endMs?: number;
}

/** Messages in one direction. */
export interface Traffic {
  readonly messages: number;
  readonly bytes: number;
}

/** A socket, as people see it. */
export interface SocketView {
  readonly id: number;
  readonly kind: "websocket" | "events";
  readonly url: string;
  readonly origin: string;
  readonly path: string;
  readonly state: ConnectionState;
  readonly reconnects: number;
  readonly sent: Traffic;
  readonly received: Traffic;
  readonly inbox: number;
  readonly outbox: number;
  readonly drops: number;
  /** How the last connection ended, in words. */
  readonly lastEnd?: string;
  /** When the next attempt is due, while it waits. */
  readonly retryAtMs?: number;
  readonly spans: readonly SocketSpan[];
  /** The last events, in words. */
  readonly log: readonly { readonly atMs: number; readonly words: string }[];
}

const MOST_SPANS = 60;
const MOST_LOG = 20;
const NO_TRAFFIC: Traffic = { messages: 0, bytes: 0 };

/** Begins the view of a socket. */
export function beginSocket(
  id: number,
  kind: SocketView["kind"],
  url: string,
  state: ConnectionState,
  at: number,
): SocketView {
  const spans: SocketSpan[] = [{ state, startMs: at }];
  return {
    ...{ id, kind, url, ...partsOf(url), state },
    ...{ reconnects: 0, sent: NO_TRAFFIC, received: NO_TRAFFIC, inbox: 0, outbox: 0, drops: 0 },
    spans,
    log: [],
  };
}

/** The view of a socket after an event; the same one if nothing changed. */
export function reduceSocket(view: SocketView, event: SocketEvent): SocketView {
  switch (event.type) {
    case "state":
      return inState(view, event.state, event.at);
    case "open":
      return noted(inState(view, "open", event.at), event.at, "open");
    case "reconnected": {
      const open = inState(view, "open", event.at);
      return noted({ ...open, reconnects: view.reconnects + 1 }, event.at, "reconnected");
    }
    case "reconnecting": {
      const { at, attempt, delayMs, why } = event;
      const waiting = inState(view, "waiting", at);
      const words = `lost: ${why}; attempt ${attempt} in ${shownMs(delayMs)}`;
      return noted({ ...waiting, lastEnd: why, retryAtMs: at + delayMs }, at, words);
    }
    case "close": {
      const closed = inState(view, "closed", event.at);
      return noted({ ...closed, lastEnd: event.why }, event.at, `closed: ${event.why}`);
    }
    case "sent":
      return { ...view, sent: more(view.sent, event.bytes), outbox: event.queued };
    case "received":
      return { ...view, received: more(view.received, event.bytes), inbox: event.queued };
    case "drop": {
      const words = `a message of the ${event.from} was dropped: ${event.why}`;
      return noted({ ...view, drops: view.drops + 1 }, event.at, words);
    }
    case "queues": {
      const { inbox, outbox } = event;
      return inbox === view.inbox && outbox === view.outbox ? view : { ...view, inbox, outbox };
    }
  }
}

function more({ messages, bytes }: Traffic, added: number): Traffic {
  return { messages: messages + 1, bytes: bytes + added };
}

function inState(view: SocketView, state: ConnectionState, at: number): SocketView {
  if (view.state === state) return view;
  const { retryAtMs: _, ...rest } = view;
  const spans = view.spans.with(-1, { ...view.spans.at(-1)!, endMs: at });
  const next = { state, startMs: at };
  return { ...rest, state, spans: [...spans.slice(1 - MOST_SPANS), next] };
}

function noted(view: SocketView, atMs: number, words: string): SocketView {
  return { ...view, log: [...view.log.slice(1 - MOST_LOG), { atMs, words }] };
}
