/** What people see of a call, by its events: no clock, no network. */

import { assertEquals } from "@std/assert";
import type { Attempt } from "../../../src/errors.ts";
import type { CallEvent, CallView } from "../../../src/telemetry/inspect/call_events.ts";
import { beginCall, partsOf, reduceCall } from "../../../src/telemetry/inspect/call_view.ts";

const URL = "https://api.example/rows?page=2";

const attempt = (number: number, facts: Partial<Attempt>): Attempt => ({
  number,
  elapsedMs: 10,
  waitedMs: 0,
  ...facts,
});
const sent = (at: number, request: number, facts: object = {}): CallEvent => ({
  ...{ type: "sent", at, request, attempt: 1, hop: 0, method: "GET", url: URL, headers: {} },
  ...facts,
});
const answered = (at: number, request: number, statusCode: number, headers = {}): CallEvent => ({
  ...{ type: "answered", at, request, statusCode, headers },
});
const broke = (at: number, request: number, errorCode: string): CallEvent => ({
  ...{ type: "broke", at, request, errorCode },
});
const ended = (at: number, facts: object): CallEvent => ({
  ...{ type: "ended", at, outcome: "ok", attempts: [attempt(1, { statusCode: 200 })] },
  ...facts,
});

function viewOf(events: readonly CallEvent[], isLimited = false): CallView {
  const began = { at: 1000, startedAt: 0, method: "GET", url: URL, isLimited };
  return events.reduce(reduceCall, beginCall(1, { type: "began", ...began }));
}

/** A part as one line: its kind, its time, its mark. */
const shown = ({ parts }: CallView) =>
  parts.map(({ kind, startMs, endMs, mark = "" }) =>
    `${kind} ${startMs}-${endMs ?? ""} ${mark}`.trim()
  );

interface Row {
  readonly name: string;
  readonly events: readonly CallEvent[];
  readonly isLimited?: boolean;
  readonly parts: readonly string[];
  readonly words?: readonly string[];
}

const RETRIED = [attempt(1, { statusCode: 503 }), attempt(2, { statusCode: 200, waitedMs: 300 })];

