import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { NetworkingError, WebSocketClient } from "../../mod.ts";
import { cassette, type CassetteOptions, FakeClock } from "../../src/testing/mod.ts";

/** A server that greets, answers in upper case, and closes when told to. */
function serve(): { url: string; stop(): Promise<void>; count(): number } {
  let connections = 0;
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, (request) => {
    if (new URL(request.url).pathname === "/no") return new Response("no", { status: 403 });
    connections++;
    const { socket, response } = Deno.upgradeWebSocket(request, { protocol: "chat" });
    socket.binaryType = "arraybuffer";
    socket.onopen = () => socket.send("hello");
    socket.onmessage = ({ data }) => {
      if (data === "bye") return socket.close(4001, "as you wish");
      if (typeof data !== "string") return socket.send(new Uint8Array(data).reverse());
      socket.send(data.toUpperCase());
      socket.send(JSON.stringify({ token: "socket-token-123", heard: data }));
    };
    return response;
  });
  return {
    url: `ws://127.0.0.1:${server.addr.port}`,
    stop: () => server.shutdown(),
    count: () => connections,
  };
}

async function withFile(work: (path: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await work(`${folder}/socket.json`);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** A client of a cassette, which is closed with it. */
async function using<T>(
  path: string,
  url: string,
  options: CassetteOptions,
  work: (client: WebSocketClient) => Promise<T>,
): Promise<T> {
  const transport = cassette(path, options);
  const client = new WebSocketClient(url, {
    transport,
    protocols: ["chat"],
    reconnect: false,
    maxRetries: 0,
  });
  try {
    return await work(client);
  } finally {
    await client.close();
    await transport.close();
  }
}

/** A conversation; the last `receive()` of it gives null. */
async function talk(client: WebSocketClient): Promise<unknown[]> {
  await client.connect();
  const heard: unknown[] = [client.protocol, await client.receive()];
  for (const word of ["one", "two"]) {
    await client.send(word);
    heard.push(await client.receive(), JSON.parse(await client.receive() as string).heard);
  }
  await client.send(new Uint8Array([1, 2, 3]));
  heard.push(await client.receive());
  return heard;
}

// R13.12
Deno.test("a conversation is replayed without the server", () =>
  withFile(async (path) => {
    const server = serve();
    const recorded = await using(path, server.url, { mode: "record" }, talk);
    assertEquals(recorded, [
      ...["chat", "hello", "ONE", "one", "TWO", "two"],
      new Uint8Array([3, 2, 1]),
    ]);
    await server.stop();
    assertEquals(await using(path, server.url, { mode: "replay" }, talk), recorded);
    assertEquals(server.count(), 1);
    const text = await Deno.readTextFile(path);
    assertEquals(text.includes("socket-token-123"), false);
    const [{ socket, frames, close }] = JSON.parse(text).exchanges;
    assertEquals([socket.protocol, close.by], ["chat", "client"]);
    assertEquals(frames[3].json, { token: "REDACTED-1", heard: "one" });
    assertEquals(frames.at(-1).base64, "AwIB");
  }));

Deno.test("an end by the server is replayed after the message that it followed", () =>
  withFile(async (path) => {
    const server = serve();
    const until = async (client: WebSocketClient) => {
      await client.connect();
      await client.receive();
      await client.send("bye");
      const error = await assertRejects(() => client.receive(), NetworkingError);
      const { closeCode } = error as NetworkingError & { closeCode?: number };
      return [error.code, closeCode];
    };
    const recorded = await using(path, server.url, { mode: "record" }, until);
    assertEquals(recorded[1], 4001);
    await server.stop();
    assertEquals(await using(path, server.url, { mode: "replay" }, until), recorded);
  }));

Deno.test("a message that was not recorded, and a socket that was not, fail with the difference", () =>
  withFile(async (path) => {
    const server = serve();
    await using(path, server.url, { mode: "record" }, talk);
    await server.stop();
    await using(path, server.url, { mode: "replay" }, async (client) => {
      await client.connect();
      await client.receive();
      await client.send("three");
      const error = await assertRejects(() => client.receive(), NetworkingError);
      assertEquals(error.code, "no_recording");
      assertStringIncludes(error.message, `the next recorded message is "one", sent "three"`);
    });
    await using(path, `${server.url}/other`, { mode: "replay" }, async (client) => {
      const error = await assertRejects(() => client.connect(), NetworkingError);
      assertEquals([error.code, error.attempts.length], ["no_recording", 1]);
      assertStringIncludes(error.message, "differs in URL");
    });
  }));

Deno.test("a handshake that failed is replayed as one", () =>
  withFile(async (path) => {
    const server = serve();
    const connect = async (client: WebSocketClient) =>
      (await assertRejects(() => client.connect(), NetworkingError)).code;
    const recorded = await using(path, `${server.url}/no`, { mode: "record" }, connect);
    await server.stop();
    assertEquals(await using(path, `${server.url}/no`, { mode: "replay" }, connect), recorded);
    assertEquals(
      JSON.parse(await Deno.readTextFile(path)).exchanges[0].failure !== undefined,
      true,
    );
  }));

// R13.12
Deno.test("with its timing a conversation takes as long as it took", () =>
  withFile(async (path) => {
    const frames = [0, 400, 900].map((ms) => ({ from: "server", ms, text: `at ${ms}` }));
    const url = "ws://api.example/";
    await Deno.writeTextFile(
      path,
      JSON.stringify({ cassette: 1, exchanges: [{ socket: { url, protocol: "chat" }, frames }] }),
    );
    const clock = new FakeClock();
    using _installed = clock.install();
    await using(path, url, { mode: "replay", timing: "recorded" }, async (client) => {
      const heard: unknown[] = [];
      client.on("message", ({ message }) => void heard.push(message));
      await client.connect();
      const seen: number[] = [];
      for (let step = 0; step < 10; step++) {
        await clock.advance(0.1);
        seen.push(heard.length);
      }
      assertEquals(heard, ["at 0", "at 400", "at 900"]);
      assertEquals([seen.indexOf(2), seen.indexOf(3)], [3, 8]);
    });
  }));

Deno.test("a token among the subprotocols and a common word as a password do not reach the file", () =>
  withFile(async (path) => {
    const server = serve();
    const transport = cassette(path, { mode: "record" });
    const token = "base64url.bearer.Zm9vYmFy0123456789";
    const client = new WebSocketClient(`${server.url}/?password=admin`, {
      transport,
      protocols: ["chat", token],
      reconnect: false,
    });
    await client.connect();
    await client.send(`{"password":"admin","note":"admin again"}`);
    await client.receive();
    await client.close();
    await transport.close();
    await server.stop();
    const text = await Deno.readTextFile(path);
    // The server answers in upper case.
    for (const secret of [token, "admin", "ADMIN"]) {
      assertEquals(text.includes(secret), false, secret);
    }
  }));
