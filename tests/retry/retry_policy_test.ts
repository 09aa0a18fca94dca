/** The retry policy as tables of facts: what is tried again, when not, and how long is waited. */

import { assertEquals, assertStrictEquals } from "@std/assert";
import type { NetworkingErrorCode, RetrySkipped } from "../../src/errors.ts";
import { DEFAULT_SETTINGS } from "../../src/http/settings/settings.ts";
import {
  decideRetry,
  type FailedAttempt,
  type RetryDecision,
} from "../../src/retry/decide_retry.ts";
import {
  type Failure,
  IDEMPOTENT_METHODS,
  longestBackoff,
  RETRY_STATUSES,
  type RetryPolicy,
} from "../../src/retry/retry_policy.ts";
import { readRetryAfter } from "../../src/retry/rate_limit_fields.ts";

const POLICY: RetryPolicy = DEFAULT_SETTINGS.policy;
const FIRST_GET: FailedAttempt = {
  number: 1,
  method: "GET",
  idempotencyKey: false,
  replayable: true,
  remainingMs: Infinity,
};
const AGAIN: RetryDecision = { retry: true, delayMs: 0 };
const NO: RetryDecision = { retry: false };

function skipped(reason: RetrySkipped): RetryDecision {
  return { retry: false, skipped: reason };
}

function decide(
  failure: Failure,
  failed: Partial<FailedAttempt> = {},
  policy: Partial<RetryPolicy> = {},
): RetryDecision {
  return decideRetry({ ...POLICY, ...policy }, { ...FIRST_GET, ...failed }, failure);
}

// R5.2
Deno.test("a status is tried again when it says later, not when it says no", async (t) => {
  const rows: { status: number; retry: boolean; retryAfterMs?: number; source: string }[] = [
    { status: 400, retry: false, source: "RFC 9110 15.5.1: the request is wrong" },
    { status: 401, retry: false, source: "RFC 9110 15.5.2: credentials are missing" },
    { status: 403, retry: false, source: "RFC 9110 15.5.4" },
    { status: 404, retry: false, source: "RFC 9110 15.5.5" },
    { status: 408, retry: true, source: "RFC 9110 15.5.9: the client may repeat the request" },
    { status: 409, retry: false, source: "RFC 9110 15.5.10: the caller has to resolve it" },
    { status: 410, retry: false, source: "RFC 9110 15.5.11: likely permanent" },
    { status: 413, retry: false, source: "RFC 9110 15.5.14: no Retry-After, so permanent" },
    {
      status: 413,
      retryAfterMs: 2000,
      retry: true,
      source: "RFC 9110 15.5.14: Retry-After says that it is temporary",
    },
    { status: 421, retry: false, source: "fetch cannot choose another connection" },
    { status: 422, retry: false, source: "RFC 9110 15.5.21" },
    { status: 425, retry: true, source: "RFC 8470 5.2: retry without early data" },
    { status: 429, retry: true, source: "RFC 6585 4" },
    { status: 500, retry: true, source: "RFC 9110 15.6.1" },
    { status: 501, retry: false, source: "RFC 9110 15.6.2: permanent; a past bug of Effect" },
    { status: 502, retry: true, source: "RFC 9110 15.6.3" },
    { status: 503, retry: true, source: "RFC 9110 15.6.4: temporary" },
    { status: 504, retry: true, source: "RFC 9110 15.6.5" },
    { status: 505, retry: false, source: "RFC 9110 15.6.6: permanent" },
    { status: 507, retry: false, source: "RFC 4918 11.5" },
    { status: 508, retry: false, source: "RFC 5842 7.2: a loop at the server" },
    { status: 511, retry: false, source: "RFC 6585 6: a captive portal wants a log-in" },
    { status: 520, retry: false, source: "Cloudflare's, only by option" },
    { status: 522, retry: false, source: "Cloudflare's, only by option" },
    { status: 304, retry: false, source: "an answer" },
    { status: 302, retry: false, source: "a redirect that was not followed" },
    { status: 200, retry: false, source: "a success" },
    { status: 404, retryAfterMs: 2000, retry: false, source: "Retry-After alone is no reason" },
    { status: 301, retryAfterMs: 2000, retry: false, source: "RFC 9110 10.2.3: with a redirect" },
  ];
  for (const { status, retryAfterMs, retry, source } of rows) {
    const hint = retryAfterMs === undefined ? "" : " with Retry-After";
    await t.step(`${status}${hint}: ${retry ? "again" : "no"} (${source})`, () => {
      const failure = { statusCode: status, ...(retryAfterMs !== undefined && { retryAfterMs }) };
      assertEquals(
        decide(failure),
        retry ? { retry: true, delayMs: retryAfterMs ?? 0 } : NO,
      );
    });
  }
});

