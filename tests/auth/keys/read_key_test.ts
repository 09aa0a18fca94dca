/** Keys for signing and for verifying, of every kind and form, through the one reader; and what is refused. */

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
import { fromBase64, toBase64 } from "../../../src/formats/base64.ts";
import { signBytes } from "../../../src/auth/keys/algorithms.ts";
import { readPrivateKey } from "../../../src/auth/keys/private_key.ts";
import {
  jwkThumbprint,
  type SignatureAlgorithm,
  type SignatureKey,
} from "../../../src/auth/sign/mod.ts";
import { type PSSParameters, pssPEM } from "./pss_pem.ts";
import { Key } from "../../../src/auth/sign/signing_key.ts";

const RSA = generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey;
const KEYS: Readonly<Partial<Record<SignatureAlgorithm, KeyObject>>> = {
  "ed25519": generateKeyPairSync("ed25519").privateKey,
  "ecdsa-p256-sha256": generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey,
  "ecdsa-p384-sha384": generateKeyPairSync("ec", { namedCurve: "P-384" }).privateKey,
  "rsa-pss-sha512": RSA,
};
const EC = KEYS["ecdsa-p256-sha256"]!;
const JWK = EC.export({ format: "jwk" });
const SECRET = new TextEncoder().encode("S3CRET of both sides");

const pkcs8 = (key: KeyObject) => key.export({ format: "pem", type: "pkcs8" }) as string;
const spki = (key: KeyObject) =>
  createPublicKey(key).export({ format: "pem", type: "spki" }) as string;

Deno.test("what any form of a private key signs, any form of its public half verifies", async (t) => {
  for (const [name, key] of Object.entries(KEYS)) {
    await t.step(name, async () => {
      const algorithm = name as SignatureAlgorithm;
      const jwk = key.export({ format: "jwk" });
      const publicJWK = createPublicKey(key).export({ format: "jwk" });
      const own = new Key(pkcs8(key), "sign");
      const forms: Readonly<Record<string, SignatureKey>> = {
        PEM: pkcs8(key),
        "PEM with escapes": pkcs8(key).replaceAll("\n", "\\n"),
        JWK: jwk,
        "JWK with what only describes it": { ...jwk, kid: "1", ...{ use: "enc", key_ops: [] } },
      };
      const halves: Readonly<Record<string, SignatureKey>> = {
        PEM: spki(key),
        "PEM with CRLF": spki(key).replaceAll("\n", "\r\n"),
        JWK: publicJWK,
        "the private JWK": jwk,
      };
      assertEquals(own.algorithm, algorithm);
      for (const [form, given] of Object.entries(forms)) {
        const signing = new Key(given, "sign", algorithm);
        const signature = await signing.sign("text");
        assertEquals(await signing.thumbprint, await jwkThumbprint(publicJWK), form);
        for (const [half, other] of Object.entries(halves)) {
          const verifying = new Key(other, "verify", algorithm);
          assert(await verifying.verify("text", signature), `${form}, ${half}`);
          assertEquals(await verifying.verify("texts", signature), false, `${form}, ${half}`);
        }
      }
    });
  }
});

Deno.test("a secret is one as bytes and as JWK, and has no thumbprint", async () => {
  const k = btoa("S3CRET of both sides").replaceAll("=", "");
  for (const one of [SECRET, { kty: "oct", k }, { kty: "oct", k, alg: "HS256" }]) {
    const key = new Key(one, "sign");
    for (const other of [SECRET, { kty: "oct", k }]) {
      assert(await new Key(other, "verify").verify("text", await key.sign("text")));
    }
  }
  assertEquals(new Key(SECRET, "sign").thumbprint, undefined);
});

