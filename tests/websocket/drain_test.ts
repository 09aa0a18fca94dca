/** `close({ drain })` of a WebSocketClient: the answers to requests are waited for. */

import { assertEquals, assertRejects, assertStrictEquals } from "@std/assert";
import { type NetworkingError, WebSocketClient } from "../../mod.ts";
import { FAST, serveSockets } from "./sockets.ts";

const correlation = { ofRequest: String, ofResponse: String };

// R17.9
Deno.test("answers that come within the time are given, and nothing new is sent", async () => {
  let answer!: () => void;
  await using server = serveSockets((socket) => {
    socket.onmessage = ({ data }) => void (answer = () => socket.send(data));
  });
  const client = new WebSocketClient(server.url, { ...FAST, correlation });
  await client.connect();
  const asked = client.request("question", { timeout: 5 });
  while (answer === undefined) await new Promise((next) => setTimeout(next, 1));
  const closing = client.close({ drain: 5 });
  assertStrictEquals(client.state, "draining");
  for (const send of [() => client.send("x"), () => client.request("y")]) {
    assertStrictEquals((await assertRejects(send) as NetworkingError).code, "closed");
  }
  answer();
  assertStrictEquals(await asked, "question");
  await closing;
  assertStrictEquals(client.state, "closed");
  assertStrictEquals((await client.closed).code, 1000);
});

// R2.6, R17.9
Deno.test("what has no answer in time, or when close() ends the drain, is rejected", async () => {
  for (const isEnded of [false, true]) {
    await using server = serveSockets(() => {});
    const client = new WebSocketClient(server.url, { ...FAST, correlation });
    await client.connect();
    const asked = assertRejects(() => client.request("question", { timeout: 60 }));
    const startedAt = performance.now();
    const closing = client.close({ drain: isEnded ? 60 : { milliseconds: 50 } });
    if (isEnded) await client.close();
    assertStrictEquals((await asked as NetworkingError).code, "closed");
    await closing;
    assertEquals([client.state, performance.now() - startedAt < 2_000], ["closed", true]);
    // The next life is a life like any other.
    await client.connect();
    assertEquals([client.state, await client.send("x")], ["open", true]);
    await client.close();
  }
});

Deno.test("with nothing asked, drain is the time for sending and closing", async () => {
  await using server = serveSockets((socket) => {
    socket.onmessage = ({ data }) => socket.send(data);
  });
  const client = new WebSocketClient(server.url, FAST);
  await client.connect();
  await client.send("x");
  await client.close({ drain: 4 });
  assertStrictEquals((await client.closed).code, 1000);
  await new WebSocketClient(server.url).close({ drain: 4 });
});
