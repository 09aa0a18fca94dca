/** HTTP message signatures between a client and a server: what is signed, and what is not trusted. */

import { assert, assertEquals, assertRejects, assertStrictEquals, assertThrows } from "@std/assert";
import {
  httpSignature,
  type HTTPSignatureOptions,
  type SignedMessage,
  verifyResponses,
  verifySignature,
  type VerifySignatureOptions,
} from "../../../src/auth/sign/mod.ts";
import { HTTPClient, NetworkingError } from "../../../mod.ts";
import { memoryState } from "../../../src/shared_state/mod.ts";

const NOW = Date.UTC(2026, 0, 2, 12);
const now = () => NOW;
const SECRET = new TextEncoder().encode("S3CRET of both sides");
const URL_A = "https://a.example/orders?page=2";

/** The request that a client with a scheme sends. */
async function signed(
  options: Partial<HTTPSignatureOptions> = {},
  init: { method?: string; data?: unknown; headers?: Record<string, string> } = {},
): Promise<Request> {
  const seen: Request[] = [];
  const transport = async (url: string, sent: RequestInit) => {
    const body = sent.body && await new Response(sent.body).arrayBuffer();
    seen.push(new Request(url, { ...sent, body: body ?? null, signal: null }));
    return new Response("ok");
  };
  const auth = httpSignature({ key: SECRET, keyId: "ada", now, ...options });
  await using client = new HTTPClient({ transport });
  const { method = "GET", ...rest } = init;
  await client.request(method, URL_A, { ...rest, auth } as never);
  return seen[0]!;
}

const verify = (message: SignedMessage, options: Partial<VerifySignatureOptions> = {}) =>
  verifySignature(message, { keys: { ada: SECRET }, now, ...options });

async function refused(message: SignedMessage, why: string, options = {}): Promise<void> {
  const error = await assertRejects(() => verify(message, options), NetworkingError, why);
  assertStrictEquals(error.code, "signature_invalid");
  assert(!Deno.inspect(error).includes("S3CRET"));
}

// R16.18
Deno.test("every algorithm signs, and the other side verifies", async () => {
  const rsa = { modulusLength: 2048, publicExponent: Uint8Array.of(1, 0, 1), hash: "SHA-512" };
  const algorithms = {
    "ed25519": "Ed25519",
    "ecdsa-p256-sha256": { name: "ECDSA", namedCurve: "P-256" },
    "ecdsa-p384-sha384": { name: "ECDSA", namedCurve: "P-384" },
    "rsa-pss-sha512": { name: "RSA-PSS", ...rsa },
  };
  for (const [name, algorithm] of Object.entries(algorithms)) {
    const pair = await crypto.subtle.generateKey(algorithm, true, ["sign", "verify"]);
    const { privateKey, publicKey } = pair as CryptoKeyPair;
    const jwk = await crypto.subtle.exportKey("jwk", privateKey);
    for (const key of [privateKey, jwk]) {
      for (const ada of [publicKey, jwk]) {
        const request = await signed({ key }, { method: "POST", data: "x" });
        assertStrictEquals((await verify(request, { keys: { ada } })).algorithm, name);
      }
    }
  }
});

// R16.19
Deno.test("what is signed by default is the method, the URL, and the content with its type", async () => {
  const request = await signed({ nonce: true, tag: "orders" }, { method: "POST", data: { a: 1 } });
  const { components, created, expires, tag, body } = await verify(request, { tag: "orders" });
  assertEquals(components, ["@method", "@target-uri", "content-type", "content-digest"]);
  assertEquals([created?.getTime(), expires?.getTime(), tag], [NOW, NOW + 60_000, "orders"]);
  assertStrictEquals(new TextDecoder().decode(body), '{"a":1}');
  assertEquals((await verify(await signed())).components, ["@method", "@target-uri"]);
});

