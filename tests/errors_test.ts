/** The error tree: classes, codes, what is shown, and `instanceof` across copies of the package. */

import {
  type Attempt,
  completeError,
  ConnectionError,
  NetworkingError,
  TimeoutError,
} from "../src/errors.ts";
import { PermissionError } from "../src/refusal_errors.ts";
import { WebSocketError } from "../src/websocket_error.ts";
import { DecodeError, ResponseTooLargeError, SchemaError } from "../src/http_errors.ts";
import { AddressError, RedirectError, TooManyRedirectsError } from "../src/refusal_errors.ts";
import { HTTPError, Response } from "../src/http/response/response.ts";
import {
  assert,
  assertEquals,
  assertFalse,
  assertInstanceOf,
  assertStrictEquals,
} from "@std/assert";

const copyOfErrors = await import("../src/errors.ts?copy=2");
const copyOfRefusals = await import("../src/refusal_errors.ts?copy=2");
const copyOfWebSocketError = await import("../src/websocket_error.ts?copy=2");
const copyOfHTTPErrors = await import("../src/http_errors.ts?copy=2");
const copyOfHTTPError = await import("../src/http/response/response.ts?copy=2");

type ErrorClass = abstract new (...given: never[]) => NetworkingError;

/** Every class, with the one of the same name of another copy of the package. */
const CLASSES: readonly (readonly [here: ErrorClass, there: ErrorClass])[] = [
  [NetworkingError, copyOfErrors.NetworkingError],
  [ConnectionError, copyOfErrors.ConnectionError],
  [TimeoutError, copyOfErrors.TimeoutError],
  [HTTPError, copyOfHTTPError.HTTPError],
  [DecodeError, copyOfHTTPErrors.DecodeError],
  [SchemaError, copyOfHTTPErrors.SchemaError],
  [RedirectError, copyOfRefusals.RedirectError],
  [TooManyRedirectsError, copyOfRefusals.TooManyRedirectsError],
  [ResponseTooLargeError, copyOfHTTPErrors.ResponseTooLargeError],
  [PermissionError, copyOfRefusals.PermissionError],
  [AddressError, copyOfRefusals.AddressError],
  [WebSocketError, copyOfWebSocketError.WebSocketError],
];

const SECRET = "hunter2";
const SECRET_URL = `https://user:${SECRET}@example.com/x?token=${SECRET}&page=2#${SECRET}`;
const SHOWN_URL = "https://example.com/x?token=[redacted]&page=2";
const ATTEMPTS: readonly Attempt[] = [
  { number: 1, elapsedMs: 12, statusCode: 503, waitedMs: 0 },
  { number: 2, elapsedMs: 8, statusCode: 503, waitedMs: 700, waitReason: "backoff" },
];
const FACTS = { method: "GET", url: SECRET_URL, attempts: ATTEMPTS };
const RESPONSE = new Response({
  statusCode: 503,
  headers: { "set-cookie": `id=${SECRET}`, "x-request-id": "r1" },
  content: "sorry",
  url: SECRET_URL,
  attempts: ATTEMPTS,
  retryAfterMs: 90_000,
  retrySkipped: "retry_after_too_long",
});

interface Row {
  readonly error: NetworkingError;
  readonly name: string;
  readonly code: string;
  /** The classes it belongs to beside the root. */
  readonly classes: readonly ErrorClass[];
}