// R5.2
Deno.test("409 is tried again where an Idempotency-Key was sent: the first request may still run", () => {
  for (const method of ["POST", "PATCH", "GET"]) {
    const keyed = { method, idempotencyKey: true };
    assertEquals(decide({ statusCode: 409 }, keyed), AGAIN);
    assertEquals(decide({ statusCode: 409, retryAfterMs: 7 }, keyed), { retry: true, delayMs: 7 });
    assertEquals(decide({ statusCode: 409, retryAfterMs: 7 }, { method }), NO);
    assertEquals(decide({ statusCode: 422 }, keyed), NO); // the key was used for something else
    assertEquals(decide({ statusCode: 409 }, { ...keyed, number: 4 }), skipped("max_retries"));
    const unrepeatable = { ...keyed, replayable: false };
    assertEquals(decide({ statusCode: 409 }, unrepeatable), skipped("body_not_replayable"));
  }
});

Deno.test("of all statuses exactly seven are worth another attempt by default", () => {
  const again: number[] = [];
  for (let statusCode = 100; statusCode < 1000; statusCode++) {
    if (decide({ statusCode }).retry) again.push(statusCode);
  }
  assertEquals(again, [408, 425, 429, 500, 502, 503, 504]);
  assertEquals([...RETRY_STATUSES].sort(), again);
});

// R5.3
Deno.test("a status of the caller's list is tried again, the default list then not", () => {
  const policy = { statuses: new Set([409, 522]) };
  assertEquals(decide({ statusCode: 409 }, {}, policy), AGAIN);
  assertEquals(decide({ statusCode: 522 }, {}, policy), AGAIN);
  assertEquals(decide({ statusCode: 503 }, {}, policy), NO);
  assertEquals(decide({ statusCode: 413, retryAfterMs: 5 }, {}, policy), {
    retry: true,
    delayMs: 5,
  });
});

// R5.2
Deno.test("a method is repeated after a 503 when it is idempotent, or has a key", async (t) => {
  const rows: { method: string; repeated: boolean; source: string }[] = [
    { method: "GET", repeated: true, source: "RFC 9110 9.2.2" },
    { method: "HEAD", repeated: true, source: "RFC 9110 9.2.2" },
    { method: "OPTIONS", repeated: true, source: "RFC 9110 9.2.2" },
    { method: "PUT", repeated: true, source: "RFC 9110 9.2.2" },
    { method: "DELETE", repeated: true, source: "RFC 9110 9.2.2" },
    { method: "QUERY", repeated: true, source: "RFC 10008: safe and idempotent" },
    { method: "POST", repeated: false, source: "RFC 9110 9.3.3: not idempotent" },
    { method: "PATCH", repeated: false, source: "RFC 5789 2: not idempotent" },
    { method: "TRACE", repeated: false, source: "Fetch Standard: a forbidden method" },
    { method: "PROPFIND", repeated: false, source: "not known to be idempotent" },
    { method: "get", repeated: false, source: "RFC 9110 9.1: methods are case-sensitive" },
  ];
  for (const { method, repeated, source } of rows) {
    await t.step(`${method}: ${repeated ? "again" : "no"} (${source})`, () => {
      const failure = { statusCode: 503 };
      assertEquals(
        decide(failure, { method }),
        repeated ? AGAIN : skipped("method_not_idempotent"),
      );
      assertEquals(
        decide(failure, { method, idempotencyKey: true }),
        AGAIN,
        "an Idempotency-Key makes any method repeatable",
      );
      assertEquals(decide(failure, { method }, { methods: new Set([method]) }), AGAIN);
      assertStrictEquals(IDEMPOTENT_METHODS.has(method), repeated);
    });
  }
});

