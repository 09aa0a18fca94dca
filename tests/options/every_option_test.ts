/**
 * Every option of every entry refuses a value that it cannot use, with a TypeError or RangeError that
 * names it, before anything is sent. The options are those of the public interfaces, as `deno doc`
 * tells them: an option that is added is tested without a change here.
 */

import { nodeTransport } from "../../src/transports/node.ts";
import { httpCache } from "../../src/cache/mod.ts";
import { Breaker, Limiter, SharedRetryBudget } from "../../src/limits/mod.ts";
import { assert, assertEquals, assertRejects } from "@std/assert";
import { apiKeyAuth, basicAuth, bearerAuth, EventSourceClient, HTTPClient } from "../../mod.ts";
import { RetryBudget, WebSocketClient } from "../../mod.ts";
import { addressPolicy } from "../../src/address_policy/mod.ts";
import { denoTransport } from "../../src/transports/deno_transport.ts";
import { digestAuth } from "../../src/auth/digest.ts";
import {
  clientSecretJwt,
  googleServiceAccount,
  jwtBearer,
  listenForCallback,
  oauth2,
  privateKeyJwt,
  tokenExchange,
} from "../../src/auth/oauth2/mod.ts";
import {
  awsContainer,
  awsInstance,
  awsPresignedURL,
  awsSigV4,
  awsWebIdentity,
  httpSignature,
  verifySignature,
  webBotAuth,
} from "../../src/auth/sign/mod.ts";
import { CookieJar } from "../../src/cookies/mod.ts";
import { mock } from "../../src/generate/mock/mod.ts";
import { generate } from "../../src/generate/mod.ts";
import { API, call } from "../../src/generate/runtime/mod.ts";
import { memoryState, redisState } from "../../src/shared_state/mod.ts";
import { httpHandler, networkTools } from "../../src/mcp/mod.ts";
import { ReliableClient, ReliableServer } from "../../src/reliable/mod.ts";
import { rpc } from "../../src/rpc/mod.ts";
import {
  deprecations,
  har,
  type HAROptions,
  inspect,
  type InspectOptions,
  logHooks,
  otel,
  outcomes,
} from "../../src/telemetry/mod.ts";
import { FakeSocket } from "../reliable/sockets.ts";
import { FakeRPCSocket } from "../rpc/socket.ts";
import {
  cassette,
  type CassetteOptions,
  FakeServer,
  MockTransport,
  toCurl,
} from "../../src/testing/mod.ts";
import { hmac, signWebhook, standard, verifyWebhook, webhookAuth } from "../../src/webhooks/mod.ts";

const ROOT = new URL("../../", import.meta.url);

interface Documentation {
  readonly nodes: Record<string, {
    readonly symbols: readonly {
      readonly name: string;
      readonly declarations: readonly {
        readonly kind: string;
        readonly def: {
          readonly properties?: readonly { readonly name: string }[];
          readonly methods?: readonly { readonly name: string }[];
        };
      }[];
    }[];
  }>;
}

/** The own properties of each public interface, by its name. */
async function publicInterfaces(): Promise<ReadonlyMap<string, readonly string[]>> {
  const { exports } = JSON.parse(await Deno.readTextFile(new URL("deno.json", ROOT)));
  const { stdout, success } = await new Deno.Command(Deno.execPath(), {
    args: ["doc", "--json", "--quiet", ...Object.values<string>(exports)],
    cwd: ROOT,
    stderr: "inherit",
  }).output();
  assert(success, "deno doc failed");
  const { nodes }: Documentation = JSON.parse(new TextDecoder().decode(stdout));
  return new Map(
    Object.values(nodes).flatMap(({ symbols }) => symbols).flatMap(({ name, declarations }) =>
      declarations.filter(({ kind }) => kind === "interface").map(({ def }) =>
        [name, (def.properties ?? []).map((property) => property.name)] as const
      )
    ),
  );
}

