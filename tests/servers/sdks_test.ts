/**
 * SDKs of npm that take a `fetch`, given ours: each with a retry, a stream, an abort and an upload, where it
 * has one.
 */

// deno-lint-ignore-file no-console camelcase -- a skipped suite has to say so; names of these services

import { HTTPClient } from "../../mod.ts";
import { drip, serve } from "../support/server.ts";
import { assert, assertEquals, assertInstanceOf, assertRejects } from "@std/assert";

/** The packages, pinned. Their types would bring much into every check: what is used is written below. */
const PACKAGES = {
  openai: "npm:openai@7.59.0",
  anthropic: "npm:@anthropic-ai/sdk@1.14.0",
  octokit: "npm:@octokit/request@10.0.16",
  supabase: "npm:@supabase/supabase-js@2.119.1",
  openapi: "npm:openapi-fetch@0.17.0",
  graphql: "npm:graphql-request@7.4.0",
  connect: "npm:@connectrpc/connect@2.3.0",
  connectWeb: "npm:@connectrpc/connect-web@2.3.0",
  protobuf: "npm:@bufbuild/protobuf@2.17.0",
  descriptors: "npm:@bufbuild/protobuf@2.17.0/wkt",
};

/** Loads a package; undefined, with a message, where npm does not answer. */
async function load<Module>(name: keyof typeof PACKAGES): Promise<Module | undefined> {
  try {
    return await import(PACKAGES[name]);
  } catch (error) {
    if (!/registry|fetch|resolve|not found|cached/i.test(String(error))) throw error;
    console.warn(`skipped: ${PACKAGES[name]} cannot be loaded (${String(error).split("\n")[0]})`);
    return undefined;
  }
}

/** A client for tests: its retries do not wait. */
function ours(): HTTPClient {
  return new HTTPClient({ retryBackoff: 0, maxRetries: 2 });
}

const BUSY = (headers = {}) => new Response("busy", { status: 503, headers });
const EVENTS = { headers: { "content-type": "text/event-stream" } };

/** A body that does not end. */
function endless(text: string): Response {
  return new Response(drip(text, 20, Infinity), EVENTS);
}

async function collect<T>(source: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const one of source) all.push(one);
  return all;
}

interface ModelSDK {
  readonly models: { list(): Promise<{ data: { id: string }[] }> };
}

/** The two model APIs have SDKs of one family. */
interface ModelOptions {
  readonly apiKey: string;
  readonly baseURL: string;
  readonly fetch: typeof fetch;
  readonly maxRetries?: number;
}

interface OpenAI extends ModelSDK {
  readonly chat: {
    readonly completions: {
      create(body: object, options?: object): Promise<
        & { choices: { message: { content: string } }[] }
        & AsyncIterable<{ choices: { delta: { content: string } }[] }>
      >;
    };
  };
  readonly files: { create(body: object): Promise<{ id: string; bytes: number }> };
}

