/** Uploads that tell how far they are. */

import { assertEquals, assertRejects, assertStrictEquals } from "@std/assert";
import { HTTPClient, type Progress } from "../../../mod.ts";
import { FakeServer } from "../../../src/testing/mod.ts";

const BYTES = new Uint8Array(300_000).fill(7);

Deno.test("every kind of body is counted to its end and arrives whole", async (t) => {
  const rows: [
    string,
    Parameters<HTTPClient["post"]>[1],
    string | undefined,
    number | undefined,
  ][] = [
    ["bytes", BYTES, undefined, BYTES.length],
    ["a Blob", new Blob([BYTES], { type: "image/png" }), "image/png", BYTES.length],
    ["text", "x".repeat(100), "text/plain;charset=UTF-8", 100],
    ["JSON", { a: 1 }, "application/json", 7],
    ["a function", () => new Blob([BYTES]).stream(), undefined, BYTES.length],
  ];
  for (const [name, body, type, length] of rows) {
    await t.step(name, async () => {
      await using server = (await FakeServer.start()).enqueue({ status: 201 });
      await using client = new HTTPClient();
      const told: Progress[] = [];
      const onProgress = (progress: Progress) => void told.push(progress);
      await client.post(server.url, body, { onProgress });
      const headers = new Headers(server.requests[0]!.headers);
      assertEquals(headers.get("content-type") ?? undefined, type);
      assertEquals(server.requests[0]!.body.length, length);
      assertEquals(told.at(-1)!.transferred, length);
      assertEquals(told.at(-1)!.total, length);
    });
  }
});

Deno.test("a listener's error ends the call unchanged, and the stream is cancelled", async () => {
  await using server = (await FakeServer.start()).enqueue({ status: 201 });
  await using client = new HTTPClient();
  const mine = new Error("enough");
  let cancelled = false;
  const body = new ReadableStream<Uint8Array<ArrayBuffer>>({
    pull: (controller) => controller.enqueue(new Uint8Array(10_000)),
    cancel: () => void (cancelled = true),
  });
  let total = 0;
  const onProgress = ({ transferred }: Progress) => {
    if ((total = transferred) > 0) throw mine;
  };
  const error = await client.post(server.url, body, { onProgress }).catch((error) => error);
  assertStrictEquals(error, mine);
  assertEquals([cancelled, total > 0], [true, true]);
});

Deno.test("progress of nothing is a TypeError", async () => {
  await using client = new HTTPClient();
  const call = () => client.get("http://127.0.0.1:9/", { onProgress: () => {} });
  await assertRejects(call, TypeError, "use download()");
  const wrong = () => client.post("http://127.0.0.1:9/", "x", { onProgress: 5 as never });
  await assertRejects(wrong, TypeError, "onProgress that is a number: it must be a function");
});
