import { assertEquals } from "@std/assert";
import { NetworkingError } from "../../mod.ts";
import { begin, ended, endedBy } from "../../src/telemetry/record.ts";

// R21.4
Deno.test("who ended an operation is the same in spans and records", () => {
  const request = { method: "GET", url: "http://a.example/", headers: {} };
  const rows: [unknown, string, outcome: string, errorCode: string][] = [
    [new DOMException("mine", "AbortError"), "caller", "cancelled", "other"],
    [new DOMException("late", "TimeoutError"), "timeout", "failed", "timeout"],
    [Symbol("a clock"), "timeout", "failed", "timeout"],
    [new NetworkingError("closed", "x"), "closed", "failed", "closed"],
    [new TypeError("x"), "TypeError", "failed", "other"],
    [new DOMException("x", "DataCloneError"), "DataCloneError", "failed", "other"],
    ["a string", "_OTHER", "failed", "other"],
    [undefined, "_OTHER", "failed", "other"],
  ];
  for (const [error, by, outcome, errorCode] of rows) {
    assertEquals(endedBy(error), by);
    const record = ended(begin(request as never), error);
    assertEquals([record.outcome, record.errorCode], [outcome, errorCode]);
  }
});
