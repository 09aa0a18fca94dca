/**
 * The WebSocketClient on Node and Bun, whose sockets end in other ways than Deno's: no close event
 * after a failed handshake, 1006 without an error. Run by the gate: `node websocket_smoke.mjs MOD`.
 */

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { createServer } from "node:http";
import { inspect } from "node:util";
import { pathToFileURL } from "node:url";

const { TimeoutError, WebSocketClient, WebSocketError } = await import(
  pathToFileURL(process.argv[2]).href
);

const frame = (opcode, payload) =>
  Buffer.concat([Buffer.from([0x80 | opcode, payload.length]), payload]);

/** Calls `use(opcode, payload)` for each frame; all of them are short. */
function onFrames(socket, use) {
  let buffer = Buffer.alloc(0);
  socket.on("data", (chunk) => {
    buffer = Buffer.concat([buffer, chunk]);
    while (buffer.length >= 6 && buffer.length >= 6 + (buffer[1] & 127)) {
      const length = buffer[1] & 127;
      const mask = buffer.subarray(2, 6);
      const payload = Buffer.from(buffer.subarray(6, 6 + length));
      for (let index = 0; index < length; index++) payload[index] ^= mask[index % 4];
      const opcode = buffer[0] & 15;
      buffer = buffer.subarray(6 + length);
      use(opcode, payload);
    }
  });
}

const sockets = new Set();
const heads = [];
const server = createServer();
server.on("upgrade", (request, socket) => {
  sockets.add(socket);
  socket.on("error", () => {});
  heads.push(request.headers);
  if (request.url === "/never") return;
  if (request.url === "/refused") {
    return void socket.end("HTTP/1.1 401 No\r\ncontent-length: 0\r\n\r\n");
  }
  const key = request.headers["sec-websocket-key"];
  const accept = createHash("sha1").update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`)
    .digest("base64");
  socket.write(
    "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" +
      `Sec-WebSocket-Accept: ${accept}\r\n\r\n`,
  );
  if (request.url === "/cut") return void socket.end(frame(1, Buffer.from("last")));
  onFrames(socket, (opcode, payload) => {
    if (request.url === "/silent") return;
    socket.write(frame(opcode, payload));
    if (opcode === 8) socket.end();
  });
});
await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
const url = `ws://127.0.0.1:${server.address().port}`;

async function failure(promise) {
  const error = await promise.then(() => undefined, (thrown) => thrown);
  assert.ok(error !== undefined, "it did not fail");
  return error;
}

const ONCE = { maxRetries: 0, reconnect: false, closeTimeout: { milliseconds: 100 } };

const CHECKS = {
  async "text and bytes come back, headers arrive, the close is clean"() {
    const client = new WebSocketClient(`${url}/`, { headers: { "x-test": "1" } });
    assert.equal(await client.connect(), true);
    await client.send("hello");
    await client.send(new Uint8Array([1, 2]));
    assert.equal(await client.receive(), "hello");
    assert.deepEqual(await client.receive(), new Uint8Array([1, 2]));
    await client.close({ code: 4000, reason: "bye" });
    assert.deepEqual(await client.closed, { code: 4000, reason: "bye", wasClean: true });
    assert.equal(heads.at(-1)["x-test"], "1");
  },
  async "a failed handshake rejects, although there is no close event (trap 1)"() {
    const error = await failure(new WebSocketClient(`${url}/refused`, ONCE).connect());
    assert.ok("code" in error && "url" in error, inspect(error));
  },
  async "a handshake that is never answered ends in time"() {
    const options = { ...ONCE, timeout: { milliseconds: 50 } };
    const error = await failure(new WebSocketClient(`${url}/never`, options).connect());
    assert.ok(error instanceof TimeoutError, inspect(error));
  },
  async "a cut connection gives what came, then the error (traps 3, 25)"() {
    const client = new WebSocketClient(`${url}/cut`, ONCE);
    await client.connect();
    assert.equal((await client.closed).code, 1006);
    assert.equal(await client.receive(), "last");
    const error = await failure(client.receive());
    assert.ok(error instanceof WebSocketError || error.code.startsWith("connection_"));
  },
  async "close() is bounded against a silent peer (trap 31)"() {
    const client = new WebSocketClient(`${url}/silent`, ONCE);
    await client.connect();
    const startedAt = performance.now();
    await client.close();
    assert.ok(performance.now() - startedAt < 2000);
    assert.equal(await client.receive(), null);
  },
};

let failed = 0;
for (const [name, check] of Object.entries(CHECKS)) {
  try {
    await check();
    console.log(`ok - ${name}`);
  } catch (error) {
    failed++;
    console.error(`not ok - ${name}\n${inspect(error)}`);
  }
}
for (const socket of sockets) socket.destroy();
server.close();
console.log(`${process.version}: ${Object.keys(CHECKS).length - failed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
