/**
 * `demo`: shows the clients against a faulty server, attempt by attempt. The exit code is 1 if a result is not the
 * expected one.
 *
 * @module
 */

import { NetworkingError } from "../../errors.ts";
import { HTTPClient } from "../../http/http_client.ts";
import { Response } from "../../http/response/response.ts";
import { EventSourceClient } from "../../sse/event_source_client.ts";
import type { FakeAnswer, FakeConnection } from "../../testing/fake_answer.ts";
import { FakeServer } from "../../testing/fake_server.ts";
import { WebSocketClient } from "../../websocket/websocket_client.ts";
import type { MiddlewareLists } from "../../http/settings/middleware.ts";
import type { MessageStream } from "../../messages/message_stream.ts";
import { reportAttempts } from "../line/calls.ts";
import { INSPECT_FLAG, startInspector } from "../line/inspector.ts";
import { readFlags } from "../terminal/flags.ts";
import { Screen } from "../terminal/screen.ts";
import type { Terminal } from "../terminal/terminal.ts";

/** The help of the command. */
export const usage: string = `Usage: demo [--inspect]

Starts a server on this machine that is busy, slow or broken, and shows how the
clients handle it. Exits with 1 if a result is not the expected one.
--inspect shows the calls on a page, which stays open until Ctrl+C.`;

/** The clients and servers of a scene. */
interface Stage {
  readonly client: HTTPClient;
  readonly api: FakeServer;
  /** The target of the redirect. */
  readonly elsewhere: FakeServer;
  readonly say: (line: string) => void;
  /** The middleware that observes the calls. */
  readonly use: MiddlewareLists;
  /** Shows a WebSocket or an event stream on the inspector's page, with `--inspect`. */
  observe<Client extends MessageStream<unknown>>(client: Client): Client;
}

interface Scene {
  readonly title: string;
  /** The expected behaviour, in words. */
  readonly expected: string;
  /** The expected outcome: the attempts, or the received messages. */
  readonly outcome: string;
  play(stage: Stage): Promise<Response | string>;
  /** Checks further expectations. */
  holds?(response: Response, stage: Stage): boolean;
}

const SCENES: readonly Scene[] = [
  {
    title: "GET /busy: a server that is busy for a moment",
    expected: "retried after a short random wait, then successful",
    outcome: "503, 200",
    play: ({ client }) => client.get("/busy"),
  },
  {
    title: "GET /limited: a server that limits the rate",
    expected: "retried after at least 1 s, as Retry-After requests",
    outcome: "429, 200",
    play: ({ client }) => client.get("/limited"),
    holds: ({ attempts }) => attempts[1]!.waitedMs >= 1000,
  },
  {
    title: "GET /cut: a body that breaks off in the middle",
    expected: "retried, because the response is incomplete",
    outcome: "body_truncated, 200",
    play: ({ client }) => client.get("/cut"),
  },
  {
    title: "GET /slow: a body that stops in the middle",
    expected: "ended by timeout, which covers the whole body",
    outcome: "attempt_timeout",
    play: ({ client }) => client.get("/slow", { timeout: 0.3, maxRetries: 0 }),
  },
  {
    title: "GET /endless: a body that is larger than maxResponseSize",
    expected: "refused, with at most the limit in memory",
    outcome: "response_too_large",
    play: ({ client }) => client.get("/endless", { maxResponseSize: 1000 }),
  },
  {
    title: "GET /moved: a redirect to another origin",
    expected: "followed without the headers Authorization and X-API-Key",
    outcome: "200",
    play: ({ client }) =>
      client.get("/moved", { headers: { authorization: "Bearer secret", "x-api-key": "secret" } }),
    holds: (_, { elsewhere: { requests: [request] } }) =>
      request?.header("authorization") === undefined && request?.header("x-api-key") === undefined,
  },
  {
    title: "POST /orders: a connection that breaks before the response",
    expected: "reported as a failure and not retried: the server may have processed it",
    outcome: "connection_reset",
    play: ({ client }) => client.post("/orders", { item: "lamp" }),
  },
  {
    title: "An event stream whose connection breaks after every second event",
    expected: "resumed after the last event, until the server ends the stream",
    outcome: "1, 2, 3, 4, 5, 6",
    async play({ api, say, use, observe }) {
      const events = observe(new EventSourceClient(`${api.origin}/prices`, { ...FAST, use }));
      events.on(
        "reconnecting",
        () => say(`connection lost; resuming after event ${events.lastEventId}`),
      );
      await events.connect();
      const received = await Array.fromAsync(events, ({ lastEventId, data }) => {
        say(`event ${lastEventId}: ${data}`);
        return lastEventId;
      });
      return received.join(", ");
    },
  },
  {
    title: "A WebSocket whose connection breaks",
    expected: "reported and reconnected, until the server closes it cleanly",
    outcome: "tick 1, tick 2, the end",
    async play({ api, say, observe }) {
      const url = `${api.origin.replace("http", "ws")}/ticks`;
      const socket = observe(new WebSocketClient(url, FAST));
      socket.on("reconnecting", ({ ending }) => say(`connection lost with code ${ending.code}`));
      await socket.connect();
      const received = await Array.fromAsync(socket, (message) => {
        say(`message: ${message}`);
        return message;
      });
      return received.join(", ");
    },
  },
];