Deno.test("openai", async (t) => {
  const sdk = await load<{ OpenAI: new (options: ModelOptions) => OpenAI }>("openai");
  if (sdk === undefined) return;
  let busy = 0;
  await using server = serve(async (request, path) => {
    if (busy-- > 0) return BUSY({ "retry-after-ms": "1" });
    if (path === "/v1/models") return Response.json({ data: [{ id: "m" }], object: "list" });
    if (path === "/v1/files") {
      const file = (await request.formData()).get("file") as File;
      return Response.json({ id: file.name, bytes: file.size });
    }
    const { stream, messages } = await request.json();
    if (!stream) return Response.json({ choices: [{ message: { content: messages[0].content } }] });
    const event = `data: ${JSON.stringify({ choices: [{ delta: { content: "a" } }] })}\n\n`;
    if (messages[0].content === "endless") return endless(event);
    return new Response(`${event}${event}data: [DONE]\n\n`, EVENTS);
  });
  await using client = ours();
  const make = (own: HTTPClient, maxRetries?: number) =>
    new sdk.OpenAI({
      ...{ apiKey: "k", baseURL: `${server.origin}/v1`, fetch: own.fetch },
      ...(maxRetries !== undefined && { maxRetries }),
    });
  const openai = make(client.extend({ maxRetries: 0 }));
  const ask = { model: "m", messages: [{ role: "user", content: "hi" }] };
  await t.step("its own retries, and none of ours", async () => {
    busy = 2;
    const { choices } = await openai.chat.completions.create(ask);
    assertEquals([choices[0]!.message.content, server.requests.length], ["hi", 3]);
  });
  await t.step("our retries, where it has none", async () => {
    server.requests.length = 0;
    busy = 2;
    assertEquals((await make(client, 0).models.list()).data[0]!.id, "m");
    assertEquals(server.requests.length, 3);
  });
  await t.step("a stream", async () => {
    const chunks = await collect(await openai.chat.completions.create({ ...ask, stream: true }));
    assertEquals(chunks.map(({ choices }) => choices[0]!.delta.content), ["a", "a"]);
  });
  await t.step("an abort in the middle of a stream", async () => {
    const abort = new AbortController();
    const messages = [{ role: "user", content: "endless" }];
    const body = { model: "m", messages, stream: true };
    const stream = await openai.chat.completions.create(body, { signal: abort.signal });
    let count = 0;
    for await (const _ of stream) if (++count === 2) abort.abort();
    assertEquals(count, 2);
  });
  await t.step("an abort before the answer", async () => {
    const signal = AbortSignal.abort();
    const error = await assertRejects(() => openai.chat.completions.create(ask, { signal }));
    assertEquals((error as Error).constructor.name, "APIUserAbortError");
  });
  await t.step("an upload", async () => {
    const file = new File(["x".repeat(100_000)], "rows.jsonl");
    const { id, bytes } = await openai.files.create({ file, purpose: "batch" });
    assertEquals([id, bytes], ["rows.jsonl", 100_000]);
  });
  await t.step("a failure of the network is its connection error", async () => {
    const gone = new sdk.OpenAI({
      ...{ apiKey: "k", baseURL: "http://127.0.0.1:1/v1", maxRetries: 0, fetch: client.fetch },
    });
    const error = await assertRejects(() => gone.chat.completions.create(ask)) as Error;
    assertEquals(error.constructor.name, "APIConnectionError");
    assertInstanceOf(error.cause, TypeError);
  });
});

interface Anthropic extends ModelSDK {
  readonly messages: {
    create(body: object, options?: object): Promise<
      & { content: { text: string }[] }
      & AsyncIterable<{ type: string; delta?: { text: string } }>
    >;
  };
  readonly beta: { readonly files: { upload(body: object): Promise<{ size_bytes: number }> } };
}

Deno.test("@anthropic-ai/sdk", async (t) => {
  const sdk = await load<{ Anthropic: new (options: ModelOptions) => Anthropic }>("anthropic");
  if (sdk === undefined) return;
  let busy = 0;
  await using server = serve(async (request, path) => {
    if (busy-- > 0) return BUSY({ "retry-after-ms": "1" });
    if (path === "/v1/models") return Response.json({ data: [{ id: "m" }], has_more: false });
    if (path.startsWith("/v1/files")) {
      return Response.json({ size_bytes: ((await request.formData()).get("file") as File).size });
    }
    const { stream, messages } = await request.json();
    if (!stream) return Response.json({ content: [{ type: "text", text: messages[0].content }] });
    const delta = {
      type: "content_block_delta",
      index: 0,
      delta: { type: "text_delta", text: "a" },
    };
    const event = `event: content_block_delta\ndata: ${JSON.stringify(delta)}\n\n`;
    if (messages[0].content === "endless") return endless(event);
    return new Response(
      `${event}${event}event: message_stop\ndata: {"type":"message_stop"}\n\n`,
      EVENTS,
    );
  });
  await using client = ours();
  const make = (own: HTTPClient, maxRetries?: number) =>
    new sdk.Anthropic({
      ...{ apiKey: "k", baseURL: server.origin, fetch: own.fetch },
      ...(maxRetries !== undefined && { maxRetries }),
    });
  const anthropic = make(client.extend({ maxRetries: 0 }));
  const ask = { model: "m", max_tokens: 10, messages: [{ role: "user", content: "hi" }] };
  await t.step("its own retries, and none of ours", async () => {
    busy = 2;
    const { content } = await anthropic.messages.create(ask);
    assertEquals([content[0]!.text, server.requests.length], ["hi", 3]);
  });
  await t.step("our retries, where it has none", async () => {
    server.requests.length = 0;
    busy = 2;
    assertEquals((await make(client, 0).models.list()).data[0]!.id, "m");
    assertEquals(server.requests.length, 3);
  });
  await t.step("a stream", async () => {
    const events = await collect(await anthropic.messages.create({ ...ask, stream: true }));
    assertEquals(events.map(({ delta }) => delta?.text), ["a", "a", undefined]);
  });
  await t.step("an abort in the middle of a stream", async () => {
    const abort = new AbortController();
    const body = { ...ask, messages: [{ role: "user", content: "endless" }], stream: true };
    const stream = await anthropic.messages.create(body, { signal: abort.signal });
    let count = 0;
    for await (const _ of stream) if (++count === 2) abort.abort();
    assertEquals(count, 2);
  });
  await t.step("an upload", async () => {
    const file = new File(["x".repeat(100_000)], "rows.txt");
    assertEquals((await anthropic.beta.files.upload({ file })).size_bytes, 100_000);
  });
});