// R16.21
Deno.test("a message that was changed, or signed otherwise, is not trusted", async () => {
  const init = { method: "POST", data: "content" };
  const make = async (change: (headers: Headers) => void, url = URL_A, body = "content") => {
    const { method, headers } = await signed({}, init);
    change(headers);
    return { method, url, headers, body };
  };
  const keep = () => {};
  await verify(await make(keep));
  await refused(await make(keep, "https://a.example/other"), "does not match the key");
  await refused(await make(keep, "https://b.example/orders?page=2"), "does not match the key");
  await refused(
    await make(keep, URL_A, "other"),
    "the sha-256 of content-digest is not that of the content",
  );
  await refused(
    await make((headers) => headers.set("content-type", "text/html")),
    "does not match the key",
  );
  await refused(await make((headers) => headers.delete("content-type")), "is not in the message");
  await refused(await make((headers) => headers.delete("signature")), "malformed");
  await refused(await make((headers) => headers.delete("signature-input")), "has no signature");
  await refused(
    await make((headers) => headers.set("signature", "sig1=:AAAA:")),
    "does not match the key",
  );
  await refused(await make((headers) => headers.set("signature-input", "(")), "malformed");
  await refused(
    await make((headers) => headers.append("signature-input", 'sig2=("@method");created=1')),
    "2 signatures; set label or tag",
  );
  const other = new TextEncoder().encode("another secret of both");
  await refused(await make(keep), "does not match the key", { keys: { ada: other } });
  await refused(await make(keep), 'its key "ada" is not known', { keys: { eve: SECRET } });
  await refused(await make(keep), 'its key "ada" is not known', { keys: () => undefined });
  await refused(await make(keep), "has no signature named sig9", { label: "sig9" });
  await refused(await make(keep), "has no signature for gnap", { tag: "gnap" });
  await refused(await make(keep), 'does not cover "x-other"', { required: ["x-other"] });
  await refused(await make(keep), "larger than maxSize", { maxSize: 3 });
  const bare = await signed({ components: ["@method"] }, init);
  await refused(bare, 'does not cover "@target-uri"');
});

// R16.18
Deno.test("the algorithm is the key's, whatever the message says", async () => {
  const request = await signed();
  const headers = new Headers(request.headers);
  headers.set("signature-input", `${headers.get("signature-input")};alg="ed25519"`);
  await refused(
    { method: "GET", url: URL_A, headers },
    "says ed25519, and the key is for hmac-sha256",
  );
});

// R16.20
Deno.test("times are kept: future, old and expired signatures are not trusted", async () => {
  const request = await signed({ expires: 400 });
  const at = (ms: number) => ({ now: () => NOW + ms });
  await verify(request.clone(), at(-29_000));
  await refused(request.clone(), "in the future", at(-31_000));
  await verify(request.clone(), at(300_000));
  await refused(request.clone(), "older than maxAge", at(301_000));
  await verify(request.clone(), { ...at(399_000), maxAge: false });
  await refused(request.clone(), "has expired", { ...at(401_000), maxAge: false });
});

// R16.21
Deno.test("a nonce is accepted once, and needed where it is remembered", async () => {
  const seen = memoryState();
  const request = await signed({ nonce: true });
  await verify(request, { seen });
  await refused(request, "used before", { seen });
  await refused(await signed(), "has no nonce", { seen });
  await verify(await signed({ nonce: true }), { seen });
});

// R16.19
Deno.test("a stream is signed without its content, with a digest of its own, or not at all", async () => {
  const data = () => new Blob(["content"]).stream();
  const init = { method: "PUT", data: data() };
  const error = await assertRejects(() => signed({}, init), NetworkingError, "is a stream");
  assertStrictEquals(error.code, "auth_failed");
  const field = "sha-256=:7XACtDnprIRfIjV9giusFERzD722AW0+yUMil7nsn3M=:";
  const own = await signed({}, {
    method: "PUT",
    data: data(),
    headers: { "content-digest": field },
  });
  assertEquals(new TextDecoder().decode((await verify(own)).body), "content");
  const bare = await signed({ components: ["@method", "@target-uri"] }, {
    method: "PUT",
    data: data(),
  });
  await verify(bare, { required: ["@method"] });
  const again = await signed({}, { method: "PUT", data });
  assertEquals(new TextDecoder().decode((await verify(again)).body), "content");
});

