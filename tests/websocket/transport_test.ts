/** Sockets over a transport with connection options: certificates, a proxy, a Unix socket. */
// deno-lint-ignore-file no-external-import -- a server with TLS, as Node has it

import { assert, assertEquals, assertInstanceOf, assertThrows } from "@std/assert";
import { ConnectionError, NetworkingError, WebSocketClient, WebSocketError } from "../../mod.ts";
import { denoTransport, type DenoTransportOptions } from "../../src/transports/deno.ts";
import { selfSigned } from "../support/certificate.ts";
import { proxy } from "../support/proxy.ts";
import { createServer, type Server as TLSServer } from "node:https";
import { createHash } from "node:crypto";
import type { AddressInfo, Socket } from "node:net";
import { failure, ONCE } from "./sockets.ts";

function echo(request: Request): Response {
  if (new URL(request.url).pathname === "/401") return new Response(null, { status: 401 });
  const { socket, response } = Deno.upgradeWebSocket(request);
  socket.onmessage = ({ data }) => socket.send(`echo ${data}`);
  return response;
}

/** What comes back over a socket with these connection options, or why nothing does. */
async function said(url: string, options: DenoTransportOptions): Promise<unknown> {
  const transport = denoTransport(options);
  await using client = new WebSocketClient(url, { ...ONCE, transport }); // closes the transport
  try {
    await client.connect();
    await client.send("hello");
    return await client.receive({ timeout: 5 });
  } catch (error) {
    return error;
  }
}

/** A server that wants a certificate of its clients, which Deno.serve cannot: it greets them by its name. */
async function mutualTLS(
  server: { cert: string; key: string },
  client: { cert: string },
): Promise<{ port: number } & AsyncDisposable> {
  const open = new Set<Socket>();
  const listener: TLSServer = createServer({
    ...server,
    ca: [client.cert],
    requestCert: true,
    rejectUnauthorized: true,
  });
  listener.on("connection", (socket: Socket) => open.add(socket));
  listener.on("upgrade", (request, socket) => {
    const { subject } =
      (request.socket as unknown as { getPeerCertificate(): { subject: { CN: string } } })
        .getPeerCertificate();
    const key = `${request.headers["sec-websocket-key"]}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`;
    const accept = createHash("sha1").update(key).digest("base64");
    socket.write(
      "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" +
        `Sec-WebSocket-Accept: ${accept}\r\n\r\n`,
    );
    socket.write(
      new Uint8Array([0x81, subject.CN.length, ...new TextEncoder().encode(subject.CN)]),
    );
  });
  await new Promise<void>((resolve) => listener.listen(0, "127.0.0.1", resolve));
  return {
    port: (listener.address() as AddressInfo).port,
    async [Symbol.asyncDispose]() {
      for (const socket of open) socket.destroy();
      await new Promise((resolve) => listener.close(resolve));
    },
  };
}

Deno.test("wss: with a certificate authority of its own, and without", async () => {
  const { cert, key } = await selfSigned("localhost");
  const options = { hostname: "localhost", port: 0, cert, key, onListen() {} };
  await using server = Deno.serve(options, echo);
  const url = `wss://localhost:${server.addr.port}`;
  assertEquals(await said(url, { caCerts: [cert] }), "echo hello");
  const refused = await said(url, {});
  assertInstanceOf(refused, ConnectionError);
  assertEquals(refused.code, "tls_failed");
});

Deno.test("a client certificate is shown to a server that asks for it", async () => {
  const [server, client] = await Promise.all([selfSigned("localhost"), selfSigned("client")]);
  await using listener = await mutualTLS(server, client);
  const url = `wss://localhost:${listener.port}`;
  assertEquals(await said(url, { caCerts: [server.cert], ...client }), "client");
  assertInstanceOf(await said(url, { caCerts: [server.cert] }), NetworkingError);
});

Deno.test("a proxy: with its credentials, not for noProxy, by CONNECT for wss:, and named when it fails", async () => {
  const { cert, key } = await selfSigned("localhost");
  await using plain = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, echo);
  const secure = { hostname: "localhost", port: 0, cert, key, onListen() {} };
  await using tls = Deno.serve(secure, echo);
  await using forPlain = proxy(plain.addr.port);
  await using forTLS = proxy(tls.addr.port);
  const through = `http://ada:s3cret@127.0.0.1:${forPlain.port}`;
  assertEquals(await said("ws://example.invalid/a", { proxy: through }), "echo hello");
  assert(forPlain.heads[0]?.includes(`authorization: Basic ${btoa("ada:s3cret")}`));
  const direct = { proxy: through, noProxy: ["127.0.0.1"] };
  assertEquals(await said(`ws://127.0.0.1:${plain.addr.port}`, direct), "echo hello");
  assertEquals(forPlain.heads.length, 1);
  const tunnel = { proxy: `http://127.0.0.1:${forTLS.port}`, caCerts: [cert] };
  assertEquals(await said("wss://localhost/b", tunnel), "echo hello");
  assert(forTLS.heads[0]?.startsWith("CONNECT localhost:443 "));
  const down = await said("ws://example.invalid/?key=hunter2", { proxy: "http://127.0.0.1:1" });
  assertInstanceOf(down, ConnectionError);
  assertEquals(down.code, "connection_refused");
  assertEquals(
    down.message,
    "Cannot connect to ws://example.invalid/ through the proxy http://127.0.0.1:1 " +
      "(without a tunnel, which wss: has): nothing accepts connections there",
  );
});

