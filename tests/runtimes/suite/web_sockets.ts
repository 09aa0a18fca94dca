/**
 * WebSocket: messages, ends, and connections that are made again.
 *
 * @module
 */

import {
  apiKeyAuth,
  bearerAuth,
  ConnectionError,
  jsonCodec,
  NetworkingError,
  TimeoutError,
  WebSocketClient,
  WebSocketError,
} from "@codomyrmex/networking";
import { equal, failure, ok, rejection } from "./assert.ts";
import { type Case, feature, QUICK } from "./case.ts";

/** One connection, and a close that does not wait long. */
const ONCE = { maxRetries: 0, reconnect: false, closeTimeout: { milliseconds: 200 } } as const;

/** The cases. */
export const webSockets: readonly Case[] = feature("WebSocket", {
  async "text and bytes come back, and the close is clean"({ url }) {
    const client = new WebSocketClient(url("/echo", "ws:"));
    equal(await client.connect(), true);
    await client.send("grüße");
    await client.send(new Uint8Array([0, 255]));
    equal([await client.receive(), [...await client.receive() ?? []]], ["grüße", [0, 255]]);
    await client.close({ code: 4000, reason: "bye" });
    equal(await client.closed, { code: 4000, reason: "bye", wasClean: true });
    equal(await client.receive(), null);
  },
  // R17.10
  async "promises that nobody awaits end no process whose handlers are told"({ url, closed }) {
    const unhandled: unknown[] = [];
    const onUnhandled = (event: Event) => {
      event.preventDefault();
      unhandled.push((event as Event & { reason?: unknown }).reason);
    };
    globalThis.addEventListener?.("unhandledrejection", onUnhandled);
    try {
      const client = new WebSocketClient(url("/goodbye", "ws:"), ONCE);
      const ends: string[] = [];
      client.on("close", () => ends.push("close"));
      await client.connect();
      void client.receive();
      await client.closed;
      for (let n = 0; n < 3; n++) void client.send("tick"); // as people call the native one
      void client.receive();
      const refused = new WebSocketClient(closed.replace(/^http/, "ws"), ONCE);
      refused.on("error", () => ends.push("error"));
      void refused.connect();
      await refused.closed;
      await new Promise((resolve) => setTimeout(resolve, 50)); // rejections are told in a turn of their own
      equal([ends, unhandled], [["close", "error"], []]);
      // Who awaits is told as ever.
      await failure(NetworkingError, client.send("late"));
    } finally {
      globalThis.removeEventListener?.("unhandledrejection", onUnhandled);
    }
  },
  async "the client is an iteration that ends when the server is done"({ url }) {
    const client = new WebSocketClient(url("/goodbye", "ws:"), ONCE);
    await client.connect();
    const messages: unknown[] = [];
    for await (const message of client) messages.push(message);
    const { code, reason } = await client.closed;
    equal([messages, code, reason], [[], 1000, "goodbye"]);
  },
  async "headers and credentials are on the handshake"({ url, requests }) {
    const options = { ...ONCE, headers: { "x-note": "1" }, auth: bearerAuth("t") };
    const client = new WebSocketClient(url("/echo", "ws:"), options);
    await client.connect();
    const [handshake] = await requests();
    equal([handshake?.headers["x-note"], handshake?.headers.authorization], ["1", "Bearer t"]);
    await client.close();
  },
  async "a key in the query is on the handshake"({ url, requests }) {
    const auth = apiKeyAuth({ name: "key", value: "k3y", in: "query" });
    const client = new WebSocketClient(url("/hello", "ws:"), { ...ONCE, auth });
    await client.connect();
    equal(await client.receive(), "hello 1 k3y");
    equal((await requests()).map(({ path }) => path), ["/hello?key=k3y"]);
    ok(!client.url.includes("k3y"), "the key is not in the URL that is shown");
    await client.close();
  },
  async "a subprotocol is agreed on"({ url }) {
    const options = { ...ONCE, protocols: ["v1.suite", "v2.suite"] };
    const client = new WebSocketClient(url("/echo", "ws:"), options);
    await client.connect();
    equal(client.protocol, "v2.suite");
    await client.close();
  },
  async "values go through a codec, and requests find their answers"({ url }) {
    type Question = { id: number; a: number; b: number };
    type Answer = { id: number; sum: number };
    const client = new WebSocketClient(url("/sums", "ws:"), {
      ...ONCE,
      codec: jsonCodec<Answer, Question>(),
      correlation: { ofRequest: ({ id }) => id, ofResponse: ({ id }) => id },
    });
    await client.connect();
    const questions = [{ id: 1, a: 2, b: 3 }, { id: 2, a: 4, b: 5 }];
    const answers = await Promise.all(questions.map((question) => client.request(question)));
    equal(answers.map(({ sum }) => sum), [5, 9]);
    await client.close();
  },
  async "a connection that is lost is made again, and what waits is sent"({ url, requests }) {
    const client = new WebSocketClient(url("/restart", "ws:"), QUICK);
    const told: string[] = [];
    client.on("reconnecting", ({ ending }) => void told.push(`lost ${ending.code}`));
    const again = new Promise<void>((resolve) => {
      client.on("reconnected", () => {
        told.push("again");
        resolve();
      });
    });
    await client.connect();
    await client.send("first");
    await again;
    await client.send("second");
    equal(await client.receive({ timeout: 5 }), "2: second");
    equal([told, (await requests()).length], [["lost 1011", "again"], 2]);
    await client.close();
  },
  async "a URL and protocols that no socket can have are refused, with headers too"(context) {
    const at = context.url("/echo", "ws:");
    const rows: [url: string, protocols: string[]][] = [
      [at.replace("ws:", "ftp:"), []],
      [at, ["chat", "chat"]],
      [at, ["a b"]],
    ];
    for (const [url, protocols] of rows) {
      for (const headers of [{}, { "x-one": "1" }]) {
        const client = new WebSocketClient(url, { ...ONCE, protocols, headers });
        const { code } = await failure(NetworkingError, client.connect());
        equal([url, code], [url, "invalid_url"]);
      }
    }
    equal(await context.requests(), []);
  },
  async "a handshake that is refused rejects"({ broken }) {
    const client = new WebSocketClient(broken("/refused", "ws:"), ONCE);
    const error = await failure(NetworkingError, client.connect());
    ok(/^(?:handshake_rejected|connection_)/.test(error.code), `its code is ${error.code}`);
    ok(error.url?.endsWith("/refused"), "it has the URL");
  },
  async "a connection that is refused rejects"({ closed }) {
    const client = new WebSocketClient(closed.replace("http:", "ws:"), ONCE);
    await failure(NetworkingError, client.connect());
    equal(client.state, "closed");
  },
  async "a handshake that is never answered ends in time"({ broken }) {
    const options = { ...ONCE, timeout: { milliseconds: 100 } };
    const client = new WebSocketClient(broken("/never", "ws:"), options);
    equal((await failure(TimeoutError, client.connect())).limitMs, 100);
  },
  async "a connection that is cut off gives what came, then the error"({ broken }) {
    const client = new WebSocketClient(broken("/cut", "ws:"), ONCE);
    await client.connect();
    equal((await client.closed).code, 1006);
    equal(await client.receive(), "last");
    const error = await rejection(client.receive());
    ok(error instanceof WebSocketError || error instanceof ConnectionError, `it is ${error}`);
  },
  async "close() is bounded, however silent the peer"({ broken }) {
    const client = new WebSocketClient(broken("/silent", "ws:"), ONCE);
    await client.connect();
    const startedAt = performance.now();
    await client.close();
    ok(performance.now() - startedAt < 2000, "it ended in time");
    equal([client.state, await client.receive()], ["closed", null]);
  },
  async "a close frame is noticed, though the connection stays open"({ broken }) {
    const client = new WebSocketClient(broken("/closing", "ws:"), {
      ...QUICK,
      closeTimeout: { milliseconds: 100 },
    });
    const lost = new Promise<number>((resolve) => {
      client.on("reconnecting", ({ ending }) => resolve(ending.code));
    });
    const again = new Promise((resolve) => client.on("reconnected", resolve));
    await client.connect();
    const code = await lost; // it only listens: within five seconds
    ok(code === 1011 || code === 1006, `the code is ${code}`); // Node does not tell which it was
    await again;
    equal(await client.send("waits"), true);
    await client.close();
  },
  async "credentials that are revoked are asked for again, and then it ends where a status says so"(
    { broken },
  ) {
    const asked: boolean[] = [];
    const enough = Promise.withResolvers<void>();
    const client = new WebSocketClient(({ refresh }) => {
      asked.push(refresh);
      if (asked.length === 5) enough.resolve();
      return broken("/revoked", "ws:");
    }, { ...QUICK, closeTimeout: { milliseconds: 100 } });
    client.on("error", () => {});
    await client.connect();
    const end = await Promise.race([client.closed, enough.promise]);
    ok(asked.includes(true), "somebody was told refresh");
    // A browser shows no status, and takes its time after some handshakes that failed.
    if (end === undefined) return await client.close();
    ok(end.error instanceof WebSocketError, `it is ${end.error}`);
    equal([end.error.statusCode, asked.length], [401, 3]);
  },
  async "the status of a handshake and its Retry-After are known where the runtime has them"(
    { broken },
  ) {
    const attempts: (number | undefined)[] = [];
    const startedAt = performance.now();
    const client = new WebSocketClient(broken("/busy", "ws:"), {
      ...QUICK,
      closeTimeout: { milliseconds: 100 },
      hooks: {
        onRetry: ({ statusCode }) => void attempts.push(statusCode),
      },
    });
    equal(await client.connect(), true);
    if (/^(?:Node\.js|Cloudflare-Workers)/.test(navigator.userAgent)) {
      equal(attempts, [503]);
      ok(performance.now() - startedAt >= 1000, "Retry-After was waited for");
    } else ok(attempts.length === 1, "it was tried again");
    await client.close();
  },
  async "each connect() in a wait ends the wait"({ closed, url }) {
    let target = closed.replace(/^http/, "ws");
    const client = new WebSocketClient(() => target, { ...ONCE, maxRetries: 3, retryBackoff: 60 });
    let asked = 0;
    const waits = async () => {
      while (client.state !== "waiting") await new Promise((resolve) => setTimeout(resolve, 5));
      asked++;
    };
    const connecting = client.connect();
    for (let n = 0; n < 3; n++) {
      await waits();
      void client.connect();
    }
    await waits();
    target = url("/echo", "ws:");
    equal([await client.connect(), await connecting, asked], [true, true, 4]);
    await client.close();
  },
  async "what a handler handled is not kept, and what it cannot decode is told to a reader"(
    { url },
  ) {
    const client = new WebSocketClient(url("/echo", "ws:"), {
      ...ONCE,
      codec: {
        encode: String,
        decode: (message) => {
          if (message === "bad") throw new TypeError("mine");
          return message;
        },
      },
    });
    await client.connect();
    await client.send("1");
    equal(await client.receive(), "1");
    const handled: unknown[] = [];
    const off = client.on("message", ({ message }) => handled.push(message));
    await client.send("2");
    while (handled.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    off();
    for (const message of ["bad", "3"]) await client.send(message);
    ok(await rejection(client.receive()) instanceof TypeError, "the reader is told");
    equal([await client.receive(), handled], ["3", ["2"]]);
    await client.close();
  },
  async "receive() waits as long as it is told, and loses nothing"({ url }) {
    const client = new WebSocketClient(url("/echo", "ws:"), ONCE);
    await client.connect();
    await failure(TimeoutError, client.receive({ timeout: { milliseconds: 50 } }));
    await client.send("late");
    equal(await client.receive({ timeout: 5 }), "late");
    await client.close();
  },
  async "a message of the limit is taken, and a longer one ends the connection"({ url }) {
    const client = new WebSocketClient(url("/long", "ws:"), { ...ONCE, maxMessageSize: 1000 });
    await client.connect();
    await client.send("1000");
    equal((await client.receive({ timeout: 5 }))?.length, 1000);
    await client.send("1001");
    const error = await failure(WebSocketError, client.receive({ timeout: 5 }));
    equal(error.code, "message_too_large");
  },
});