/**
 * What a failure without a status proves. `not sent`: any method goes again. `unknown`: the server
 * may have done the work, so only what is repeatable goes again. `final`: nothing would change.
 */
type Kind = "not sent" | "unknown" | "final";

/** A new code does not compile until somebody has decided here. */
const KINDS: Readonly<Record<NetworkingErrorCode, readonly [kind: Kind, source: string]>> = {
  "dns_failed": ["not sent", "there was nobody to send to; urllib3, OkHttp and AWS repeat too"],
  "connection_refused": [
    "not sent",
    "no connection, no request; urllib3, OkHttp and AWS repeat too",
  ],
  "connection_reset": ["unknown", "RFC 9110 9.2.2: may have been processed"],
  "proxy_refused": ["final", "the proxy says the same of it again"],
  "connection_failed": ["unknown", "the runtime does not say, so it may have been sent"],
  "body_truncated": ["unknown", "RFC 9112 8: incomplete; nothing was given to the caller yet"],
  "attempt_timeout": ["unknown", "the server may still be at work"],
  "tls_failed": ["final", "a certificate does not get better; OkHttp and go-retryablehttp agree"],
  "protocol_error": ["final", "what speaks no HTTP will not learn it"],
  "circuit_open": ["final", "the breaker says the same until its next probe"],
  "port_blocked": ["final", "Fetch Standard, bad port"],
  "permission_denied": ["final", "the permission is not there the next time either"],
  "address_refused": ["final", "the policy says the same of it again"],
  "total_timeout": ["final", "there is no time left"],
  "idle_timeout": ["unknown", "an upload stood still, as one does whose attempt timed out"],
  "invalid_url": ["final", "a programming error"],
  "closed": ["final", "the client is closed"],
  "pagination_loop": ["final", "the pages were read already"],
  "too_many_pages": ["final", "maxPages pages were read"],
  "checksum_mismatch": ["final", "the content is another one"],
  "resume_failed": ["final", "the target cannot be rewound"],
  "auth_failed": ["final", "the same credentials are refused again"],
  "decode_failed": ["final", "the answer is there, and not JSON"],
  "schema_mismatch": ["final", "the answer is there, and another one"],
  "redirect_refused": ["final", "it would be refused again"],
  "too_many_redirects": ["final", "go-retryablehttp and OkHttp agree"],
  "response_too_large": ["final", "it would be too large again"],
  "not_connected": ["final", "a programming error"],
  "handshake_rejected": ["final", "statuses are decided on as statuses"],
  "subprotocol_mismatch": ["final", "the server would choose the same again"],
  "connection_closed": ["final", "the reconnect table has decided already"],
  "queue_full": ["final", "it is not the connection that failed"],
  "message_too_large": ["final", "it would be too large again"],
  "session_lost": ["final", "whether the message arrived is for the caller to find out"],
  "rpc_error": ["final", "the answer is there, and it is an error"],
  "no_recording": ["final", "the cassette will not have it the next time either"],
  "signature_invalid": ["final", "the same message has the same signature"],
  "webhook_missing": ["final", "a webhook came in: the sender repeats it, not the receiver"],
  "webhook_stale": ["final", "the same"],
  "webhook_signature": ["final", "the same"],
  "webhook_replayed": ["final", "the same"],
  "webhook_invalid": ["final", "the same"],
  "webhook_too_large": ["final", "the same"],
  "webhook_timeout": ["final", "the same"],
  "webhook_unchecked": ["final", "the same"],
  "http_status": ["final", "statuses are decided on as statuses"],
};

// R5.2
Deno.test("a failure without a status is tried again by what it proves", async (t) => {
  for (const [code, [kind, source]] of Object.entries(KINDS)) {
    const errorCode = code as NetworkingErrorCode;
    await t.step(`${code}: ${kind} (${source})`, () => {
      const transient = kind !== "final";
      assertEquals(decide({ errorCode }), transient ? AGAIN : NO);
      assertEquals(decide({ errorCode }, { method: "PUT" }), transient ? AGAIN : NO);
      assertEquals(
        decide({ errorCode }, { method: "POST" }),
        kind === "not sent" ? AGAIN : kind === "final" ? NO : skipped("method_not_idempotent"),
      );
      assertEquals(
        decide({ errorCode }, { method: "POST", idempotencyKey: true }),
        transient ? AGAIN : NO,
      );
      assertEquals(
        decide({ errorCode }, { replayable: false }),
        transient ? skipped("body_not_replayable") : NO,
      );
    });
  }
});

