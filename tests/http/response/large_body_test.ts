/** Bodies that are read into one buffer of the announced length, and servers that announce another. */

import { assert, assertEquals, assertRejects } from "@std/assert";
import { HTTPClient, type NetworkingError, ResponseTooLargeError } from "../../../mod.ts";
import { readGrowing } from "../../../src/http/response/read_body.ts";
import { until } from "../../support/until.ts";

const REQUEST = { method: "GET", url: "http://h/x" };
const SIZE = 150_000;
const BODY = Uint8Array.from({ length: SIZE }, (_, index) => index * 7 % 251);

type Bytes = Uint8Array<ArrayBuffer>;

async function gzip(bytes: Bytes): Promise<Bytes> {
  const stream = new Blob([bytes]).stream().pipeThrough(new CompressionStream("gzip"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

/** Answers each connection once, byte for byte: the header fields, then the pieces of the body. */
function answering(fields: string, pieces: readonly Bytes[], { stalls = false } = {}) {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const work: Promise<void>[] = [];
  /** How many clients went away before the answer was whole. */
  let gone = 0;
  async function answer(connection: Deno.TcpConn): Promise<void> {
    using open = connection;
    open.setNoDelay();
    await open.read(new Uint8Array(16_384));
    const head = new TextEncoder().encode(`HTTP/1.1 200 OK\r\n${fields}\r\n\r\n`);
    try {
      for (const piece of [head, ...pieces]) {
        let written = 0;
        while (written < piece.length) written += await open.write(piece.subarray(written));
      }
      if (stalls && await open.read(new Uint8Array(1)) === null) gone++;
    } catch (error) {
      // The client may leave in the middle of the answer.
      const left = error instanceof Deno.errors.ConnectionReset ||
        error instanceof Deno.errors.BrokenPipe;
      if (!left) throw error;
      gone++;
    }
  }
  async function accept(): Promise<void> {
    for await (const connection of listener) work.push(answer(connection));
  }
  const accepting = accept();
  return {
    url: `http://127.0.0.1:${listener.addr.port}/`,
    gone: () => gone,
    async [Symbol.asyncDispose]() {
      listener.close();
      await accepting;
      await Promise.all(work);
    },
  };
}

/** The ways in which a caller gets the whole body. */
const WAYS: Record<
  string,
  (client: HTTPClient, url: string, signal?: AbortSignal) => Promise<Bytes>
> = {
  "get()": async (client, url, signal) => (await client.get(url, { signal })).content,
  "stream().bytes()": async (client, url, signal) =>
    await (await client.stream("GET", url, { signal })).bytes(),
};

/** Runs a test for each way. */
async function eachWay(
  t: Deno.TestContext,
  name: string,
  test: (read: (typeof WAYS)[string]) => Promise<void>,
): Promise<void> {
  for (const [way, read] of Object.entries(WAYS)) await t.step(`${name}: ${way}`, () => test(read));
}

const slowEnd = [BODY.subarray(0, SIZE - 200), ...Array.from(BODY.subarray(SIZE - 200), one)];

function one(byte: number): Bytes {
  return Uint8Array.of(byte);
}

Deno.test("a large body comes whole, however it is framed and cut", async (t) => {
  const packed = await gzip(BODY);
  const chunked = new TextEncoder().encode(`${SIZE.toString(16)}\r\n`);
  const end = new TextEncoder().encode("\r\n0\r\n\r\n");
  const announced = `Content-Length: ${SIZE}`;
  const answers: Record<string, [string, readonly Bytes[]]> = {
    "announced": [announced, [BODY]],
    "announced, then byte by byte": [announced, slowEnd],
    "announced, and more sent": [`${announced}\r\nConnection: close`, [BODY, BODY.slice(0, 99)]],
    "not announced": ["Connection: close", [BODY]],
    "not announced, byte by byte": ["Connection: close", slowEnd],
    "chunked": ["Transfer-Encoding: chunked", [chunked, BODY, end]],
    "packed": [`Content-Length: ${packed.length}\r\nContent-Encoding: gzip`, [packed]],
  };
  for (const [name, [fields, pieces]] of Object.entries(answers)) {
    await eachWay(t, name, async (read) => {
      await using server = answering(fields, pieces);
      await using client = new HTTPClient({ maxRetries: 0 });
      const content = await read(client, server.url);
      assert(content.every((byte, index) => byte === BODY[index]));
      assertEquals(content.buffer.byteLength, SIZE);
    });
  }
});

Deno.test("a large body that ends too early is an error", async (t) => {
  await eachWay(t, "too short", async (read) => {
    await using server = answering(`Content-Length: ${SIZE + 1}`, [BODY]);
    await using client = new HTTPClient({ maxRetries: 0 });
    const error = await assertRejects(() => read(client, server.url));
    assertEquals((error as NetworkingError).code, "body_truncated");
  });
});

Deno.test("the size limit ends a large body in the middle", async (t) => {
  const packed = await gzip(BODY);
  const answers: Record<string, [string, readonly Bytes[]]> = {
    "announced above it": [`Content-Length: ${SIZE}`, [BODY]],
    "not announced": ["Connection: close", [BODY]],
    "packed": [`Content-Length: ${packed.length}\r\nContent-Encoding: gzip`, [packed]],
  };
  for (const [name, [fields, pieces]] of Object.entries(answers)) {
    await eachWay(t, name, async (read) => {
      await using server = answering(fields, pieces);
      await using client = new HTTPClient({ maxRetries: 0, maxResponseSize: SIZE - 1 });
      await assertRejects(() => read(client, server.url), ResponseTooLargeError);
    });
  }
});

Deno.test("an abort and a clock end a large body in the middle, and its connection", async (t) => {
  const half = BODY.subarray(0, SIZE / 2);
  await eachWay(t, "abort", async (read) => {
    await using server = answering(`Content-Length: ${SIZE}`, [half], { stalls: true });
    await using client = new HTTPClient({ maxRetries: 0 });
    const signal = AbortSignal.timeout(60);
    const error = await assertRejects(() => read(client, server.url, signal));
    assertEquals(error, signal.reason);
    await until(() => server.gone() === 1);
  });
  await eachWay(t, "clock", async (read) => {
    await using server = answering(`Content-Length: ${SIZE}`, [half], { stalls: true });
    await using client = new HTTPClient({ maxRetries: 0, timeout: 0.08, idleTimeout: 0.08 });
    const error = await assertRejects(() => read(client, server.url));
    // `timeout` counts to the last byte of a buffered body, and to the head of a stream.
    const code = read === WAYS["get()"] ? "attempt_timeout" : "idle_timeout";
    assertEquals((error as NetworkingError).code, code);
    await until(() => server.gone() === 1);
  });
});

/** Gives `size` bytes in pieces, into buffers that are lent to it, as a byte stream does. */
function filler(size: number, piece: number) {
  let given = 0;
  let cancelled = false;
  return {
    cancelled: () => cancelled,
    read(view: Bytes): Promise<ReadableStreamReadResult<Bytes>> {
      const length = Math.min(view.length, piece, size - given);
      const { byteOffset } = view; // gone with the buffer
      const value = new Uint8Array(view.buffer.transfer(), byteOffset, length);
      for (let index = 0; index < length; index++) value[index] = BODY[given++ % SIZE]!;
      return Promise.resolve(
        length === 0 ? { done: true, value } as never : { done: false, value },
      );
    },
    cancel() {
      cancelled = true;
      return Promise.resolve();
    },
  };
}

Deno.test("a wrong announced length changes neither the body nor its limit", async () => {
  for (const announced of [undefined, 0, 10, 65_536, 100_000, 2 ** 40]) {
    for (const size of [0, 1, 10, 65_535, 65_536, 65_537, 99_999, 100_000, 100_001, SIZE]) {
      for (const piece of [997, 65_536, Infinity]) {
        const source = filler(size, piece);
        const what = `${size} bytes in pieces of ${piece}, ${announced} announced`;
        const content = await readGrowing(source, SIZE, REQUEST, announced);
        // Compared by hand: the difference of two bodies this large takes gigabytes to draw.
        assert(content.every((byte, index) => byte === BODY[index]), what);
        assertEquals(content.buffer.byteLength, size, what);
        if (size === 0) continue;
        const larger = filler(size, piece);
        await assertRejects(
          () => readGrowing(larger, size - 1, REQUEST, announced),
          ResponseTooLargeError,
          "",
          what,
        );
        assertEquals(larger.cancelled(), true, what);
      }
    }
  }
});
