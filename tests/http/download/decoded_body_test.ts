// deno-lint-ignore-file no-external-import -- codings that the platform does not encode
/** Codings that are taken off by the library, where the runtime does not. */

import { assertEquals, assertRejects } from "@std/assert";
import {
  brotliCompressSync,
  deflateRawSync,
  deflateSync,
  gzipSync,
  zstdCompressSync,
} from "node:zlib";
import { ConnectionError } from "../../../mod.ts";
import { decodedBody } from "../../../src/http/download/decoded_body.ts";

const REQUEST = { method: "GET", url: "http://127.0.0.1/x" };
const PLAIN = new TextEncoder().encode("hello ".repeat(30_000));

type Bytes = Uint8Array<ArrayBuffer>;

function chunks(bytes: Uint8Array, size: number): ReadableStream<Bytes> {
  const parts: Bytes[] = [];
  for (let at = 0; at < bytes.length; at += size) {
    parts.push(new Uint8Array(bytes.subarray(at, at + size)));
  }
  return ReadableStream.from(parts);
}

Deno.test("every coding is taken off, in chunks of any size, and several at once", async (t) => {
  const half = PLAIN.length / 2;
  const members = [gzipSync(PLAIN.subarray(0, half)), gzipSync(PLAIN.subarray(half))];
  const rows: [codings: string, bytes: Uint8Array][] = [
    ["gzip", gzipSync(PLAIN)],
    ["x-gzip", gzipSync(PLAIN)],
    ["gzip", new Uint8Array([...members[0]!, ...members[1]!])],
    ["deflate", deflateSync(PLAIN)],
    ["deflate", deflateRawSync(PLAIN)],
    ["br", brotliCompressSync(PLAIN)],
    ["zstd", zstdCompressSync(PLAIN)],
    ["deflate, gzip", gzipSync(deflateSync(PLAIN))],
    ["gzip, br", brotliCompressSync(gzipSync(PLAIN))],
  ];
  for (const [codings, bytes] of rows) {
    for (const size of [1, 7, 65_536]) {
      if (size === 1 && bytes.length > 2000) continue;
      await t.step(`${codings}, ${bytes.length} bytes by ${size}`, async () => {
        const body = await decodedBody(chunks(bytes, size), codings, REQUEST);
        assertEquals(await new Response(body!).bytes(), PLAIN);
      });
    }
  }
});

Deno.test("a coding that nobody here knows is left to the caller", async () => {
  assertEquals(await decodedBody(chunks(PLAIN, 100), "compress", REQUEST), undefined);
});

Deno.test("a body that is not what the coding says, or is cut off, is a protocol_error", async (t) => {
  const rows: [codings: string, bytes: Uint8Array][] = [
    ["gzip", PLAIN],
    ["gzip", gzipSync(PLAIN).subarray(0, 60)],
    ["deflate", deflateSync(PLAIN).subarray(0, 60)],
    ["br", new Uint8Array(100).fill(0xff)],
    ["zstd", new Uint8Array(100).fill(0xff)],
  ];
  for (const [codings, bytes] of rows) {
    await t.step(`${codings}, ${bytes.length} bytes`, async () => {
      const body = await decodedBody(chunks(bytes, 50), codings, REQUEST);
      const error = await assertRejects(() => new Response(body!).bytes(), ConnectionError);
      assertEquals(error.code, "protocol_error");
    });
  }
});

Deno.test("what the body itself fails with comes through, and cancelling reaches it", async () => {
  const reason = new Error("the network");
  const failing = new ReadableStream<Bytes>({
    start: (controller) => controller.enqueue(new Uint8Array(gzipSync(PLAIN)).subarray(0, 40)),
    pull: (controller) => controller.error(reason),
  });
  const body = await decodedBody(failing, "gzip", REQUEST);
  assertEquals(await new Response(body!).bytes().catch((error: unknown) => error), reason);
  let cancelled: unknown;
  const endless = new ReadableStream<Bytes>({
    pull: (controller) => controller.enqueue(new Uint8Array(gzipSync(PLAIN))),
    cancel: (why) => void (cancelled = why),
  });
  const reader = (await decodedBody(endless, "gzip", REQUEST))!.getReader();
  await reader.read();
  await reader.cancel("enough");
  for (let turn = 0; turn < 20 && cancelled === undefined; turn++) {
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  assertEquals(cancelled !== undefined, true);
});
