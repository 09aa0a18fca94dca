/**
 * `demo`: the clients against a server that misbehaves as real ones do, told attempt by attempt. The
 * exit code is 1 when anything differs from what it says should happen.
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
import { tellAttempts } from "../line/calls.ts";
import { INSPECT_FLAG, startInspector } from "../line/inspector.ts";
import { readFlags } from "../terminal/flags.ts";
import { Screen } from "../terminal/screen.ts";
import type { Terminal } from "../terminal/terminal.ts";

/** How the command is used. */
export const usage: string = `Usage: demo [--inspect]

Starts a server on this machine that is busy, slow or broken, and shows how the
clients cope with it. Exits with 1 if a result is not the expected one.
--inspect shows the calls on a page, which stays open until Ctrl+C.`;

/** What a scene has to play with. */
interface Stage {
  readonly client: HTTPClient;
  readonly api: FakeServer;
  /** Where the redirect leads. */
  readonly elsewhere: FakeServer;
  readonly say: (line: string) => void;
  /** What sees the calls. */
  readonly use: MiddlewareLists;
  /** Shows a socket or an event stream, if that was asked for. */
  observe<Client extends MessageStream<unknown>>(client: Client): Client;
}

interface Scene {
  readonly title: string;
  /** What should happen, in words. */
  readonly expected: string;
  /** What it must come to: the attempts, or what was received. */
  readonly outcome: string;
  play(stage: Stage): Promise<Response | string>;
  /** What else must be so. */
  holds?(response: Response, stage: Stage): boolean;
}

