// deno-lint-ignore no-external-import -- what encodes must be another's
import * as zlib from "node:zlib";
import { codingsOf, DecodedBody } from "../../src/transports/decoded_body.ts";
import { PlainBody } from "../../src/transports/plain_body.ts";
import { assertEquals, assertRejects, assertThrows } from "@std/assert";

type Bytes = Uint8Array<ArrayBuffer>;
type Encode = (bytes: Bytes) => Uint8Array;

const CODINGS: readonly [field: string, encode: Encode][] = [
  ["gzip", zlib.gzipSync],
  ["x-gzip", zlib.gzipSync],
  ["GZIP", zlib.gzipSync],
  ["deflate", zlib.deflateSync],
  ["deflate", zlib.deflateRawSync],
  ["br", zlib.brotliCompressSync],
  ["zstd", zlib.zstdCompressSync],
  ["gzip, br", (bytes) => zlib.brotliCompressSync(zlib.gzipSync(bytes))],
  ["deflate,gzip", (bytes) => zlib.gzipSync(zlib.deflateRawSync(bytes))],
];

/** A body that comes in pieces of a size, all at once or one after the other. */
function comingIn(encoded: Uint8Array, size: number, slowly: boolean): PlainBody {
  const pieces: Bytes[] = [];
  for (let at = 0; at < encoded.length; at += size) {
    pieces.push(Uint8Array.from(encoded.subarray(at, at + size)));
  }
  const next = () => {
    const piece = pieces.shift();
    if (piece === undefined) body.end();
    else body.push(piece);
  };
  const body = new PlainBody({ resume: () => slowly && queueMicrotask(next), stop() {} }, NaN);
  if (!slowly) { for (let left = pieces.length; left >= 0; left--) next(); }
  return body;
}

async function readAll(body: DecodedBody): Promise<Bytes> {
  const chunks: Bytes[] = [];
  const reader = body.getReader();
  for (let next = await reader.read(); !next.done; next = await reader.read()) {
    assertEquals(next.value.constructor, Uint8Array);
    chunks.push(next.value);
  }
  return new Blob(chunks).bytes();
}

for (const [field, encode] of CODINGS) {
  Deno.test(`${field} (${encode.name || "two"}) is taken off, whole or in pieces, small or large`, async () => {
    for (const size of [1, 3_000, 300_000, 3_000_000]) {
      const plain = new Uint8Array(size).map((_, index) => index * 7919 % 251);
      const encoded = encode(plain);
      for (const [piece, slowly] of [[1_000_000, false], [700, false], [5_000, true]] as const) {
        const body = new DecodedBody(comingIn(encoded, piece, slowly), codingsOf(field));
        assertEquals(await readAll(body), plain, `${size} bytes in pieces of ${piece}`);
      }
    }
    const none = new DecodedBody(comingIn(new Uint8Array(0), 1, false), codingsOf(field));
    assertEquals((await readAll(none)).length, 0);
  });
}

Deno.test("an unknown coding leaves all of them, and too many are refused", () => {
  const rows: [field: string | null, codings: string[]][] = [
    [null, []],
    ["", []],
    ["identity", []],
    ["compress", []],
    ["gzip, aes128gcm", []],
    [" gzip , br ", ["br", "gzip"]],
    ["gzip,gzip,gzip,gzip,gzip", Array(5).fill("gzip")],
  ];
  for (const [field, codings] of rows) assertEquals(codingsOf(field), codings, String(field));
  assertThrows(() => codingsOf(Array(6).fill("gzip").join()), TypeError);
});

Deno.test("a body that is not in its coding fails, and what is small does not grow at once", async () => {
  const junk = new TextEncoder().encode("not gzip at all");
  const error = await assertRejects(() =>
    readAll(new DecodedBody(comingIn(junk, 100, false), ["gzip"]))
  );
  assertEquals(Object(error).code, "Z_DATA_ERROR");
  const bomb = zlib.gzipSync(new Uint8Array(10_000_000));
  const reader = new DecodedBody(comingIn(bomb, 100_000, false), ["gzip"]).getReader();
  const { value } = await reader.read();
  assertEquals(value!.byteLength < 1_048_577, true, "it comes piece by piece");
  await reader.cancel();
});

Deno.test("cancel() ends the connection, also while the body is read", async () => {
  const stopped: unknown[] = [];
  const encoded = new PlainBody({ resume() {}, stop: (reason) => void stopped.push(reason) }, NaN);
  const body = new DecodedBody(encoded, ["gzip"]);
  const reading = body.read();
  await body.cancel("enough");
  assertEquals((await reading).done, true);
  assertEquals(stopped, ["enough"]);
});