const ROWS: readonly Row[] = [
  {
    name: "is preparing before the first request",
    events: [],
    parts: ["before 0-"],
  },
  {
    name: "waits in the limiter's queue, as far as anybody knows, if there is a limiter",
    events: [],
    isLimited: true,
    parts: ["queue 0-"],
  },
  {
    name: "is a request, and the reading of the body",
    events: [
      sent(1000.25, 1),
      answered(1020, 1, 200),
      ended(1025, { statusCode: 200, bytes: 2048 }),
    ],
    parts: ["request 0.25-20 200", "body 20-25"],
    words: ["attempt 1, sent: 200 after 20 ms", "read the body of 2.0 kB in 5 ms"],
  },
  {
    name: "has neither a gap nor a body that nobody notices",
    events: [sent(1000.5, 1), answered(1020, 1, 200), ended(1020.5, { statusCode: 200 })],
    parts: ["request 0.5-20 200"],
  },
  {
    name: "shows time before the first request",
    events: [sent(1030, 1), answered(1040, 1, 200), ended(1040, { statusCode: 200 })],
    parts: ["before 0-30", "request 30-40 200"],
    words: ["30 ms before the request: middleware, the cache or credentials"],
  },
  {
    name: "is waiting after a status that is retried, with what the server said",
    events: [sent(1000, 1), answered(1010, 1, 429, { "retry-after": "1" })],
    parts: ["request 0-10 429", "wait 10-"],
    words: [
      "attempt 1, sent: 429 after 10 ms",
      "waiting before attempt 2, because the server said Retry-After: 1",
    ],
  },
  {
    name: "is waiting after a failure",
    events: [sent(1000, 1), broke(1010, 1, "connection_reset")],
    parts: ["request 0-10 connection_reset", "wait 10-"],
    words: [
      "attempt 1, sent: connection_reset after 10 ms",
      "waiting before attempt 2: after connection_reset",
    ],
  },
  {
    name: "splits what was before a retry into body, wait and queue when the attempts are known",
    events: [
      sent(1000, 1),
      answered(1010, 1, 503),
      sent(1400, 2, { attempt: 2, resentFor: "retry" }),
      answered(1420, 2, 200),
      ended(1420, {
        statusCode: 200,
        attempts: [
          attempt(1, { statusCode: 503 }),
          attempt(2, { statusCode: 200, waitedMs: 300, waitReason: "backoff", queuedMs: 80 }),
        ],
      }),
    ],
    isLimited: true,
    parts: [
      "request 0-10 503",
      "body 10-20",
      "wait 20-320",
      "queue 320-400",
      "request 400-420 200",
    ],
    words: [
      "attempt 1, sent: 503 after 10 ms",
      "read the body in 10 ms",
      "waited 300 ms before attempt 2: backoff after 503",
      "waited 80 ms in the limiter's queue",
      "attempt 2, sent again: 200 after 20 ms",
    ],
  },
  {
    name: "shows a redirect as a request of its own, and where it leads",
    events: [
      sent(1000, 1),
      answered(1010, 1, 302, { location: "https://b.example/" }),
      sent(1012, 2, { hop: 1, resentFor: "redirect" }),
      answered(1030, 2, 200),
      ended(1030, { statusCode: 200 }),
    ],
    parts: ["request 0-10 302", "request 12-30 200"],
    words: [
      "attempt 1, sent: 302 after 10 ms, leads to https://b.example/",
      "attempt 1, sent after the redirect: 200 after 18 ms",
    ],
  },
  {
    name: "shows the queue of a redirect, which lies within its request",
    events: [
      sent(1000, 1),
      answered(1010, 1, 302, { location: "https://b.example/" }),
      sent(1010, 2, { hop: 1, resentFor: "redirect" }),
      answered(1100, 2, 200),
      ended(1100, { statusCode: 200, attempts: [attempt(1, { statusCode: 200, queuedMs: 70 })] }),
    ],
    isLimited: true,
    parts: ["request 0-10 302", "queue 10-80", "request 80-100 200"],
  },
  {
    name: "shows a request that is sent again with credentials",
    events: [
      sent(1000, 1),
      answered(1010, 1, 401),
      sent(1011, 2, { resentFor: "auth" }),
      answered(1020, 2, 200),
      ended(1020, { statusCode: 200 }),
    ],
    parts: ["request 0-10 401", "request 11-20 200"],
    words: [
      "attempt 1, sent: 401 after 10 ms",
      "attempt 1, sent with new credentials: 200 after 9 ms",
    ],
  },
  {
    name: "is one part when the cache had the response",
    events: [ended(1001, { statusCode: 200, attempts: [], cache: { status: "hit", ageMs: 3000 } })],
    parts: ["cache 0-1 hit"],
    words: ["answered from the cache (3.00 s old)"],
  },
  {
    name: "shows the request of a cache that had nothing",
    events: [
      sent(1000, 1),
      answered(1010, 1, 200),
      ended(1010, { statusCode: 200, cache: { status: "miss" } }),
    ],
    parts: ["request 0-10 200"],
  },
  {
    name: "is one part when it shared the request of another",
    events: [ended(1030, { statusCode: 200, isShared: true })],
    parts: ["shared 0-30 shared"],
  },
  {
    name: "says what ended the reading of a body",
    events: [
      sent(1000, 1),
      answered(1010, 1, 200),
      ended(1040, {
        outcome: "failed",
        errorCode: "body_truncated",
        attempts: [attempt(1, { errorCode: "body_truncated" })],
      }),
    ],
    parts: ["request 0-10 200", "body 10-40 body_truncated"],
    words: [
      "attempt 1, sent: 200 after 10 ms",
      "reading the body of attempt 1 ended with body_truncated after 30 ms",
    ],
  },
  {
    name: "says so once when a request failed and was the last",
    events: [
      sent(1000, 1),
      broke(1010, 1, "connection_reset"),
      ended(1015, {
        outcome: "failed",
        errorCode: "connection_reset",
        attempts: [attempt(1, { errorCode: "connection_reset" })],
      }),
    ],
    parts: ["request 0-10 connection_reset"],
  },
  {
    name: "says that it was aborted while it waited",
    events: [
      sent(1000, 1),
      answered(1010, 1, 503),
      ended(1200, { outcome: "cancelled", errorCode: "other", attempts: [] }),
    ],
    parts: ["request 0-10 503", "wait 10-200 aborted"],
  },
  {
    name: "says that it was aborted while a request was on the wire",
    events: [sent(1000, 1), ended(1050, { outcome: "cancelled", attempts: [] })],
    parts: ["request 0-50 aborted"],
    words: ["attempt 1, sent: aborted after 50 ms"],
  },
  {
    name: "shows an attempt that a breaker refused",
    events: [ended(1001, {
      outcome: "failed",
      errorCode: "circuit_open",
      attempts: [attempt(1, { errorCode: "circuit_open", elapsedMs: 0 })],
    })],
    parts: ["queue 0-1 circuit_open"],
    words: ["attempt 1 was refused after 1 ms: circuit_open; nothing was sent"],
  },
  {
    name: "shows a retry that a breaker refused, and the wait before it",
    events: [
      sent(1000, 1),
      answered(1010, 1, 503),
      ended(1312, {
        outcome: "failed",
        errorCode: "circuit_open",
        attempts: [
          attempt(1, { statusCode: 503 }),
          attempt(2, { errorCode: "circuit_open", waitedMs: 300, waitReason: "backoff" }),
        ],
      }),
    ],
    parts: ["request 0-10 503", "wait 10-310", "queue 310-312 circuit_open"],
  },
  {
    name: "takes the end of a request from the attempts when its failure is told too late",
    events: [
      sent(1000, 1),
      sent(1400, 2, { attempt: 2, resentFor: "retry" }),
      broke(1401, 1, "TypeError"), // of the first: nobody waits for it any more
      answered(1420, 2, 200),
      ended(1420, {
        statusCode: 200,
        attempts: [
          attempt(1, { errorCode: "attempt_timeout", elapsedMs: 100 }),
          attempt(2, { statusCode: 200, waitedMs: 300, waitReason: "backoff" }),
        ],
      }),
    ],
    parts: ["request 0-100 attempt_timeout", "wait 100-400", "request 400-420 200"],
    words: [
      "attempt 1, sent: attempt_timeout after 100 ms",
      "waited 300 ms before attempt 2: backoff after attempt_timeout",
      "attempt 2, sent again: 200 after 20 ms",
    ],
  },
  {
    name: "says that the body of a stream is the caller's",
    events: [
      sent(1000, 1),
      answered(1010, 1, 200),
      ended(1010, { statusCode: 200, isStream: true }),
    ],
    parts: ["request 0-10 200", "body 10-10"],
    words: ["attempt 1, sent: 200 after 10 ms", "handed the body over as a stream"],
  },
  {
    name: "does not change after its end",
    events: [
      sent(1000, 1),
      answered(1010, 1, 200),
      ended(1010, { statusCode: 200 }),
      sent(1500, 2), // the cache refreshes
      answered(1510, 2, 200),
    ],
    parts: ["request 0-10 200"],
  },
];

