/** Signed requests against servers, signers and verifiers that nobody here wrote. */

import { assert, assertEquals, assertRejects, assertStrictEquals } from "@std/assert";
import { HTTPClient } from "../../mod.ts";
import {
  awsPresignedURL,
  awsSigV4,
  httpSignature,
  verifySignature,
  webBotAuth,
} from "../../src/auth/sign/mod.ts";
import { DYNALITE, S3RVER, start } from "./independent.ts";

const load = (name: string): Promise<Record<string, unknown>> => import(name);
const AWS = { region: "eu-central-1", service: "s3" } as const;

Deno.test("a store that checks signatures takes ours, in headers and URLs, and refuses a wrong key", async (t) => {
  await using server = await start(S3RVER);
  const credentials = { accessKeyId: "S3RVER", secretAccessKey: "S3RVER" };
  const wrong = { ...credentials, secretAccessKey: "wrong" };
  const object = `${server.origin}/bucket/a folder/ü+(1)*!'~.txt`;
  await using client = new HTTPClient({ maxRetries: 0 });
  const s3 = { auth: awsSigV4({ credentials, ...AWS, signedHeaders: ["range"] }) };
  await t.step("bytes, a list and a part", async () => {
    assertStrictEquals((await client.put(object, "content", s3)).statusCode, 200);
    assertStrictEquals((await client.get(object, s3)).text, "content");
    const part = await client.get(object, { ...s3, headers: { range: "bytes=0-2" } });
    assertEquals([part.statusCode, part.text], [206, "con"]);
    const list = await client.get(`${server.origin}/bucket`, {
      ...s3,
      params: { "list-type": 2, prefix: "a folder/ü+" },
    });
    assertStrictEquals(list.statusCode, 200, list.text);
    assert(list.text.includes("<KeyCount>1</KeyCount>"), list.text);
  });
  await t.step("a stream, as an unsigned payload", async () => {
    const stream = new Blob(["streamed"]).stream();
    assertStrictEquals((await client.put(object, stream, s3)).statusCode, 200);
    assertStrictEquals((await client.get(object, s3)).text, "streamed");
  });
  await t.step("a presigned URL", async () => {
    const url = await awsPresignedURL(object, { credentials, ...AWS });
    assertStrictEquals((await client.get(url)).text, "streamed");
    const refused = await awsPresignedURL(object, { credentials: wrong, ...AWS });
    assertStrictEquals((await client.get(refused)).statusCode, 403);
  });
  await t.step("a wrong key is refused", async () => {
    const auth = awsSigV4({ credentials: wrong, ...AWS });
    const { statusCode, text } = await client.get(object, { auth });
    assertStrictEquals(statusCode, 403);
    assert(text.includes("SignatureDoesNotMatch"), text);
  });
});

Deno.test("a database behind another's signer takes our signatures, and refuses a wrong key", async () => {
  await using server = await start(DYNALITE);
  const options = { region: "eu-central-1", service: "dynamodb" };
  const headers = {
    "content-type": "application/x-amz-json-1.0",
    "x-amz-target": "DynamoDB_20120810.ListTables",
  };
  await using client = new HTTPClient({ baseUrl: server.origin, maxRetries: 0, headers });
  for (const [secretAccessKey, statusCode] of [["right", 200], ["wrong", 400]] as const) {
    const credentials = { accessKeyId: "AKIDEXAMPLE", secretAccessKey };
    const response = await client.post("/", "{}", { auth: awsSigV4({ credentials, ...options }) });
    assertStrictEquals(response.statusCode, statusCode, response.text);
    assert(response.text.includes(statusCode === 200 ? "TableNames" : "InvalidSignatureException"));
  }
});

Deno.test("AWS's own signer makes the same signatures", async () => {
  const { SignatureV4 } = await load("npm:@smithy/signature-v4@5.7.5") as {
    SignatureV4: new (options: object) => {
      sign(request: object, options: object): Promise<{ headers: Record<string, string> }>;
    };
  };
  const { Sha256: sha256 } = await load("npm:@aws-crypto/sha256-js@5.2.0");
  const credentials = { accessKeyId: "AKIDEXAMPLE", secretAccessKey: "wJalrXUtnFEMI/K7MDENG" };
  const at = Date.UTC(2026, 0, 2, 3, 4, 5);
  const paths = ["/", "/a/b", "/a%20b/%C3%BC", "/a%28b%29", "/-._~/x"];
  const queries: Record<string, string>[] = [{}, { b: "2", a: "1" }, { "a b": "ü+&=", "~": "*'" }];
  let count = 0;
  for (const service of ["s3", "execute-api"]) {
    for (const path of paths) {
      for (const query of queries) {
        let sent: Headers | undefined;
        const transport = (_: string, { headers }: RequestInit) => {
          sent = new Headers(headers);
          return Promise.resolve(new Response("ok"));
        };
        await using client = new HTTPClient({ transport });
        const auth = awsSigV4({ credentials, region: "us-east-1", service, now: () => at });
        await client.post(`https://a.example${path}`, '{"a":1}', { params: query, auth });
        const isS3 = service === "s3";
        const signer = new SignatureV4({
          ...{ credentials, region: "us-east-1", service, sha256 },
          ...{ uriEscapePath: !isS3, applyChecksum: isS3 },
        });
        const names = ["content-type", ...isS3 ? ["x-amz-content-sha256"] : []];
        const headers = Object.fromEntries(names.map((name) => [name, sent!.get(name)!]));
        const request = {
          ...{ method: "POST", protocol: "https:", hostname: "a.example", path, query },
          ...{ headers: { host: "a.example", ...headers }, body: '{"a":1}' },
        };
        const theirs = await signer.sign(request, { signingDate: new Date(at) });
        const what = `${service} ${path} ${JSON.stringify(query)}`;
        assertStrictEquals(sent!.get("authorization"), theirs.headers["authorization"], what);
        count++;
      }
    }
  }
  assertStrictEquals(count, 30);
});

