/**
 * Goals about servers that fail: writes that arrive once, retries that stay few, clocks that hold.
 *
 * @module
 */

import { type ExchangeMiddleware, HTTPClient, NetworkingError, Response } from "../../mod.ts";
import { type FakeAnswer, type FakeFault, FakeServer } from "../../src/testing/mod.ts";
import { each, type Goal, settledMemory } from "./goal.ts";

/** A server on raw TCP that drops every tenth request of a reused connection after reading it. */
function droppingServer(seen: Map<string, number>) {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  let reused = 0;
  let dropped = 0;
  const serve = async (connection: Deno.Conn) => {
    const bytes = new Uint8Array(65_536);
    const decoder = new TextDecoder();
    let text = "";
    for (let number = 0;; number++) {
      let end: number;
      for (;;) {
        end = text.indexOf("\r\n\r\n");
        const length = Number(/content-length: (\d+)/i.exec(text)?.[1] ?? 0);
        if (end >= 0 && text.length >= end + 4 + length) {
          end += 4 + length;
          break;
        }
        const read = await connection.read(bytes);
        if (read === null) return connection.close();
        text += decoder.decode(bytes.subarray(0, read));
      }
      const id = /x-id: (\d+)/i.exec(text)![1]!;
      text = text.slice(end);
      seen.set(id, (seen.get(id) ?? 0) + 1);
      if (number > 0 && reused++ % 10 === 0) {
        dropped++;
        return connection.close();
      }
      await connection.write(
        new TextEncoder().encode("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok"),
      );
    }
  };
  const running = (async () => {
    for await (const connection of listener) serve(connection).catch(() => {});
  })();
  return {
    url: `http://127.0.0.1:${listener.addr.port}/`,
    get dropped() {
      return dropped;
    },
    async close() {
      listener.close();
      await running;
    },
  };
}

/**
 * Hostile responses. RFC 9112 says of most that they are to be an error; where it leaves the choice, a
 * response is right as well.
 */
const HOSTILE: readonly (readonly [raw: string | Uint8Array, outcome: "error" | "either"])[] = [
  ["garbage\r\n\r\n", "error"],
  ["HTTP/1.1 200 OK\r\ncontent-length: -1\r\n\r\nx", "error"],
  ["HTTP/1.1 200 OK\r\ncontent-length: 1, 2\r\n\r\nxy", "error"],
  ["HTTP/1.1 200 OK\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\nxy", "error"],
  ["HTTP/1.1 200 OK\r\ncontent-length: 99999999999999999999\r\n\r\nx", "error"],
  ["HTTP/1.1 200 OK\r\ncontent-length: 9007199254740993\r\n\r\nx", "error"],
  ["HTTP/1.1 200 OK\r\ncontent-length: 0x1\r\n\r\nx", "error"],
  ["HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nx", "error"],
  ["HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n", "error"],
  ["HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nffffffffffffffff1\r\nx", "error"],
  ["HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nx", "error"],
  ["HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n1\r\nxx\r\n0\r\n\r\n", "error"],
  [
    "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\ncontent-length: 3\r\n\r\n1\r\nx\r\n0\r\n\r\n",
    "either", // 6.3: Transfer-Encoding counts, or it is refused
  ],
  ["HTTP/1.1 200 OK\r\ntransfer-encoding: x\r\n\r\nx", "either"], // 6.3: to the end of the connection
  [`HTTP/1.1 200 OK\r\nx: ${"y".repeat(2 ** 21)}\r\n\r\n`, "either"],
  [`HTTP/1.1 200 OK\r\n${"x: y\r\n".repeat(20_000)}content-length: 0\r\n\r\n`, "either"],
  ["HTTP/1.1 200 OK\r\nx\0y: z\r\ncontent-length: 0\r\n\r\n", "error"],
  ["HTTP/1.1 200 OK\r\nx: a\0b\r\ncontent-length: 0\r\n\r\n", "error"],
  ["HTTP/1.1 200 OK\r\n folded: x\r\ncontent-length: 0\r\n\r\n", "either"], // 2.2
  ["HTTP/1.1 200 OK\r\nno colon\r\ncontent-length: 0\r\n\r\n", "error"],
  ["HTTP/1.1 999 Odd\r\ncontent-length: 0\r\n\r\n", "either"],
  ["HTTP/1.1 20 OK\r\ncontent-length: 0\r\n\r\n", "error"],
  ["HTTP/3.9 200 OK\r\ncontent-length: 0\r\n\r\n", "either"],
  ["HTTP/1.1 100 Continue\r\n\r\n".repeat(10_000), "error"], // and never a final response
  [new Uint8Array(2 ** 16).fill(0xff), "error"],
];

