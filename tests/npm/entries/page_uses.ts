/**
 * One use of each entry that pages can have too, as somebody writes it in TypeScript who has no types of
 * Deno. The oldest TypeScript and the newest compile it against the package for npm, and Node runs it.
 *
 * @module
 */

import {
  basicAuth,
  EventSourceClient,
  HTTPClient,
  jsonCodec,
  NetworkingError,
  open,
  Response as HTTPResponse,
  WebSocketClient,
} from "@codomyrmex/networking";
import { addressPolicy, type AddressPolicyOptions } from "@codomyrmex/networking/address-policy";
import { digestAuth } from "@codomyrmex/networking/auth/digest";
import { oauth2, type OAuth2Scheme, type TokenStore } from "@codomyrmex/networking/auth/oauth2";
import {
  awsPresignedURL,
  httpSignature,
  type SignatureKey,
  type VerifiedSignature,
  verifySignature,
} from "@codomyrmex/networking/auth/sign";
import { type CacheStore, httpCache, memoryCacheStore } from "@codomyrmex/networking/cache";
import { CookieJar } from "@codomyrmex/networking/cookies";
import { generate } from "@codomyrmex/networking/generate";
import { type Mock, mock } from "@codomyrmex/networking/generate/mock";
import { API, call, type Operation } from "@codomyrmex/networking/generate/runtime";
import { jsonSchema, type StandardSchema } from "@codomyrmex/networking/generate/schemas";
import { Breaker, Limiter } from "@codomyrmex/networking/limits";
import { ReliableServer, type ReliableSession } from "@codomyrmex/networking/reliable";
import { rpc } from "@codomyrmex/networking/rpc";
import { memoryState, type SharedState } from "@codomyrmex/networking/shared-state";
import { type OutcomeRecord, outcomes } from "@codomyrmex/networking/telemetry";
import { FakeClock, MockTransport, toCurl } from "@codomyrmex/networking/testing";
import { denoTransport, type DenoTransportOptions } from "@codomyrmex/networking/transports/deno";
import { nodeTransport, type NodeTransportOptions } from "@codomyrmex/networking/transports/node";
import {
  signWebhook,
  standard,
  type VerifiedWebhook,
  verifyWebhook,
  WebhookError,
} from "@codomyrmex/networking/webhooks";

interface User {
  readonly name: string;
}

/** Uses an entry; returns what is `expected` of it. */
export type Use = readonly [expected: string, use: () => Promise<string>];

const HOME = "https://api.example";
const PETS = {
  openapi: "3.1.0",
  info: { title: "Pets", version: "1" },
  servers: [{ url: HOME }],
  paths: {
    "/pets": { get: { operationId: "listPets", responses: { 204: { description: "none" } } } },
  },
};

/** A client of an API that answers each request with the header field that is asked for. */
function echo(field: string, options: object = {}): HTTPClient {
  const transport = new MockTransport().on("GET", "/", ({ headers }) => {
    return { body: headers.get(field) ?? "" };
  });
  return new HTTPClient({ baseUrl: HOME, transport, ...options });
}

/** The code of the error that a promise rejects with. */
async function codeOf(promise: Promise<unknown>): Promise<string> {
  const error = await promise.catch((thrown: unknown) => thrown);
  return error instanceof NetworkingError ? error.code : `no NetworkingError: ${error}`;
}

/** A transport is made, or the reason in words why this runtime has none. */
function madeOrRefused(name: string, make: () => { close(): unknown }): string {
  try {
    make().close();
    return "right";
  } catch (error) {
    const isInWords = error instanceof TypeError &&
      error.message.startsWith(`Cannot create ${name}: `);
    return isInWords ? "right" : String(error);
  }
}

