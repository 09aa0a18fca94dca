/**
 * The second half of the demo: an event stream that breaks, and a WebSocket that is cut off. What is
 * told here is what the clients tell; each act says what should come of it, and what did.
 *
 * @module
 */

// deno-lint-ignore-file no-console -- printing is what it is for

import { EventSourceClient, NetworkingError, WebSocketClient } from "../../mod.ts";
import { FakeServer } from "../../src/testing/mod.ts";

/** One act: what should happen, and what differs. */
export interface Act {
  readonly title: string;
  readonly expected: string;
  play(): Promise<string | undefined>;
}

const FAST = { retryBackoff: { milliseconds: 100 } };

function why(error: unknown): string {
  return error instanceof NetworkingError ? error.code : "it ended";
}

/** Sends events with IDs, two at a time, and then breaks the connection. */
async function breakingStream(): Promise<string | undefined> {
  await using server = await FakeServer.start(async (request, connection) => {
    const last = request.headers.find(([name]) => name.toLowerCase() === "last-event-id");
    const first = Number(last?.[1] ?? 0) + 1;
    if (first > 6) return { status: 204 };
    await connection.write("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n");
    for (const id of [first, first + 1]) {
      await connection.write(`id: ${id}\ndata: price ${100 + id}\n\n`);
      await connection.pause(30);
    }
    connection.reset();
    return undefined;
  });
  await using events = new EventSourceClient(`${server.origin}/prices`, FAST);
  events.on(
    "reconnecting",
    ({ error, delayMs }) =>
      console.log(
        `     ${why(error)}: again in ${Math.round(delayMs)} ms, from ${events.lastEventId}`,
      ),
  );
  await events.connect();
  const received: string[] = [];
  for await (const { lastEventId, data } of events) {
    received.push(lastEventId);
    console.log(`     event ${lastEventId}  ${data}`);
  }
  return received.join() === "1,2,3,4,5,6" ? undefined : `received ${received}`;
}

/** Echoes numbers; the first connection is cut off at the eighth, without an answer. */
async function cutSocket(): Promise<string | undefined> {
  let connections = 0;
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, (request) => {
    const { socket, response } = Deno.upgradeWebSocket(request);
    const isFirst = ++connections === 1;
    socket.onmessage = ({ data }) =>
      isFirst && data === "8" ? socket.close(1011, "restarting") : socket.send(data);
    return response;
  });
  const open = new Set<string>();
  let [echoed, announced] = [0, 0];
  const client = new WebSocketClient(`ws://127.0.0.1:${server.addr.port}`, FAST);
  client.on("message", ({ message }) => {
    echoed++;
    open.delete(String(message));
  });
  client.on("reconnecting", ({ ending, delayMs }) => {
    announced += open.size;
    console.log(
      `     cut off with ${ending.code} ${ending.reason}; without an answer: ${[
        ...open,
      ]}; again in ` +
        `${Math.round(delayMs)} ms`,
    );
    open.clear();
  });
  client.on("reconnected", () => console.log("     there again; what waited goes out"));
  try {
    await client.connect();
    const outcomes: Promise<boolean>[] = [];
    for (let number = 1; number <= 20; number++) {
      outcomes.push(
        client.send(String(number)).then((sent) => {
          open.add(String(number));
          return sent;
        }),
      );
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    await Promise.all(outcomes);
    while (open.size > 0) await new Promise((resolve) => setTimeout(resolve, 10));
  } finally {
    await client.close();
    await server.shutdown();
  }
  console.log(`     20 sent, ${echoed} echoed, ${announced} announced as perhaps lost`);
  return echoed + announced === 20 && announced > 0 ? undefined : "a message was lost in silence";
}

/** The acts, in order. */
export const ACTS: readonly Act[] = [
  {
    title: "An event stream whose connection breaks after every second event",
    expected: "goes on from the last event, until the server says that there is no more",
    play: breakingStream,
  },
  {
    title: "A WebSocket that is cut off while messages are under way",
    expected:
      "comes back; each message is echoed, or was announced as perhaps lost, and none twice",
    play: cutSocket,
  },
];