interface Octokit {
  (route: string, options: object): Promise<{ status: number; data: unknown; url: string }>;
  defaults(options: object): Octokit;
}

Deno.test("@octokit/request", async (t) => {
  const sdk = await load<{ request: Octokit }>("octokit");
  if (sdk === undefined) return;
  let busy = 0;
  await using server = serve(async (request, path) => {
    if (busy-- > 0) return BUSY();
    if (path === "/slow") return endless("data: x\n\n");
    if (path === "/moved") {
      return new Response(null, { status: 302, headers: { location: "/repos" } });
    }
    const body = await request.arrayBuffer();
    return Response.json({ size: body.byteLength, type: request.headers.get("content-type") });
  });
  await using client = ours();
  const request = sdk.request.defaults({
    baseUrl: server.origin,
    request: { fetch: client.fetch },
  });
  await t.step("our retries", async () => {
    busy = 2;
    assertEquals((await request("GET /repos", {})).status, 200);
    assertEquals(server.requests.length, 3);
  });
  await t.step("the URL after a redirect", async () => {
    assertEquals((await request("GET /moved", {})).url, `${server.origin}/repos`);
  });
  await t.step("an upload", async () => {
    const headers = { "content-type": "application/zip", "content-length": 100_000 };
    const { data } = await request("POST /upload", { headers, data: new Uint8Array(100_000) });
    assertEquals(data, { size: 100_000, type: "application/zip" });
  });
  await t.step("a stream, and an abort", async () => {
    const abort = new AbortController();
    const { data } = await request("GET /slow", {
      request: { fetch: client.fetch, signal: abort.signal, parseSuccessResponseBody: false },
    });
    const reader = (data as ReadableStream<Uint8Array>).getReader();
    assertEquals(new TextDecoder().decode((await reader.read()).value), "data: x\n\n");
    const reason = new Error("enough");
    abort.abort(reason);
    assert(await reader.closed.catch((error) => error) === reason);
  });
});

interface Supabase {
  from(table: string): {
    select(): PromiseLike<{ data: unknown }> & {
      abortSignal(signal: AbortSignal): PromiseLike<{ data: unknown; error: { message: string } }>;
    };
  };
  readonly storage: {
    from(bucket: string): {
      upload(path: string, body: Blob): Promise<{ data: unknown; error: unknown }>;
      download(path: string): { asStream(): Promise<{ data: ReadableStream<Uint8Array> }> };
    };
  };
}

Deno.test("@supabase/supabase-js", async (t) => {
  const sdk = await load<{
    createClient(url: string, key: string, options: object): Supabase;
  }>("supabase");
  if (sdk === undefined) return;
  let busy = 0;
  await using server = serve(async (request, path) => {
    if (busy-- > 0) return BUSY();
    if (path.startsWith("/rest/v1/slow")) return new Promise(() => {});
    if (path.startsWith("/rest/v1/")) {
      return Response.json([{ key: request.headers.get("apikey") }]);
    }
    if (request.method !== "POST") return new Response("content");
    // Deno's formData() passes over a field without a name, as this one is.
    const [, content] = /filename="blob"[^]*?\r\n\r\n(x*)\r\n/.exec(await request.text()) ?? [];
    return Response.json({ Key: `b/${content?.length}`, Id: "1" });
  });
  await using client = ours();
  const supabase = sdk.createClient(server.origin, "public-key", {
    auth: { persistSession: false, autoRefreshToken: false, detectSessionInUrl: false },
    global: { fetch: client.fetch },
  });
  await t.step("our retries", async () => {
    busy = 2;
    assertEquals((await supabase.from("rows").select()).data, [{ key: "public-key" }]);
    assertEquals(server.requests.length, 3);
  });
  await t.step("an abort", async () => {
    const abort = new AbortController();
    setTimeout(() => abort.abort(), 20);
    const { data, error } = await supabase.from("slow").select().abortSignal(abort.signal);
    assertEquals(data, null);
    assert(/abort/i.test(error.message), error.message);
  });
  await t.step("an upload", async () => {
    const blob = new Blob(["x".repeat(100_000)]);
    const { data, error } = await supabase.storage.from("b").upload("a.txt", blob);
    assertEquals([data, error], [{ id: "1", path: "a.txt", fullPath: "b/100000" }, null]);
  });
  await t.step("a stream", async () => {
    const { data } = await supabase.storage.from("b").download("a.txt").asStream();
    assertEquals(await new Response(data).text(), "content");
  });
});