// R5.4
Deno.test("there is no further attempt, and the reason is named", async (t) => {
  const rows: {
    name: string;
    failure?: Failure;
    failed?: Partial<FailedAttempt>;
    policy?: Partial<RetryPolicy>;
    decision: RetryDecision;
    source: string;
  }[] = [
    {
      name: "the third of three retries is made",
      failed: { number: 3 },
      decision: AGAIN,
      source: "functional description: max_retries=3",
    },
    {
      name: "a fourth is not",
      failed: { number: 4 },
      decision: skipped("max_retries"),
      source: "functional description: max_retries=3",
    },
    {
      name: "maxRetries 0 makes one attempt",
      policy: { maxRetries: 0 },
      decision: skipped("max_retries"),
      source: "options: attempts after the first",
    },
    {
      name: "a stream was sent",
      failed: { method: "PUT", replayable: false },
      decision: skipped("body_not_replayable"),
      source: "ky buffers with tee(), wretch and xior send {} instead",
    },
    {
      name: "a stream was sent with a key",
      failed: { method: "POST", idempotencyKey: true, replayable: false },
      decision: skipped("body_not_replayable"),
      source: "a key does not bring the body back",
    },
    {
      name: "a server that names just the longest wait is waited for",
      failure: { statusCode: 429, retryAfterMs: 60_000 },
      decision: { retry: true, delayMs: 60_000 },
      source: "maxRetryAfter is the longest wait that is accepted",
    },
    {
      name: "a server asks for a millisecond more",
      failure: { statusCode: 429, retryAfterMs: 60_001 },
      decision: skipped("retry_after_too_long"),
      source: "maxRetryAfter",
    },
    {
      name: "maxRetryAfter 0 accepts no wait at all",
      failure: { statusCode: 429, retryAfterMs: 1 },
      policy: { maxRetryAfterMs: 0 },
      decision: skipped("retry_after_too_long"),
      source: "maxRetryAfter",
    },
    {
      name: "the wait fits into the time left",
      failure: { statusCode: 503, retryAfterMs: 5000 },
      failed: { remainingMs: 5001 },
      decision: { retry: true, delayMs: 5000 },
      source: "totalTimeout",
    },
    {
      name: "the wait takes all of the time left",
      failure: { statusCode: 503, retryAfterMs: 5000 },
      failed: { remainingMs: 5000 },
      decision: skipped("total_timeout"),
      source: "ky sleeps to the end and fails then",
    },
    {
      name: "the back-off may take all of the time left",
      failed: { number: 3, remainingMs: 4000 },
      decision: skipped("total_timeout"),
      source: "the third back-off is up to 4 s; ky sleeps to the end and fails then",
    },
    {
      name: "the back-off fits",
      failed: { number: 3, remainingMs: 4001 },
      decision: AGAIN,
      source: "the third back-off is up to 4 s",
    },
    {
      name: "there is no time left",
      failed: { remainingMs: 0 },
      policy: { backoffMs: 0 },
      decision: skipped("total_timeout"),
      source: "totalTimeout",
    },
    {
      name: "time is over already",
      failed: { remainingMs: -5 },
      policy: { backoffMs: 0 },
      decision: skipped("total_timeout"),
      source: "totalTimeout",
    },
  ];
  for (const { name, failure = { statusCode: 503 }, failed, policy, decision, source } of rows) {
    await t.step(`${name} (${source})`, () => {
      assertEquals(decide(failure, failed, policy), decision);
    });
  }
});

Deno.test("a failure that is final names no reason, whatever else holds", () => {
  const worst = { number: 99, method: "POST", replayable: false, remainingMs: 0 };
  assertEquals(decide({ statusCode: 404 }, worst), NO);
  assertEquals(decide({ errorCode: "tls_failed" }, worst), NO);
});

