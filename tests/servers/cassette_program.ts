/**
 * Runs on every runtime: calls httpbin, an event stream and a WebSocket through a cassette, and prints what
 * came back. The test runs it twice, the second time without the servers.
 */

import {
  type AuthScheme,
  basicAuth,
  bearerAuth,
  EventSourceClient,
  HTTPClient,
  type RequestOptions,
  WebSocketClient,
} from "../../mod.ts";
import { digestAuth } from "../../src/auth/digest.ts";
import { CookieJar } from "../../src/cookies/mod.ts";
import { har } from "../../src/telemetry/har.ts";
import { cassette, type CassetteMode } from "../../src/testing/mod.ts";

/** What the program is told. */
export interface Told {
  readonly mode: CassetteMode;
  readonly path: string;
  readonly httpbin: string;
  readonly other: string;
  /** Where a HAR file is written. */
  readonly har: string;
}

/** What one call came to. */
export interface Answered {
  readonly call: string;
  readonly status: number;
  readonly type: string | null;
  /** The body, in base64. */
  readonly body: string;
  readonly hops: number;
  readonly attempts: readonly (number | string | undefined)[];
}

type Row = readonly [
  path: string,
  options?: RequestOptions & { method?: string; auth?: AuthScheme },
];

const binary = Uint8Array.from({ length: 300 }, (_, index) => index % 256);
const form = new FormData();
form.set("note", "n ü");
form.set("file", new File([binary], "a.bin", { type: "application/octet-stream" }));

/** Every endpoint of httpbin, some in several ways. */
const ROWS: readonly Row[] = [
  ...["ip", "uuid", "headers", "user-agent", "html", "robots.txt", "deny", "xml"].map((p) =>
    [p] as Row
  ),
  ...["gzip", "deflate", "brotli", "encoding/utf8", "base64/w7wgJiA9"].map((path) => [path] as Row),
  ...["image/png", "image/jpeg", "image/webp", "image/svg", "bytes/7000"].map((p) => [p] as Row),
  ...[
    "stream-bytes/5000?seed=1",
    "stream/3",
    "range/200",
    "links/3/1",
    "drip?duration=0&numbytes=9",
  ]
    .map((path) => [path] as Row),
  ...["redirect/2", "relative-redirect/2", "absolute-redirect/2", "redirect-to?url=/get"]
    .map((path) => [path] as Row),
  ...[200, 204, 304, 400, 404, 418, 501].map((status): Row => [`status/${status}`]),
  ["status/503", { maxRetries: 2 }],
  ["get", { params: { a: "ü &", b: [1, 2], api_key: "key-of-the-query-1" } }],
  ["get", { method: "HEAD" }],
  ["anything/x", { method: "OPTIONS" }],
  ["post", { method: "POST", json: { a: [1, null], password: "pass-in-json-1" } }],
  ["post", { method: "POST", form: { "a b": "ü&=", c: "1" } }],
  ["post", { method: "POST", data: form }],
  ["put", { method: "PUT", data: "text ü" }],
  ["patch", { method: "PATCH", data: binary }],
  ["delete", { method: "DELETE" }],
  ["anything", { method: "POST", data: () => new Blob([binary]).stream() }],
  ["response-headers?x-a=1&x-a=2&server=ours"],
  ["cache", { headers: { "if-none-match": "x" } }],
  ["etag/abc", { headers: { "if-none-match": "abc" } }],
  ["cookies/set/flavor/chocolate-chip-1"],
  ["cookies"],
  ["basic-auth/ann/pass-of-ann-1", { auth: basicAuth("ann", "pass-of-ann-1") }],
  ["hidden-basic-auth/ann/pass-of-ann-1"],
  ["bearer", { auth: bearerAuth("token-of-ann-1") }],
  ["digest-auth/auth/ann/pass-of-ann-1/SHA-256", { auth: digestAuth("ann", "pass-of-ann-1") }],
  ["delay/0"],
];

const { process, Deno } = globalThis as unknown as {
  readonly process: { readonly argv: string[]; exit(code: number): void };
  readonly Deno?: { readonly args: string[] };
};
const told: Told = JSON.parse(Deno?.args[0] ?? process.argv[2]!);

function base64(bytes: Uint8Array): string {
  let text = "";
  for (const byte of bytes) text += String.fromCharCode(byte);
  return btoa(text);
}

const tape = cassette(told.path, {
  mode: told.mode,
  match: { url: (url) => url.replace(/127\.0\.0\.1:\d+/, "server") },
});
const seen = har();
const answered: Answered[] = [];
const client = new HTTPClient({
  baseUrl: told.httpbin,
  transport: tape,
  cookies: new CookieJar(),
  retryBackoff: 0,
  use: seen,
});
for (const [path, { method = "GET", ...options } = {}] of ROWS) {
  const response = await client.request(method, path, options);
  answered.push({
    call: `${method} ${path}`,
    status: response.statusCode,
    type: response.headers.get("content-type"),
    body: base64(response.content),
    hops: response.history.length,
    attempts: response.attempts.map(({ statusCode, errorCode }) => statusCode ?? errorCode),
  });
}

/** The values of an event stream, until there are five. */
const events = new EventSourceClient(`${told.other}/events`, { transport: tape, maxRetries: 1 });
await events.connect();
const data: string[] = [];
for await (const event of events) if (data.push(event.data) === 5) break;
await events.close();

const socket = new WebSocketClient(`${told.other.replace("http", "ws")}/socket`, {
  transport: tape,
  reconnect: false,
});
await socket.connect();
const heard: unknown[] = [await socket.receive()];
for (const word of ["one", "two"]) {
  await socket.send(word);
  heard.push(await socket.receive());
}
await socket.send(binary.slice(0, 5));
heard.push(base64(await socket.receive() as Uint8Array));
await socket.close();
await client.close();
await seen.write(told.har);
// deno-lint-ignore no-console -- the test reads it
console.log(JSON.stringify({ answered, data, heard, mode: tape.mode, unused: tape.unused }));
