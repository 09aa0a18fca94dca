/** The size limit, on every way a body can come. */

import { assert, assertEquals, assertRejects } from "@std/assert";
import { HTTPClient, ResponseTooLargeError } from "../../../mod.ts";
import { readBody } from "../../../src/http/response/read_body.ts";
import { serve } from "../../support/server.ts";

const REQUEST = { method: "GET", url: "http://h/x?token=hunter2" };

async function gzip(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
  const stream = new Blob([bytes]).stream().pipeThrough(new CompressionStream("gzip"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

/** `size` bytes in pieces of 1000, and whether the reader gave up on them. */
function pieces(size: number): { body: ReadableStream<Uint8Array>; cancelled: () => boolean } {
  let rest = size;
  let cancelled = false;
  const body = new ReadableStream<Uint8Array>({
    pull(controller) {
      const length = Math.min(1000, rest);
      rest -= length;
      controller.enqueue(new Uint8Array(length));
      if (rest === 0) controller.close();
    },
    cancel() {
      cancelled = true;
    },
  });
  return { body, cancelled: () => cancelled };
}

Deno.test("a stream of bytes is read, whenever it is closed", async (t) => {
  const bytes = new TextEncoder().encode("0123456789");
  const bodies: Record<string, ReadableStream> = {
    "before it is read": new ReadableStream({
      type: "bytes",
      start(controller) {
        controller.enqueue(bytes.slice());
        controller.close();
      },
    }),
    "with its last chunk": new ReadableStream({
      type: "bytes",
      pull(controller) {
        controller.enqueue(bytes.slice());
        controller.close();
        controller.byobRequest?.respond(0);
      },
    }),
    "later": new ReadableStream({
      type: "bytes",
      async pull(controller) {
        await Promise.resolve();
        if (controller.desiredSize === null) return;
        controller.enqueue(bytes.slice());
        queueMicrotask(() => {
          controller.close();
          controller.byobRequest?.respond(0);
        });
      },
    }),
  };
  for (const [name, body] of Object.entries(bodies)) {
    await t.step(name, async () => {
      const transport = () => Promise.resolve(new Response(body));
      await using client = new HTTPClient({ transport, maxRetries: 0 });
      assertEquals((await client.get("http://a.example/")).text, "0123456789");
    });
  }
});

Deno.test("a body of exactly the limit is read, one byte more is not", async (t) => {
  const framings: Record<string, string>[] = [{}, { "content-length": "4000" }];
  for (const headers of framings) {
    await t.step(JSON.stringify(headers), async () => {
      const { body } = pieces(4000);
      assertEquals((await readBody(new Response(body, { headers }), 4000, REQUEST)).length, 4000);
    });
  }
  await t.step("one byte more", async () => {
    const { body } = pieces(4001);
    const error = await assertRejects(
      () => readBody(new Response(body), 4000, REQUEST),
      ResponseTooLargeError,
    );
    assertEquals([error.code, error.limitBytes], ["response_too_large", 4000]);
    assert(!error.message.includes("hunter2"), error.message);
  });
  await t.step("much more, which is not read", async () => {
    const { body, cancelled } = pieces(1_000_000);
    await assertRejects(() => readBody(new Response(body), 4000, REQUEST), ResponseTooLargeError);
    assert(cancelled());
  });
});

// R7.8
Deno.test("a Content-Length is not believed when something else frames or packs the body", async (t) => {
  const lies: Record<string, string>[] = [
    { "content-length": "10", "transfer-encoding": "chunked" },
    { "content-length": "10", "content-encoding": "gzip" },
    { "content-length": "10, 10" },
    { "content-length": "+10" },
  ];
  for (const headers of lies) {
    await t.step(JSON.stringify(headers), async () => {
      const { body } = pieces(5000);
      await assertRejects(
        () => readBody(new Response(body, { headers }), 4000, REQUEST),
        ResponseTooLargeError,
      );
    });
  }
});

// R7.8
Deno.test("the limit counts decoded bytes, and little more than it is ever inflated", async () => {
  const bomb = await gzip(new Uint8Array(50_000_000));
  assert(bomb.length < 100_000);
  await using server = serve(() => new Response(bomb, { headers: { "content-encoding": "gzip" } }));
  const client = new HTTPClient({ maxResponseSize: 1_000_000 });
  const error = await assertRejects(() => client.get(server.origin), ResponseTooLargeError);
  assertEquals(error.attempts.length, 1); // the next answer would be as large
  const small = await client.get(server.origin, { maxResponseSize: false });
  assertEquals(small.content.length, 50_000_000);
});

Deno.test("an announced length above the limit fails before the body is read", async () => {
  const { body, cancelled } = pieces(100_000);
  const response = new Response(body, { headers: { "content-length": "100000" } });
  await assertRejects(() => readBody(response, 1000, REQUEST), ResponseTooLargeError);
  assert(cancelled());
});

Deno.test("HEAD, 204 and 304 have no body, whatever their Content-Length says", async () => {
  await using server = serve((request, path) =>
    request.method === "HEAD"
      ? new Response(null, { headers: { "content-length": "1000" } })
      : new Response(null, { status: Number(path.slice(1)) })
  );
  const client = new HTTPClient({ baseUrl: server.origin, maxResponseSize: 10 });
  assertEquals((await client.head("/")).content.length, 0);
  assertEquals((await client.get("/204")).content.length, 0);
  assertEquals((await client.get("/304")).content.length, 0);
});

Deno.test("bodies in many chunks, in one and in none come whole", async () => {
  for (const size of [1, 999, 1000, 123_456]) {
    const { body } = pieces(size);
    assertEquals((await readBody(new Response(body), Infinity, REQUEST)).length, size);
  }
  assertEquals((await readBody(new Response(null), 10, REQUEST)).length, 0);
});
