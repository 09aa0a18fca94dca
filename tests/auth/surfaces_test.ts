/**
 * Every scheme on every surface that takes one: calls, streams, sockets, generated clients, the tools for
 * agents and the command line. A scheme is a row of {@linkcode SCHEMES}.
 */

import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import {
  apiKeyAuth,
  type AuthScheme,
  basicAuth,
  bearerAuth,
  EventSourceClient,
  HTTPClient,
  negotiate,
  WebSocketClient,
} from "../../mod.ts";
import { digestAuth } from "../../src/auth/digest.ts";
import { oauth2 } from "../../src/auth/oauth2/mod.ts";
import { DPoPProver } from "../../src/auth/oauth2/server/dpop.ts";
import {
  awsSigV4,
  httpSignature,
  jwkThumbprint,
  verifySignature,
} from "../../src/auth/sign/mod.ts";
import { botScheme } from "../../src/auth/sign/web_bot_auth.ts";
import { API, call, type SecurityScheme } from "../../src/generate/runtime/mod.ts";
import { standard, verifyWebhook, webhookAuth } from "../../src/webhooks/mod.ts";
import { type CredentialConfig, readCredentials } from "../../src/cli/commands/credentials.ts";
import type { Terminal } from "../../src/cli/terminal/terminal.ts";
import { run } from "../cli/support.ts";
import { testTools } from "../mcp/support.ts";

const USER = "ada";
const PASSWORD = "s3cret-engine";
const TOKEN = "t0ken-of-ada";
const SIGNING = "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const BASIC = `Basic ${btoa(`${USER}:${PASSWORD}`)}`;
const DIGEST = 'Digest realm="r", nonce="n", qop="auth", algorithm=SHA-256';
const KEYS = await crypto.subtle.generateKey(
  { name: "ECDSA", namedCurve: "P-256" },
  false,
  ["sign", "verify"],
);

const SIGNING_PAIR = await crypto.subtle.generateKey("Ed25519", true, ["sign", "verify"]);
const { privateKey, publicKey } = SIGNING_PAIR as CryptoKeyPair;
const PRIVATE_JWK = await crypto.subtle.exportKey("jwk", privateKey);
const KEY_ID = await jwkThumbprint(PRIVATE_JWK);
const BOT = "https://bot.example";

const THUMBPRINT = await new DPoPProver(KEYS).thumbprint();

/** What a scheme is, and where it does not work. */
interface Row {
  readonly make: (origin: string) => AuthScheme;
  /** Whether the credentials in a request are right. */
  readonly isRight: (request: Request) => boolean | Promise<boolean>;
  /** What the server asks for where they are not. */
  readonly challenge?: string;
  /** What the description of an API calls it. */
  readonly described: SecurityScheme;
  /** The flags of the command line; left out where it does not have the scheme. */
  readonly flags?: readonly string[];
  /** The credential in the configuration of the command mcp; left out where that does not have it. */
  readonly config?: (origin: string) => CredentialConfig;
  /** Whether it waits for a challenge, which sockets do not show. */
  readonly needsChallenge?: boolean;
}

const header = (name: string, value: string) => (request: Request) =>
  request.headers.get(name) === value;