const transport = new MockTransport();
const client = new HTTPClient({ transport, retryBackoff: 0 });
const http = "http://a.example/";
const ws = "ws://a.example/";
const webSocket = WebSocket; // never called: nothing connects here
const correlation = { ofRequest: () => 1, ofResponse: () => 1 };
const socket = new WebSocketClient(ws, { webSocket, correlation });
const events = new EventSourceClient(http);
const target = { write() {} };
const checksum = { algorithm: "SHA-256", value: "0".repeat(64) };
const registration = {
  ...{ clientId: "a", redirectUri: "http://127.0.0.1/", tokenEndpoint: "https://id.example/token" },
  authorizationEndpoint: "https://id.example/authorize",
};
const { privateKey: key } = await crypto.subtle.generateKey(
  { name: "ECDSA", namedCurve: "P-256" },
  false,
  ["sign", "verify"],
);
const ed25519 = { kty: "OKP", crv: "Ed25519", d: "a", x: "a" };
const signing = {
  credentials: { accessKeyId: "a", secretAccessKey: "b" },
  region: "r",
  service: "s",
};
const document = {
  ...{ openapi: "3.1.0", info: { title: "x", version: "1" }, paths: {} },
  servers: [{ url: "http://a.example" }],
};
const operation = { id: "x", method: "GET", path: "/x", responses: {} } as never;
const webhook = { headers: {}, body: "" };
const hook = { secret: "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", scheme: standard() };
const onSession = () => {};
const description = { server: http, security: {} };

