// deno-lint-ignore-file no-external-import camelcase -- codings that the platform does not encode; inputs of tools
/** A body that is still in a content coding is not shown where a credential was sent. */

import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from "node:zlib";
import { bearerAuth, type Transport } from "../../mod.ts";
import { serve } from "../support/server.ts";
import { testTools } from "./support.ts";

type Bytes = Uint8Array<ArrayBuffer>;

const TOKEN = "sk-live-0123456789";
const encode = (text: string): Bytes => new TextEncoder().encode(text);
const bytes = (compressed: Uint8Array): Bytes => Uint8Array.from(compressed);

/** RFC 8878 3.1: one frame of one raw block. */
function zstd(content: Bytes): Bytes {
  assert(content.length < 256);
  const { length } = content;
  const block = [1 | (length << 3) & 0xff, length >> 5, 0];
  return Uint8Array.from([0x28, 0xb5, 0x2f, 0xfd, 0x20, length, ...block, ...content]);
}

const CODINGS: Readonly<Record<string, (content: Bytes) => Bytes>> = {
  "gzip": (content) => bytes(gzipSync(content)),
  "br": (content) => bytes(brotliCompressSync(content)),
  "deflate": (content) => bytes(deflateSync(content)),
  "deflate (raw)": (content) => bytes(deflateRawSync(content)),
  "x-gzip": (content) => bytes(gzipSync(content)),
  "zstd": zstd,
  "gzip, gzip": (content) => bytes(gzipSync(gzipSync(content))),
  "br, gzip": (content) => bytes(gzipSync(brotliCompressSync(content))),
  "gzip, x-own": (content) => bytes(gzipSync(content)).map((byte) => byte ^ 0xff),
  "x-own": (content) => content.map((byte) => byte ^ 0xff),
  "compress": (content) => Uint8Array.from([0x1f, 0x9d, 0x90, ...content.map((one) => one ^ 0x80)]),
};

/** What every runtime takes off. */
const DECODED = ["gzip", "br"];

/** Says what it was sent, in the coding that the path names. */
function answer(request: Request): Response {
  const path = decodeURIComponent(new URL(request.url).pathname.slice(1));
  const echo = `you sent ${request.headers.get("authorization")}`;
  const isStream = request.headers.get("accept") === "text/event-stream";
  const headers = {
    "content-type": isStream ? "text/event-stream" : "text/plain",
    "content-encoding": path.replace(" (raw)", ""),
  };
  const body = CODINGS[path]!(encode(isStream ? `data: ${echo}\n\n` : echo));
  return new Response(body, { headers });
}

/** Whether a result has something that the credential can be read from. */
function shows(result: Record<string, unknown>): boolean {
  const { text = "", base64 = "" } = result;
  return String(text).includes("0123456789") || base64 !== "";
}

// R22.17
Deno.test("a body in a coding that was not taken off is refused when a credential was sent", async (t) => {
  await using server = serve(answer);
  // A transport of the caller's own, whose responses nobody has decoded.
  const transport: Transport = (url, init) =>
    Promise.resolve(answer(new Request(url, { headers: init.headers ?? {} })));
  const origins = [server.origin];
  for (const own of [false, true]) {
    await using tools = await testTools({
      credentials: { api: bearerAuth(TOKEN, { origins }) },
      client: own ? { transport } : {},
    });
    for (const coding of Object.keys(CODINGS)) {
      await t.step(own ? `${coding}, by a transport of one's own` : coding, async () => {
        const url = `${server.origin}/${encodeURIComponent(coding)}`;
        for (const format of ["auto", "text", "base64"]) {
          for (const size of [1, 65_536]) {
            const input = { url, format, max_bytes: size, auth: "api" };
            if (!own && DECODED.includes(coding) && format !== "base64") {
              const result = await tools.call("http_get", input);
              assert(!shows(result), JSON.stringify(result));
              assertEquals(result.text, "you sent Bearer ******************".slice(0, size));
              continue;
            }
            if (!own && DECODED.includes(coding)) continue;
            const text = await tools.fail("http_get", input);
            assertStringIncludes(text, "it is still encoded");
            assertStringIncludes(text, "leave auth out");
          }
        }
      });
    }
  }
});

Deno.test("events in a coding that was not taken off are refused", async (t) => {
  await using server = serve(answer);
  await using tools = await testTools({
    credentials: { api: bearerAuth(TOKEN, { origins: [server.origin] }) },
  });
  for (const coding of ["deflate", "x-gzip", "zstd", "gzip, gzip"]) {
    await t.step(coding, async () => {
      const url = `${server.origin}/${encodeURIComponent(coding)}`;
      const text = await tools.fail("sse_read", { url, auth: "api" });
      assertStringIncludes(text, "still encoded");
    });
  }
});

Deno.test("without a credential it is given as bytes, and a label that is no coding does not count", async () => {
  const label = { "content-type": "text/plain", "content-encoding": "utf-8" };
  await using server = serve((request, path) =>
    path === "/label" ? new Response("plain text", { headers: label }) : answer(request)
  );
  await using tools = await testTools({
    credentials: { api: bearerAuth(TOKEN, { origins: [server.origin] }) },
  });
  const url = `${server.origin}/zstd`;
  const { base64 } = await tools.call("http_get", { url, format: "base64" });
  assertEquals(base64, zstd(encode("you sent null")).toBase64());
  for (const auth of [{}, { auth: "api" }]) {
    const { text } = await tools.call("http_get", { url: `${server.origin}/label`, ...auth });
    assertEquals(text, "plain text");
  }
  const head = await tools.call("http_get", { url, method: "HEAD", auth: "api" });
  assertEquals(head.bytes, 0);
});
