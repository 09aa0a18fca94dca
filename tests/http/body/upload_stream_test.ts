/** Streams that are sent: whose failure it is, when they end, what their clocks count. */

import { assertEquals, assertInstanceOf, assertStrictEquals } from "@std/assert";
import {
  HTTPClient,
  type HTTPClientOptions,
  NetworkingError,
  type RequestOptions,
  TimeoutError,
} from "../../../mod.ts";
import { Upload } from "../../../src/http/body/upload_stream.ts";
import { FakeServer } from "../../../src/testing/mod.ts";
import { serve } from "../../support/server.ts";

type Bytes = Uint8Array<ArrayBuffer>;

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** Gives chunks of `size` bytes, `everyMs` apart: `count` of them, then the end. */
class Source {
  readonly stream: ReadableStream<Bytes>;
  pulls = 0;
  cancels = 0;

  constructor(count: number, everyMs = 0, size = 10_000) {
    let timer: ReturnType<typeof setTimeout> | undefined;
    this.stream = new ReadableStream<Bytes>({
      pull: async (controller) => {
        this.pulls++;
        await new Promise<void>((resolve) => timer = setTimeout(resolve, everyMs));
        if (this.pulls > count) controller.close();
        else controller.enqueue(new Uint8Array(size));
      },
      cancel: () => {
        this.cancels++;
        clearTimeout(timer);
      },
    }, { highWaterMark: 0 });
  }
}

function client(options: HTTPClientOptions = {}): HTTPClient {
  return new HTTPClient({ retryBackoff: { milliseconds: 1 }, retryBudget: false, ...options });
}

/** A URL where nothing listens. */
function closedURL(): string {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr as Deno.NetAddr;
  listener.close();
  return `http://127.0.0.1:${port}/`;
}

/** A server that answers with `head` at once; then it reads all that comes, or nothing, or closes. */
function answersEarly(head: string, then: "reads" | "waits" | "closes" = "reads") {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const connections = new Set<Deno.Conn>();
  const one = async (connection: Deno.Conn) => {
    connections.add(connection);
    const bytes = new Uint8Array(65_536);
    await connection.read(bytes);
    if (head !== "") {
      await connection.write(new TextEncoder().encode(`HTTP/1.1 ${head}connection: close\r\n\r\n`));
    }
    while (then === "reads" && await connection.read(bytes) !== null);
    if (then !== "closes") return;
    connections.delete(connection);
    connection.close();
  };
  const serving = (async () => {
    const all: Promise<void>[] = [];
    // What a client does that leaves is no matter of the server.
    for await (const connection of listener) all.push(one(connection).catch(() => {}));
    await Promise.all(all);
  })();
  return {
    url: `http://127.0.0.1:${(listener.addr as Deno.NetAddr).port}/`,
    async [Symbol.asyncDispose]() {
      listener.close();
      for (const connection of connections) connection.close();
      await serving;
    },
  };
}

/** The ways to send a stream. */
const SHAPES: Record<string, (make: () => ReadableStream<Bytes>) => RequestOptions> = {
  "a stream": (make) => ({ data: make() }),
  "a function": (make) => ({ data: make }),
  "a part of a form": (make) => ({ multipart: { a: { stream: make(), filename: "f" } } }),
  "a part that a function makes": (make) => ({
    multipart: { a: { stream: make, filename: "f" } },
  }),
  "a stream with progress": (make) => ({ data: make(), onProgress: () => {} }),
  "a stream of a size": (make) => ({ data: { stream: make(), size: 10 ** 9 } }),
};

/** The outcome of a PUT, and the sources that were made for it. */
async function put(
  url: string,
  shape: string,
  make: () => Source,
  options: HTTPClientOptions = {},
): Promise<{ outcome: { readonly code?: string; readonly statusCode?: number }; made: Source[] }> {
  const made: Source[] = [];
  const body = SHAPES[shape]!(() => {
    made.push(make());
    return made.at(-1)!.stream;
  });
  await using http = client(options);
  const outcome = await http.request("PUT", url, body).catch((error) => error);
  return { outcome, made };
}