/** What takes the options of an interface. */
const TAKERS: Readonly<Record<string, readonly ((options: never) => unknown)[]>> = {
  CommonOptions: [
    (given: object) => new HTTPClient(given),
    (given: object) => client.extend(given),
    (given: object) => client.get(http, given),
    (given: object) => client.stream("GET", http, given),
    (given: object) => client.paginate(http, given).next(),
    (given: object) => client.download(http, target, given),
    (given: object) => new EventSourceClient(http, given),
    (given: object) => new API(description, given),
  ],
  HTTPClientOptions: [
    (given: object) => new HTTPClient(given),
    (given: object) => client.extend(given),
    (given: object) => new EventSourceClient(http, given),
  ],
  RequestOptions: [(given: object) => client.post(http, "x", given)],
  BodyOptions: [
    (given: object) => client.post(http, undefined, given),
    (given: object) => new EventSourceClient(http, { method: "POST", ...given }),
  ],
  RedisStateOptions: [(given: object) => redisState({ send: () => Promise.resolve("") }, given)],
  NodeTransportOptions: [(given: object) => nodeTransport(given)],
  WebhookOptions: [
    (given: object) => verifyWebhook(webhook, { ...hook, ...given }),
    (given: object) => signWebhook({ ...hook, ...given }, ""),
    (given: object) => webhookAuth({ ...hook, ...given }),
  ],
  VerifyWebhookOptions: [(given: object) => verifyWebhook(webhook, { ...hook, ...given })],
  SignWebhookOptions: [(given: object) => signWebhook({ ...hook, ...given }, "")],
  WebhookAuthOptions: [(given: object) => webhookAuth({ ...hook, ...given })],
  HMACOptions: [(given: object) => hmac({ header: "x", ...given })],
  HTTPCacheOptions: [(given: object) => httpCache(given)],
  LimiterOptions: [(given: object) => new Limiter(given)],
  BreakerOptions: [(given: object) => new Breaker(given)],
  SharedRetryBudgetOptions: [
    (given: object) => new SharedRetryBudget({ store: memoryState(), ...given }),
  ],
  RetryOptions: [
    (retry: object) => new HTTPClient({ retry }),
    (retry: object) => client.get(http, { retry }),
  ],
  Hooks: [
    (hooks: object) => new HTTPClient({ hooks }),
    (hooks: object) => new WebSocketClient(ws, { hooks }),
  ],
  MiddlewareLists: [(use: object) => new HTTPClient({ use })],
  PaginateOptions: [(given: object) => client.paginate(http, given).next()],
  DownloadOptions: [(given: object) => client.download(http, target, given)],
  Checksum: [
    (given: object) =>
      client.download(http, target, { checksum: { ...checksum, ...given } as never }),
  ],
  WebSocketClientOptions: [(given: object) => new WebSocketClient(ws, given)],
  WebSocketQueues: [(given: object) => new WebSocketClient(ws, given)],
  QueueBounds: [
    (inbox: object) => new WebSocketClient(ws, { inbox }),
    (outbox: object) => new WebSocketClient(ws, { outbox }),
  ],
  ReliableOptions: [
    (given: object) => new ReliableClient(ws, given),
    (given: object) => new ReliableServer({ onSession, ...given }),
  ],
  ReliableClientOptions: [(given: object) => new ReliableClient(ws, given)],
  ReliableServerOptions: [(given: object) => new ReliableServer({ onSession, ...given })],
  ReliableQueue: [
    (inbox: object) => new ReliableClient(ws, { inbox }),
    (outbox: object) => new ReliableServer({ onSession, outbox }),
  ],
  ReliableHeartbeat: [(heartbeat: object) => new ReliableClient(ws, { heartbeat })],
  ReliableSendOptions: [(given: object) => new ReliableClient(ws).send("x", given)],
  AcceptOptions: [
    (given: object) => new ReliableServer({ onSession }).accept(new FakeSocket(), given),
  ],
  RPCSocketOptions: [(given: object) => rpc(new FakeRPCSocket(), given)],
  RPCHTTPOptions: [(given: object) => rpc(client, given as never)],
  RPCCallOptions: [
    (given: object) => rpc(new FakeRPCSocket()).call("x", undefined, given),
    (given: object) => rpc(client, { url: http }).call("x", undefined, given),
  ],
  RPCSubscribeOptions: [
    (given: object) =>
      rpc(new FakeRPCSocket()).subscribe("x", undefined, { notification: "x", ...given }),
  ],
  ReconnectOptions: [(reconnect: object) => new WebSocketClient(ws, { reconnect })],
  HeartbeatOptions: [(heartbeat: object) => new WebSocketClient(ws, { heartbeat })],
  CloseOptions: [(given: object) => socket.close(given)],
  DrainOptions: [
    (given: object) => new HTTPClient().close(given),
    (given: object) => events.close(given),
  ],
  DeprecationsOptions: [(given: object) => deprecations(given)],
  SendOptions: [(given: object) => socket.send("x", given)],
  SocketRequestOptions: [(given: object) => socket.request("x", given)],
  ReceiveOptions: [
    (given: object) => socket.receive(given),
    (given: object) => events.receive(given),
  ],
  EventSourceClientOptions: [(given: object) => new EventSourceClient(http, given)],
  EventReconnectOptions: [(reconnect: object) => new EventSourceClient(http, { reconnect })],
  RetryBudgetOptions: [(given: object) => new RetryBudget(given)],
  CookieJarOptions: [(given: object) => new CookieJar(given)],
  AddressPolicyOptions: [
    (rules: object) => addressPolicy(rules),
    (policy: object) => networkTools({ policy }),
  ],
  DenoTransportOptions: [(given: object) => denoTransport(given)],
  AuthOptions: [
    (given: object) => basicAuth("a", "b", given),
    (given: object) => bearerAuth("a", given),
    (given: object) => digestAuth("a", "b", given),
    (given: object) => oauth2({ ...registration, ...given }),
  ],
  APIKey: [
    (given: object) => apiKeyAuth({ name: "x-key", value: "k", in: "header", ...given }),
  ],
  HTTPSignatureOptions: [
    (given: object) => httpSignature({ key: new Uint8Array(16), ...given }),
  ],
  VerifySignatureOptions: [
    (given: object) => verifySignature(new Request(http), { keys: {}, ...given }),
  ],
  WebBotAuthOptions: [(given: object) => webBotAuth({ key: ed25519, ...given })],
  AWSSigningOptions: [
    (given: object) => awsSigV4({ ...signing, ...given }),
    (given: object) => awsPresignedURL("https://a.example/", { ...signing, ...given }),
  ],
  AWSContainerOptions: [(given: object) => awsContainer(given)],
  AWSInstanceOptions: [(given: object) => awsInstance(given)],
  AWSWebIdentityOptions: [
    (given: object) =>
      awsWebIdentity({ roleArn: "arn:aws:iam::1:role/r", token: "a", region: "r", ...given }),
  ],
  AWSSigV4Options: [(given: object) => awsSigV4({ ...signing, ...given })],
  AWSPresignedURLOptions: [
    (given: object) => awsPresignedURL("https://a.example/", { ...signing, ...given }),
  ],
  OAuth2Options: [(given: object) => oauth2({ ...registration, ...given })],
  ExchangeOptions: [
    (given: object) => oauth2(registration).exchange("http://127.0.0.1/?code=1", given),
  ],
  SignInOptions: [
    (given: object) => oauth2(registration).authorizationUrl(given),
    (given: object) => oauth2(registration).revoke(given),
  ],
  DeviceOptions: [(given: object) => oauth2(registration).device(given)],
  IntrospectOptions: [(given: object) => oauth2(registration).introspect(given)],
  AssertionOptions: [
    (given: object) => clientSecretJwt(given),
    (given: object) => privateKeyJwt({ key, ...given }),
  ],
  PrivateKeyJwtOptions: [(given: object) => privateKeyJwt({ key, ...given })],
  JWTBearerOptions: [(given: object) => jwtBearer({ key, issuer: "a", ...given })],
  GoogleServiceAccountOptions: [(given: object) => googleServiceAccount("{}", given)],
  TokenExchangeOptions: [(given: object) => tokenExchange({ subjectToken: "a", ...given })],
  ExpiryOptions: [
    (given: object) => memoryState().set("a", 1, given),
    (given: object) => memoryState().compareAndSet("a", undefined, 1, given),
  ],
  LeaseOptions: [(given: object) => memoryState().lease("a", { for: 1, ...given })],
  CallbackListenerOptions: [(given: object) => listenForCallback(given)],
  GenerateOptions: [(given: object) => generate(document, given)],
  ModelOptions: [(given: object) => generate(document, given)],
  ReadOptions: [
    (given: object) => generate(document, given),
    (given: object) => mock(document, given),
  ],
  APIOptions: [(given: object) => new API(description, given)],
  CallOptions: [
    (given: object) => call(new API(description, { client }), operation, {}, given),
  ],
  NetworkToolsOptions: [(given: object) => networkTools(given)],
  ToolPolicyOptions: [(given: object) => networkTools(given)],
  NetworkPolicy: [(policy: object) => networkTools({ policy })],
  ServerOptions: [(given: object) => httpHandler([], given)],
  HTTPHandlerOptions: [(given: object) => httpHandler([], given)],
  CassetteOptions: [(given: CassetteOptions) => cassette("recordings.json", given)],
  HAROptions: [(given: HAROptions) => har(given)],
  InspectOptions: [(given: InspectOptions) => inspect(given)],
  LogHooksOptions: [(given: object) => logHooks(given)],
  OtelOptions: [(given: object) => otel(given)],
  OutcomesOptions: [(given: object) => outcomes(given)],
  CurlOptions: [
    (given: object) => toCurl({ method: "GET", url: http, headers: {} }, given),
  ],
  MockAnswer: [(given: object) => new MockTransport().on("GET", "/", given)],
  FakeAnswer: [
    async (given: object) => {
      await using server = await FakeServer.start();
      server.enqueue(given);
    },
  ],
};