Deno.test("RFC 9421 3.3.2: PKCS#1 v1.5 is verified and not made, and RSA without alg says which", async () => {
  const jwk = RSA.export({ format: "jwk" });
  const sign = await readPrivateKey("key", pkcs8(RSA), "RS256")() as CryptoKey;
  const text = new TextEncoder().encode("text");
  const signature = new Uint8Array(await crypto.subtle.sign("RSASSA-PKCS1-v1_5", sign, text));
  for (const given of [{ ...jwk, alg: "RS256" }, jwk, spki(RSA)]) {
    const key = new Key(given, "verify", "rsa-v1_5-sha256");
    assert(await key.verify("text", signature));
  }
  for (const given of [jwk, spki(RSA)]) {
    assertThrows(() => new Key(given, "verify"), TypeError, "set algorithm for an RSA key");
  }
  for (const given of [{ ...jwk, alg: "RS256" }, sign]) {
    assertThrows(() => new Key(given, "sign"), TypeError, "must be");
  }
});

function asPEM(der: Iterable<number>, label = "PRIVATE KEY"): string {
  return `-----BEGIN ${label}-----\n${toBase64(Uint8Array.from(der))}\n-----END ${label}-----\n`;
}

/** What the parameters of RSASSA-PSS keys allow. */
const PSS: readonly [what: string, parameters: PSSParameters | undefined, allowed: number[]][] = [
  ["no parameters", undefined, [256, 384, 512]],
  ["SHA-256", { hash: 1, salt: 32 }, [256]],
  ["SHA-384", { hash: 2, salt: 20 }, [384]],
  ["SHA-512", { hash: 3, salt: 64 }, [512]],
  ["SHA-512 without a salt", { hash: 3 }, [512]],
  ["SHA-1, the default", {}, []],
  ["a salt that is longer than any", { hash: 3, salt: 65 }, []],
  ["two hashes", { hash: 3, maskHash: 1, salt: 64 }, []],
  ["another mask", { hash: 3, maskHash: undefined, salt: 64 }, []],
  ["an unknown hash", { hash: 8, salt: 20 }, []],
];

// R16.42
Deno.test("RFC 4055: an RSASSA-PSS key in PEM signs and verifies what its parameters allow", async () => {
  const text = new TextEncoder().encode("text");
  for (const [what, parameters, allowed] of PSS) {
    const { own, half } = pssPEM(RSA, parameters);
    for (const bits of [256, 384, 512] as const) {
      const read = () => readPrivateKey("key", own, `PS${bits}`);
      if (!allowed.includes(bits)) {
        assertThrows(read, TypeError, "Cannot use key: ", `${what}, ${bits}`);
        continue;
      }
      // Node verifies it by the plain key.
      const key = { key: createPublicKey(RSA), padding: constants.RSA_PKCS1_PSS_PADDING };
      const signature = await signBytes(await read()(), text);
      assert(verify(`sha${bits}`, text, { ...key, saltLength: bits / 8 }, signature), what);
    }
    if (allowed.includes(512)) {
      const [signing, verifying] = [new Key(own, "sign"), new Key(half, "verify")];
      assertEquals([signing.algorithm, verifying.algorithm], ["rsa-pss-sha512", "rsa-pss-sha512"]);
      assert(await verifying.verify("text", await signing.sign("text")), what);
      assertEquals(await signing.thumbprint, await new Key(pkcs8(RSA), "sign").thumbprint);
    } else {
      assertThrows(() => new Key(own, "sign"), TypeError, "whose parameters allow none of");
      assertThrows(() => new Key(half, "verify"), TypeError, "whose parameters allow none of");
    }
    // RFC 8017 8: such a key is not for the other scheme.
    assertThrows(() => readPrivateKey("key", own, "RS256"), TypeError, "Cannot use key: ");
    assertThrows(() => new Key(half, "verify", "rsa-v1_5-sha256"), TypeError, "Cannot use key: ");
  }
});