const SCHEMES: Readonly<Record<string, Row>> = {
  Basic: {
    make: (origin) => basicAuth(USER, PASSWORD, { origins: [origin] }),
    isRight: header("authorization", BASIC),
    config: () => ({ basic: { user: USER, password: { env: "SECRET" } } }),
    described: { type: "http", scheme: "Basic" },
    flags: ["-a", `${USER}:${PASSWORD}`],
  },
  Bearer: {
    make: (origin) => bearerAuth(() => Promise.resolve(TOKEN), { origins: [origin] }),
    isRight: header("authorization", `Bearer ${TOKEN}`),
    config: () => ({ bearer: TOKEN }),
    described: { type: "http", scheme: "bearer" },
    flags: ["-A", "bearer", "-a", TOKEN],
  },
  "an API key in a header": {
    make: (origin) => apiKeyAuth({ name: "X-Key", value: TOKEN, in: "header", origins: [origin] }),
    isRight: header("x-key", TOKEN),
    config: () => ({ apiKey: { name: "X-Key", value: TOKEN, in: "header" } }),
    described: { type: "apiKey", name: "X-Key", in: "header" },
  },
  "an API key in the query": {
    make: (origin) => apiKeyAuth({ name: "key", value: TOKEN, in: "query", origins: [origin] }),
    isRight: ({ url }) => new URL(url).searchParams.get("key") === TOKEN,
    config: () => ({ apiKey: { name: "key", value: TOKEN, in: "query" } }),
    described: { type: "apiKey", name: "key", in: "query" },
  },
  "an API key in a cookie": {
    make: (origin) => apiKeyAuth({ name: "key", value: TOKEN, in: "cookie", origins: [origin] }),
    isRight: header("cookie", `key=${TOKEN}`),
    config: () => ({ apiKey: { name: "key", value: TOKEN, in: "cookie" } }),
    described: { type: "apiKey", name: "key", in: "cookie" },
  },
  Digest: {
    make: (origin) => digestAuth(USER, PASSWORD, { origins: [origin] }),
    isRight: ({ headers }) =>
      /^Digest username="ada".*response="/.test(headers.get("authorization") ?? ""),
    challenge: DIGEST,
    config: () => ({ digest: { user: USER, password: { env: "SECRET" } } }),
    described: { type: "http", scheme: "digest" },
    flags: ["-A", "digest", "-a", `${USER}:${PASSWORD}`],
    needsChallenge: true,
  },
  "negotiate()": {
    make: (origin) =>
      negotiate(
        digestAuth(USER, PASSWORD, { origins: [origin] }),
        bearerAuth("x", { origins: [origin] }),
      ),
    isRight: ({ headers }) =>
      /^Digest username="ada".*response="/.test(headers.get("authorization") ?? ""),
    challenge: DIGEST,
    described: { type: "http", scheme: "digest" },
    needsChallenge: true,
  },
  OAuth: {
    make: (origin) => oauth2({ ...registration(), origins: [origin] }),
    isRight: header("authorization", `Bearer ${TOKEN}`),
    config: (origin) => ({
      oauth2: { tokenEndpoint: `${origin}/token`, clientId: "a", clientSecret: { env: "SECRET" } },
    }),
    described: { type: "oauth2" },
  },
  "OpenID Connect": {
    make: (origin) => oauth2({ ...registration(), origins: [origin] }),
    isRight: header("authorization", `Bearer ${TOKEN}`),
    described: { type: "openIdConnect" },
  },
  DPoP: {
    make: (origin) =>
      oauth2({ ...registration(THUMBPRINT), dpop: { keyPair: KEYS }, origins: [origin] }),
    isRight: ({ headers, method, url }) => {
      const [, claims = ""] = headers.get("dpop")?.split(".") ?? [];
      if (claims === "") return false;
      const { htm, htu } = JSON.parse(atob(claims.replaceAll("-", "+").replaceAll("_", "/")));
      const { origin, pathname } = new URL(url);
      return htm === method && htu === origin + pathname &&
        headers.get("authorization") === `DPoP ${TOKEN}`;
    },
    described: { type: "http", scheme: "DPoP" },
  },
  "AWS Signature Version 4": {
    make: (origin) =>
      awsSigV4({
        credentials: { accessKeyId: "AKIDEXAMPLE", secretAccessKey: PASSWORD },
        region: "us-east-1",
        service: "execute-api",
        origins: [origin],
      }),
    isRight: ({ headers }) =>
      /^AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE\/\d{8}\/us-east-1\/execute-api\/aws4_request, ?SignedHeaders=[^,]*host[^,]*, ?Signature=[\da-f]{64}$/
        .test(headers.get("authorization") ?? "") && headers.has("x-amz-date"),
    config: () => ({
      aws: {
        region: "us-east-1",
        service: "execute-api",
        accessKeyId: "AKIDEXAMPLE",
        secretAccessKey: { env: "SECRET" },
      },
    }),
    flags: ["-A", "aws:us-east-1:execute-api", "-a", `AKIDEXAMPLE:${PASSWORD}`],
    described: { type: "apiKey", name: "Authorization", in: "header" },
  },
  "signatures of webhooks": {
    make: (origin) => webhookAuth({ secret: SIGNING, scheme: standard(), origins: [origin] }),
    isRight: ({ headers }) =>
      verifyWebhook({ headers, body: "" }, { secret: SIGNING, scheme: standard(), as: "text" })
        .then(() => true, () => false),
    flags: ["-A", "webhook:standard", "-a", SIGNING],
    described: { type: "http", scheme: "webhook" },
  },
  "HTTP Message Signatures": {
    make: (origin) => httpSignature({ key: PRIVATE_JWK, keyId: "ada", origins: [origin] }),
    isRight: (request) => isSigned(request, "ada", ["@method", "@target-uri"]),
    config: () => ({ signature: { key: JSON.stringify(PRIVATE_JWK), keyId: "ada" } }),
    flags: ["-A", "sign:ada", "-a", JSON.stringify(PRIVATE_JWK)],
    described: { type: "http", scheme: "Signature" },
  },
  "Web Bot Auth": {
    make: (origin) => ({
      ...botScheme({ key: PRIVATE_JWK, agent: BOT }),
      origins: [origin],
    }),
    isRight: (request) =>
      isSigned(request, KEY_ID, ["@authority", '"signature-agent";key="sig1"'], "web-bot-auth"),
    flags: ["-A", `bot:${BOT}`, "-a", JSON.stringify(PRIVATE_JWK)],
    described: { type: "http", scheme: "Signature" },
  },
};