for (const { name, events, isLimited, parts, words } of ROWS) {
  Deno.test(`a call ${name}`, () => {
    const view = viewOf(events, isLimited);
    assertEquals(shown(view), parts);
    if (words !== undefined) {
      assertEquals(view.parts.map((part) => part.words).slice(0, words.length), words);
    }
  });
}

Deno.test("a call has what its end says", () => {
  const end = {
    outcome: "failed",
    errorCode: "connection_reset",
    message: "Cannot GET https://api.example/rows: the connection was reset",
    retrySkipped: "retry_budget",
    attempts: RETRIED,
  };
  const { state, elapsedMs, attempts, message, gaveUp, origin, path } = viewOf([ended(1050, end)]);
  assertEquals({ state, elapsedMs, attempts }, { state: "failed", elapsedMs: 50, attempts: 2 });
  assertEquals(message, end.message);
  assertEquals(gaveUp, "no further attempt: the retry budget of the origin is empty");
  assertEquals([origin, path], ["https://api.example", "/rows?page=2"]);
});

Deno.test("a call keeps the header fields of its requests, by their place", () => {
  const { exchanges, parts } = viewOf([
    sent(1000, 1, { headers: { a: "1" } }),
    answered(1010, 1, 503, { b: "2" }),
    sent(1300, 2, { attempt: 2, resentFor: "retry", headers: { a: "3" } }),
  ]);
  assertEquals(exchanges.map(({ headers, answer }) => [headers, answer]), [
    [{ a: "1" }, { b: "2" }],
    [{ a: "3" }, undefined],
  ]);
  assertEquals(parts.map(({ exchange }) => exchange), [0, undefined, 1]);
});

Deno.test("a call that is tried without end stays small", () => {
  const events: CallEvent[] = [];
  for (let number = 1; number <= 500; number++) {
    const at = 1000 + number * 100;
    const resentFor = number === 1 ? undefined : "retry";
    events.push(sent(at, number, { attempt: number, resentFor, headers: { n: String(number) } }));
    events.push(answered(at + 10, number, 503, { n: String(number) }));
  }
  const view = viewOf(events);
  assertEquals(view.parts.length, 64);
  assertEquals(view.attempts, 500);
  assertEquals(view.lost + view.parts.length, 2 * 500 + 1); // a wait after each, and what was before
  assertEquals(view.parts[1]?.attempt, 1);
  assertEquals(view.exchanges.map(({ headers }) => headers["n"]).at(-1), "500");
  for (const { kind, attempt, exchange } of view.parts) {
    if (kind !== "request" || exchange === undefined) continue;
    assertEquals(view.exchanges[exchange]?.headers["n"], String(attempt));
  }
});

Deno.test("a URL has an origin and a path; anything else is a path", () => {
  const rows: [url: string, origin: string, path: string][] = [
    ["https://a.example", "https://a.example", "/"],
    ["https://a.example:8443/x?y=[redacted]", "https://a.example:8443", "/x?y=[redacted]"],
    ["wss://a.example/feed", "wss://a.example", "/feed"],
    ["http://[::1]:80/x", "http://[::1]:80", "/x"],
    ["/rows", "", "/rows"],
    ["", "", "/"],
  ];
  for (const [url, origin, path] of rows) assertEquals(partsOf(url), { origin, path });
});