/** Checks that a source is not used any more, and was told so. */
async function assertLetGo(sources: readonly Source[]): Promise<void> {
  const pulls = sources.map((source) => source.pulls);
  await pause(30);
  assertEquals(sources.map((source) => source.pulls), pulls, "pulled after the end");
  assertEquals(sources.map(({ cancels }) => cancels), sources.map(() => 1), "cancelled once");
}

Deno.test("a refused connection is one, however slow the stream is, and a function is tried again", async (t) => {
  for (const shape of Object.keys(SHAPES)) {
    await t.step(shape, async () => {
      const { outcome, made } = await put(closedURL(), shape, () => new Source(1e6, 3), {
        maxRetries: 2,
      });
      assertInstanceOf(outcome, NetworkingError);
      assertEquals(outcome.code, "connection_refused");
      const again = shape.includes("function");
      assertEquals(outcome.attempts.length, again ? 3 : 1);
      assertEquals(outcome.retrySkipped, again ? "max_retries" : "body_not_replayable");
      for (const source of made) {
        assertEquals(source.cancels, source.pulls > 0 ? 1 : source.cancels);
      }
    });
  }
});

Deno.test("a connection that breaks during the upload is a failure of the connection", async (t) => {
  for (const shape of Object.keys(SHAPES)) {
    await t.step(shape, async () => {
      await using server = answersEarly("", "closes");
      const { outcome, made } = await put(server.url, shape, () => new Source(1e6, 1), {
        maxRetries: 1,
      });
      assertInstanceOf(outcome, NetworkingError);
      assertEquals(outcome.code, "connection_reset");
      assertEquals(outcome.attempts.length, shape.includes("function") ? 2 : 1);
      await assertLetGo(made);
    });
  }
});

// R7.4
Deno.test("an upload ends with its call", async (t) => {
  for (const shape of Object.keys(SHAPES)) {
    await t.step(`${shape}, answered early`, async () => {
      await using server = answersEarly("401 No\r\ncontent-length: 0\r\n");
      const { outcome, made } = await put(server.url, shape, () => new Source(1e6, 1));
      assertEquals(outcome.statusCode, 401);
      await assertLetGo(made);
    });
  }
  await t.step("answered early, nothing read", async () => {
    await using server = answersEarly("401 No\r\ncontent-length: 0\r\n", "waits");
    const { outcome, made } = await put(server.url, "a stream", () => new Source(1e6));
    assertEquals(outcome.statusCode, 401);
    await assertLetGo(made);
  });
  await t.step("an attempt that is followed by another", async () => {
    await using server = answersEarly("503 Busy\r\ncontent-length: 0\r\n");
    const { outcome, made } = await put(server.url, "a function", () => new Source(1e6, 1), {
      maxRetries: 2,
    });
    assertEquals([outcome.statusCode, made.length], [503, 3]);
    await assertLetGo(made);
  });
  await t.step("a redirect that drops the body", async () => {
    const source = new Source(1e6, 1);
    await using home = serve(async () => {
      await pause(40);
      return new Response("home");
    });
    await using server = answersEarly(`303 There\r\nlocation: ${home.origin}/\r\n`);
    await using http = client();
    const call = http.post(server.url, source.stream);
    while (home.requests.length === 0) await pause(2);
    await assertLetGo([source]); // and not only when the call is over
    assertEquals((await call).text, "home");
  });
  await t.step("the block of a StreamingResponse", async () => {
    await using server = answersEarly("200 OK\r\n");
    const source = new Source(1e6, 1);
    await using http = client();
    {
      await using response = await http.stream("POST", server.url, { data: source.stream });
      const before = source.pulls;
      await pause(30);
      assertEquals([response.ok, source.cancels, source.pulls > before], [true, 0, true]);
    }
    await assertLetGo([source]);
  });
  await t.step("an abort, and close(), while nobody reads the StreamingResponse", async () => {
    await using server = answersEarly("200 OK\r\n");
    for (const how of ["abort", "close"] as const) {
      const source = new Source(1e6, 1);
      const controller = new AbortController();
      await using http = client({ signal: controller.signal });
      await http.stream("POST", server.url, { data: source.stream });
      if (how === "abort") controller.abort();
      else await http.close();
      await assertLetGo([source]);
    }
  });
  await t.step("the end of the body of a StreamingResponse", async () => {
    await using server = answersEarly("200 OK\r\ncontent-length: 0\r\n");
    const source = new Source(1e6, 1);
    await using http = client();
    const response = await http.stream("POST", server.url, { data: source.stream });
    assertEquals(await response.text(), "");
    await assertLetGo([source]);
  });
  await t.step("an abort, and close()", async () => {
    await using server = answersEarly("");
    for (const how of ["abort", "close"] as const) {
      const source = new Source(1e6, 1);
      const http = client();
      const controller = new AbortController();
      const call = http.post(server.url, source.stream, { signal: controller.signal });
      const failed = call.catch((error) => error);
      await pause(20);
      if (how === "abort") controller.abort();
      else await http.close();
      await failed;
      await assertLetGo([source]);
      await http.close();
    }
  });
  await t.step("a source that stands still", async () => {
    await using server = answersEarly("401 No\r\ncontent-length: 0\r\n");
    for (const shape of Object.keys(SHAPES)) {
      let given = 0;
      let cancels = 0;
      const make = () =>
        new ReadableStream<Bytes>({
          pull: (controller) => given++ === 0 ? controller.enqueue(new Uint8Array(9)) : hold(),
          cancel: () => void cancels++,
        }, { highWaterMark: 0 });
      const hold = () => new Promise<void>(() => {});
      await using http = client();
      assertEquals((await http.request("PUT", server.url, SHAPES[shape]!(make))).statusCode, 401);
      assertEquals(cancels, 1, shape);
    }
  });
});