Deno.test("any cut and any changed byte of PEM is a key or an error in words", async () => {
  for (const pem of [pkcs8(EC), pssPEM(RSA, { hash: 3, salt: 64 }).own]) {
    const der = fromBase64(pem.replaceAll(/-----.*-----|\s/g, ""))!;
    const heads = Array.from({ length: 80 }, (_, at) => at);
    for (const at of heads) {
      for (const changed of [der.slice(0, at), der.with(at, 0xff), der.with(at, 0)]) {
        await (async () => await readPrivateKey("key", asPEM(changed), "PS512")())().catch(
          (error) => {
            assert(error instanceof TypeError, String(error));
            assertStringIncludes(error.message, "Cannot use key: ");
          },
        );
      }
    }
  }
});

type Wrong = readonly [what: string, given: unknown, why: string];

const PAIR = await crypto.subtle.generateKey("Ed25519", false, ["sign", "verify"]) as CryptoKeyPair;
const ECDH = await crypto.subtle.generateKey(
  { name: "ECDH", namedCurve: "P-256" },
  false,
  ["deriveBits"],
) as CryptoKeyPair;
const AES = await crypto.subtle.generateKey({ name: "AES-GCM", length: 128 }, false, ["encrypt"]);
const encrypted = RSA.export({
  ...{ format: "pem", type: "pkcs8", cipher: "aes-256-cbc", passphrase: "S3CRET" },
} as never);

/** What is no key at all. */
const NONE: readonly Wrong[] = [
  ["nothing", undefined, "it must be a"],
  ["null", null, "it must be a"],
  ["a number", 42, "it must be a"],
  ["a function", () => "S3CRET", "it must be a"],
  ["an array", ["S3CRET"], "it must be a"],
  ["a Map", new Map([["kty", "EC"]]), "it must be a"],
  ["an object", { key: "S3CRET" }, "it must be a"],
  ["a KeyObject of Node", EC, "it must be a"],
  ["an unknown kty", { ...JWK, kty: "AKP" }, "it must be a"],
  ["a kty of every object", { ...JWK, kty: "constructor" }, "it must be a"],
  ["no text", "", "the text is not PEM"],
  ["other text", "S3CRET", "the text is not PEM"],
  ["base64 alone", pkcs8(EC).split("\n")[1], "the text is not PEM"],
  ["another curve", { ...JWK, crv: "secp256k1" }, "P-384 or Ed25519 key"],
  ["another curve of OKP", { kty: "OKP", crv: "X25519", x: "AA", d: "AA" }, "Ed25519 key"],
  ["the alg of another kind", { ...JWK, alg: "RS256" }, "the alg of the JWK is RS256"],
  ["an alg that does not sign", { ...JWK, alg: "ECDH-ES" }, "the alg of the JWK is ECDH-ES"],
  ["a member less", { ...JWK, x: undefined }, "the JWK has no x"],
  ["an empty member", { ...JWK, y: "" }, "the JWK has no y"],
  ["a member of another type", { ...JWK, x: 5 }, "the JWK has no x"],
  ["a CryptoKey for ECDH", ECDH.privateKey, "it must be a"],
  ["a CryptoKey for AES", AES, "it must be a"],
];

const NO_PRIVATE: readonly Wrong[] = [
  ...NONE,
  ["PKCS#1", RSA.export({ format: "pem", type: "pkcs1" }), "openssl pkcs8 -topk8"],
  ["SEC 1", EC.export({ format: "pem", type: "sec1" }), "openssl pkcs8 -topk8"],
  ["an encrypted key", encrypted, "decrypt it"],
  ["a public key", spki(RSA), "pass its private key"],
  ["a certificate", "-----BEGIN CERTIFICATE-----\nAA==\n-----END CERTIFICATE-----", "private key"],
  ["half of the file", pkcs8(RSA).slice(0, 400), "damaged"],
  ["another key's PEM", pkcs8(generateKeyPairSync("x25519").privateKey), "Ed25519 key"],
  ["a public JWK", createPublicKey(EC).export({ format: "jwk" }), "no d, so it is not a private"],
  ["a public CryptoKey", PAIR.publicKey, "it must be a private CryptoKey"],
];

