import { assertEquals, assertThrows } from "@std/assert";
import { HTTPClient, NetworkingError } from "../../mod.ts";
import type { Exchange } from "../../src/recording/exchange.ts";
import { fromHar } from "../../src/recording/from_har.ts";
import { toHAR } from "../../src/recording/to_har.ts";
import { cassette } from "../../src/testing/mod.ts";

const exchange: Exchange = {
  request: {
    method: "POST",
    url: "http://a.example/x?q=1",
    headers: [["content-type", "text/plain"]],
    body: "sent",
  },
  response: {
    status: 200,
    statusText: "OK",
    headers: [["content-type", "text/event-stream"]],
    body: "data: 1\n\ndata: 2\n\n",
    chunks: [{ ms: 1, text: "data: 1\n\n" }, { ms: 20, text: "data: 2\n\n" }],
    end: "left",
  },
  startedAt: 1_700_000_000_000,
  waitMs: 5,
  receiveMs: 20,
};

const rows: readonly (readonly [title: string, exchange: Exchange])[] = [
  ["a stream that its reader left", exchange],
  ["bytes", {
    ...exchange,
    request: { ...exchange.request, body: new Uint8Array([0, 255]) },
    response: {
      status: 201,
      statusText: "",
      headers: [["content-encoding", "zstd"]],
      body: new Uint8Array([40, 181, 47, 253]),
    },
  }],
  ["a failure", {
    request: { method: "GET", url: "http://a.example/", headers: [] },
    failure: { code: "connection_refused", message: "nobody: listens" },
    startedAt: 1,
    waitMs: 3,
    receiveMs: 0,
  }],
  ["a conversation", {
    request: { method: "GET", url: "ws://a.example/", headers: [] },
    socket: {
      protocols: ["chat"],
      protocol: "chat",
      frames: [
        { from: "client", ms: 1, data: "hello" },
        { from: "server", ms: 2000, data: new Uint8Array([104, 105]) },
      ],
      close: { by: "server", code: 4001, reason: "bye" },
    },
    startedAt: 1,
    waitMs: 0,
    receiveMs: 0,
  }],
];

/** Without members that are undefined. */
function plain(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value));
}

for (const [title, one] of rows) {
  Deno.test(`HAR keeps ${title}`, () => {
    const [read] = fromHar(plain(toHAR([one])));
    assertEquals(plain(read), plain(one));
  });
}

Deno.test("what is no HAR file is told", () => {
  for (const wrong of [null, [], {}, { log: {} }, { log: { entries: 7 } }]) {
    assertThrows(() => fromHar(wrong), TypeError, "log.entries");
  }
  assertThrows(() => fromHar({ log: { entries: [{}] } }), TypeError, "entry 1");
});

/** As developer tools of Chromium and Firefox, and Playwright, write entries. */
const FOREIGN = {
  log: {
    version: "1.2",
    creator: { name: "WebInspector", version: "537.36" },
    pages: [],
    entries: [
      {
        startedDateTime: "2026-11-28T10:00:00.000Z",
        time: 12,
        request: {
          method: "GET",
          url: "https://a.example/rows?b=2&a=1#part",
          httpVersion: "h2",
          headers: [{ name: ":authority", value: "a.example" }, { name: "Accept", value: "*/*" }],
        },
        response: {
          status: 200,
          statusText: "",
          headers: [
            { name: ":status", value: "200" },
            { name: "Content-Encoding", value: "br" },
            { name: "Content-Length", value: "9" },
            { name: "Content-Type", value: "application/json" },
          ],
          content: { size: 11, mimeType: "application/json", text: `{"rows":[]}` },
        },
      },
      {
        request: {
          method: "post",
          url: "https://a.example/form",
          headers: [],
          postData: {
            mimeType: "application/x-www-form-urlencoded",
            params: [{ name: "a", value: "ü" }, { name: "b", value: "1" }],
          },
        },
        response: {
          status: 201,
          headers: [{ name: "content-type", value: "image/png" }],
          content: { size: 4, mimeType: "image/png", encoding: "base64", text: "iVBOAA==" },
        },
      },
      {
        request: { method: "GET", url: "https://a.example/large", headers: [] },
        response: { status: 200, headers: [], content: { size: 70_000, mimeType: "video/mp4" } },
      },
      {
        request: { method: "GET", url: "https://a.example/attached", headers: [] },
        response: {
          status: 200,
          headers: [],
          content: { size: 8, mimeType: "text/plain", _file: "a1b2.txt" },
        },
      },
      {
        request: { method: "GET", url: "https://a.example/blocked", headers: [] },
        response: { status: 0, headers: [], content: {}, _error: "net::ERR_BLOCKED_BY_CLIENT" },
      },
    ],
  },
};

Deno.test("HAR files of developer tools are cassettes", async () => {
  const folder = await Deno.makeTempDir();
  const path = `${folder}/tools.har`;
  await Deno.writeTextFile(path, JSON.stringify(FOREIGN));
  await Deno.writeTextFile(`${folder}/a1b2.txt`, "attached");
  const client = new HTTPClient({
    baseUrl: "https://a.example",
    transport: cassette(path, { mode: "replay" }),
    maxRetries: 0,
  });
  const rows = await client.get("rows?a=1&b=2");
  assertEquals([rows.json(), rows.headers.get("content-encoding")], [{ rows: [] }, null]);
  const form = await client.post("form", null, { form: { b: "1", a: "ü" } });
  assertEquals([form.statusCode, form.content], [201, new Uint8Array([137, 80, 78, 0])]);
  for (
    const [path, code] of [["large", "no_recording"], ["blocked", "connection_failed"]] as const
  ) {
    const error = await client.get(path).catch((error) => error);
    assertEquals(error instanceof NetworkingError && error.code, code);
  }
  await client.close();
  await Deno.remove(folder, { recursive: true });
});