interface OpenAPI {
  GET(path: string, options?: object): Promise<{ data: unknown; response: Response }>;
  POST(path: string, options?: object): Promise<{ data: unknown; response: Response }>;
}

Deno.test("openapi-fetch", async (t) => {
  const sdk = await load<{ default: (options: object) => OpenAPI }>("openapi");
  if (sdk === undefined) return;
  let busy = 0;
  await using server = serve(async (request, path) => {
    if (busy-- > 0) return BUSY();
    if (path === "/slow") return endless("data: x\n\n");
    if (request.method === "GET") return Response.json({ ok: true });
    if (path === "/files") {
      return Response.json({ size: ((await request.formData()).get("file") as File).size });
    }
    const length = request.headers.get("content-length");
    return Response.json({ got: await request.json(), length });
  });
  await using client = ours();
  const api = sdk.default({ baseUrl: server.origin, fetch: client.fetch });
  await t.step("our retries, for a request without body", async () => {
    busy = 2;
    const { data, response } = await api.GET("/users");
    assertEquals([data, response.url], [{ ok: true }, `${server.origin}/users`]);
    assertEquals(server.requests.length, 3);
  });
  await t.step("a body, sent once and with its length", async () => {
    const { data } = await api.POST("/users", { body: { name: "Ada" } });
    assertEquals(data, { got: { name: "Ada" }, length: "14" });
    server.requests.length = 0;
    busy = 1;
    assertEquals((await api.POST("/users", { body: { name: "Ada" } })).response.status, 503);
    assertEquals(server.requests.length, 1);
  });
  await t.step("an upload", async () => {
    const { data } = await api.POST("/files", {
      body: { file: new Blob(["x".repeat(100_000)]) },
      bodySerializer(body: { file: Blob }) {
        const form = new FormData();
        form.append("file", body.file);
        return form;
      },
    });
    assertEquals(data, { size: 100_000 });
  });
  await t.step("a stream, and an abort", async () => {
    const abort = new AbortController();
    const { data } = await api.GET("/slow", { parseAs: "stream", signal: abort.signal });
    const reader = (data as ReadableStream<Uint8Array>).getReader();
    assertEquals(new TextDecoder().decode((await reader.read()).value), "data: x\n\n");
    abort.abort();
    assertEquals((await reader.closed.catch((error) => error)).name, "AbortError");
  });
});

interface GraphQL {
  request(options: object): Promise<unknown>;
}

Deno.test("graphql-request", async (t) => {
  const sdk = await load<{ GraphQLClient: new (url: string, options: object) => GraphQL }>(
    "graphql",
  );
  if (sdk === undefined) return;
  let busy = 0;
  await using server = serve(async (request) => {
    if (busy-- > 0) return BUSY();
    const { query, variables } = await request.json();
    if (query.includes("slow")) return new Promise(() => {});
    return Response.json({ data: { echo: variables?.text ?? "none" } });
  });
  await using client = ours();
  const headers = { "idempotency-key": "1" };
  const graphql = new sdk.GraphQLClient(server.origin, { fetch: client.fetch });
  const query = "query ($text: String) { echo(text: $text) }";
  await t.step("our retries, with a key", async () => {
    busy = 2;
    const variables = { text: "hi" };
    const data = await graphql.request({ document: query, variables, requestHeaders: headers });
    assertEquals([data, server.requests.length], [{ echo: "hi" }, 3]);
  });
  await t.step("no retry of a POST without", async () => {
    server.requests.length = 0;
    busy = 1;
    await assertRejects(() => graphql.request({ document: query }));
    assertEquals(server.requests.length, 1);
  });
  await t.step("an abort", async () => {
    const reason = new Error("enough");
    const abort = new AbortController();
    setTimeout(() => abort.abort(reason), 20);
    const document = "query { slow }";
    const call = graphql.request({ document, signal: abort.signal });
    assert(await call.catch((error) => error) === reason);
  });
});