const NO_PUBLIC: readonly Wrong[] = [
  ...NONE,
  ["a private key", pkcs8(EC), "openssl pkey -in FILE -pubout"],
  ["a certificate", "-----BEGIN CERTIFICATE-----\nAA==\n-----END CERTIFICATE-----", "openssl x509"],
  ["PKCS#1", createPublicKey(RSA).export({ format: "pem", type: "pkcs1" }), "openssl rsa"],
  ["half of the file", spki(RSA).slice(0, 200), "damaged"],
  ["a private CryptoKey", PAIR.privateKey, "it must be a public CryptoKey"],
];

const SHORT: readonly Wrong[] = [
  ["a short secret", SECRET.subarray(0, 15), "must have at least 16 bytes"],
  ["a short secret as JWK", { kty: "oct", k: "UzNDUkVU" }, "must have at least 16 bytes"],
  ["a secret that is no base64url", { kty: "oct", k: "S3CRET!" }, "must have at least 16 bytes"],
  ["a secret for another hash", { kty: "oct", k: "S3CRET", alg: "HS512" }, "the alg of the JWK"],
];

const READERS: readonly [name: string, (given: never) => unknown, readonly Wrong[]][] = [
  ["a key for tokens", (given) => readPrivateKey("key", given), NO_PRIVATE],
  ["a key for signatures", (given) => new Key(given, "sign"), [...NO_PRIVATE, ...SHORT]],
  ["a key that verifies", (given) => new Key(given, "verify"), [...NO_PUBLIC, ...SHORT]],
];

for (const [name, read, rows] of READERS) {
  Deno.test(`${name} is refused with what to do, and is not shown`, () => {
    for (const [what, given, why] of rows) {
      const error = assertThrows(() => read(given as never), TypeError, undefined, what);
      assertStringIncludes(error.message, why, what);
      assertStringIncludes(error.message, "Cannot use key: ", what);
      for (const secret of ["S3CRET", "UzNDUkVU", JWK.d!, pkcs8(EC).slice(40, 120)]) {
        assert(!Deno.inspect(error).includes(secret), what);
      }
    }
  });
}

Deno.test("bytes are no key for tokens, and a key is for its algorithm alone", () => {
  assertThrows(() => readPrivateKey("key", SECRET), TypeError, "or a private JWK");
  for (const given of [JWK, pkcs8(EC)]) {
    const error = assertThrows(() => new Key(given, "sign", "ed25519"), TypeError);
    assertEquals(
      error.message,
      "Cannot use key: it is for ecdsa-p256-sha256, but algorithm is ed25519",
    );
  }
  assertThrows(() => new Key(PAIR.privateKey, "sign", "hmac-sha256"), TypeError, "is for ed25519");
});

Deno.test("a key that Web Crypto refuses is damaged, and what that says is not shown", async () => {
  const pem = pkcs8(EC).split("\n");
  const rows: readonly [given: unknown, form: string][] = [
    [{ ...JWK, d: "AAAA" }, "JWK"],
    [{ ...JWK, kty: "OKP" }, "JWK"],
    [[pem[0], pem[1], pem[1], pem.at(-2)].join("\n"), "PEM"],
    // Whole elements, in which there is no key.
    [asPEM([0x30, 10, 2, 1, 0, 0x30, 5, 6, 3, 0x2b, 0x65, 0x70]), "PEM"],
  ];
  for (const [given, form] of rows) {
    for (
      const use of [
        async () => await readPrivateKey("key", given)(),
        async () => await new Key(given as never, "sign").sign("text"),
      ]
    ) {
      const error = await assertRejects(use, TypeError, `its ${form} is damaged`);
      assert(!Deno.inspect(error, { depth: 9 }).includes(JWK.x!));
    }
  }
});
