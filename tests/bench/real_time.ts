/**
 * The message clients beside the bare `WebSocket` and their peers: round trips, messages one way, and
 * what the parser of event streams reads in a second.
 *
 * @module
 */
// deno-lint-ignore-file no-console no-external-import -- printing is what it is for

import { createParser } from "npm:eventsource-parser@4.1.3";
import { ReconnectingWebSocket as Rews } from "npm:@nktkas/rews@4.1.0";
import { WebSocket as PartySocket } from "npm:partysocket@1.3.0";
import reconnecting from "npm:reconnecting-websocket@4.4.0";
import { WebSocketClient } from "../../mod.ts";
import { ReliableClient } from "../../src/reliable/mod.ts";
import { EventStreamParser } from "../../src/formats/event_stream_parser.ts";
import { type Contender, type Effort, measure, ratio, type Result, spread } from "./measure.ts";
import { share, table, whole } from "./print.ts";

/** The goal: round trips and messages one way, in parts of the bare WebSocket. */
const GOAL = 0.95;
/** The same of a ReliableClient, in parts of a WebSocketClient. */
const RELIABLE_GOAL = 0.8;
/** So many that the 40 ms for which Deno holds a last small frame back are few. */
const RELIABLE = 20_000;
const ONE_WAY = 1000;
const MESSAGE = new Uint8Array(100).fill(120);
const IN_FLIGHT = 16;

/** As much as the peers have in common with the standard. */
interface SocketLike {
  binaryType: string;
  onopen: unknown;
  onmessage: unknown;
  send(data: string | Uint8Array<ArrayBuffer>): void;
  close(): void;
}

/** Its types are those of another module system. */
const ReconnectingWebSocket = reconnecting as unknown as new (url: string) => SocketLike;

/** A connection as the cases use it. */
interface Connection {
  send(data: string | Uint8Array<ArrayBuffer>): unknown;
  receive(): Promise<unknown>;
  close(): unknown;
}

/** A socket of the standard's form, with the queue that anybody would write for it. */
async function connect(socket: SocketLike): Promise<Connection> {
  const waiting: ((data: unknown) => void)[] = [];
  const came: unknown[] = [];
  socket.binaryType = "arraybuffer";
  socket.onmessage = ({ data }: { data: unknown }) => {
    const reader = waiting.shift();
    if (reader === undefined) came.push(data);
    else reader(data);
  };
  await new Promise<void>((resolve) => socket.onopen = () => resolve());
  return {
    send: (data) => socket.send(data),
    receive: () =>
      came.length > 0
        ? Promise.resolve(came.shift())
        : new Promise((resolve) => waiting.push(resolve)),
    close: () => socket.close(),
  };
}

async function connectOurs(url: string): Promise<Connection> {
  const client = new WebSocketClient(url);
  await client.connect();
  return client;
}

const CLIENTS: Record<string, (url: string) => Promise<Connection>> = {
  "WebSocket": (url) => connect(new WebSocket(url) as SocketLike),
  "WebSocketClient": connectOurs,
  "partysocket": (url) => connect(new PartySocket(url) as SocketLike),
  "@nktkas/rews": (url) => connect(new Rews(url) as unknown as SocketLike),
  "reconnecting-websocket": (url) => connect(new ReconnectingWebSocket(url)),
};

async function startServer() {
  const server = new Deno.Command(Deno.execPath(), {
    args: ["run", "--allow-net=127.0.0.1", "--no-check", `${import.meta.dirname}/socket_server.ts`],
    stdin: "piped",
    stdout: "piped",
  }).spawn();
  const output = server.stdout.getReader();
  const port = new TextDecoder().decode((await output.read()).value).trim();
  return {
    url: `ws://127.0.0.1:${port}`,
    async [Symbol.asyncDispose]() {
      await server.stdin.close();
      await output.cancel();
      await server.status;
    },
  };
}

/** What a case found, in parts of its first contender. */
function report(title: string, unit: string, factor: number, results: readonly Result[]): unknown {
  const [bare] = results as [Result];
  const figures = results.map((result) => ({
    name: result.name,
    perSecond: spread(result.perSecond.map((value) => value * factor)),
    ratio: ratio(result, bare),
  }));
  if (!Deno.args.includes("--json")) {
    const rows = figures.map(({ name, perSecond, ratio }) => [
      name,
      whole(perSecond.median),
      share(ratio),
    ]);
    console.log(`${title}\n${table(["", unit, `of ${bare.name}`], rows)}\n`);
  }
  return figures;
}

