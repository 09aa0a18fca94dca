/** Which ends are followed by another attempt, a row each. */

import { assertEquals } from "@std/assert";
import {
  ConnectionError,
  NetworkingError,
  type NetworkingErrorCode,
  TimeoutError,
} from "../../../src/errors.ts";
import { WebSocketError } from "../../../src/websocket_error.ts";
import { DEFAULT_SETTINGS } from "../../../src/http/settings/settings.ts";
import {
  judgeClose,
  judgeFailure,
  type Verdict,
} from "../../../src/websocket/connection/reconnect_policy.ts";

const AGAIN: Verdict = { next: "again", floorMs: 0 };
const STOP: Verdict = { next: "stop", clean: false };
const DONE: Verdict = { next: "stop", clean: true };
const REFRESH: Verdict = { next: "refresh" };

function close(code: number, reconnect = true, codes: [number, boolean][] = [], random = 0) {
  return judgeClose(
    { code, reason: "", wasClean: true },
    reconnect,
    new Map(codes),
    () => random,
  );
}

// R17.11
Deno.test("close codes are judged by the table", () => {
  const rows: [codes: number[], verdict: unknown][] = [
    [[1000], DONE],
    [[1001, 1005, 1006, 1011, 1014, 4408, 4429, 4500, 4599, 3001, 4000], AGAIN],
    [[1002, 1003, 1007, 1009, 1010, 4400, 4404, 4409], STOP],
    [[1008, 3000, 3003, 4401, 4403], REFRESH],
    [[1013], { next: "again", floorMs: 5000 }],
  ];
  for (const [codes, verdict] of rows) {
    for (const code of codes) assertEquals(close(code), verdict, String(code));
  }
  assertEquals(close(1012, true, [], 0), { next: "again", floorMs: 5000 });
  assertEquals(close(1012, true, [], 1), { next: "again", floorMs: 30_000 });
});

// R17.11
Deno.test("the caller's codes come before the table", () => {
  assertEquals(close(1000, true, [[1000, true]]), AGAIN);
  assertEquals(close(4409, true, [[4409, true]]), AGAIN);
  assertEquals(close(4401, true, [[4401, false]]), STOP);
  assertEquals(close(1001, true, [[1001, false]]), DONE);
});

Deno.test("without reconnect only 1000, 1001 and no code are an end by agreement", () => {
  for (const code of [1000, 1001, 1005]) assertEquals(close(code, false), DONE);
  for (const code of [1002, 1006, 1008, 1011, 1012, 4401]) assertEquals(close(code, false), STOP);
});

// R17.11
Deno.test("an attempt that failed is judged by status and kind", () => {
  const { policy } = DEFAULT_SETTINGS;
  const status = (statusCode: number) =>
    new WebSocketError("handshake_rejected", "x", { statusCode });
  for (const code of [401, 403]) assertEquals(judgeFailure(status(code), policy), REFRESH);
  for (const code of [200, 302, 400, 404, 410, 426]) {
    assertEquals(judgeFailure(status(code), policy), STOP, String(code));
  }
  for (const code of [408, 425, 429, 500, 502, 503, 504]) {
    assertEquals(judgeFailure(status(code), policy), AGAIN, String(code));
  }
  const network = (code: NetworkingErrorCode) => new ConnectionError(code, "x");
  for (
    const error of [
      ...(["dns_failed", "connection_refused", "connection_reset", "connection_failed"] as const)
        .map(network),
      new TimeoutError("x", { clock: "attempt", limitMs: 1, elapsedMs: 1 }),
      new Error("a provider of the caller failed"),
    ]
  ) assertEquals(judgeFailure(error, policy), AGAIN, String(error));
  for (
    const error of [
      network("tls_failed"),
      new NetworkingError("invalid_url", "x"),
      new WebSocketError("subprotocol_mismatch", "x"),
      new NetworkingError("permission_denied", "x"),
    ]
  ) assertEquals(judgeFailure(error, policy), STOP, error.code);
});
