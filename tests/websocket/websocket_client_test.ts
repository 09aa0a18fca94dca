/** The WebSocket client against real sockets: Deno's own server, and one that breaks the rules. */

import {
  assert,
  assertEquals,
  assertGreaterOrEqual,
  assertInstanceOf,
  assertLess,
  assertRejects,
  assertStrictEquals,
  assertThrows,
} from "@std/assert";
import {
  ConnectionError,
  NetworkingError,
  TimeoutError,
  WebSocketClient,
  type WebSocketClientOptions,
  WebSocketError,
} from "../../mod.ts";
import { closeFrame, frame, type RawPeer, serveRaw } from "./raw_server.ts";

/** Deno's server; `use` gets each socket. */
function serveSockets(
  use: (socket: WebSocket, request: Request) => void,
  protocol?: string,
): { readonly url: string } & AsyncDisposable {
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen() {} },
    (request) => {
      const { socket, response } = Deno.upgradeWebSocket(
        request,
        protocol === undefined ? {} : { protocol },
      );
      use(socket, request);
      return response;
    },
  );
  return {
    url: `ws://127.0.0.1:${server.addr.port}`,
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}

function echo(socket: WebSocket): void {
  socket.onmessage = ({ data }) => socket.send(data);
}

const FAST: WebSocketClientOptions = {
  retryBackoff: { milliseconds: 5 },
  closeTimeout: { milliseconds: 100 },
};

Deno.test("text and bytes come back as they were sent, in order", async () => {
  await using server = serveSockets(echo);
  await using client = new WebSocketClient(server.url, FAST);
  assertStrictEquals(client.state, "idle");
  assertStrictEquals(await client.connect(), true);
  assertStrictEquals(client.state, "open");
  assertStrictEquals(await client.send("grüße 👋"), true);
  assertStrictEquals(await client.send(new Uint8Array([0, 255])), true);
  assertStrictEquals(await client.send(new Blob(["blob"])), true);
  assertEquals(await client.receive(), "grüße 👋");
  assertEquals(await client.receive(), new Uint8Array([0, 255]));
  assertEquals(await client.receive(), new TextEncoder().encode("blob"));
});