/** Messages one way, each acknowledged: beside a WebSocketClient, which says "handed over". */
async function reliableContenders(url: string): Promise<readonly [Contender[], Connection[]]> {
  const bare = await connectOurs(`${url}/sink`);
  const reliable = new ReliableClient(`${url}/reliable`);
  await reliable.connect();
  return [[{
    name: "WebSocketClient",
    async call() {
      for (let count = 0; count < RELIABLE; count++) await bare.send(MESSAGE);
      await bare.send("?");
      return await bare.receive();
    },
  }, {
    name: "ReliableClient",
    async call() {
      for (let count = 0; count < RELIABLE; count++) {
        await reliable.ready;
        void reliable.send(MESSAGE);
      }
      await reliable.send("?"); // acknowledged, and all before it
      return await reliable.receive();
    },
  }], [bare, reliable]];
}

/** A stream as language models send it: many short events. */
const EVENTS = new TextEncoder().encode(
  Array.from(
    { length: 20_000 },
    (_, id) => `id: ${id}\nevent: delta\ndata: {"index":0,"delta":{"text":"token ${id}"}}\n\n`,
  ).join(""),
);
const PIECE = 16_384;

function pieces(): Uint8Array[] {
  return Array.from(
    { length: Math.ceil(EVENTS.length / PIECE) },
    (_, index) => EVENTS.subarray(index * PIECE, (index + 1) * PIECE),
  );
}

async function viaStream(): Promise<number> {
  const specifier = new URL("../../.std/http/server_sent_event_parse_stream.js", import.meta.url);
  const { ServerSentEventParseStream } = await import(specifier.href);
  let count = 0;
  const stream = ReadableStream.from(pieces()).pipeThrough(new ServerSentEventParseStream());
  for await (const _ of stream) count++;
  return count;
}

const PARSERS: readonly Contender[] = [
  {
    name: "eventsource-parser",
    call() {
      let count = 0;
      const decoder = new TextDecoder();
      const parser = createParser({ onEvent: () => void count++ });
      for (const piece of pieces()) parser.feed(decoder.decode(piece, { stream: true }));
      return Promise.resolve(count);
    },
  },
  {
    name: "EventStreamParser",
    call() {
      const parser = new EventStreamParser();
      let count = 0;
      for (const piece of pieces()) count += parser.push(piece).length;
      return Promise.resolve(count);
    },
  },
  { name: "@std/http, a stream", call: viaStream },
];

async function main(): Promise<void> {
  const quick = Deno.args.includes("--quick");
  const effort: Effort = quick
    ? { rounds: 5, sliceMs: 30, warmUpMs: 30 }
    : { rounds: 25, sliceMs: 100, warmUpMs: 300 };
  const found: Record<string, unknown> = {};
  await using server = await startServer();
  const open: Connection[] = [];
  const contenders = async (path: string, use: (connection: Connection) => Contender["call"]) => {
    const all: Contender[] = [];
    for (const [name, connect] of Object.entries(CLIENTS)) {
      const connection = await connect(server.url + path);
      open.push(connection);
      all.push({ name, call: use(connection) });
    }
    return all;
  };
  const text = "x".repeat(100);
  const [reliable, ends] = await reliableContenders(server.url);
  open.push(...ends);
  const cases = [{
    title: `Round trips of 100 characters, ${IN_FLIGHT} in flight (goal ${GOAL})`,
    name: "round-trips",
    unit: "messages/s",
    factor: 1,
    inFlight: IN_FLIGHT,
    accepts: (result: unknown) => result === text,
    contenders: await contenders("/echo", (connection) => async () => {
      await connection.send(text);
      return await connection.receive();
    }),
  }, {
    title: `One way, ${ONE_WAY} messages of 100 bytes, each sent when the one before was taken ` +
      `(goal ${GOAL})`,
    name: "one-way",
    unit: "messages/s",
    factor: ONE_WAY,
    inFlight: 1,
    accepts: (result: unknown) => Number(result) === ONE_WAY,
    contenders: await contenders("/sink", (connection) => async () => {
      for (let count = 0; count < ONE_WAY; count++) await connection.send(MESSAGE);
      await connection.send("?");
      return await connection.receive();
    }),
  }, {
    title: `One way, ${RELIABLE} messages of 100 bytes, until the last is acknowledged ` +
      `(goal ${RELIABLE_GOAL})`,
    name: "reliable",
    unit: "messages/s",
    factor: RELIABLE,
    inFlight: 1,
    accepts: (result: unknown) => Number(result) === RELIABLE,
    contenders: reliable,
  }, {
    title: `${whole(EVENTS.length)} bytes of events in pieces of ${PIECE}`,
    name: "parser",
    unit: "MB/s",
    factor: EVENTS.length / 1e6,
    inFlight: 1,
    accepts: (result: unknown) => result === 20_000,
    contenders: PARSERS,
  }];
  for (const one of cases) {
    const results = await measure(one, effort);
    found[one.name] = report(one.title, one.unit, one.factor, results);
  }
  for (const connection of open) await connection.close();
  if (Deno.args.includes("--json")) console.log(JSON.stringify(found));
}

await main();
Deno.exit();
