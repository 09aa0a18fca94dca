/**
 * What the public types take and refuse. It is checked, and never run: `deno task check` fails when a
 * line that is right is refused, or one that is wrong is taken.
 */

import {
  type AuthContext,
  type AuthFlow,
  type AuthScheme,
  cursor,
  type Duration,
  type HTTPClient,
  type HTTPRequest,
  jsonCodec,
  type NetworkClient,
  open,
  Response,
  type StandardSchema,
  type StreamingResponse,
  WebSocketClient,
} from "../../mod.ts";
import type { RecordedBody } from "../../src/testing/mod.ts";

interface Address {
  readonly city: string;
}
interface User {
  readonly name: string;
  readonly tags?: string[];
  readonly home?: Address;
}
interface Filter {
  readonly page: number;
  readonly since?: Date;
  readonly tags: readonly string[];
}

declare const client: HTTPClient;
declare const user: User;
declare const filter: Filter;
declare const address: string;
declare const schema: StandardSchema<unknown, User>;
declare const stream: StreamingResponse;
declare const recorded: RecordedBody;

/** Bodies. */
export function bodies(): void {
  void client.post("/users", user);
  void client.put("/users", [user]);
  void client.patch("/users", { user, users: [user] });
  void client.query("/users", filter);
  void client.post("/users", undefined, { data: user });
  void client.post("/users", undefined, { json: user });
  const bytes: Uint8Array = new Uint8Array(1);
  void client.post("/bytes", bytes);
  void client.post("/bytes", () => bytes);
  const chunks = new ReadableStream<Uint8Array>();
  void client.post("/stream", chunks);
  void client.post("/stream", { stream: chunks, size: 1 });
  void client.post("/form", undefined, {
    multipart: { bytes, more: [bytes], file: { stream: () => chunks, filename: "a" } },
  });
  void new WebSocketClient("wss://a.example").send(bytes);
  void new Response({ statusCode: 200, content: bytes });
  void client.post("/view", new DataView(new ArrayBuffer(1)) as ArrayBufferView);
  void client.post("/now", new Date());
  void client.post("/text", "x");
  void client.post("/null", null);
  // @ts-expect-error -- a symbol cannot be sent
  void client.post("/x", Symbol("x"));
  // @ts-expect-error -- nor can a bigint
  void client.post("/x", 1n);
  // @ts-expect-error -- a body that is not awaited yet
  void client.post("/x", Promise.resolve(user));
  // @ts-expect-error -- an iterator is no stream: ReadableStream.from(generator)
  void client.post("/x", (async function* () {})());
  // @ts-expect-error -- a map has no JSON form
  void client.post("/x", new Map([["a", 1]]));
  // @ts-expect-error -- a function gives a body that is sent as it is
  void client.post("/x", () => 5);
}

/** Params and forms. */
export function params(): void {
  void client.get("/users", { params: filter });
  void client.get("/users", { params: { page: 1, tags: ["a"], since: undefined } });
  void client.get("/users", { params: new URLSearchParams("a=1") });
  void client.get("/users", { params: [["a", 1], ["a", 2]] });
  void client.post("/users", undefined, { form: filter });
  // @ts-expect-error -- a string is no params
  void client.get("/users", { params: "a=1" });
  // @ts-expect-error -- nor is a number
  void client.get("/users", { params: 5 });
  // @ts-expect-error -- a pair has a name and a value
  void client.get("/users", { params: [["a", Symbol("x")]] });
}

/** Options. */
export function options(): void {
  void client.get("/x", { timeout: { minutes: 1 }, throwOnError: true });
  // @ts-expect-error -- no such option
  void client.get("/x", { timout: 5 });
  // @ts-expect-error -- a duration is a number or has units
  void client.get("/x", { timeout: "5s" });
  // @ts-expect-error -- a flag is true or false
  void client.get("/x", { throwOnError: "yes" });
  // @ts-expect-error -- the backoff cannot be switched off
  void client.get("/x", { retryBackoff: false });
  // @ts-expect-error -- days are no unit
  const long: Duration = { days: 1 };
  void long;
}

