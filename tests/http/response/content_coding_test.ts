/** Whether a body is still encoded: over real servers and native fetch, and over the bytes alone. */

// deno-lint-ignore-file no-external-import -- codings that the platform does not encode
import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import {
  brotliCompressSync,
  deflateRawSync,
  deflateSync,
  gzipSync,
  zstdCompressSync,
} from "node:zlib";
import {
  DecodeError,
  HTTPClient,
  Response as HTTPResponse,
  StreamingResponse,
} from "../../../mod.ts";
import { remainingCoding } from "../../../src/http/response/content_coding.ts";
import { serve } from "../../support/server.ts";

const TEXT = '{"name":"Ada","note":"hello hello hello"}\n';
const PLAIN = new TextEncoder().encode(TEXT);

type Bytes = Uint8Array<ArrayBuffer>;
const bytes = (buffer: Uint8Array) => new Uint8Array(buffer);

/** How each label's body is made. */
const ENCODERS: readonly (readonly [label: string, encode: (plain: Bytes) => Bytes])[] = [
  ["gzip", (plain) => bytes(gzipSync(plain))],
  ["GZIP", (plain) => bytes(gzipSync(plain))],
  ["x-gzip", (plain) => bytes(gzipSync(plain))],
  ["identity, gzip", (plain) => bytes(gzipSync(plain))],
  ["br", (plain) => bytes(brotliCompressSync(plain))],
  ["deflate", (plain) => bytes(deflateSync(plain))],
  ["deflate", (plain) => bytes(deflateRawSync(plain))],
  ["zstd", (plain) => bytes(zstdCompressSync(plain))],
  ["gzip, br", (plain) => bytes(brotliCompressSync(gzipSync(plain)))],
  ["deflate, gzip", (plain) => bytes(gzipSync(deflateSync(plain)))],
  ["gzip, zstd", (plain) => bytes(zstdCompressSync(gzipSync(plain)))],
  // No compression: what is labelled so is what was meant to be sent.
  ["utf-8", (plain) => plain],
  ["aws-chunked", (plain) => plain],
  ["identity", (plain) => plain],
];

/** The whole body in one chunk, without a Content-Length, or with it. */
const FRAMINGS = { chunked: false, "with a length": true };

/** What a program that gets the platform's Response reads: it takes off what the label says. */
function decoded(label: string | null, body: Bytes): Bytes | "label and bytes differ" {
  const [, encode] =
    ENCODERS.find(([name, encode]) =>
      name.toLowerCase() === label && equalBytes(encode(PLAIN), body)
    ) ?? [];
  if (label === null || /^(?:utf-8|aws-chunked|identity)$/.test(label)) return body;
  return encode === undefined ? "label and bytes differ" : PLAIN;
}

function equalBytes(one: Bytes, other: Bytes): boolean {
  return one.length === other.length && one.every((byte, index) => byte === other[index]);
}

// R4.19
Deno.test("toWeb() of both responses has a Content-Encoding exactly if the bytes are in it", async (t) => {
  for (const [framing, hasLength] of Object.entries(FRAMINGS)) {
    for (const [label, encode] of ENCODERS) {
      await t.step(`${label}, ${framing}, ${encode(PLAIN).length} bytes`, async () => {
        const body = encode(PLAIN);
        const headers = { "content-encoding": label, "content-type": "application/json" };
        await using server = serve(() =>
          new Response(hasLength ? body : new Blob([body]).stream(), { headers })
        );
        await using client = new HTTPClient({ baseUrl: server.origin });
        const buffered = (await client.get("/")).toWeb();
        await using response = await client.stream("GET", "/");
        const streamed = await response.toWeb();
        for (const web of [buffered, streamed]) {
          const field = web.headers.get("content-encoding")?.toLowerCase() ?? null;
          assertEquals(decoded(field, await web.bytes()), PLAIN);
        }
      });
    }
  }
});

// R4.19
Deno.test("text of a body is the text, or an error that names its coding", async (t) => {
  const reads: Record<string, (client: HTTPClient) => Promise<string>> = {
    text: async (client) => (await client.get("/")).text,
    json: async (client) => JSON.stringify((await client.get("/")).json()),
    "text()": async (client) => await (await client.stream("GET", "/")).text(),
    "lines()": async (client) => {
      let text = "";
      for await (const line of (await client.stream("GET", "/")).lines()) text += `${line}\n`;
      return text;
    },
    "ndjson()": async (client) => {
      let text = "";
      for await (const row of (await client.stream("GET", "/")).ndjson()) {
        text += JSON.stringify(row);
      }
      return text;
    },
  };
  for (const [label, encode] of ENCODERS) {
    const headers = { "content-encoding": label };
    await using server = serve(() => new Response(new Blob([encode(PLAIN)]).stream(), { headers }));
    await using client = new HTTPClient({ baseUrl: server.origin });
    for (const [name, read] of Object.entries(reads)) {
      await t.step(`${name}, ${label}`, async () => {
        const found = await read(client).catch((error: unknown) => error);
        if (typeof found === "string") return assertEquals(found.trim(), TEXT.trim());
        assert(found instanceof DecodeError, String(found));
        const coding = label.replace("identity, ", "");
        assert(found.message.includes(`Content-Encoding: ${coding}`), found.message);
      });
    }
  }
});

