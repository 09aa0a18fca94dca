/** Promises of another realm count wherever a caller's function may give one. */
// deno-lint-ignore-file no-external-import -- realms are a part of the runtime

import { assertEquals, assertFalse, assertRejects } from "@std/assert";
import { runInNewContext } from "node:vm";
import { bearerAuth, HTTPClient, type HTTPClientOptions, WebSocketClient } from "../../mod.ts";
import { MockTransport } from "../../src/testing/mod.ts";
import { echo, FAST, serveSockets } from "../websocket/sockets.ts";

const Foreign: PromiseConstructor = runInNewContext("Promise");

/** A promise of another realm that settles in a later turn. */
function later<T>(value: T): Promise<T> {
  return new Foreign((resolve) => setTimeout(resolve, 1, value));
}

/** One that rejects. */
function failing(error: Error): Promise<never> {
  return new Foreign((_, reject) => setTimeout(reject, 1, error));
}

Deno.test("the promises of this test are of another realm", () => {
  assertFalse(Foreign.resolve(1) instanceof Promise);
});

const FAILURE = new Error("of the caller's");

Deno.test("what a caller's function promises in another realm is waited for", async (t) => {
  const transport = () =>
    new MockTransport().on(
      "POST",
      "/",
      { status: 503, times: 1 },
      (call) => ({ json: [call.text, call.headers.get("authorization"), call.headers.get("x")] }),
    );
  const post = async (
    options: HTTPClientOptions,
    data: () => Promise<string> = () => Promise.resolve("body"),
  ) => {
    const retry = { methods: ["POST"], ...options.retry };
    await using client = new HTTPClient({
      transport: transport(),
      retryBackoff: 0,
      ...options,
      retry,
    });
    return await client.post("http://a.example/", data);
  };
  const rows: Record<string, () => Promise<unknown>> = {
    "a credential": async () =>
      (await post({ auth: bearerAuth(() => later("t0ken"), { origins: ["http://a.example"] }) }))
        .json<string[]>()[1] ===
        "Bearer t0ken",
    "a body": async () => (await post({}, () => later("late"))).json<string[]>()[0] === "late",
    "shouldRetry": async () =>
      (await post({ retry: { shouldRetry: () => later(false) } })).statusCode === 503,
    "a transport": async () => {
      const inner = transport();
      const { text } = await post({
        transport: (url, init) =>
          new Foreign((resolve, reject) => {
            inner(url, init).then(resolve, reject);
          }),
      });
      return text !== "";
    },
    "a hook": async () => {
      const told: string[] = [];
      await post({
        hooks: {
          onRequest: () => later(0).then(() => void told.push("request")),
          onResponse: () => void told.push("response"),
        },
      });
      return told.join() === "request,response,request,response";
    },
    "a hook that fails": async () =>
      await post({ hooks: { onRequest: () => failing(FAILURE) } }).catch((error) => error) ===
        FAILURE,
  };
  for (const [name, isRight] of Object.entries(rows)) {
    await t.step(name, async () => assertEquals(await isRight(), true));
  }
});

Deno.test("the functions of a WebSocket may promise in another realm", async () => {
  await using server = serveSockets(echo);
  const errors: unknown[] = [];
  const client = new WebSocketClient(() => later(server.url), {
    ...FAST,
    headers: () => later({ "x-a": "1" }),
    onConnect: async (session) => {
      await later(0);
      session.send("hello");
    },
  });
  client.on("error", ({ error }) => errors.push(error));
  const failed = new Promise<void>((resolve) => client.on("error", () => resolve()));
  client.on("message", () => failing(FAILURE));
  assertEquals(await client.connect(), true);
  assertEquals(await client.receive(), "hello");
  await failed;
  assertEquals(errors, [FAILURE]);
  await client.close();
});

Deno.test("a provider of a WebSocket that rejects in another realm is the failure", async () => {
  const client = new WebSocketClient(() => failing(FAILURE), {
    ...FAST,
    maxRetries: 0,
    reconnect: false,
  });
  assertEquals(await assertRejects(() => client.connect()), FAILURE);
});