/** All that FakeServer can do wrong, and what is only slow or unwelcome. */
const FAULTS_OF_A_SERVER: readonly FakeAnswer[] = [
  ...([
    "disconnect_at_start",
    "stall_at_start",
    "disconnect_during_request_body",
    "answer_before_request_body",
    "disconnect_after_request",
    "reset_after_request",
    "half_close_after_request",
    "no_response",
    "disconnect_during_response_body",
    "reset_during_response_body",
    "stall_during_response_body",
    "bad_chunk",
    "disconnect_after_response",
    "half_close_after_response",
  ] satisfies FakeFault[]).map((fault) => ({ body: "0123456789", fault })),
  { raw: "garbage\r\n\r\n", fault: "disconnect_after_response" },
  { body: "late", delay: { milliseconds: 400 } },
  { body: "x".repeat(100), throttle: { bytes: 10, every: { milliseconds: 60 } } },
  { status: 503 },
  { status: 429, headers: { "retry-after": "1" } },
  { body: "ok", chunked: true },
];
const METHODS = ["QUERY", "PUT", "POST", "DELETE"]; // a GET has no body
const BODIES: readonly (() => unknown)[] = [
  () => undefined,
  () => "text",
  () => new Blob(["x".repeat(100_000)]),
  () => () => new Blob(["stream"]).stream(),
];

async function chaosScore() {
  const wrong: string[] = [];
  let cells = 0;
  let unhandled = 0;
  addEventListener("unhandledrejection", (event) => {
    event.preventDefault();
    unhandled++;
  });
  const table = FAULTS_OF_A_SERVER.flatMap((answer) =>
    METHODS.flatMap((method) =>
      BODIES.flatMap((body, kind) =>
        [0, 2].map((maxRetries) => ({ answer, method, body, kind, maxRetries }))
      )
    )
  );
  const run = async (index: number): Promise<void> => {
    const { answer, method, body, kind, maxRetries } = table[index]!;
    const server = (await FakeServer.start()).enqueue(...Array(12).fill(answer));
    const client = new HTTPClient({
      maxRetries,
      retryBackoff: 0,
      maxRetryAfter: 0,
      timeout: { milliseconds: 250 },
      totalTimeout: { milliseconds: 900 },
    });
    const start = performance.now();
    let hung: ReturnType<typeof setTimeout> | undefined;
    const limit = new Promise((resolve) =>
      hung = setTimeout(() => resolve("hangs"), (maxRetries === 0 ? 250 : 900) + 250)
    );
    const call = client.request(method, server.url, { data: body() as string }).catch((error) =>
      error
    );
    const outcome = await Promise.race([call, limit]);
    clearTimeout(hung);
    cells++;
    if (!(outcome instanceof Response || outcome instanceof NetworkingError)) {
      const name = answer.fault ?? answer.raw ?? answer.status ?? "slow";
      wrong.push(
        `${name} ${method} body ${kind}: ${outcome} after ${
          Math.round(performance.now() - start)
        } ms`,
      );
    }
    await client.close();
    await server.close();
  };
  // What a process opens once is open before it is counted: Deno keeps a pair of sockets.
  await each(64, 8, run);
  cells = 0;
  const before = fileDescriptors();
  await each(table.length, 8, run);
  await new Promise((resolve) => setTimeout(resolve, 300));
  const left = fileDescriptors() - before;
  return {
    value:
      `${cells} cells, ${wrong.length} that hang or are no error of ours, ${unhandled} unhandled, ${left} descriptors left${
        wrong.length > 0 ? `: ${wrong.slice(0, 4).join("; ")}` : ""
      }`,
    met: cells === 640 && wrong.length === 0 && unhandled === 0 && left <= 0,
  };
}

/** How many descriptors the process has open. */
export function fileDescriptors(): number {
  return [...Deno.readDirSync("/proc/self/fd")].length;
}

async function clockScore() {
  const results: string[] = [];
  let met = true;
  const SAMPLES = 40;
  const measure = async (name: string, limitMs: number, run: () => Promise<unknown>) => {
    const errors: number[] = [];
    for (let sample = 0; sample < SAMPLES; sample++) {
      const start = performance.now();
      const error = await run().then(() => undefined, (error) => error);
      if (!String(error?.code).endsWith("_timeout")) {
        throw error ?? new Error(`${name} did not time out`);
      }
      errors.push(performance.now() - start - limitMs);
    }
    errors.sort((a, b) => a - b);
    const p95 = errors[Math.floor(SAMPLES * 0.95)]!;
    results.push(`${name} ${p95.toFixed(1)} ms late at p95, earliest ${errors[0]!.toFixed(1)}`);
    met &&= p95 <= 50 && errors[0]! >= -1;
  };
  const limit = 100;
  const options = { maxRetries: 0, timeout: { milliseconds: limit } };
  const run = async (name: string, answer: FakeAnswer, call: (url: string) => Promise<unknown>) => {
    await using server = (await FakeServer.start()).enqueue(
      ...Array.from({ length: SAMPLES * 9 }, () => answer),
    );
    await measure(name, limit, () => call(server.url));
  };
  await using client = new HTTPClient(options);
  await run("silent after accept", { fault: "stall_at_start" }, (url) => client.get(url));
  await run("no head", { fault: "no_response" }, (url) => client.get(url));
  await run(
    "body that stops",
    { body: "0123456789", fault: "stall_during_response_body" },
    (url) => client.get(url),
  );
  await using idle = new HTTPClient({ maxRetries: 0, idleTimeout: { milliseconds: limit } });
  await run(
    "idle stream",
    { body: "0123456789", fault: "stall_during_response_body" },
    async (url) => {
      await using response = await idle.stream("GET", url);
      await response.bytes();
    },
  );
  await using total = new HTTPClient({
    totalTimeout: { milliseconds: limit },
    retryBackoff: 0,
    maxRetries: 9,
    retryBudget: false,
    timeout: { milliseconds: 40 },
  });
  await run("total over retries", { fault: "no_response" }, (url) => total.get(url));
  return { value: results.join("; "), met };
}