/** Whether it is signed by the key, and no more than that. */
async function isSigned(
  { method, url, headers }: Request,
  keyId: string,
  components: readonly string[],
  tag?: string,
): Promise<boolean> {
  const keys = { [keyId]: publicKey };
  const wanted = { keys, required: components, ...(tag !== undefined && { tag }) };
  return await verifySignature({ method, url, headers }, wanted).then(
    (verified) => verified.components.length === components.length,
    () => false,
  );
}

/** A client of OAuth whose store has the token. */
function registration(keyThumbprint?: string) {
  const kept = { accessToken: TOKEN, ...(keyThumbprint !== undefined && { keyThumbprint }) };
  return {
    tokenEndpoint: "https://id.example/token",
    clientId: "a",
    clientSecret: "b",
    store: { get: () => kept, set() {} },
  };
}

/** A server that answers whoever has the right credentials: JSON, events, or a socket. */
function guarded({ isRight, challenge }: Row) {
  const handler = async (request: Request): Promise<Response> => {
    const { pathname } = new URL(request.url);
    if (pathname === "/token") {
      return Response.json({ "access_token": TOKEN, "token_type": "bearer" });
    }
    if (!await isRight(request)) {
      const headers: HeadersInit = challenge === undefined ? {} : { "www-authenticate": challenge };
      return new Response("who?", { status: 401, headers });
    }
    if (request.headers.get("upgrade") === "websocket") {
      const { socket, response } = Deno.upgradeWebSocket(request);
      socket.onopen = () => socket.send("welcome");
      return response;
    }
    return pathname === "/events"
      ? new Response("data: welcome\n\n", { headers: { "content-type": "text/event-stream" } })
      : Response.json("welcome");
  };
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, handler);
  const origin = `http://127.0.0.1:${server.addr.port}`;
  return { origin, ws: origin.replace("http", "ws"), stop: () => server.shutdown() };
}

type Place = Pick<ReturnType<typeof guarded>, "origin" | "ws">;

/** What gets a welcome through a surface; an error where it does not. */
interface Surface {
  readonly welcome: (row: Row, place: Place) => Promise<string>;
  readonly isSocket?: boolean;
}

async function tool(
  name: string,
  row: Row,
  { origin }: Place,
  input: object,
  it: AuthScheme = row.make(origin),
): Promise<string> {
  await using tools = await testTools({ credentials: { it } });
  return JSON.stringify(await tools.call(name, { auth: "it", ...input }));
}

