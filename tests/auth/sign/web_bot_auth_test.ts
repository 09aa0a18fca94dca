/** Web Bot Auth: the published test data, and bots in clients and in tools for agents. */

import { assert, assertEquals, assertRejects, assertStrictEquals, assertThrows } from "@std/assert";
import {
  agentCardFault,
  jwkThumbprint,
  parseBotRegistry,
  parseSignatureAgent,
  verifySignature,
  webBotAuth,
} from "../../../src/auth/sign/mod.ts";
import { signMessage } from "../../../src/auth/sign/sign_message.ts";
import { parseComponent } from "../../../src/auth/sign/components.ts";
import { Key } from "../../../src/auth/sign/signing_key.ts";
import { type ExchangeMiddleware, HTTPClient } from "../../../mod.ts";
import { PolicyGuard } from "../../../src/address_policy/address_guard.ts";
import { networkTools } from "../../../src/mcp/mod.ts";
import { readVectors } from "../../support/vectors.ts";

const read = <T>(name: string) => readVectors<T>(`web-bot-auth/${name}.json`);
type Row = Readonly<Record<string, string>>;

interface Architecture {
  readonly key: JsonWebKey & { kty: string };
  readonly "target_url": string;
  readonly "created_ms": number;
  readonly "expires_ms": number;
  readonly nonce: string;
  readonly label: string;
  readonly signature: string;
  readonly "signature_input": string;
  readonly "signature_agent"?: string;
  readonly "signature_agent_key"?: string;
}

Deno.test("the published signatures of bots are verified, and made", async () => {
  let [verified, made] = [0, 0];
  for (const file of ["web_bot_auth_architecture_v1", "web_bot_auth_architecture_v2"]) {
    for (const vector of await read<readonly Architecture[]>(file)) {
      const { key, label, nonce, signature } = vector;
      const url = vector["target_url"];
      const agent = vector["signature_agent"];
      const agentKey = vector["signature_agent_key"];
      const keyId = await jwkThumbprint(key);
      const headers = { ...(agent !== undefined && { "signature-agent": agent }) };
      const result = await verifySignature({
        method: "GET",
        url,
        headers: { ...headers, signature, "signature-input": vector["signature_input"] },
      }, {
        keys: { [keyId]: key },
        tag: "web-bot-auth",
        required: ["@authority"],
        maxAge: false,
        now: () => vector["created_ms"],
      });
      assertEquals([result.label, result.nonce, result.keyId], [label, nonce, keyId]);
      verified++;
      const component = agentKey === undefined
        ? "signature-agent"
        : `"signature-agent";key="${agentKey}"`;
      const components = ["@authority", ...agent === undefined ? [] : [component]];
      const signed = await signMessage(
        { method: "GET", url, headers },
        new Key(key, "sign"),
        {
          ...{ label, keyId, nonce, tag: "web-bot-auth", saysAlgorithm: true },
          components: components.map(parseComponent),
          at: vector["created_ms"],
          expiresMs: vector["expires_ms"] - vector["created_ms"],
        },
      );
      assertStrictEquals(signed["signature-input"], vector["signature_input"]);
      // The salt of RSA-PSS is random.
      if (key.kty === "OKP") assertStrictEquals(signed["signature"], signature);
      made++;
    }
  }
  assertEquals([verified, made], [8, 8]);
});

Deno.test("the published thumbprints, agents, registries and cards are read", async () => {
  const thumbprints = await read<readonly Row[]>("jwk-thumbprint");
  for (const { jwk, thumbprint } of thumbprints) {
    assertStrictEquals(await jwkThumbprint(JSON.parse(jwk!)), thumbprint);
  }
  const agents = await read<readonly { header: string; entries: [] }[]>(
    "web_bot_auth_signature_agent_v1",
  );
  for (const { header, entries } of agents) assertEquals(parseSignatureAgent(header), entries);
  const registries = await read<readonly Record<string, string>[]>("web_bot_auth_registry_v1");
  for (const row of registries) {
    assertEquals(
      parseBotRegistry(row["registry_txt"]!),
      row["signature_agent_cards"] as unknown as [],
    );
  }
  const cards = await read<readonly { card: object; url: string; error?: string }[]>(
    "web_bot_auth_signature_agent_card_v1",
  );
  for (const { card, url, error } of cards) assertStrictEquals(agentCardFault(card, url), error);
  assertEquals([thumbprints, agents, registries, cards].map(({ length }) => length), [2, 3, 2, 4]);
});

Deno.test("a Signature-Agent that is malformed is undefined, and one of version 1 is read", () => {
  for (const field of ["", "sig1", "sig1=5", 'sig1="x"', 'sig1="https://a";type=other', '"x']) {
    const given = parseSignatureAgent(field);
    assert(given === undefined || given.length === 0, field);
  }
  assertEquals(parseSignatureAgent('"https://a.example"'), [
    { label: "", uri: "https://a.example", type: "directory" },
  ]);
});

const key = await read<JsonWebKey>("rfc9421-key-ed25519");
const keys = { [await jwkThumbprint(key)]: key };

/** A server that lets bots in. */
function site(seen: string[]) {
  return Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, async (request) => {
    const { pathname, host } = new URL(request.url);
    const required = ["@authority", '"signature-agent";key="sig1"'];
    const { nonce } = await verifySignature(request, { keys, tag: "web-bot-auth", required });
    seen.push(nonce!);
    const location = `http://${host}/second`;
    return pathname === "/first"
      ? new Response(null, { status: 302, headers: { location } })
      : new Response("welcome");
  });
}

