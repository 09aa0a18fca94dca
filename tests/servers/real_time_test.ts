/** Both message clients against servers that nobody here wrote. */

import { assert, assertEquals, assertRejects } from "@std/assert";
import {
  EventSourceClient,
  HTTPClient,
  NetworkingError,
  WebSocketClient,
  WebSocketError,
} from "../../mod.ts";
import { isInstalled, NATS, nginx, start, WS } from "./independent.ts";

const NCHAN = nginx(
  `
  location = /publish { nchan_publisher; nchan_channel_id $arg_id; nchan_message_buffer_length 1000; }
  location = /subscribe {
    nchan_subscriber; nchan_channel_id $arg_id; nchan_subscriber_first_message oldest;
    nchan_subscriber_timeout 1s;
  }
`,
  "load_module /usr/lib/nginx/modules/ngx_nchan_module.so;",
  "libnginx-mod-nchan",
);
const FAST = { retryBackoff: { milliseconds: 5 } };

Deno.test("ws of npm and the client agree", async (t) => {
  await using server = await start(WS);
  const url = server.origin.replace("http", "ws");
  await t.step("compressed text and bytes", async () => {
    await using client = new WebSocketClient(`${url}/echo`);
    await client.connect();
    for (const message of ["grüße", "", "x".repeat(1_000_000), new Uint8Array(70_000).fill(7)]) {
      await client.send(message);
      assertEquals(await client.receive({ timeout: 5 }), message);
    }
  });
  await t.step("fragments are one message, and a ping is answered", async () => {
    for (const [path, expected] of [["fragments", "one two three"], ["ping", "pong here"]]) {
      await using client = new WebSocketClient(`${url}/${path}`);
      await client.connect();
      assertEquals(await client.receive({ timeout: 5 }), expected);
    }
  });
  await t.step(
    "its close code and reason come through, and an end without one is 1006",
    async () => {
      const closed = new WebSocketClient(url, { reconnect: false });
      await closed.connect();
      await closed.send("close");
      const error = await assertRejects(() => closed.receive({ timeout: 5 }), WebSocketError);
      assertEquals([error.closeCode, error.closeReason], [4001, "as you like"]);
      const cut = new WebSocketClient(`${url}/terminate`, { reconnect: false });
      await cut.connect();
      await assertRejects(() => cut.receive({ timeout: 5 }), NetworkingError);
      assertEquals((await cut.closed).code, 1006);
    },
  );
});

Deno.test({
  name: "nginx with nchan: both clients miss nothing although it cuts off who waits",
  ignore: !await isInstalled(NCHAN),
  async fn() {
    await using server = await start(NCHAN);
    await using http = new HTTPClient({ baseUrl: server.origin });
    const publish = (text: string) => http.post("/publish?id=a", text, { throwOnError: true });
    const expected = Array.from({ length: 60 }, (_, index) => `message ${index}`);
    await publish(expected[0]!); // a channel is there from its first message on
    let breaks = 0;
    const cut = () =>
      new Promise<void>((resolve) => {
        const remove = events.on("reconnecting", () => {
          breaks++;
          remove();
          resolve();
        });
      });
    await using events = new EventSourceClient(`${server.origin}/subscribe?id=a`, FAST);
    await events.connect();
    const [received] = await Promise.all([
      (async () => {
        const all: string[] = [];
        while (all.length < expected.length) {
          all.push((await events.receive({ timeout: 10 }))!.data);
        }
        return all;
      })(),
      (async () => {
        for (const [index, text] of expected.slice(1).entries()) {
          // It cuts off who waits for a second; what comes next must not fall between two streams.
          if (index % 20 === 10) await cut();
          await publish(text);
        }
      })(),
    ]);
    assertEquals(received, expected);
    assertEquals(breaks, 3);
    // A later client goes on from an ID; a WebSocket has the whole buffer.
    const { lastEventId } = (await (async () => {
      await using first = new EventSourceClient(`${server.origin}/subscribe?id=a`, FAST);
      await first.connect();
      for (let count = 0; count < 9; count++) await first.receive({ timeout: 5 });
      return await first.receive({ timeout: 5 });
    })())!;
    await using later = new EventSourceClient(`${server.origin}/subscribe?id=a`, { lastEventId });
    await later.connect();
    assertEquals((await later.receive({ timeout: 5 }))?.data, "message 10");
    await using socket = new WebSocketClient(
      `${server.origin.replace("http", "ws")}/subscribe?id=a`,
    );
    await socket.connect();
    assertEquals(await socket.receive({ timeout: 5 }), "message 0");
  },
});

Deno.test({
  name: "nginx as a proxy that gives up after five seconds: a heartbeat keeps the connection",
  ignore: !await isInstalled(nginx("")),
  async fn() {
    const echo = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, (request) => {
      const { socket, response } = Deno.upgradeWebSocket(request);
      socket.onmessage = ({ data }) => socket.send(data);
      return response;
    });
    const proxy = nginx(`location / {
      proxy_pass http://127.0.0.1:${echo.addr.port}; proxy_http_version 1.1; proxy_read_timeout 5s;
      proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection upgrade;
    }`);
    {
      await using server = await start(proxy);
      const url = server.origin.replace("http", "ws");
      const heartbeat = {
        every: 0.5,
        ping: "ping",
        isPong: (message: unknown) => message === "ping",
      };
      await using kept = new WebSocketClient(url, { ...FAST, heartbeat });
      await using lost = new WebSocketClient(url, FAST);
      const told: string[] = [];
      kept.on("reconnecting", () => told.push("kept"));
      lost.on("reconnecting", ({ ending }) => told.push(`lost ${ending.code}`));
      await Promise.all([kept.connect(), lost.connect()]);
      await new Promise<void>((resolve) => lost.on("reconnected", () => resolve()));
      await new Promise((resolve) => setTimeout(resolve, 500));
      assertEquals(told, ["lost 1006"]);
      for (const client of [kept, lost]) {
        await client.send("still there");
        assertEquals(await client.receive({ timeout: 5 }), "still there");
      }
    }
    await echo.shutdown();
  },
});

Deno.test({
  name: "nats-server: what onConnect subscribes to is there again after a restart",
  ignore: !await isInstalled(NATS),
  async fn() {
    let server = await start(NATS);
    const port = Number(new URL(server.origin).port);
    const decoder = new TextDecoder();
    await using client = new WebSocketClient<string, string>(`ws://127.0.0.1:${port}`, {
      ...FAST,
      codec: {
        encode: (text) => text,
        decode: (data) => typeof data === "string" ? data : decoder.decode(data),
      },
      async onConnect({ send, receive }) {
        assert((await receive())?.startsWith("INFO {"));
        send('CONNECT {"verbose":false}\r\nSUB news 1\r\nPING\r\n');
        assertEquals(await receive(), "PONG\r\n");
      },
    });
    const reconnected = new Promise<void>((resolve) => client.on("reconnected", () => resolve()));
    const next = async () => { // a message may come in pieces, or after a PING
      let text = "";
      while (!/MSG news 1 \d+\r\n.*\r\n/.test(text)) text += await client.receive({ timeout: 10 });
      return /\r\n(.*)\r\n$/.exec(text)![1];
    };
    try {
      await client.connect();
      await client.send("PUB news 5\r\nhello\r\n");
      assertEquals(await next(), "hello");
      await server[Symbol.asyncDispose]();
      server = await start(NATS, port);
      await reconnected;
      await client.send("PUB news 5\r\nagain\r\n");
      assertEquals(await next(), "again");
    } finally {
      await client.close();
      await server[Symbol.asyncDispose]();
    }
  },
});