/** The request that a client sends. */
async function sentBy(options: Parameters<typeof httpSignature>[0] | undefined, bot?: object) {
  const seen: Request[] = [];
  const transport = async (url: string, { method, headers, body }: RequestInit) => {
    const bytes = body && await new Response(body).arrayBuffer();
    seen.push(new Request(url, { method: method!, headers: headers!, body: bytes ?? null }));
    return new Response("ok");
  };
  const exchange = bot === undefined ? [] : [webBotAuth(bot as never)];
  await using client = new HTTPClient({ transport, use: { exchange } });
  const url = "https://a.example/orders?page=2";
  if (options === undefined) await client.get(url);
  else await client.post(url, { a: 1 }, { auth: httpSignature(options) });
  return seen[0]!;
}

Deno.test("http-message-signatures verifies our signatures, and we verify its", async () => {
  const { httpbis, createVerifier, createSigner } = await load(
    "npm:http-message-signatures@1.0.6",
  ) as {
    httpbis: Record<
      "verifyMessage" | "signMessage",
      (one: object, two: object) => Promise<unknown>
    >;
    createVerifier(key: unknown, algorithm: string): unknown;
    createSigner(key: unknown, algorithm: string, id: string): object;
  };
  const { createPrivateKey, createPublicKey } = await load("node:crypto") as Record<
    "createPrivateKey" | "createPublicKey",
    (key: object) => unknown
  >;
  // Its RSA-PSS has another salt than the 64 bytes of RFC 9421 3.3.1.
  const algorithms = {
    "ed25519": { name: "Ed25519" },
    "ecdsa-p256-sha256": { name: "ECDSA", namedCurve: "P-256" },
  };
  for (const [name, algorithm] of Object.entries(algorithms)) {
    const pair = await crypto.subtle.generateKey(algorithm, true, ["sign", "verify"]);
    const { privateKey, publicKey } = pair as CryptoKeyPair;
    const request = await sentBy({ key: privateKey, keyId: "ada" });
    const jwk = async (key: CryptoKey) => {
      const { alg: _, ext: __, key_ops: ___, ...rest } = await crypto.subtle.exportKey("jwk", key);
      return { format: "jwk", key: rest };
    };
    const verify = createVerifier(createPublicKey(await jwk(publicKey)), name);
    const keyLookup = () => Promise.resolve({ id: "ada", algs: [name], verify });
    const message = (url: string) => ({
      ...{ method: "POST", url, headers: Object.fromEntries(request.headers) },
    });
    assertStrictEquals(
      await httpbis.verifyMessage({ keyLookup }, message(request.url)),
      true,
      name,
    );
    const isTaken = await httpbis.verifyMessage({ keyLookup }, message("https://b.example/"))
      .catch(() => false);
    assert(isTaken !== true, name);
    const key = createSigner(createPrivateKey(await jwk(privateKey)), name, "ada");
    const theirs = await httpbis.signMessage(
      { key, fields: ["@method", "@target-uri"], name: "sig9" },
      { method: "GET", url: "https://a.example/x?y=1", headers: {} },
    ) as { method: string; url: string; headers: Record<string, string> };
    const { label } = await verifySignature(theirs, { keys: { ada: publicKey } });
    assertStrictEquals(label, "sig9", name);
    const changed = { ...theirs, url: "https://a.example/x?y=2" };
    await assertRejects(() => verifySignature(changed, { keys: { ada: publicKey } }));
  }
});

Deno.test("web-bot-auth verifies our bots", async () => {
  const { verify } = await load("npm:web-bot-auth@0.1.3") as {
    verify(request: Request, verifier: unknown): Promise<unknown>;
  };
  const { verifierFromJWK } = await load("npm:web-bot-auth@0.1.3/crypto") as {
    verifierFromJWK(key: JsonWebKey): Promise<unknown>;
  };
  const make = async () => {
    const pair = await crypto.subtle.generateKey("Ed25519", true, ["sign", "verify"]);
    return await crypto.subtle.exportKey("jwk", (pair as CryptoKeyPair).privateKey);
  };
  const [key, other] = [await make(), await make()];
  const publicHalf = ({ kty, crv, x }: JsonWebKey) => ({ kty, crv, x }) as JsonWebKey;
  // This version knows no `;key` yet (RFC 9421 2.1.2), by which architecture 2 covers Signature-Agent; that
  // is held to the published test data.
  const agent = "https://bot.example";
  for (const options of [{}, { version: 1, agent }]) {
    const request = await sentBy(undefined, { key, ...options });
    await verify(request, await verifierFromJWK(publicHalf(key)));
    const wrong = await verifierFromJWK(publicHalf(other));
    await assertRejects(() => verify(request, wrong));
  }
});