// R7.4
Deno.test("what the source throws passes unchanged, before and after the head of the answer", async (t) => {
  const mine = new Error("the disk is gone");
  const failing = (afterMs: number) =>
    new ReadableStream<Bytes>({
      async pull(controller) {
        controller.enqueue(new Uint8Array(9));
        await pause(afterMs);
        controller.error(mine);
      },
    }, { highWaterMark: 0 });
  for (const [shape, options] of Object.entries(SHAPES)) {
    await t.step(shape, async () => {
      await using server = await FakeServer.start(() => ({ status: 200 }));
      await using http = client();
      const error = await http.request("PUT", server.url, options(() => failing(5))).catch((e) =>
        e
      );
      assertStrictEquals(error, mine);
    });
  }
  await t.step("while the answer is read", async () => {
    await using server = answersEarly("200 OK\r\ncontent-length: 10\r\n");
    await using http = client();
    assertStrictEquals(await http.post(server.url, failing(40)).catch((error) => error), mine);
    const response = await http.stream("POST", server.url, { data: failing(40) });
    assertStrictEquals(await response.text().catch((error) => error), mine);
  });
  await t.step("chunks that are not bytes", async () => {
    await using server = await FakeServer.start(() => ({ status: 200 }));
    await using http = client();
    for (const chunk of ["text", null, new ArrayBuffer(3)]) {
      const wrong = new ReadableStream({ pull: (controller) => controller.enqueue(chunk) });
      const error = await http.post(server.url, wrong as never).catch((error) => error);
      assertInstanceOf(error, TypeError);
      assertEquals(error.message.includes("must be a Uint8Array"), true, error.message);
    }
  });
});

const ms = (milliseconds: number) => ({ milliseconds });