/** Interfaces whose names are like those of options, and that no caller's options are read from. */
const NO_OPTIONS: ReadonlySet<string> = new Set([
  "AddressPolicy", // a value, made by addressPolicy()
  "Answer", // what transports give
  "PipeOptions", // those of the platform's pipeTo(), which reads them
  // What errors are made of, for those who make some.
  ...["NetworkingErrorOptions", "TimeoutErrorOptions", "DecodeErrorOptions"],
  ...["WebSocketErrorOptions", "PermissionErrorOptions", "RPCErrorOptions"],
]);

const PROBES: readonly (readonly [name: string, value: unknown])[] = [
  ["a symbol", Symbol("wrong")],
  ["null", null],
  ["NaN", NaN],
  ["a negative number", -1],
  ["a string of a number", "5"],
];

const TEXT = ["a string of a number"];
/** Probes that an option takes, and rightly. */
const RIGHT: Readonly<Record<string, readonly string[]>> = {
  "CommonOptions.urlTemplate": TEXT,
  "RequestOptions.idempotencyKey": TEXT,
  "BodyOptions.json": ["null", "a negative number", "a string of a number"],
  "BodyOptions.data": ["null", "a negative number", "a string of a number"],
  "WebSocketClientOptions.protocols": TEXT,
  "HeartbeatOptions.ping": TEXT,
  "ReliableClientOptions.storeKey": TEXT,
  "AcceptOptions.user": TEXT,
  "RPCHTTPOptions.url": TEXT,
  "RPCSubscribeOptions.notification": TEXT,
  "RPCSubscribeOptions.unsubscribe": TEXT,
  "EventSourceClientOptions.method": TEXT,
  "EventSourceClientOptions.lastEventId": TEXT,
  "CloseOptions.reason": TEXT,
  "APIKey.name": TEXT,
  "SignWebhookOptions.id": TEXT,
  "WebhookAuthOptions.id": TEXT,
  "HMACOptions.header": TEXT,
  "HMACOptions.prefix": TEXT,
  "HMACOptions.idHeader": TEXT,
  "APIKey.value": TEXT,
  "HTTPSignatureOptions.keyId": TEXT,
  "HTTPSignatureOptions.tag": TEXT,
  "VerifySignatureOptions.tag": TEXT,
  "WebBotAuthOptions.keyId": TEXT,
  "AWSSigningOptions.region": TEXT,
  "AWSSigningOptions.service": TEXT,
  "AWSPresignedURLOptions.method": TEXT,
  "OAuth2Options.clientId": TEXT,
  "OAuth2Options.clientSecret": TEXT,
  "OAuth2Options.refreshToken": TEXT,
  "OAuth2Options.scope": TEXT,
  "IntrospectOptions.token": TEXT,
  "AWSInstanceOptions.role": TEXT,
  "AWSWebIdentityOptions.token": TEXT,
  "AWSWebIdentityOptions.region": ["a string of a number"],
  "AssertionOptions.audience": TEXT,
  "PrivateKeyJwtOptions.keyId": TEXT,
  "JWTBearerOptions.keyId": TEXT,
  "JWTBearerOptions.issuer": TEXT,
  "JWTBearerOptions.subject": TEXT,
  "JWTBearerOptions.audience": TEXT,
  "GoogleServiceAccountOptions.scope": TEXT,
  "GoogleServiceAccountOptions.audience": TEXT,
  "GoogleServiceAccountOptions.subject": TEXT,
  "TokenExchangeOptions.subjectToken": TEXT,
  "TokenExchangeOptions.actorToken": TEXT,
  "TokenExchangeOptions.audience": TEXT,
  "DenoTransportOptions.unixSocket": TEXT,
  "ModelOptions.streamEnd": TEXT,
  "GenerateOptions.runtime": TEXT,
  "MockAnswer.json": ["null", "NaN", "a negative number", "a string of a number"],
  "MockAnswer.body": ["null", "a string of a number"],
  "FakeAnswer.json": ["null", "NaN", "a negative number", "a string of a number"],
  "FakeAnswer.body": TEXT,
  "FakeAnswer.raw": TEXT,
  "RedisStateOptions.prefix": TEXT,
  "NodeTransportOptions.unixSocket": TEXT,
};