/** One of each class, and of each code where the class decides on it. */
const ROWS: readonly Row[] = [
  {
    error: new NetworkingError("invalid_url", "a", FACTS),
    name: "NetworkingError",
    code: "invalid_url",
    classes: [],
  },
  {
    error: new ConnectionError("dns_failed", "b", FACTS),
    name: "ConnectionError",
    code: "dns_failed",
    classes: [ConnectionError],
  },
  {
    error: new TimeoutError("c", { ...FACTS, clock: "attempt", limitMs: 10, elapsedMs: 11 }),
    name: "TimeoutError",
    code: "attempt_timeout",
    classes: [TimeoutError],
  },
  {
    error: new TimeoutError("d", { ...FACTS, clock: "total", limitMs: 10, elapsedMs: 11 }),
    name: "TimeoutError",
    code: "total_timeout",
    classes: [TimeoutError],
  },
  {
    error: new TimeoutError("k", { ...FACTS, clock: "idle", limitMs: 10, elapsedMs: 11 }),
    name: "TimeoutError",
    code: "idle_timeout",
    classes: [TimeoutError],
  },
  { error: new HTTPError(RESPONSE), name: "HTTPError", code: "http_status", classes: [HTTPError] },
  {
    error: new DecodeError("e", { ...FACTS, snippet: "<html>" }),
    name: "DecodeError",
    code: "decode_failed",
    classes: [DecodeError],
  },
  {
    error: new SchemaError("f", { ...FACTS, issues: [{ message: "no", path: ["a", 0] }] }),
    name: "SchemaError",
    code: "schema_mismatch",
    classes: [SchemaError],
  },
  {
    error: new RedirectError("g", { ...FACTS, statusCode: 302 }),
    name: "RedirectError",
    code: "redirect_refused",
    classes: [RedirectError],
  },
  {
    error: new TooManyRedirectsError("h", { ...FACTS, statusCode: 302 }),
    name: "TooManyRedirectsError",
    code: "too_many_redirects",
    classes: [RedirectError, TooManyRedirectsError],
  },
  {
    error: new ResponseTooLargeError("i", { ...FACTS, limitBytes: 100 }),
    name: "ResponseTooLargeError",
    code: "response_too_large",
    classes: [ResponseTooLargeError],
  },
  {
    error: new PermissionError("j", { ...FACTS, flag: "--allow-net=example.com:443" }),
    name: "PermissionError",
    code: "permission_denied",
    classes: [PermissionError],
  },
  {
    error: new AddressError("k", FACTS),
    name: "AddressError",
    code: "address_refused",
    classes: [AddressError],
  },
  ...([
    "not_connected",
    "handshake_rejected",
    "subprotocol_mismatch",
    "connection_closed",
    "queue_full",
    "message_too_large",
  ] as const).map((code): Row => ({
    error: new WebSocketError(code, "l", { ...FACTS, closeCode: 1006, closeReason: "" }),
    name: "WebSocketError",
    code,
    classes: [WebSocketError],
  })),
];

// R9.1
Deno.test("an error belongs to its class, the classes above and no other, in both copies", async (t) => {
  for (const { error, code, classes } of ROWS) {
    await t.step(code, () => {
      assertInstanceOf(error, Error);
      for (const [here, there] of CLASSES) {
        const belongs = here === NetworkingError || classes.includes(here);
        assertStrictEquals(error instanceof here, belongs, `${here.name} of this copy`);
        assertStrictEquals(error instanceof there, belongs, `${there.name} of the other copy`);
      }
    });
  }
});

// R9.3
Deno.test("an error of another copy is recognised, and is not of this copy's making", () => {
  const foreign = new copyOfErrors.TimeoutError("m", {
    clock: "total",
    limitMs: 1,
    elapsedMs: 2,
  });
  assertFalse(Object.getPrototypeOf(foreign) === TimeoutError.prototype);
  assert(foreign instanceof TimeoutError);
  assert(foreign instanceof NetworkingError);
  assertFalse(foreign instanceof ConnectionError);
});

Deno.test("instanceof says no to everything that is no error of this package", () => {
  const others: unknown[] = [
    new Error("x"),
    new TypeError("x"),
    new DOMException("x", "TimeoutError"),
    { name: "NetworkingError", code: "closed", message: "x" },
    Object.create(Error.prototype),
    null,
    undefined,
    "NetworkingError",
    42,
    Symbol("NetworkingError"),
    () => {},
  ];
  for (const other of others) {
    for (const [here] of CLASSES) assertFalse(other instanceof here);
  }
});

Deno.test("a caller's own subclass is told from its parent", () => {
  class QuotaError extends HTTPError {
    readonly quota: number = 7;
  }
  const quota = new QuotaError(RESPONSE);
  assert(quota instanceof QuotaError);
  assert(quota instanceof HTTPError);
  assert(quota instanceof copyOfErrors.NetworkingError);
  assertFalse(new HTTPError(RESPONSE) instanceof QuotaError);
  assertFalse(new NetworkingError("closed", "x") instanceof QuotaError);
  assertStrictEquals(quota.quota, 7);
  assertStrictEquals(quota.code, "http_status");
});

Deno.test("a caller's subclass with a name of its own, even one of ours, is not mixed up", () => {
  class Named extends NetworkingError {
    override readonly name: string = "TimeoutError";
  }
  const named = new Named("closed", "x");
  assertStrictEquals(named.name, "TimeoutError");
  assert(named instanceof Named);
  assert(named instanceof NetworkingError);
  assertFalse(named instanceof TimeoutError);
  assertFalse(new NetworkingError("closed", "x") instanceof Named);
});

Deno.test("name and code say what went wrong, in the stack and in String() too", async (t) => {
  for (const { error, name, code } of ROWS) {
    await t.step(code, () => {
      assertStrictEquals(error.name, name);
      assertStrictEquals(error.code, code);
      assertStrictEquals(String(error), `${name}: ${error.message}`);
      assert(error.stack?.startsWith(`${name}: ${error.message}\n`), error.stack);
      assertFalse(Object.keys(error).includes("name"), "the name belongs to the class");
    });
  }
});