Deno.test("events() of an encoded stream names the coding", async () => {
  const body = bytes(deflateSync("data: 1\n\n"));
  const headers = { "content-encoding": "deflate", "content-type": "text/event-stream" };
  await using server = serve(() => new Response(new Blob([body]).stream(), { headers }));
  await using client = new HTTPClient({ baseUrl: server.origin });
  await using response = await client.stream("GET", "/");
  const error = await assertRejects(() => response.events().next(), DecodeError);
  assert(error.message.includes("Content-Encoding: deflate"), error.message);
});

Deno.test("content and bytes() give the bytes, whatever coding they are in", async () => {
  const body = bytes(zstdCompressSync(PLAIN));
  const headers = { "content-encoding": "zstd" };
  await using server = serve(() => new Response(body, { headers }));
  await using client = new HTTPClient({ baseUrl: server.origin });
  assertEquals((await client.get("/")).content, body);
  assertEquals(await (await client.stream("GET", "/")).bytes(), body);
});

Deno.test("a file of gzip inside of a gzip body is decoded once, and known to be", async () => {
  const inner = bytes(gzipSync(PLAIN));
  const headers = { "content-encoding": "gzip" };
  await using server = serve(() => new Response(bytes(gzipSync(inner)), { headers }));
  await using client = new HTTPClient({ baseUrl: server.origin });
  const web = (await client.get("/")).toWeb();
  assertEquals([web.headers.get("content-encoding"), await web.bytes()], [null, inner]);
});

Deno.test("of a response that no fetch made, the bytes and the length tell", () => {
  const gzip = bytes(gzipSync(PLAIN));
  const rows: [headers: Record<string, string>, body: Bytes, coding: string | undefined][] = [
    [{ "content-encoding": "gzip" }, gzip, "gzip"],
    [{ "content-encoding": "gzip" }, PLAIN, undefined],
    [{ "content-encoding": "gzip", "content-length": "9" }, gzip, undefined],
    [{ "content-encoding": "zstd" }, bytes(zstdCompressSync(PLAIN)), "zstd"],
    [{ "content-encoding": "deflate" }, bytes(deflateSync(PLAIN)), "deflate"],
    [{ "content-encoding": "br", "content-length": "4" }, gzip.slice(0, 4), "br"],
    [{ "content-encoding": "br" }, gzip.slice(0, 4), undefined],
    [{ "content-encoding": "gzip" }, new Uint8Array(0), undefined],
    [{ "content-encoding": "utf-8" }, gzip, undefined],
    [{}, gzip, undefined],
  ];
  for (const [headers, body, coding] of rows) {
    assertEquals(
      remainingCoding(new Headers(headers), body, true),
      coding,
      JSON.stringify(headers),
    );
  }
  const init = { statusCode: 200, headers: { "content-encoding": "gzip" }, content: gzip };
  assertThrows(() => new HTTPResponse(init).json(), DecodeError, "Content-Encoding: gzip");
  assertEquals(new HTTPResponse(init).jsonData, undefined);
});

Deno.test("toWeb() of a stream has a null body where there is none, and frees the connection", async () => {
  for (
    const [statusCode, method] of [[204, "GET"], [205, "GET"], [304, "GET"], [200, "HEAD"]] as const
  ) {
    let isCancelled = false;
    const body = new ReadableStream<Bytes>({ cancel: () => void (isCancelled = true) });
    const headers = { "content-encoding": "gzip", "x-note": "1" };
    const web = await new StreamingResponse({ statusCode, method, headers, body }).toWeb();
    assertEquals([web.status, web.body, isCancelled], [statusCode, null, true]);
    assertEquals([...web.headers], [["content-encoding", "gzip"], ["x-note", "1"]]);
  }
});

Deno.test("a request that asks for identity is told what is still encoded", async (t) => {
  for (const label of ["gzip", "br"]) {
    for (const [framing, hasLength] of Object.entries(FRAMINGS)) {
      await t.step(`${label}, ${framing}`, async () => {
        const encode = ENCODERS.find(([name]) => name === label)![1];
        const headers = { "content-encoding": label };
        await using server = serve(() =>
          new Response(hasLength ? encode(PLAIN) : new Blob([encode(PLAIN)]).stream(), { headers })
        );
        const accept = { "accept-encoding": "identity" };
        await using client = new HTTPClient({ baseUrl: server.origin, headers: accept });
        await using response = await client.stream("GET", "/");
        for (const web of [(await client.get("/")).toWeb(), await response.toWeb()]) {
          assertEquals(decoded(web.headers.get("content-encoding"), await web.bytes()), PLAIN);
        }
      });
    }
  }
});