// R7.3
Deno.test("timeout and totalTimeout do not count while a stream is sent, and idleTimeout does", async (t) => {
  await using server = serve(async (request, path) => {
    if (path === "/drip") {
      request.body?.cancel();
      return new Response("early");
    }
    await request.bytes().catch(() => {}); // the client may leave
    await pause(path === "/late" ? 200 : 0);
    return new Response("whole");
  });
  const limits = { timeout: ms(120), idleTimeout: ms(100), totalTimeout: ms(150), maxRetries: 0 };
  for (const shape of Object.keys(SHAPES).filter((name) => !name.includes("size"))) {
    await t.step(`${shape} that takes longer than both arrives`, async () => {
      const make = () => new Source(15, 20).stream;
      await using http = client(limits);
      assertEquals((await http.request("PUT", server.origin, SHAPES[shape]!(make))).text, "whole");
      const response = await http.stream("PUT", server.origin, SHAPES[shape]!(make));
      assertEquals(await response.text(), "whole");
    });
  }
  await t.step("through operation middleware as well", async () => {
    await using http = client({
      ...limits,
      use: {
        operation: [(request, next) => next(request)],
        exchange: [(request, next) => next(request)],
      },
    });
    assertEquals((await http.put(server.origin, new Source(15, 20).stream)).text, "whole");
  });
  const outcomes: [string, string, () => ReadableStream<Bytes>, HTTPClientOptions, string[]][] = [
    [
      "a source that stands still",
      server.origin,
      () => new Source(9, 1000).stream,
      {},
      ["idle", "idleTimeout", "produced no bytes"],
    ],
    [
      "timeout begins with the end of the body",
      server.origin + "/late",
      () => new Source(8, 20).stream,
      { totalTimeout: false },
      ["attempt", "timeout", "after its body was sent"],
    ],
    [
      "totalTimeout counts again after the body",
      server.origin + "/late",
      () => new Source(8, 20).stream,
      { timeout: false },
      ["total", "totalTimeout", "the call was not finished"],
    ],
  ];
  for (const [name, url, make, options, [clock, option, words]] of outcomes) {
    await t.step(name, async () => {
      await using http = client({ ...limits, ...options });
      const error = await http.put(url, make()).catch((error) => error);
      assertInstanceOf(error, TimeoutError);
      assertEquals(error.clock, clock as "idle");
      assertEquals(error.message.includes(`raise ${option} if`), true, error.message);
      assertEquals(error.message.includes(words!), true, error.message);
    });
  }
  await t.step("a server that reads nothing", async () => {
    await using deaf = answersEarly("", "waits");
    const { outcome, made } = await put(deaf.url, "a function", () => new Source(1e6), {
      ...limits,
      maxRetries: 1,
    });
    assertInstanceOf(outcome, TimeoutError);
    assertEquals([outcome.code, outcome.attempts.length], ["idle_timeout", 2]);
    assertEquals(outcome.message.includes("the server took no bytes"), true, outcome.message);
    await assertLetGo(made);
  });
  await t.step("bytes keep their clocks", async () => {
    await using deaf = answersEarly("", "waits");
    await using http = client({ ...limits, idleTimeout: false });
    const error = await http.put(deaf.url, new Uint8Array(20_000_000)).catch((error) => error);
    assertEquals(error.code, "attempt_timeout");
  });
});

Deno.test("idleTimeout of an answer that is read counts bytes in both directions", async () => {
  await using server = serve((request) => {
    const body = new ReadableStream({
      async start(controller) {
        controller.enqueue(new Uint8Array(1));
        let size = 0;
        for await (const chunk of request.body!) size += chunk.length;
        controller.enqueue(new TextEncoder().encode(String(size)));
        controller.close();
      },
    });
    return new Response(body);
  });
  await using http = client({ idleTimeout: ms(120) });
  const source = new Source(15, 20);
  const response = await http.stream("POST", server.origin, { data: source.stream });
  assertEquals((await response.text()).slice(1), "150000");
});