export const PAGE_USES: Readonly<Record<string, Use>> = {
  ".": ["Ada invalid_url true", async () => {
    const transport = new MockTransport().on("GET", "/users/1", { json: { name: "Ada" } });
    const client: HTTPClient = new HTTPClient({ baseUrl: HOME, transport, maxRetries: 0 });
    const response: HTTPResponse = await client.get("users/1");
    const socket: WebSocketClient<User, string> = open<User, string>("wss://api.example", {
      auth: basicAuth("ada", "engine"),
      codec: jsonCodec<User, string>(),
    });
    const events: EventSourceClient<User> = open(HOME, {
      protocol: "events",
      codec: jsonCodec<User>(),
    });
    const names = (): readonly [Promise<User | null>, Promise<User | undefined>] => [
      socket.receive(),
      events.receive().then((message) => message?.data),
    ];
    // @ts-expect-error -- a body is the second argument, and options the third
    const wrong = () => client.get("/", { json: 1, timout: 5 });
    const classes = [socket instanceof WebSocketClient, events instanceof EventSourceClient];
    const isWhole = classes.every(Boolean) && typeof names === typeof wrong;
    return `${response.json<User>().name} ${await codeOf(client.get("users/2"))} ${isWhole}`;
  }],
  "./address-policy": ["address_refused", async () => {
    const options: AddressPolicyOptions = { private: "deny" };
    const client = new HTTPClient({ addressPolicy: addressPolicy(options) });
    return await codeOf(client.get("http://127.0.0.1:1/"));
  }],
  "./auth/digest": ['Digest username="ada"', async () => {
    const transport = new MockTransport().on("GET", "/", {
      status: 401,
      headers: { "www-authenticate": 'Digest realm="r", nonce="n", algorithm=SHA-256, qop="auth"' },
    }, ({ headers }) => ({ body: headers.get("authorization") ?? "" }));
    const auth = digestAuth("ada", () => "engine");
    const client = new HTTPClient({ baseUrl: HOME, transport, auth });
    return (await client.get("/")).text.slice(0, 21);
  }],
  "./auth/oauth2": ["Bearer t0ken", async () => {
    const store: TokenStore = {
      get: () => Promise.resolve({ accessToken: "t0ken", expiresAt: Date.now() + 3_600_000 }),
      set: () => Promise.resolve(),
    };
    const auth: OAuth2Scheme = oauth2({ issuer: HOME, clientId: "a", clientSecret: "b", store });
    return (await echo("authorization", { auth }).get("/")).text;
  }],
  "./auth/sign": ["ada aeeed9bbccd4d02e", async () => {
    const key: SignatureKey = new TextEncoder().encode("a secret of both sides");
    const transport = new MockTransport().on("GET", "/", async ({ url, headers }) => {
      const message = { method: "GET", url, headers };
      const verified: VerifiedSignature = await verifySignature(message, { keys: { ada: key } });
      return { body: verified.keyId ?? "" };
    });
    const auth = httpSignature({ key, keyId: "ada" });
    const { text } = await new HTTPClient({ baseUrl: HOME, transport, auth }).get("/");
    const url = await awsPresignedURL("https://examplebucket.s3.amazonaws.com/test.txt", {
      credentials: {
        accessKeyId: "AKIAIOSFODNN7EXAMPLE",
        secretAccessKey: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
      },
      region: "us-east-1",
      service: "s3",
      expires: { hours: 24 },
      now: () => Date.UTC(2013, 4, 24),
    });
    return `${text} ${new URL(url).searchParams.get("X-Amz-Signature")?.slice(0, 16)}`;
  }],
  "./cache": ["hit", async () => {
    const headers = { "cache-control": "max-age=60" };
    const transport = new MockTransport().on("GET", "/", { headers, body: "once" });
    const store: CacheStore = memoryCacheStore();
    const client = new HTTPClient({ baseUrl: HOME, transport, cache: httpCache({ store }) });
    await client.get("/");
    return String((await client.get("/")).cache?.status);
  }],
  "./cookies": ["session=1", async () => {
    const cookies = new CookieJar();
    cookies.setCookie("session=1; Path=/", HOME);
    return (await echo("cookie", { cookies }).get("/")).text;
  }],
  "./generate": ["listPets", async () => {
    const { files } = await generate(PETS);
    return /function (listPets)\b/.exec(files.get("api.ts") ?? "")?.[1] ?? "none";
  }],
  "./generate/mock": ["204", async () => {
    const api: Mock = await mock(PETS);
    const client = new HTTPClient({ baseUrl: HOME, transport: api.transport });
    return String((await client.get("/pets")).statusCode);
  }],
  "./generate/runtime": ["Ada", async () => {
    const operation: Operation<User, unknown> = {
      id: "getUser",
      method: "GET",
      path: "/users/1",
      parameters: [],
      responses: { 200: ["application/json"] },
    };
    const transport = new MockTransport().on("GET", "/users/1", { json: { name: "Ada" } });
    const api = new API({ server: HOME, security: {} }, { transport });
    return (await call(api, operation)).name;
  }],
  "./generate/schemas": ["Ada", () => {
    const schema: StandardSchema<unknown, User> = jsonSchema<User>({
      type: "object",
      required: ["name"],
      properties: { name: { type: "string" } },
    });
    const response = new HTTPResponse({ statusCode: 200, content: '{"name":"Ada"}' });
    return Promise.resolve(response.json(schema).name);
  }],
  "./limits": ["ok", async () => {
    const [limit, breaker] = [new Limiter({ concurrency: 1 }), new Breaker()];
    const transport = new MockTransport().on("GET", "/", { body: "ok" });
    return (await new HTTPClient({ baseUrl: HOME, transport, limit, breaker }).get("/")).text;
  }],
  "./reliable": ["0", async () => {
    const onSession = (session: ReliableSession) => session.send("hello");
    const server = new ReliableServer({ onSession });
    const { sessions } = server.counts;
    await server.close();
    return String(sessions);
  }],
  "./rpc": ["3", async () => {
    interface Methods {
      add(params: [number, number]): number;
    }
    const transport = new MockTransport().on("POST", "/rpc", (request) => {
      const { id } = request.json<{ id: unknown }>();
      return { json: { jsonrpc: "2.0", id, result: 3 } };
    });
    const client = new HTTPClient({ baseUrl: HOME, transport });
    const sum: number = await rpc<Methods>(client, { url: "/rpc" }).call("add", [1, 2]);
    return String(sum);
  }],
  "./shared-state": ["1", async () => {
    const state: SharedState = memoryState();
    await state.compareAndSet("count", undefined, 1, { expireIn: 60 });
    return String((await state.get("count"))?.value);
  }],
  "./telemetry": ["ok", async () => {
    const records: OutcomeRecord[] = [];
    const { operation } = outcomes({ sink: (record) => records.push(record) });
    await echo("accept", { use: { operation: [operation] } }).get("/");
    return records.map(({ outcome }) => outcome).join();
  }],
  "./testing": ["curl 60", async () => {
    const clock = new FakeClock();
    let elapsed = 0;
    clock.setTimeout(() => elapsed = 60, 60_000);
    await clock.advance(60);
    return `${toCurl({ method: "GET", url: HOME, headers: {} }).slice(0, 4)} ${elapsed}`;
  }],
  "./transports/deno": ["right", () => {
    const options: DenoTransportOptions = { http2: false };
    return Promise.resolve(madeOrRefused("denoTransport", () => denoTransport(options)));
  }],
  "./transports/node": ["right", () => {
    const options: NodeTransportOptions = { connections: 1 };
    return Promise.resolve(madeOrRefused("nodeTransport", () => nodeTransport(options)));
  }],
  "./webhooks": ["created webhook_signature 401", async () => {
    const options = { secret: "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", scheme: standard() };
    const body = '{"type":"created"}';
    const headers = await signWebhook(options, body);
    const verified: VerifiedWebhook<unknown> = await verifyWebhook({ headers, body }, options);
    const forged = { headers, body: '{"type":"deleted"}' };
    const error = await verifyWebhook(forged, options).catch((thrown: unknown) => thrown);
    const why = error instanceof WebhookError ? `${error.code} ${error.statusCode}` : "none";
    return `${(verified.event as { type: string }).type} ${why}`;
  }],
};