// R9.1
Deno.test("an error carries the facts of the request and the cause", () => {
  const cause = new Error("deeper");
  const error = new ConnectionError("connection_reset", "m", {
    cause,
    ...FACTS,
    retryAfterMs: 1500,
    retrySkipped: "max_retries",
  });
  assertStrictEquals(error.cause, cause);
  assertStrictEquals(error.method, "GET");
  assertEquals(error.attempts, ATTEMPTS);
  assertStrictEquals(error.retryAfterMs, 1500);
  assertStrictEquals(error.retrySkipped, "max_retries");
});

Deno.test("what is not known is not there, and attempts are always a list", () => {
  const error = new NetworkingError("closed", "m");
  assertEquals(Object.keys(error).sort(), ["attempts", "code"]);
  assertEquals(error.attempts, []);
  assertFalse("cause" in error);
  assertFalse("url" in error);
  assert("cause" in new NetworkingError("closed", "m", { cause: undefined }));
});

Deno.test("completeError() adds what only the end of the call knows", () => {
  const error = new ConnectionError("connection_reset", "m", { method: "GET" });
  const completed = completeError(error, {
    attempts: ATTEMPTS,
    retrySkipped: "max_retries",
    retryAfterMs: 5,
  });
  assertStrictEquals(completed, error);
  assertEquals(error.attempts, ATTEMPTS);
  assertStrictEquals(error.retrySkipped, "max_retries");
  assertStrictEquals(error.retryAfterMs, 5);
  assertStrictEquals(error.method, "GET");
});

// R9.5
Deno.test("no form in which an error is shown has a secret in it", async (t) => {
  for (const { error, code } of ROWS) {
    await t.step(code, () => {
      assertStrictEquals(error.url, SHOWN_URL);
      const forms = {
        message: error.message,
        string: String(error),
        stack: error.stack ?? "",
        json: JSON.stringify(error),
        nested: JSON.stringify({ list: [error] }),
        inspected: Deno.inspect(error, { depth: 10 }),
        cloned: Deno.inspect(structuredClone(error), { depth: 10 }),
      };
      for (const [form, shown] of Object.entries(forms)) {
        assertFalse(shown.includes(SECRET), `${form}: ${shown}`);
        assert(shown.includes(error.message) || form === "stack", `${form}: ${shown}`);
      }
    });
  }
});

Deno.test("toJSON() is plain data with name, message, code and every fact", () => {
  const error = new TimeoutError("Cannot GET https://example.com/x: too slow", {
    ...FACTS,
    clock: "attempt",
    limitMs: 30_000,
    elapsedMs: 30_004,
    cause: new Error(SECRET),
  });
  assertEquals(JSON.parse(JSON.stringify(error)), {
    name: "TimeoutError",
    message: "Cannot GET https://example.com/x: too slow",
    code: "attempt_timeout",
    method: "GET",
    url: SHOWN_URL,
    attempts: ATTEMPTS,
    clock: "attempt",
    limitMs: 30_000,
    elapsedMs: 30_004,
  });
});

Deno.test("an HTTPError takes its facts from the response, which shows itself without secrets", () => {
  const error = new HTTPError(RESPONSE);
  assertStrictEquals(error.response, RESPONSE);
  assertStrictEquals(error.statusCode, 503);
  assertEquals(error.attempts, ATTEMPTS);
  assertStrictEquals(error.retryAfterMs, 90_000);
  assertStrictEquals(error.retrySkipped, "retry_after_too_long");
  assertStrictEquals(
    error.message,
    "Cannot GET https://example.com/x: the server answered 503 Service Unavailable (after 2 attempts, request r1)",
  );
  const shown = JSON.parse(JSON.stringify(error)) as {
    response: { statusCode: number; headers: Record<string, string> };
  };
  assertStrictEquals(shown.response.statusCode, 503);
  assertEquals(shown.response.headers, { "set-cookie": "[redacted]", "x-request-id": "r1" });
});

Deno.test("an HTTPError of a status without a registered reason says the number alone", () => {
  const error = new HTTPError(new Response({ statusCode: 599, url: "https://example.com/x" }));
  assertStrictEquals(error.message, "Cannot GET https://example.com/x: the server answered 599");
});

Deno.test("an error survives structuredClone with its message", () => {
  for (const { error } of ROWS) {
    const clone: unknown = structuredClone(error);
    assertInstanceOf(clone, Error);
    assertStrictEquals(clone.message, error.message);
  }
});