const SCENES: readonly Scene[] = [
  {
    title: "GET /busy: a server that is busy for a moment",
    expected: "retried after a short random wait, then answered",
    outcome: "503, 200",
    play: ({ client }) => client.get("/busy"),
  },
  {
    title: "GET /limited: a server that says when to come back",
    expected: "waited for at least the second that Retry-After asks for",
    outcome: "429, 200",
    play: ({ client }) => client.get("/limited"),
    holds: ({ attempts }) => attempts[1]!.waitedMs >= 1000,
  },
  {
    title: "GET /cut: a body that breaks off in the middle",
    expected: "retried, since half a response is not a response",
    outcome: "body_truncated, 200",
    play: ({ client }) => client.get("/cut"),
  },
  {
    title: "GET /slow: a body that stops in the middle",
    expected: "ended by timeout, which counts to the last byte, not to the first",
    outcome: "attempt_timeout",
    play: ({ client }) => client.get("/slow", { timeout: 0.3, maxRetries: 0 }),
  },
  {
    title: "GET /endless: a body that is larger than maxResponseSize",
    expected: "refused, with no more than the limit in memory",
    outcome: "response_too_large",
    play: ({ client }) => client.get("/endless", { maxResponseSize: 1000 }),
  },
  {
    title: "GET /moved: a redirect to another origin",
    expected: "followed, and neither Authorization nor X-API-Key goes along",
    outcome: "200",
    play: ({ client }) =>
      client.get("/moved", { headers: { authorization: "Bearer secret", "x-api-key": "secret" } }),
    holds: (_, { elsewhere: { requests: [request] } }) =>
      request?.header("authorization") === undefined && request?.header("x-api-key") === undefined,
  },
  {
    title: "POST /orders: a connection that breaks before the answer",
    expected: "sent once: the server may have acted on it, so the failure is reported",
    outcome: "connection_reset",
    play: ({ client }) => client.post("/orders", { item: "lamp" }),
  },
  {
    title: "An event stream whose connection breaks after every second event",
    expected: "resumes after the last event, until the server says that there are no more",
    outcome: "1, 2, 3, 4, 5, 6",
    async play({ api, say, use, observe }) {
      const events = observe(new EventSourceClient(`${api.origin}/prices`, { ...FAST, use }));
      events.on("reconnecting", () => say(`lost; resumes after event ${events.lastEventId}`));
      await events.connect();
      const received = await Array.fromAsync(events, ({ lastEventId, data }) => {
        say(`event ${lastEventId}: ${data}`);
        return lastEventId;
      });
      return received.join(", ");
    },
  },
  {
    title: "A WebSocket that is cut off",
    expected: "says so, and reconnects, until the server closes it cleanly",
    outcome: "tick 1, tick 2, the end",
    async play({ api, say, observe }) {
      const url = `${api.origin.replace("http", "ws")}/ticks`;
      const socket = observe(new WebSocketClient(url, FAST));
      socket.on("reconnecting", ({ ending }) => say(`cut off with ${ending.code}`));
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

/** Every path misbehaves in one way. */
const ANSWERS: Readonly<Record<string, (visits: number, elsewhere: string) => FakeAnswer>> = {
  "/busy": (visits) => visits > 1 ? FINE : { status: 503 },
  "/limited": (visits) => visits > 1 ? FINE : { status: 429, headers: { "Retry-After": "1" } },
  "/cut": (visits) => visits > 1 ? FINE : { ...FINE, fault: "disconnect_during_response_body" },
  "/slow": () => ({ ...FINE, fault: "stall_during_response_body" }),
  "/endless": () => ({ body: "x".repeat(100_000), chunked: true }),
  "/moved": (_, elsewhere) => ({ status: 302, headers: { Location: `${elsewhere}/new` } }),
  // A second one would be taken: it is no order that is sent once.
  "/orders": (visits) => visits > 1 ? FINE : { fault: "reset_after_request" },
};

/** Two events, and then the connection breaks. */
async function sendPrices(last: number, connection: FakeConnection): Promise<FakeAnswer | void> {
  if (last === 6) return { status: 204 };
  await connection.write("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n");
  for (const id of [last + 1, last + 2]) {
    await connection.write(`id: ${id}\ndata: price ${100 + id}\n\n`);
    await connection.pause(30);
  }
  connection.reset();
}

/** RFC 6455 by hand: one message a connection, of which the third is closed cleanly. */
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

/** Plays all scenes; gives the exit code. */
export async function run(args: readonly string[], terminal: Terminal): Promise<number> {
  const { values } = readFlags("demo", args, INSPECT_FLAG, terminal);
  const { output: { isTerminal, write } } = terminal;
  const errors = { ...terminal.errors, isTerminal, write: (text: string) => void write(text) };
  const { tell } = new Screen({ ...terminal, errors }); // what is told is the output here
  const inspector = values.inspect ? await startInspector(terminal, tell) : undefined;
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
  const say = (line: string) => tell(["dim", line]);
  const observe: Stage["observe"] = (client) => inspector?.observe(client) ?? client;
  const stage: Stage = { client, api, elsewhere, say, use, observe };
  let failed = 0;
  for (const { title, expected, outcome, play, holds } of SCENES) {
    tell(["bold", `\n${title}`]);
    tell(["dim", `should be: ${expected}`]);
    const result = await play(stage).catch((error: NetworkingError) => error);
    let came = String(result);
    if (typeof result !== "string") {
      tellAttempts(result.attempts, tell);
      came = result.attempts.map(({ statusCode, errorCode }) => statusCode ?? errorCode).join(", ");
      if (result instanceof NetworkingError) tell(["yellow", result.message]);
    }
    const isRight = came === outcome &&
      (!(result instanceof Response) || holds?.(result, stage) !== false);
    tell(isRight ? ["green", "as expected"] : ["red", `NOT as expected: ${came}`]);
    if (!isRight) failed++;
  }
  await Promise.all([client, api, elsewhere].map((one) => one.close()));
  const verdict = failed === 0 ? "All" : `${failed} of`;
  const isAre = failed === 0 ? "are" : "are NOT";
  tell(["bold", `\n${verdict} ${SCENES.length} ${isAre} as expected.`]);
  return failed === 0 ? 0 : 1;
}
