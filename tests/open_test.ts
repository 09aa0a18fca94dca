/** One function for all protocols, and what the clients have in common. */

import { assertEquals, assertInstanceOf, assertStrictEquals, assertThrows } from "@std/assert";
import {
  EventSourceClient,
  HTTPClient,
  type MessageStream,
  type NetworkClient,
  open,
  WebSocketClient,
} from "../mod.ts";

// R19.1
Deno.test("open() gives the client for the URL's scheme, typed by it", async () => {
  const api: HTTPClient = open("https://api.example/v1", { timeout: 5 });
  const socket: WebSocketClient = open("wss://api.example/live", { timeout: 5 });
  const events: EventSourceClient = open("https://api.example/news", { protocol: "events" });
  const unknown: NetworkClient = open(new URL("ws://api.example/?token=hunter2"));
  assertInstanceOf(api, HTTPClient);
  assertInstanceOf(socket, WebSocketClient);
  assertInstanceOf(events, EventSourceClient);
  assertInstanceOf(unknown, WebSocketClient);
  const streams: MessageStream<unknown>[] = [socket, events];
  assertEquals(streams.map(({ state }) => state), ["idle", "idle"]);
  const clients: NetworkClient[] = [api, ...streams, unknown, new HTTPClient()];
  assertEquals(clients.map(({ url }) => url), [
    "https://api.example/v1",
    "wss://api.example/live",
    "https://api.example/news",
    "ws://api.example/?token=[redacted]",
    "",
  ]);
  for (const client of clients) assertStrictEquals(await client.close(), undefined);
});

// R19.1
Deno.test("open() says what it cannot open", () => {
  const rows: [string, object | undefined, string][] = [
    ["ftp://a.example/", undefined, "its scheme is ftp:"],
    ["a.example", undefined, "the URL is not absolute"],
    ["ws://a.example/", { protocol: "events" }, 'protocol "events"'],
    ["http://a.example/", { protocol: "grpc" }, 'protocol "grpc"'],
    ["http://a.example/", { timout: 5 }, "did you mean timeout?"],
  ];
  for (const [url, options, why] of rows) {
    assertThrows(() => (open as (...given: unknown[]) => unknown)(url, options), TypeError, why);
  }
});