/** In a program of its own: the permissions of the tests have no sockets of files. */
const WITH_UNIX_SOCKET = `
const [main, deno] = Deno.args;
const { WebSocketClient } = await import(main);
const { denoTransport } = await import(deno);
const folder = await Deno.makeTempDir();
const path = folder + "/socket";
const server = Deno.serve({ path, onListen() {} }, (request) => {
  const { socket, response } = Deno.upgradeWebSocket(request);
  socket.onmessage = ({ data }) => socket.send("echo " + data);
  return response;
});
async function said(url, options) {
  const transport = denoTransport(options);
  const client = new WebSocketClient(url, { transport, maxRetries: 0, reconnect: false });
  try {
    await client.connect();
    await client.send("hello");
    return await client.receive({ timeout: 5 });
  } catch ({ code, message }) {
    return [code, message.replaceAll(folder, "")];
  } finally {
    await client.close();
  }
}
console.log(JSON.stringify([
  await said("ws://any.invalid/a", { unixSocket: path }),
  await said("wss://any.invalid/a", { unixSocket: path }),
  await said("wss://any.invalid/a", { unixSocket: path, allowClearHTTPS: true }),
  await said("ws://any.invalid/a", { unixSocket: folder + "/none" }),
]));
await server.shutdown();
await Deno.remove(folder, { recursive: true });
`;

// R8.9
Deno.test("a Unix socket, and no wss: over it unless it is allowed", async () => {
  const modules = ["../../mod.ts", "../../src/transports/deno.ts"].map((path) =>
    import.meta.resolve(path)
  );
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["eval", "--quiet", WITH_UNIX_SOCKET, ...modules],
    stderr: "inherit",
  }).output();
  const cannot = "Cannot connect to";
  const unencrypted = "wss: over unix would not be encrypted; use ws:, or set allowClearHTTPS";
  assertEquals(JSON.parse(new TextDecoder().decode(stdout)), [
    "echo hello",
    ["tls_failed", `${cannot} wss://any.invalid/a: ${unencrypted}`],
    "echo hello",
    [
      "connection_refused",
      `${cannot} ws://any.invalid/a through the socket /none: nothing accepts connections there`,
    ],
  ]);
});

Deno.test("headers and protocols go over a transport too, and a status comes back", async () => {
  const heads: (string | null)[] = [];
  await using server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, (request) => {
    heads.push(request.headers.get("x-note"));
    if (request.url.endsWith("/401")) return echo(request);
    const { socket, response } = Deno.upgradeWebSocket(request, { protocol: "v2" });
    socket.onopen = () => socket.send("hello");
    return response;
  });
  const transport = denoTransport({});
  const options = { ...ONCE, transport, headers: { "x-note": "1" }, protocols: ["v1", "v2"] };
  const client = new WebSocketClient(`ws://127.0.0.1:${server.addr.port}`, options);
  await client.connect();
  assertEquals([await client.receive(), client.protocol, heads], ["hello", "v2", ["1"]]);
  const refused = new WebSocketClient(`ws://127.0.0.1:${server.addr.port}/401`, options);
  const error = await failure(refused.connect());
  assertInstanceOf(error, WebSocketError);
  assertEquals(error.statusCode, 401);
  await client.close();
  // The transport is closed with the client that it was given to.
  assertEquals((await failure(client.connect()) as NetworkingError).code, "closed");
});

// R17.1
Deno.test("what makes no sockets is refused with words, as are two that make them", () => {
  const url = "ws://127.0.0.1:1";
  const bare = Object.assign(() => Promise.resolve(new Response()), {});
  const transport = { webSocket: () => new WebSocket(url) };
  const rows: [options: object, text: string][] = [
    [{ transport: bare }, "a transport with webSocket(), such as denoTransport()"],
    [{ transport: fetch }, "a transport with webSocket(), such as denoTransport()"],
    [{ transport: "proxy" }, "a transport with webSocket(), such as denoTransport()"],
    [{ transport, webSocket: WebSocket }, "use either transport or webSocket, not both"],
  ];
  for (const [options, text] of rows) {
    assertThrows(() => new WebSocketClient(url, options), TypeError, text);
  }
});