const SURFACES: Readonly<Record<string, Surface>> = {
  "a call": {
    async welcome(row, { origin }) {
      await using client = new HTTPClient({
        baseUrl: origin,
        auth: row.make(origin),
        maxRetries: 0,
      });
      return (await client.get("/")).text;
    },
  },
  "client.fetch": {
    async welcome(row, { origin }) {
      await using client = new HTTPClient({ auth: row.make(origin), maxRetries: 0 });
      return await (await client.fetch(origin)).text();
    },
  },
  "an event stream": {
    async welcome(row, { origin }) {
      const client = new EventSourceClient(`${origin}/events`, { auth: row.make(origin) });
      await client.connect();
      const event = await client.receive({ timeout: 5 });
      await client.close();
      return `${event?.data}`;
    },
  },
  "a socket": {
    isSocket: true,
    async welcome(row, { ws, origin }) {
      await using client = new WebSocketClient(ws, { auth: row.make(origin), maxRetries: 0 });
      await client.connect();
      return `${await client.receive({ timeout: 5 })}`;
    },
  },
  "a generated client": {
    async welcome(row, { origin }) {
      const description = { server: origin, security: { it: row.described } };
      await using api = new API(description, { auth: { it: row.make(origin) }, maxRetries: 0 });
      const responses = { 200: ["application/json"] };
      const operation = { id: "x", method: "GET", path: "/", responses, security: [["it"]] };
      return `${await call(api, operation)}`;
    },
  },
  "the tool http_get": {
    welcome: (row, place) => tool("http_get", row, place, { url: place.origin }),
  },
  "the tool sse_read": {
    welcome: (row, place) => tool("sse_read", row, place, { url: `${place.origin}/events` }),
  },
  "the tool websocket_exchange": {
    isSocket: true,
    welcome: (row, place) => tool("websocket_exchange", row, place, { url: place.ws }),
  },
  "the configuration of the command mcp": {
    async welcome(row, place) {
      const given = { it: { ...row.config!(place.origin), origins: [place.origin] } };
      const terminal = { environment: () => PASSWORD } as unknown as Terminal;
      const { it } = await readCredentials(given, terminal);
      return await tool("http_get", row, place, { url: place.origin }, it);
    },
  },
  "the command get": { welcome: (row, { origin }) => command("get", row, origin) },
  "the command events": {
    welcome: (row, { origin }) => command("events", row, `${origin}/events`),
  },
  "the command ws": { isSocket: true, welcome: (row, { ws }) => command("ws", row, ws) },
};

async function command(name: string, { flags = [] }: Row, url: string): Promise<string> {
  const more = name === "events" ? ["--count", "1"] : name === "ws" ? ["--count", "1"] : [];
  const { code, out, err } = await run([name, url, ...flags, ...more, "--max-retries", "0"]);
  if (code !== 0) throw new Error(err);
  return out;
}

for (const [schemeName, row] of Object.entries(SCHEMES)) {
  Deno.test(`${schemeName} works on every surface that can have it`, async (t) => {
    const place = guarded(row);
    for (const [surfaceName, { welcome, isSocket = false }] of Object.entries(SURFACES)) {
      if (surfaceName.startsWith("the command") && row.flags === undefined) continue;
      if (surfaceName.startsWith("the configuration") && row.config === undefined) continue;
      await t.step(surfaceName, async () => {
        const outcome = await welcome(row, place).catch((error: Error) => error.message);
        if (isSocket && row.needsChallenge) assertStringIncludes(outcome, "needs a challenge");
        else assertStringIncludes(outcome, "welcome");
        for (const secret of [PASSWORD, TOKEN, SIGNING, PRIVATE_JWK.d!]) {
          assert(!outcome.includes(secret), outcome);
        }
      });
    }
    await place.stop();
  });
}

Deno.test("every scheme of the command line is a row", async () => {
  const { out } = await run(["get", "--help"]);
  const [, listed = ""] = /--auth-type.*?\s{2,}(.*)\(basic\)/.exec(out) ?? [];
  const types = listed.split(/,| or /).map((type) => type.trim());
  const rows = Object.values(SCHEMES).flatMap(({ flags }) => flags === undefined ? [] : [flags]);
  const used = rows.map((flags) => flags[flags.indexOf("-A") + 1]).map((type) => type ?? "basic");
  assertEquals(
    new Set(types.map((type) => type.split(":")[0])),
    new Set(used.map((type) => type === "-a" ? "basic" : type.split(":")[0])),
  );
});