/** G3, G4, G5, G23, G24. */
export const FAULTS: readonly Goal[] = [
  {
    id: "G3",
    what:
      "POST and PATCH that arrive twice, of 10,000 to a server that drops every tenth on a reused connection",
    target: "0",
    async measure() {
      const seen = new Map<string, number>();
      const server = droppingServer(seen);
      await using client = new HTTPClient({ retryBackoff: 0 });
      let failed = 0;
      await each(10_000, 16, async (index) => {
        const method = index % 2 === 0 ? "POST" : "PATCH";
        const headers = { "x-id": String(index) };
        await client.request(method, server.url, { data: "a body", headers }).catch(() => failed++);
      });
      const twice = [...seen.values()].filter((count) => count > 1).length;
      const { dropped } = server;
      await client.close();
      await server.close();
      return {
        value: `${twice} twice; ${dropped} dropped, ${failed} told as failed, ${
          10_000 - seen.size
        } never sent`,
        met: twice === 0 && dropped > 100 && seen.size === 10_000,
      };
    },
  },
  {
    id: "G4",
    what:
      "requests per call when the server refuses connections or answers 503, over 10,000 calls each with the default budget",
    target: "at most 1.2, and 4 for one call",
    async measure() {
      const closed = Deno.listen({ hostname: "127.0.0.1", port: 0 });
      const refusing = `http://127.0.0.1:${closed.addr.port}/`;
      closed.close();
      const busy = () => Promise.resolve(new globalThis.Response(null, { status: 503 }));
      const ways = [{ url: refusing }, { url: "http://busy.example/", transport: busy }];
      let [ratio, most] = [0, 0];
      for (const { url, transport } of ways) {
        const perCall = new Uint8Array(10_000);
        const count: ExchangeMiddleware = (request, next) => {
          perCall[request.context.call as number]!++;
          return next(request);
        };
        await using client = new HTTPClient({
          transport,
          retryBackoff: 0,
          use: { exchange: [count] },
        });
        await each(10_000, 50, async (call) => {
          const outcome = await client.get(url, { context: { call } }).catch((error) => error.code);
          if (outcome !== "connection_refused" && outcome.statusCode !== 503) throw outcome;
        });
        ratio = Math.max(ratio, perCall.reduce((sum, requests) => sum + requests) / 10_000);
        most = Math.max(most, ...perCall);
      }
      return {
        value: `${ratio.toFixed(3)}, and ${most} for one call`,
        met: ratio <= 1.2 && most <= 4,
      };
    },
  },
  {
    id: "G5",
    what:
      "hostile HTTP/1 responses that end as RFC 9112 has it, in a typed error or where it allows a response, within two seconds",
    target: "25 of 25, at most 64 MB more resident",
    async measure() {
      let good = 0;
      const bad: number[] = [];
      const before = await settledMemory();
      let peak = before.resident;
      await using client = new HTTPClient({ maxRetries: 0, timeout: 1 });
      for (const [index, [raw, right]] of HOSTILE.entries()) {
        const server = (await FakeServer.start()).enqueue({
          raw,
          fault: "disconnect_after_response",
        });
        const start = performance.now();
        const outcome = await client.get(server.url).catch((error) => error);
        const typed = outcome instanceof NetworkingError ||
          (right === "either" && outcome instanceof Response);
        peak = Math.max(peak, Deno.memoryUsage().rss / 2 ** 20);
        if (typed && performance.now() - start < 2000) good++;
        else bad.push(index);
        await server.close();
      }
      const more = peak - before.resident;
      return {
        value: `${good} of ${HOSTILE.length}${bad.length > 0 ? ` (not ${bad})` : ""}, ${
          more.toFixed(0)
        } MB more`,
        met: good === 25 && more <= 64,
      };
    },
  },
  {
    id: "G23",
    what:
      "20 faults × 4 methods × 4 bodies × 2 retry modes: calls that hang, errors that are not ours, leaks",
    target: "640 cells, 0, 0, 0",
    measure: chaosScore,
  },
  {
    id: "G24",
    what: "how exact time-outs of 100 ms are",
    target: "p95 at most 50 ms late, none early",
    measure: clockScore,
  },
];
