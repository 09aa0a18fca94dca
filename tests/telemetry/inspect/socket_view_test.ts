/** What people see of a socket, by its events. */

import { assertEquals } from "@std/assert";
import {
  beginSocket,
  reduceSocket,
  type SocketEvent,
  type SocketView,
} from "../../../src/telemetry/inspect/socket_view.ts";

const viewOf = (events: readonly SocketEvent[]): SocketView =>
  events.reduce(
    reduceSocket,
    beginSocket(1, "websocket", "wss://a.example/feed", "idle", 0),
  );

const LIFE: readonly SocketEvent[] = [
  { type: "state", at: 10, state: "connecting" },
  { type: "open", at: 30 },
  { type: "sent", at: 40, bytes: 5, queued: 2 },
  { type: "received", at: 50, bytes: 7, queued: 1 },
  { type: "drop", at: 60, from: "outbox", why: "overflow" },
  { type: "reconnecting", at: 100, attempt: 1, delayMs: 250, why: "1006 (connection_closed)" },
  { type: "queues", inbox: 0, outbox: 3 },
  { type: "state", at: 350, state: "connecting" },
  { type: "reconnected", at: 360 },
  { type: "close", at: 500, why: "1000" },
];

Deno.test("a socket has its states with their times, its traffic, its queues and what happened", () => {
  const view = viewOf(LIFE);
  assertEquals(view.spans, [
    { state: "idle", startMs: 0, endMs: 10 },
    { state: "connecting", startMs: 10, endMs: 30 },
    { state: "open", startMs: 30, endMs: 100 },
    { state: "waiting", startMs: 100, endMs: 350 },
    { state: "connecting", startMs: 350, endMs: 360 },
    { state: "open", startMs: 360, endMs: 500 },
    { state: "closed", startMs: 500 },
  ]);
  const { state, reconnects, sent, received, inbox, outbox, drops, lastEnd } = view;
  assertEquals({ state, reconnects, inbox, outbox, drops, lastEnd }, {
    ...{ state: "closed", reconnects: 1, inbox: 0, outbox: 3, drops: 1 },
    lastEnd: "1000",
  });
  assertEquals([sent, received], [{ messages: 1, bytes: 5 }, { messages: 1, bytes: 7 }]);
  assertEquals(view.log.map(({ atMs, words }) => `${atMs} ${words}`), [
    "30 open",
    "60 a message of the outbox was dropped: overflow",
    "100 lost: 1006 (connection_closed); attempt 1 in 250 ms",
    "360 reconnected",
    "500 closed: 1000",
  ]);
});

Deno.test("the time of the next attempt is known while a socket waits", () => {
  assertEquals(viewOf(LIFE.slice(0, 7)).retryAtMs, 350);
  assertEquals(viewOf(LIFE.slice(0, 8)).retryAtMs, undefined);
});

Deno.test("what changes nothing gives the same view", () => {
  const view = viewOf(LIFE);
  assertEquals(reduceSocket(view, { type: "queues", inbox: 0, outbox: 3 }), view);
  assertEquals(reduceSocket(view, { type: "queues", inbox: 0, outbox: 3 }) === view, true);
  assertEquals(reduceSocket(view, { type: "state", at: 900, state: "closed" }) === view, true);
});

Deno.test("a socket that is lost without end stays small", () => {
  const events: SocketEvent[] = [];
  for (let at = 0; at < 100_000; at += 100) {
    events.push({ type: "reconnecting", at, attempt: 1, delayMs: 50, why: "1006" });
    events.push({ type: "reconnected", at: at + 50 });
  }
  const { spans, log, reconnects } = viewOf(events);
  assertEquals([spans.length, log.length, reconnects], [60, 20, 1000]);
  assertEquals(spans.at(-1), { state: "open", startMs: 99_950 });
});