// R16.22
Deno.test("every hop of a bot has a signature of its own, for its own host", async () => {
  const seen: string[] = [];
  await using server = site(seen);
  const bot = webBotAuth({ key, agent: "https://bot.example" });
  await using client = new HTTPClient({ use: { exchange: [bot] }, maxRetries: 0 });
  const { text } = await client.get(`http://127.0.0.1:${server.addr.port}/first`);
  assertStrictEquals(text, "welcome");
  assertStrictEquals(new Set(seen).size, 2);
});

Deno.test("the tools for agents are a bot, and show nothing of its key", async () => {
  const seen: string[] = [];
  await using server = site(seen);
  const bot = webBotAuth({ key, agent: "https://bot.example" });
  await using network = await networkTools({
    policy: { private: "allow", allowHosts: ["127.0.0.1"] },
    client: { use: { exchange: [bot] } },
  });
  const httpGet = network.tools.find(({ name }) => name === "http_get")!;
  const result = await httpGet.run({ url: `http://127.0.0.1:${server.addr.port}/first` });
  assert(JSON.stringify(result).includes("welcome"), JSON.stringify(result));
  assertStrictEquals(seen.length, 2);
  assert(!JSON.stringify(result).includes(key.d!));
});

/** A server of sockets that lets bots in. */
function socketSite(seen: string[]) {
  return Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, async (request) => {
    const required = ["@authority", '"signature-agent";key="sig1"'];
    const verified = await verifySignature(request, { keys, tag: "web-bot-auth", required })
      .catch((error) => error);
    if (verified instanceof Error) return new Response(verified.message, { status: 401 });
    seen.push(verified.nonce!);
    const { socket, response } = Deno.upgradeWebSocket(request);
    socket.onopen = () => socket.send("welcome");
    return response;
  });
}

// R16.22
Deno.test("the tools for agents sign the handshakes of sockets, each with a nonce of its own", async () => {
  const seen: string[] = [];
  await using server = socketSite(seen);
  const url = `ws://127.0.0.1:${server.addr.port}/`;
  const policy = { private: "allow", allowHosts: ["127.0.0.1"] } as const;
  const bot = webBotAuth({ key, agent: "https://bot.example" });
  const passes: ExchangeMiddleware = (request, next) => next(request);
  const rows: readonly [exchange: readonly ExchangeMiddleware[], welcome: boolean][] = [
    [[bot], true],
    [[bot], true],
    [[passes, bot, passes], true],
    [[passes], false],
    [[], false],
  ];
  for (const [exchange, welcome] of rows) {
    await using network = await networkTools({ policy, client: { use: { exchange } } });
    const tool = network.tools.find(({ name }) => name === "websocket_exchange")!;
    const result = await tool.run({ url, headers: { "X-Page": "1" } });
    assertStrictEquals(JSON.stringify(result).includes("welcome"), welcome, result.text);
    assert(!JSON.stringify(result).includes(key.d!));
  }
  assertStrictEquals(new Set(seen).size, 3);
});

Deno.test("a runtime that sends no header fields in handshakes is told so, and connects to nothing", async () => {
  const exchange = [webBotAuth({ key })];
  await using network = await networkTools({ client: { use: { exchange } } });
  const tool = network.tools.find(({ name }) => name === "websocket_exchange")!;
  const { WebSocket: own } = globalThis;
  const pinned = PolicyGuard.prototype.pinnedSockets;
  class PageSocket {
    constructor(_: string, protocols?: unknown) {
      if (protocols !== undefined && !Array.isArray(protocols)) throw new SyntaxError("protocols");
      throw new Error("it connects without a signature");
    }
  }
  try {
    PolicyGuard.prototype.pinnedSockets = () => undefined;
    globalThis.WebSocket = PageSocket as never;
    const { isError, text } = await tool.run({ url: "wss://1.1.1.1/" });
    assert(isError && /cannot send headers/.test(text), text);
  } finally {
    globalThis.WebSocket = own;
    PolicyGuard.prototype.pinnedSockets = pinned;
  }
});

Deno.test("wrong options of a bot are told, and never its key", async () => {
  const rows: readonly [options: object, message: string][] = [
    [{}, "key is missing"],
    [{ key: "S3CRET" }, "the text is not PEM"],
    [{ key: new TextEncoder().encode("S3CRET of both sides") }, "key is a shared secret"],
    [
      { key: { kty: "OKP", crv: "Ed25519", x: "S3CRET" } },
      "the JWK has no d, so it is not a private key",
    ],
    [{ key, agent: "http://bot.example" }, "agent"],
    [{ key, label: "A" }, "label"],
  ];
  for (const [options, message] of rows) {
    const error = assertThrows(
      () => webBotAuth(options as { key: JsonWebKey }),
      TypeError,
      message,
    );
    assert(!error.message.includes("S3CRET"), error.message);
  }
  assertThrows(() => webBotAuth({ key, expires: { hours: 2 } }), RangeError, "at most an hour");
  assertThrows(() => webBotAuth({ key, version: 3 as 2 }), RangeError, "version");
  const broken = webBotAuth({ key: { ...key, d: "S3CRET" } });
  await using client = new HTTPClient({ use: { exchange: [broken] } });
  const error = await assertRejects(() => client.get("http://127.0.0.1:1/"), TypeError);
  assert(!Deno.inspect(error).includes("S3CRET"), Deno.inspect(error));
  const pair = await crypto.subtle.generateKey("Ed25519", false, [
    "sign",
    "verify",
  ]) as CryptoKeyPair;
  assertThrows(() => webBotAuth({ key: pair.privateKey }), TypeError, "keyId is missing");
});
