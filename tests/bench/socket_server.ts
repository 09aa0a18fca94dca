/**
 * The WebSocket server of the benchmark, in a process of its own. `/echo` echoes; `/sink` counts, and
 * tells the count when it is sent text; `/reliable` does so for ReliableClients. Prints its port, and
 * ends when its standard input does.
 *
 * @module
 */
// deno-lint-ignore-file no-console -- printing is what it is for

import { RELIABLE_PROTOCOL, ReliableServer } from "../../src/reliable/mod.ts";

const sessions = new ReliableServer({
  onSession(session) {
    let count = 0;
    session.on("message", ({ message }) => {
      if (typeof message !== "string") return void count++;
      session.send(String(count));
      count = 0;
    });
  },
});
const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, (request) => {
  if (request.url.endsWith("/reliable")) {
    const { socket, response } = Deno.upgradeWebSocket(request, { protocol: RELIABLE_PROTOCOL });
    sessions.accept(socket);
    return response;
  }
  const { socket, response } = Deno.upgradeWebSocket(request);
  let count = 0;
  socket.onmessage = request.url.endsWith("/echo")
    ? ({ data }) => socket.send(data)
    : ({ data }) => {
      if (typeof data !== "string") return void count++;
      socket.send(String(count));
      count = 0;
    };
  return response;
});
console.log(server.addr.port);
for await (const _ of Deno.stdin.readable);
Deno.exit();