// R5.1
Deno.test("the back-off doubles from retryBackoff to maxRetryBackoff", () => {
  const policy = { ...POLICY, backoffMs: 1000, maxBackoffMs: 60_000 };
  const longest = [1, 2, 3, 4, 5, 6, 7, 8].map((number) => longestBackoff(policy, number));
  assertEquals(longest, [1000, 2000, 4000, 8000, 16_000, 32_000, 60_000, 60_000]);
});

Deno.test("the back-off stays a number however many attempts there are", () => {
  for (const number of [50, 1024, 1025, 1_000_000]) {
    assertStrictEquals(longestBackoff(POLICY, number), 60_000);
    assertStrictEquals(longestBackoff({ ...POLICY, backoffMs: 0 }, number), 0);
  }
});

// R5.7
Deno.test("Retry-After is a floor under the back-off, or ends the call when it is too long", async (t) => {
  const now = Date.UTC(2026, 0, 1);
  const floor = (delayMs: number): RetryDecision => ({ retry: true, delayMs });
  const rows: {
    value: string;
    status?: number;
    remainingMs?: number;
    decision: RetryDecision;
    source: string;
  }[] = [
    { value: "2", decision: floor(2000), source: "RFC 9110 10.2.3; got and ky wait 2 s as well" },
    { value: "0", decision: floor(0), source: "the back-off alone; got and ky go at once" },
    { value: "1.5", decision: floor(0), source: "ignored; urllib3 raises, undici waits 1.5 s" },
    { value: "-1", decision: floor(0), source: "ignored; urllib3 raises" },
    { value: "soon", decision: floor(0), source: "ignored; urllib3 raises" },
    {
      value: "Wed, 31 Dec 2025 23:59:00 GMT",
      decision: floor(0),
      source: "a date in the past: the back-off alone; got and ky go at once",
    },
    {
      value: "Thu, 01 Jan 2026 00:01:00 GMT",
      decision: floor(60_000),
      source: "RFC 9110 5.6.7: IMF-fixdate; ktor ignores dates",
    },
    {
      value: "Thursday, 01-Jan-26 00:01:00 GMT",
      decision: floor(60_000),
      source: "RFC 9110 5.6.7: RFC 850",
    },
    {
      value: "Thu Jan  1 00:01:00 2026",
      decision: floor(60_000),
      source: "RFC 9110 5.6.7: asctime",
    },
    {
      value: "2026-01-01T00:01:00Z",
      decision: floor(0),
      source: "ISO 8601 is no HTTP-date: the back-off alone",
    },
    { value: "1, 9", decision: floor(1000), source: "a doubled field; Date.parse says 2001" },
    {
      value: "86400",
      decision: skipped("retry_after_too_long"),
      source: "a day: ky and go-retryablehttp sleep through it",
    },
    {
      value: "Fri, 02 Jan 2026 00:00:00 GMT",
      decision: skipped("retry_after_too_long"),
      source: "a day, as a date",
    },
    {
      value: "1767225660",
      decision: skipped("retry_after_too_long"),
      source: "epoch seconds are delta-seconds, and too many",
    },
    { value: "2", status: 500, decision: floor(2000), source: "honoured on 500 too; ky does not" },
    { value: "2", status: 408, decision: floor(2000), source: "honoured on 408 too" },
    { value: "2", status: 413, decision: floor(2000), source: "RFC 9110 15.5.14" },
    {
      value: "soon",
      status: 413,
      decision: NO,
      source: "RFC 9110 15.5.14: a malformed Retry-After is none",
    },
    { value: "2", status: 404, decision: NO, source: "no reason to try again" },
    {
      value: "10",
      remainingMs: 9000,
      decision: skipped("total_timeout"),
      source: "does not fit in what is left of totalTimeout",
    },
  ];
  for (const { value, status = 503, remainingMs = Infinity, decision, source } of rows) {
    await t.step(`${status} with Retry-After: ${value} (${source})`, () => {
      const retryAfterMs = readRetryAfter(status, new Headers({ "retry-after": value }), now);
      const failure = {
        statusCode: status,
        ...(retryAfterMs !== undefined && { retryAfterMs }),
      };
      assertEquals(decide(failure, { remainingMs }), decision);
    });
  }
});
