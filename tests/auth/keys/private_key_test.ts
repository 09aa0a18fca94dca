/** Private keys of every kind, form and algorithm, and what is refused. */

// deno-lint-ignore-file no-external-import

import {
  assert,
  assertEquals,
  assertRejects,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import {
  constants,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  verify,
} from "node:crypto";
import {
  algorithmOfKey,
  signBytes,
  SIGNING_ALGORITHMS,
  type SigningAlgorithm,
} from "../../../src/auth/keys/algorithms.ts";
import { readPrivateKey } from "../../../src/auth/keys/private_key.ts";

const RSA = generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey;
const KEYS: Readonly<Record<string, KeyObject>> = {
  RS: RSA,
  PS: RSA,
  ES256: generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey,
  ES384: generateKeyPairSync("ec", { namedCurve: "P-384" }).privateKey,
  Ed25519: generateKeyPairSync("ed25519").privateKey,
};

function keyFor(algorithm: SigningAlgorithm): KeyObject {
  return KEYS[algorithm] ?? KEYS[algorithm.slice(0, 2)]!;
}

function pem(key: KeyObject, type: "pkcs8" | "pkcs1" | "sec1" = "pkcs8"): string {
  return key.export({ format: "pem", type }) as string;
}

/** Whether another implementation takes the signature. */
function holds(algorithm: SigningAlgorithm, signed: Uint8Array, signature: Uint8Array): boolean {
  const key = createPublicKey(keyFor(algorithm));
  const hash = algorithm === "Ed25519" ? null : `sha${algorithm.slice(-3)}`;
  const padding = algorithm.startsWith("PS")
    ? { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: Number(algorithm.slice(-3)) / 8 }
    : {};
  return verify(hash, signed, { key, dsaEncoding: "ieee-p1363", ...padding }, signature);
}

// R16.42
Deno.test("each algorithm signs with a key in PEM, as a JWK and as a CryptoKey, and it is not exportable", async (t) => {
  const text = new TextEncoder().encode("text");
  for (const algorithm of SIGNING_ALGORITHMS) {
    await t.step(algorithm, async () => {
      const key = keyFor(algorithm);
      const jwk = key.export({ format: "jwk" });
      const fromPEM = await readPrivateKey("key", pem(key), algorithm)();
      const forms: Record<string, unknown> = {
        PEM: pem(key),
        "PEM with escapes": pem(key).replaceAll("\n", "\\n"),
        "PEM with CRLF": pem(key).replaceAll("\n", "\r\n"),
        "PEM after text": `Bag Attributes\n${pem(key)}`,
        JWK: jwk,
        "JWK with use": { ...jwk, use: "sig", alg: algorithm, kid: "1", key_ops: ["verify"] },
        CryptoKey: fromPEM,
      };
      for (const [form, given] of Object.entries(forms)) {
        const read = await readPrivateKey("key", given, algorithm)();
        assertEquals(algorithmOfKey(read), algorithm, form);
        assertEquals(read.extractable, false, form);
        assert(holds(algorithm, text, await signBytes(read, text)), form);
      }
    });
  }
});

Deno.test("without an algorithm it is that of the JWK, or the usual one of the key", async () => {
  const rows: [given: unknown, expected: SigningAlgorithm][] = [
    [pem(RSA), "RS256"],
    [pem(KEYS.ES384!), "ES384"],
    [{ ...RSA.export({ format: "jwk" }), alg: "PS512" }, "PS512"],
    [{ ...KEYS.Ed25519!.export({ format: "jwk" }), alg: "EdDSA" }, "Ed25519"],
  ];
  for (const [given, expected] of rows) {
    assertEquals(algorithmOfKey(await readPrivateKey("key", given)()), expected);
  }
});

Deno.test("what is no private key is refused with what to do, and is not shown", async () => {
  const pair = await crypto.subtle.generateKey("Ed25519", false, [
    "sign",
    "verify",
  ]) as CryptoKeyPair;
  const ecdh = await crypto.subtle.generateKey(
    { name: "ECDH", namedCurve: "P-256" },
    false,
    ["deriveBits"],
  );
  const secret = pem(KEYS.ES256!).slice(40, 120);
  const jwk = KEYS.ES256!.export({ format: "jwk" });
  const rows: [given: unknown, why: string, algorithm?: SigningAlgorithm][] = [
    [undefined, "it must be a private CryptoKey"],
    [42, "it must be a private CryptoKey"],
    ["", "not PEM"],
    ["s3cret", "not PEM"],
    [pem(RSA, "pkcs1"), "openssl pkcs8 -topk8"],
    [pem(KEYS.ES256!, "sec1"), "openssl pkcs8 -topk8"],
    [
      RSA.export({ format: "pem", type: "pkcs8", cipher: "aes-256-cbc", passphrase: "s3cret" }),
      "decrypt it",
    ],
    [createPublicKey(RSA).export({ format: "pem", type: "spki" }), "pass its private key"],
    [pem(RSA).slice(0, 400), "damaged"],
    [pem(RSA).replace("MII", "M*I"), "damaged"],
    [pem(generateKeyPairSync("x25519").privateKey), "must be an RSA, P-256, P-384 or Ed25519 key"],
    [{ ...jwk, d: undefined }, "no d"],
    [{ ...jwk, crv: "secp256k1" }, "must be an RSA, P-256, P-384 or Ed25519 key"],
    [jwk, "it is for ES256, but algorithm is RS256", "RS256"],
    [{ ...jwk, alg: "ES384" }, "one of ES256"],
    [{ ...jwk, alg: "ES256" }, "it is for ES256, but algorithm is ES384", "ES384"],
    [pair.publicKey, "it must be a private CryptoKey"],
    [pair.privateKey, "it is for Ed25519, but algorithm is RS256", "RS256"],
    [ecdh.privateKey, "it must be a private CryptoKey"],
  ];
  for (const [given, why, algorithm] of rows) {
    const error = assertThrows(() => readPrivateKey("key", given, algorithm), TypeError);
    assertStringIncludes(error.message, why);
    assertStringIncludes(error.message, "Cannot use key: ");
    assert(!error.message.includes(secret) && !error.message.includes("s3cret"), error.message);
  }
  const bad = readPrivateKey("key", { ...jwk, d: "AAAA" });
  const error = await assertRejects(bad, TypeError, "its JWK is damaged");
  assert(!Deno.inspect(error, { depth: 9 }).includes(jwk.x as string));
});