/** JSON is unknown until somebody says what it is. */
export async function json(): Promise<void> {
  const response = await client.get("/users/7");
  const unknownValue: unknown = response.json();
  const written: User = response.json<User>();
  const checked: User = response.json(schema);
  // @ts-expect-error -- the type must be written out
  const guessed: User = response.json();
  // @ts-expect-error -- the type must be written out
  guess(response.json());
  // @ts-expect-error -- nothing is known of it
  response.json().name;
  // @ts-expect-error -- the schema says what it is
  const other: Address = response.json(schema);

  const streamWritten: User = await stream.json<User>();
  const streamChecked: User = await stream.json(schema);
  // @ts-expect-error -- the type must be written out
  const streamGuessed: User = await stream.json();

  for await (const row of stream.ndjson<User>()) guess(row);
  for await (const row of stream.ndjson(schema)) guess(row);
  // @ts-expect-error -- the type must be written out
  for await (const row of stream.ndjson()) guess(row);
  // @ts-expect-error -- the type must be written out
  const rows: AsyncIterable<User> = stream.ndjson();

  const recordedWritten: User = recorded.json<User>();
  // @ts-expect-error -- the type must be written out
  const recordedGuessed: User = recorded.json();
  void [unknownValue, written, checked, guessed, other, streamWritten, streamChecked];
  void [streamGuessed, rows, recordedWritten, recordedGuessed];
}

function guess(given: User): void {
  void given;
}

/** Codecs. */
export function codecs(): void {
  const url = "wss://a.example";
  const written: WebSocketClient<User, User> = new WebSocketClient(url, {
    codec: jsonCodec<User>(),
  });
  const checked: WebSocketClient<User, User> = new WebSocketClient(url, {
    codec: jsonCodec(schema),
  });
  const loose: WebSocketClient<unknown, unknown> = new WebSocketClient(url, { codec: jsonCodec() });
  // @ts-expect-error -- the type must be written out
  const guessed: WebSocketClient<User, User> = new WebSocketClient(url, { codec: jsonCodec() });
  void [written, checked, loose, guessed];
}

/** Pages. */
export function pages(): void {
  void client.paginate<User>("/users", {
    next: cursor("after", (body: { readonly after?: string }) => body.after),
  });
  void client.paginate("/users", { next: cursor("after", (body) => String(body)) });
  // @ts-expect-error -- nothing is known of the body
  cursor("after", (body) => body.after);
  // @ts-expect-error -- a cursor is text or a number
  cursor("after", (body: { readonly more: boolean }) => body.more);
}

/** Hooks of sockets. */
export function hooks(): void {
  new WebSocketClient("wss://a.example", {
    hooks: { onRequest() {}, onResponse: ({ response }) => void response.statusCode, onError() {} },
  });
  // @ts-expect-error -- a handshake follows no redirect
  new WebSocketClient("wss://a.example", { hooks: { onRedirect() {} } });
}

/** One function for all protocols. */
export function opening(): void {
  const any: NetworkClient = open(address, { timeout: 5 });
  const http: HTTPClient = open("https://a.example", { timeout: 5 });
  const socket: NetworkClient = open(address, {
    heartbeat: { every: 5 },
    codec: jsonCodec<User>(),
  });
  const events: NetworkClient = open(address, { protocol: "events", codec: jsonCodec(schema) });
  const url: NetworkClient = open(new URL(address), { maxRetries: 1 });
  // @ts-expect-error -- no client has such an option
  open(address, { timout: 5 });
  void [any, http, socket, events, url];
}

/** A scheme of one's own. */
export class OwnScheme implements AuthScheme {
  readonly name = "Own";

  async *authenticate(request: HTTPRequest, context: AuthContext): AuthFlow {
    const { statusCode } = yield request;
    if (statusCode === 401) await context.fetch("https://a.example/token", { method: "POST" });
    yield { ...request, headers: { ...request.headers, "x-own": "1" } };
  }
}
