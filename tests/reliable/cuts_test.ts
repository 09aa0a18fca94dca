/** Both ends over loopback, through a proxy that loses connections. */

import { assert, assertEquals } from "@std/assert";
import { RELIABLE_PROTOCOL, ReliableClient, ReliableServer } from "../../src/reliable/mod.ts";
import { type Cut, cuttingProxy } from "../support/cutting_proxy.ts";
import { until } from "../support/until.ts";

const CUTS = 50;
const WAYS: readonly Cut[] = ["both", "client", "both", "server", "client"];

// R24.1
Deno.test("nothing is lost, twice or out of order in either direction across 50 cuts", async () => {
  const server = { got: [] as string[], sent: 0 };
  const client = { got: [] as string[], sent: 0 };
  let sessions = 0;
  await using ends = new ReliableServer<string, string>({
    async onSession(session) {
      sessions++;
      session.on("message", ({ message }) => server.got.push(message));
      while (session.state !== "closed" && !isOver) {
        if (server.sent - client.got.length < 50) session.send(`to client ${server.sent++}`);
        await new Promise((resolve) => setTimeout(resolve, 1));
      }
    },
  });
  let isOver = false;
  const http = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, (request) => {
    const { socket, response } = Deno.upgradeWebSocket(request, { protocol: RELIABLE_PROTOCOL });
    ends.accept(socket);
    return response;
  });
  {
    await using proxy = cuttingProxy(http.addr.port);
    const reliable = new ReliableClient<string, string>(`ws://127.0.0.1:${proxy.port}`, {
      retryBackoff: { milliseconds: 5 },
      maxRetryBackoff: { milliseconds: 10 },
      heartbeat: { every: { milliseconds: 30 }, timeout: { milliseconds: 30 } },
    });
    reliable.on("message", ({ message }) => client.got.push(message));
    let gaps = 0;
    reliable.on("gap", () => gaps++);
    await reliable.connect();
    const sending: Promise<void>[] = [];
    while (proxy.cuts < CUTS) {
      for (let count = 0; count < 20; count++) {
        sending.push(reliable.send(`to server ${client.sent++}`));
      }
      await until(() => reliable.state === "open", "a connection");
      proxy.cut(WAYS[proxy.cuts % WAYS.length]!);
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
    isOver = true;
    await Promise.all(sending);
    await until(() => client.got.length === server.sent, "all of the server's messages");
    const numbered = (name: string, count: number) =>
      Array.from({ length: count }, (_, index) => `to ${name} ${index}`);
    assertEquals(server.got, numbered("server", client.sent));
    assertEquals(client.got, numbered("client", server.sent));
    assertEquals([gaps, sessions], [0, 1]);
    assert(client.sent >= 20 * CUTS);
    await reliable.close();
    assertEquals(ends.counts, { sessions: 0, detached: 0, detachedBytes: 0 });
  }
  await http.shutdown();
});
