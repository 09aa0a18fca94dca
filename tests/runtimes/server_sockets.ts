/**
 * The sockets of the suite's server: those of `Deno.serve`, which keep to the protocol, and bare ones,
 * which are cut off, keep silent or refuse.
 *
 * @module
 */

import { ReliableServer } from "../../src/reliable/mod.ts";
import { rpc, type RPCPeer } from "../../src/rpc/mod.ts";
import type { FakeAnswer, FakeConnection } from "../../src/testing/mod.ts";

/** The sockets of sessions, by path, so that their clients can have them cut. */
const latest = new Map<string, WebSocket>();

/** Echoes over sessions, or serves and makes calls. */
const sessions = new ReliableServer({
  onSession: (session) =>
    session.on("message", ({ message }) => {
      const [, path] = /^cut (.*)/.exec(String(message)) ?? [];
      if (path === undefined) session.send(message);
      else latest.get(path)?.close(4500, "cut");
    }),
});
const peers = new ReliableServer({
  onSession(session) {
    const client: RPCPeer<{ double(params: [number]): number }> = rpc(session, {
      methods: {
        add: ([a, b]: [number, number]) => a + b,
        twice: (params: [number]) => client.call("double", params),
      },
    });
  },
});

/** How often a path was connected to. */
const connections = new Map<string, number>();

/** The number of a connection to a path, from 1. */
export function countOf(path: string): number {
  const number = (connections.get(path) ?? 0) + 1;
  connections.set(path, number);
  return number;
}

/** Accepts a socket that does what its path says. */
export function socket(request: Request, path: string): Response {
  const offered = request.headers.get("sec-websocket-protocol")?.split(", ") ?? [];
  const protocol = offered.at(-1);
  const { pathname, searchParams } = new URL(request.url);
  const number = countOf(pathname);
  const { socket, response } = Deno.upgradeWebSocket(request, {
    ...protocol !== undefined && { protocol },
  });
  if (path === "/reliable" || path === "/rpc") {
    (path === "/rpc" ? peers : sessions).accept(socket);
    latest.set(pathname, socket);
    return response;
  }
  socket.onerror = () => {};
  socket.onopen = () => {
    if (path === "/hello") socket.send(`hello ${number} ${searchParams.get("key") ?? ""}`);
    if (path === "/goodbye") socket.close(1000, "goodbye");
  };
  socket.onmessage = ({ data }) => {
    if (path === "/echo") socket.send(data);
    if (path === "/long") socket.send("x".repeat(Number(data)));
    // The first connection is lost with its first message, and a later one echoes.
    if (path === "/restart" && number === 1) socket.close(1011, "restart");
    else if (path === "/restart") socket.send(`${number}: ${data}`);
    if (path === "/sums") {
      const { id, a, b } = JSON.parse(data);
      // Backwards, so that answers find their requests by what they say.
      setTimeout(() => socket.send(JSON.stringify({ id, sum: a + b })), 60 - 20 * id);
    }
  };
  return response;
}

/** A handshake by hand, and what goes wrong after it. */
export async function rawSocket(
  path: string,
  key: string,
  connection: FakeConnection,
  number: number,
): Promise<FakeAnswer | void> {
  if (path === "/never") return { fault: "no_response" };
  if (path === "/refused") return { status: 403 };
  if (path === "/revoked" && number > 1) return { status: 401 };
  if (path === "/busy" && number === 1) return { status: 503, headers: { "retry-after": "1" } };
  const text = new TextEncoder().encode(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`);
  const accept = new Uint8Array(await crypto.subtle.digest("SHA-1", text)).toBase64();
  await connection.write(
    "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" +
      `Sec-WebSocket-Accept: ${accept}\r\n\r\n`,
  );
  if (path === "/silent" || path === "/busy") return await connection.closed;
  if (path === "/closing") {
    // A close frame, 1011, and TCP stays open; with the next connection nothing happens.
    if (number === 1) await connection.write(new Uint8Array([0x88, 2, 0x03, 0xf3]));
    return await connection.closed;
  }
  // One text frame, and the end of the connection without a close frame: 1006.
  await connection.write(new Uint8Array([0x81, 4, ...new TextEncoder().encode("last")]));
  connection.close();
}