interface ConnectClient {
  say(input: object, options?: object): Promise<{ text: string }>;
  talk(input: object, options?: object): AsyncIterable<{ text: string }>;
}
interface Descriptors {
  readonly FileDescriptorProtoSchema: unknown;
}
interface Protobuf {
  create(schema: unknown, value: object): unknown;
  createFileRegistry(file: unknown, resolve: () => undefined): {
    getService(name: string): unknown;
  };
}

/** A message of the Connect protocol in its envelope. */
function envelope(flags: number, value: object): Uint8Array<ArrayBuffer> {
  const text = new TextEncoder().encode(JSON.stringify(value));
  const bytes = new Uint8Array(5 + text.length);
  bytes[0] = flags;
  new DataView(bytes.buffer).setUint32(1, text.length);
  bytes.set(text, 5);
  return bytes;
}

Deno.test("@connectrpc/connect-web", async (t) => {
  const connect = await load<{ createClient(service: unknown, transport: unknown): ConnectClient }>(
    "connect",
  );
  const web = await load<{ createConnectTransport(options: object): unknown }>("connectWeb");
  const protobuf = await load<Protobuf>("protobuf");
  const descriptors = await load<Descriptors>("descriptors");
  if (
    connect === undefined || web === undefined || protobuf === undefined ||
    descriptors === undefined
  ) return;
  const method = (name: string, serverStreaming: boolean) => ({
    ...{ name, inputType: ".t.Text", outputType: ".t.Text", serverStreaming },
    options: { idempotencyLevel: 1 }, // NO_SIDE_EFFECTS
  });
  const file = protobuf.create(descriptors.FileDescriptorProtoSchema, {
    ...{ name: "t.proto", package: "t", syntax: "proto3" },
    messageType: [{
      name: "Text",
      field: [{ name: "text", number: 1, type: 9, label: 1, jsonName: "text" }],
    }],
    service: [{ name: "Talk", method: [method("Say", false), method("Talk", true)] }],
  });
  const service = protobuf.createFileRegistry(file, () => undefined).getService("t.Talk");
  let busy = 0;
  await using server = serve(async (request, path) => {
    if (busy-- > 0) return BUSY();
    if (path === "/t.Talk/Say") {
      const text = request.method === "GET"
        ? JSON.parse(new URL(request.url).searchParams.get("message")!).text
        : (await request.json()).text;
      return Response.json({ text: `${request.method} ${text}` });
    }
    const { text } = JSON.parse(new TextDecoder().decode((await request.bytes()).subarray(5)));
    let sent = 0;
    let timer: ReturnType<typeof setInterval>;
    const body = new ReadableStream({
      start(controller) {
        timer = setInterval(() => {
          controller.enqueue(envelope(0, { text: `${text} ${++sent}` }));
          if (sent < 2 || text === "endless") return;
          controller.enqueue(envelope(2, {}));
          clearInterval(timer);
          controller.close();
        }, 5);
      },
      cancel: () => clearInterval(timer),
    });
    return new Response(body, { headers: { "content-type": "application/connect+json" } });
  });
  await using client = ours();
  const options = { baseUrl: server.origin, fetch: client.fetch };
  const talk = connect.createClient(service, web.createConnectTransport(options));
  await t.step("one answer, and our retries where it uses GET", async () => {
    assertEquals((await talk.say({ text: "hi" })).text, "POST hi");
    const transport = web.createConnectTransport({ ...options, useHttpGet: true });
    server.requests.length = 0;
    busy = 2;
    assertEquals(
      (await connect.createClient(service, transport).say({ text: "hi" })).text,
      "GET hi",
    );
    assertEquals(server.requests.length, 3);
  });
  await t.step("a stream", async () => {
    const texts = (await collect(talk.talk({ text: "x" }))).map(({ text }) => text);
    assertEquals(texts, ["x 1", "x 2"]);
  });
  await t.step("an abort in the middle of a stream", async () => {
    const abort = new AbortController();
    let count = 0;
    const read = async () => {
      for await (const _ of talk.talk({ text: "endless" }, { signal: abort.signal })) {
        if (++count === 2) abort.abort();
      }
    };
    const error = await assertRejects(read) as Error & { code?: number };
    assertEquals([error.name, error.code], ["ConnectError", 1]); // canceled
  });
});