const FAST = { retryBackoff: { milliseconds: 100 } };
const FINE: FakeAnswer = { json: { users: 3 } };

/** The fault of each path. */
const ANSWERS: Readonly<Record<string, (visits: number, elsewhere: string) => FakeAnswer>> = {
  "/busy": (visits) => visits > 1 ? FINE : { status: 503 },
  "/limited": (visits) => visits > 1 ? FINE : { status: 429, headers: { "Retry-After": "1" } },
  "/cut": (visits) => visits > 1 ? FINE : { ...FINE, fault: "disconnect_during_response_body" },
  "/slow": () => ({ ...FINE, fault: "stall_during_response_body" }),
  "/endless": () => ({ body: "x".repeat(100_000), chunked: true }),
  "/moved": (_, elsewhere) => ({ status: 302, headers: { Location: `${elsewhere}/new` } }),
  // A second request would succeed, so a retry would be noticed.
  "/orders": (visits) => visits > 1 ? FINE : { fault: "reset_after_request" },
};

/** Sends two events, and then breaks the connection. */
async function sendPrices(last: number, connection: FakeConnection): Promise<FakeAnswer | void> {
  if (last === 6) return { status: 204 };
  await connection.write("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n");
  for (const id of [last + 1, last + 2]) {
    await connection.write(`id: ${id}\ndata: price ${100 + id}\n\n`);
    await connection.pause(30);
  }
  connection.reset();
}

/** RFC 6455 by hand: one message per connection; the third connection is closed cleanly. */
async function sendTicks(key: string, visits: number, connection: FakeConnection): Promise<void> {
  const text = new TextEncoder();
  const known = text.encode(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`);
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-1", known));
  await connection.write(
    "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" +
      `Sec-WebSocket-Accept: ${btoa(String.fromCharCode(...digest))}\r\n\r\n`,
  );
  const message = text.encode(visits > 2 ? "the end" : `tick ${visits}`);
  await connection.write(new Uint8Array([0x81, message.length, ...message]));
  await connection.pause(50);
  if (visits <= 2) return connection.reset();
  await connection.write(new Uint8Array([0x88, 2, 0x03, 0xe8])); // close, 1000
  await connection.pause(50);
  connection.close(); // RFC 6455 7.1.1: the server is the first to
}

/** Plays all scenes, and returns the exit code. */
export async function run(args: readonly string[], terminal: Terminal): Promise<number> {
  const { values } = readFlags("demo", args, INSPECT_FLAG, terminal);
  const { output: { isTerminal, write } } = terminal;
  const errors = { ...terminal.errors, isTerminal, write: (text: string) => void write(text) };
  const { report } = new Screen({ ...terminal, errors }); // here, reports are the output
  const inspector = values.inspect ? await startInspector(terminal, report) : undefined;
  const elsewhere = await FakeServer.start(() => ({ json: { here: true } }));
  const api: FakeServer = await FakeServer.start((request, connection) => {
    const { target } = request;
    const visits = api.requests.filter((one) => one.target === target).length;
    const answer = ANSWERS[target];
    if (answer !== undefined) return answer(visits, elsewhere.origin);
    return target === "/prices"
      ? sendPrices(Number(request.header("last-event-id") ?? 0), connection)
      : sendTicks(request.header("sec-websocket-key")!, visits, connection);
  });
  const use = inspector ?? {};
  const client = new HTTPClient({ baseUrl: api.origin, retryBackoff: { milliseconds: 300 }, use });
  const say = (line: string) => report(["dim", line]);
  const observe: Stage["observe"] = (client) => inspector?.observe(client) ?? client;
  const stage: Stage = { client, api, elsewhere, say, use, observe };
  let failed = 0;
  for (const { title, expected, outcome, play, holds } of SCENES) {
    report(["bold", `\n${title}`]);
    report(["dim", `expected: ${expected}`]);
    const result = await play(stage).catch((error: NetworkingError) => error);
    let came = String(result);
    if (typeof result !== "string") {
      reportAttempts(result.attempts, report);
      came = result.attempts.map(({ statusCode, errorCode }) => statusCode ?? errorCode).join(", ");
      if (result instanceof NetworkingError) report(["yellow", result.message]);
    }
    const isRight = came === outcome &&
      (!(result instanceof Response) || holds?.(result, stage) !== false);
    report(isRight ? ["green", "as expected"] : ["red", `NOT as expected: ${came}`]);
    if (!isRight) failed++;
  }
  await Promise.all([client, api, elsewhere].map((one) => one.close()));
  const verdict = failed === 0 ? "All" : `${failed} of`;
  const isAre = failed === 0 ? "are" : "are NOT";
  report(["bold", `\n${verdict} ${SCENES.length} ${isAre} as expected.`]);
  return failed === 0 ? 0 : 1;
}