const INTERFACES = await publicInterfaces();

Deno.test("every public interface of options is one that the next test knows", () => {
  const named = [...INTERFACES.keys()].filter((name) => /(?:Options|Policy|Answer)$/.test(name));
  const unknown = named.filter((name) => !Object.hasOwn(TAKERS, name) && !NO_OPTIONS.has(name));
  assertEquals(unknown, []);
});

for (const [name, takers] of Object.entries(TAKERS)) {
  // R2.2
  Deno.test(`every option of ${name} refuses what it cannot use, and names itself`, async (t) => {
    const options = INTERFACES.get(name);
    assert(options !== undefined && options.length > 0, `there is no public interface ${name}`);
    for (const given of [AbortSignal.abort(), new Map([["timeout", 5]]), new Headers()]) {
      // Where the options are spread, there is nothing left of an instance.
      for (const take of takers.filter((take) => !String(take).includes("...given"))) {
        await assertRejects(async () => await take(given as never), TypeError);
      }
    }
    for (const option of options) {
      for (const [kind, value] of PROBES) {
        if (RIGHT[`${name}.${option}`]?.includes(kind)) continue;
        await t.step(`${option}: ${kind}`, async () => {
          for (const take of takers) {
            let error: unknown;
            try {
              await take({ [option]: value } as never);
            } catch (thrown) {
              error = thrown;
            }
            const why = `${take} with ${option}: ${kind} gave ${error}`;
            assert(error instanceof TypeError || error instanceof RangeError, why);
            assert(error.message.includes(option), why);
          }
          assertEquals(transport.calls, []);
        });
      }
    }
  });
}