// R4.7
Deno.test("{ stream, size } sends Content-Length", async (t) => {
  const sized = (chunks: number, size: number) => ({
    stream: new Source(chunks, 0, 10).stream,
    size,
  });
  await t.step("of a stream, and of what a function makes", async () => {
    await using server = await FakeServer.start((request) =>
      request.requestNumber === 1 ? { status: 503 } : { status: 200 }
    );
    await using http = client();
    for (const method of ["PUT", "POST"]) {
      for (
        const [body, options] of [
          [sized(3, 30), {}],
          [() => sized(3, 30), { idempotencyKey: true }],
          [sized(0, 0), {}],
          [sized(3, 30), { onProgress: () => {} }],
        ] as const
      ) {
        await http.request(method, server.url, { data: body, ...options });
        const sent = server.requests.at(-1)!;
        const length = typeof body !== "function" && body.size === 0 ? 0 : 30;
        assertEquals(sent.header("content-length"), String(length));
        assertEquals(sent.header("transfer-encoding"), undefined);
        assertEquals(sent.body.length, length);
      }
    }
  });
  for (
    const [name, chunks, size, words] of [
      ["more", 4, 30, "it has more than its size, 30"],
      ["more in one chunk", 1, 7, "it has more than its size, 7"],
      ["fewer", 2, 30, "it has 20 bytes, fewer than its size, 30"],
      ["nothing", 0, 1, "it has 0 bytes, fewer than its size, 1"],
    ] as const
  ) {
    await t.step(`a source that has ${name}`, async () => {
      await using server = await FakeServer.start(() => ({ status: 200 }));
      await using http = client();
      const error = await http.put(server.url, sized(chunks, size)).catch((error) => error);
      assertInstanceOf(error, RangeError);
      assertEquals(error.message.includes(words), true, error.message);
      assertEquals(server.requests.filter(({ body }) => body.length >= size), []);
    });
  }
  await t.step("a size that is none", async () => {
    await using http = client();
    for (
      const [size, ErrorType] of [[-1, RangeError], [1.5, RangeError], ["9", TypeError]] as const
    ) {
      const call = http.put("http://127.0.0.1:9/", sized(1, size as number));
      assertInstanceOf(await call.catch((error) => error), ErrorType);
    }
  });
  await t.step("anything more is JSON", async () => {
    await using server = await FakeServer.start(() => ({ status: 200 }));
    await using http = client();
    await http.put(server.url, { stream: "x", size: 9 });
    await http.put(server.url, { stream: new Source(1).stream, size: 9, name: "x" });
    assertEquals(server.requests.map(({ text }) => text), [
      '{"stream":"x","size":9}',
      '{"stream":{},"size":9,"name":"x"}',
    ]);
  });
});

Deno.test("an empty chunk does not end the body", async () => {
  await using server = await FakeServer.start(() => ({ status: 200 }));
  await using http = client();
  const chunks = [[], [1], [], [2], []].map((bytes) => Uint8Array.from(bytes));
  const stream = new ReadableStream<Bytes>({
    pull: (controller) => chunks.length ? controller.enqueue(chunks.shift()!) : controller.close(),
  });
  await http.put(server.url, stream);
  assertEquals([...server.requests[0]!.body], [1, 2]);
});

Deno.test("an upload takes from its source only when it is asked", async () => {
  const source = new Source(5, 0, 1);
  const told: string[] = [];
  const upload = new Upload(source.stream, undefined, {
    taken: () => void told.push("taken"),
    ended: (failure) => void told.push(failure === undefined ? "ended" : "failed"),
  });
  await pause(1);
  assertEquals([source.pulls, told], [0, []]);
  const reader = upload.body.getReader();
  await reader.read();
  assertEquals([source.pulls, told], [1, ["taken"]]);
  upload.end();
  upload.end();
  assertEquals([source.cancels, told], [1, ["taken", "ended"]]);
  assertInstanceOf(await reader.read().catch((error) => error), DOMException);
});

Deno.test("a transport of the caller's gets the whole body, however it reads it", async () => {
  const reads: ((body: Blob) => Promise<unknown>)[] = [
    (body) => body.text(),
    async (body) => new TextDecoder().decode(await body.arrayBuffer()),
    async (body) => new TextDecoder().decode(await body.bytes()),
    (body) => new Response(body).text(),
    (body) => new Response(body.stream()).text(),
  ];
  for (const read of reads) {
    const got: unknown[] = [];
    await using http = client({
      transport: async (_, { body }) => {
        got.push((body as Blob).size, await read(body as Blob));
        return new Response();
      },
    });
    await http.post("http://a.example/", "text");
    await http.post("http://a.example/", { stream: new Blob(["sized"]).stream(), size: 5 });
    assertEquals(got, [4, "text", 5, "sized"]);
  }
});