// R16.19
Deno.test("a component that a request lacks fails the call", async () => {
  const components = ["@method", "x-missing"];
  const error = await assertRejects(() => signed({ components }), NetworkingError, '"x-missing"');
  assertStrictEquals(error.code, "auth_failed");
});

// R16.22
Deno.test("responses are let through with a signature that covers their request, and not without", async () => {
  const ed = await crypto.subtle.generateKey("Ed25519", false, ["sign", "verify"]) as CryptoKeyPair;
  const { Key } = await import("../../../src/auth/sign/signing_key.ts");
  const { parseComponent, signatureBase } = await import("../../../src/auth/sign/components.ts");
  const { contentDigest } = await import("../../../src/auth/sign/content_digest.ts");
  const { serializeDictionary } = await import("../../../src/formats/structured_fields_writer.ts");
  const key = new Key(ed.privateKey, "sign");
  await using server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen() {} },
    async (request) => {
      const { pathname } = new URL(request.url);
      if (pathname === "/bare") return new Response("content");
      const digest = await contentDigest(new TextEncoder().encode("content"), "sha-256");
      const names = ["@status", "content-digest", '"@target-uri";req'];
      const params = new Map<string, string | number>([
        ["created", Math.floor(Date.now() / 1000)],
        ["keyid", "bank"],
      ]);
      const covered = { items: names.map(parseComponent), params };
      const base = signatureBase({
        status: 200,
        fields: [["content-digest", digest]],
        request: { method: request.method, url: request.url, fields: [] },
      }, covered);
      const value = { value: await key.sign(base), params: new Map() };
      return new Response(pathname === "/changed" ? "changed" : "content", {
        headers: {
          "content-digest": digest,
          "signature-input": serializeDictionary([["sig1", covered]]),
          "signature": serializeDictionary([["sig1", value]]),
        },
      });
    },
  );
  const required = ["@status", "content-digest", '"@target-uri";req'];
  const verified = verifyResponses({ keys: { bank: ed.publicKey }, required });
  await using client = new HTTPClient({
    baseUrl: `http://127.0.0.1:${server.addr.port}`,
    use: { exchange: [verified] },
    maxRetries: 0,
  });
  assertStrictEquals((await client.get("/right")).text, "content");
  for (
    const [path, why] of [["/bare", "no signature"], [
      "/changed",
      "the sha-256 of content-digest is not that of the content",
    ]]
  ) {
    const error = await assertRejects(() => client.get(path!), NetworkingError, why);
    assertStrictEquals(error.code, "signature_invalid");
  }
});

// R16.18
Deno.test("keys never show, and wrong ones are told when the scheme is made", () => {
  const jwk = { kty: "oct", k: "S3CRETS3CRETS3CRETS3CRETS3CRET" };
  const scheme = httpSignature({ key: jwk, keyId: "ada" });
  const shown = Deno.inspect(scheme, { depth: 9, showHidden: true }) + JSON.stringify(scheme);
  assert(!shown.includes("S3CRET"), shown);
  const rows: readonly [options: object, message: string][] = [
    [{}, "key is missing"],
    [{ key: new Uint8Array(15) }, "must have at least 16 bytes"],
    [{ key: { kty: "oct", k: "S3CRET" } }, "must have at least 16 bytes"],
    [{ key: { kty: "RSA", n: "S3CRET" } }, "the JWK has no e, d, p, q, dp, dq, qi"],
    [{ key: { kty: "EC", crv: "P-521", d: "S3CRET" } }, "must be an RSA, P-256"],
    [{ key: jwk, algorithm: "ed25519" }, "is for hmac-sha256, but algorithm is ed25519"],
    [
      { key: { kty: "RSA", alg: "RS256", n: "a", e: "a", d: "S3CRET" } },
      "for this key it must be one of rsa-pss-sha512",
    ],
    [{ key: jwk, components: ["Content-Type"] }, "Content-Type"],
    [{ key: jwk, label: "A" }, "label"],
    [{ key: jwk, digest: "md5" }, "digest"],
  ];
  for (const [options, message] of rows) {
    const error = assertThrows(
      () => httpSignature(options as HTTPSignatureOptions),
      TypeError,
      message,
    );
    assert(!error.message.includes("S3CRET"), error.message);
  }
});
