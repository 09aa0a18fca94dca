/**
 * A server of the goals, on Deno, Node (with `ws`) or Bun: reads and sends numbers, and at the end sends
 * what came of those of the client. Arguments: how many messages, and the port. Prints its port.
 *
 * @module
 */
// deno-lint-ignore-file no-console no-external-import -- a program for several runtimes

import process from "node:process";
import {
  type BunSocket,
  RELIABLE_PROTOCOL,
  ReliableServer,
  type ServerSocket,
} from "@codomyrmex/networking/reliable";
import { readNumbers, sendNumbers } from "./traffic.ts";

const [given = "0", at = "0"] = process.argv.slice(2);
const count = Number(given);
const port = Number(at);
const hostname = "127.0.0.1";
const sessions = new ReliableServer({
  async onSession(session) {
    const [verdict] = await Promise.all([
      readNumbers(session, count),
      sendNumbers(session, count, Promise.resolve()),
    ]);
    await session.send(JSON.stringify(verdict));
  },
});
sessions.on("error", ({ error }) => console.error(error));

interface Runtimes {
  readonly Deno?: {
    serve(options: object, handler: (request: Request) => Response): { addr: { port: number } };
    upgradeWebSocket(
      request: Request,
      options: object,
    ): { socket: ServerSocket; response: Response };
  };
  readonly Bun?: {
    serve(options: object): { readonly port: number };
  };
}
const { Deno, Bun } = globalThis as unknown as Runtimes;

if (Bun !== undefined) {
  const headers = { "sec-websocket-protocol": RELIABLE_PROTOCOL };
  const server = Bun.serve({
    ...{ hostname, port },
    fetch(request: Request, server: { upgrade(request: Request, options: object): boolean }) {
      return server.upgrade(request, { headers }) ? undefined : new Response("", { status: 400 });
    },
    websocket: sessions.bunHandlers<BunSocket>(),
  });
  console.log(server.port);
} else if (Deno !== undefined) {
  const { addr } = Deno.serve({ hostname, port, onListen() {} }, (request) => {
    const { socket, response } = Deno.upgradeWebSocket(request, { protocol: RELIABLE_PROTOCOL });
    sessions.accept(socket);
    return response;
  });
  console.log(addr.port);
} else {
  const name = "ws";
  const { WebSocketServer } = await import(name);
  const server = new WebSocketServer({
    ...{ host: hostname, port },
    handleProtocols: () => RELIABLE_PROTOCOL,
  });
  server.on("connection", (socket: ServerSocket) => sessions.accept(socket));
  server.on("listening", () => console.log(server.address().port));
}
