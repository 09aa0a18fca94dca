/** The WebSocket client against python3-websockets, which nobody here wrote. */

import { assertEquals, assertRejects, assertStrictEquals } from "@std/assert";
import { WebSocketClient, WebSocketError } from "../../mod.ts";
import { isInstalled, start, WEBSOCKETS } from "./independent.ts";

const installed = await isInstalled(WEBSOCKETS);

Deno.test({
  name: "python3-websockets and the client agree",
  ignore: !installed,
  async fn(t) {
    await using server = await start(WEBSOCKETS);
    const url = server.origin.replace("http:", "ws:");

    await t.step("text, bytes and an empty message come back, in order", async () => {
      await using client = new WebSocketClient(`${url}/echo`);
      await client.connect();
      const large = "ü".repeat(300_000);
      for (const message of ["grüße 👋", "", large, new Uint8Array([0, 1, 255])]) {
        assertStrictEquals(await client.send(message), true);
        assertEquals(await client.receive({ timeout: 5 }), message);
      }
    });

    await t.step("1,000 messages sent without waiting come back in order", async () => {
      await using client = new WebSocketClient(`${url}/echo`);
      await client.connect();
      const sent = Array.from({ length: 1000 }, (_, index) => client.send(`${index}`));
      for (let index = 0; index < 1000; index++) {
        assertStrictEquals(await client.receive({ timeout: 5 }), `${index}`);
      }
      assertEquals(new Set(await Promise.all(sent)), new Set([true]));
    });

    await t.step("a subprotocol is agreed on", async () => {
      await using client = new WebSocketClient(`${url}/echo`, { protocols: ["v1", "chat"] });
      await client.connect();
      assertStrictEquals(client.protocol, "chat");
    });

    await t.step("headers and the close code arrive there", async () => {
      const client = new WebSocketClient(`${url}/header`, { headers: { "x-test": "a b" } });
      await client.connect();
      assertStrictEquals(await client.receive({ timeout: 5 }), "a b");
      await client.close({ code: 4001, reason: "grüße" });
      assertEquals(await client.closed, { code: 4001, reason: "grüße", wasClean: true });
    });

    await t.step("the server's pings are answered, and its close ends the messages", async () => {
      const client = new WebSocketClient(`${url}/ping`);
      await client.connect();
      assertEquals(await Array.fromAsync(client), ["pong seen"]);
      assertStrictEquals((await client.closed).code, 1000);
    });

    await t.step("a close of 4500 is followed by a new connection", async () => {
      const client = new WebSocketClient(`${url}/once`, { retryBackoff: { milliseconds: 5 } });
      const lost: unknown[] = [];
      client.on("reconnecting", ({ ending }) => lost.push([ending.code, ending.reason]));
      await client.connect();
      assertStrictEquals(await client.receive({ timeout: 5 }), "second");
      assertEquals(lost, [[4500, "again"]]);
      await client.close();
    });

    await t.step("a refused handshake says its status", async () => {
      const client = new WebSocketClient(`${url}/forbidden`);
      const error = await assertRejects(() => client.connect(), WebSocketError);
      assertStrictEquals(error.statusCode, 403);
    });
  },
});
