/** RFC 9421 and RFC 9530: the examples that they publish. */

// deno-lint-ignore-file no-external-import

import {
  assert,
  assertEquals,
  assertRejects,
  assertStrictEquals,
  assertStringIncludes,
} from "@std/assert";
import { createPrivateKey } from "node:crypto";
import { fromBase64 } from "../../../src/formats/base64.ts";
import { parseDictionary } from "../../../src/formats/structured_fields.ts";
import { contentDigest, digestFault } from "../../../src/auth/sign/content_digest.ts";
import {
  componentValue,
  type Message,
  parseComponent,
  signatureBase,
} from "../../../src/auth/sign/components.ts";
import { verifySignature } from "../../../src/auth/sign/mod.ts";
import {
  Key,
  type SignatureAlgorithm,
  type SignatureKey,
} from "../../../src/auth/sign/signing_key.ts";
import { NetworkingError } from "../../../mod.ts";
import { pssPEM } from "../keys/pss_pem.ts";
import { readVectors } from "../../support/vectors.ts";

interface VectorMessage {
  readonly method?: string;
  readonly url?: string;
  readonly status?: number;
  readonly headers: readonly [name: string, value: string][];
  readonly body?: string;
}
interface Vectors {
  readonly keys: Readonly<Record<string, JsonWebKey>>;
  readonly sharedSecret: string;
  readonly signatures: readonly {
    readonly section: string;
    readonly name: string;
    readonly message: VectorMessage;
    readonly label: string;
    readonly algorithm: SignatureAlgorithm;
    readonly key: string;
    readonly signatureInput: string;
    readonly signature: string;
    readonly base: string | null;
    readonly deterministic: boolean;
    readonly valid: boolean;
  }[];
  readonly components: readonly {
    readonly section: string;
    readonly message: VectorMessage;
    readonly component: string;
    readonly value: string;
  }[];
}

const vectors = await readVectors<Vectors>("http-signatures/rfc9421.json");
const bytes = (text: string) => new TextEncoder().encode(text);

function keyOf(name: string): SignatureKey {
  return name === "test-shared-secret" ? fromBase64(vectors.sharedSecret)! : vectors.keys[name]!;
}

function messageOf({ method, url, status, headers }: VectorMessage): Message {
  return {
    ...(status === undefined ? { method, url } : { status }),
    fields: headers,
    fieldTypes: { "example-dict": "dictionary" },
  };
}

function coveredBy(field: string, label: string) {
  const covered = parseDictionary(field)!.get(label)!;
  assert("items" in covered);
  return covered;
}

Deno.test("the components of RFC 9421 section 2 have the published values", () => {
  for (const { section, message, component, value } of vectors.components) {
    const item = parseComponent(component);
    assertStrictEquals(componentValue(messageOf(message), item), value, `${section}: ${component}`);
  }
  assertStrictEquals(vectors.components.length, 32);
});

Deno.test("the signatures of RFC 9421 have the published bases, and are verified", async () => {
  let [bases, valid, refused] = [0, 0, 0];
  for (const vector of vectors.signatures) {
    const { section, name, message, label, signatureInput, signature, base } = vector;
    const what = `${section}: ${name}`;
    const covered = coveredBy(signatureInput, label);
    if (base !== null) {
      assertStrictEquals(signatureBase(messageOf(message), covered), base, what);
      bases++;
    }
    const headers: [string, string][] = [
      ...message.headers,
      ["Signature-Input", signatureInput],
      ["Signature", signature],
    ];
    const key = { key: keyOf(vector.key), algorithm: vector.algorithm };
    const verifying = verifySignature({ ...message, headers } as never, {
      keys: { [vector.key]: key },
      required: [],
      now: () => Number(covered.params.get("created")) * 1000,
    });
    if (!vector.valid) {
      assertStrictEquals(
        (await assertRejects(() => verifying, NetworkingError)).code,
        "signature_invalid",
      );
      refused++;
      continue;
    }
    const verified = await verifying;
    assertEquals([verified.label, verified.algorithm], [label, vector.algorithm], what);
    valid++;
  }
  assertEquals([bases, valid, refused], [13, 14, 3]);
});

Deno.test("RFC 9421 B.2: the key of B.1.2 signs and verifies straight from its PEM", async () => {
  const key = vectors.keys["test-key-rsa-pss"]! as never;
  const pem = pssPEM(createPrivateKey({ key, format: "jwk" }));
  // As B.1.2 has it.
  assertStringIncludes(
    pem.own,
    "MIIEvgIBADALBgkqhkiG9w0BAQoEggSqMIIEpgIBAAKCAQEAr4tmm3r20Wd/Pbqv",
  );
  const [own, half] = [new Key(pem.own, "sign"), new Key(pem.half, "verify")];
  let count = 0;
  for (const { section, name, label, signature, base, valid, key } of vectors.signatures) {
    if (key !== "test-key-rsa-pss" || base === null || !valid) continue;
    const member = parseDictionary(signature)!.get(label)!;
    assert("value" in member && member.value instanceof Uint8Array);
    assert(await half.verify(base, member.value as Uint8Array<ArrayBuffer>), `${section}: ${name}`);
    const published = new Key(keyOf(key), "verify", "rsa-pss-sha512");
    assert(await published.verify(base, await own.sign(base)), `${section}: ${name}`);
    count++;
  }
  assert(count >= 3, `${count}`);
});

Deno.test("the deterministic signatures of RFC 9421 are made as published", async () => {
  let count = 0;
  for (const { label, algorithm, key, signature, base, deterministic } of vectors.signatures) {
    if (!deterministic) continue;
    const own = new Key(keyOf(key), "sign", algorithm);
    const member = parseDictionary(signature)!.get(label)!;
    assertEquals("value" in member && member.value, await own.sign(base!));
    count++;
  }
  assertStrictEquals(count, 6);
});

Deno.test("the digests of RFC 9530 and RFC 9421 are made and checked", async () => {
  const rows = await readVectors<readonly Record<string, string>[]>("http-signatures/rfc9530.json");
  for (const { source, content, algorithm, field } of rows) {
    const own = await contentDigest(bytes(content!), algorithm as "sha-256");
    assertStrictEquals(own, field!, source);
    assertStrictEquals(await digestFault(field!, bytes(content!)), undefined, source);
    assert(await digestFault(field!, bytes(`${content}.`)), source);
  }
  assertStrictEquals(rows.length, 7);
  assert(await digestFault("md5=:XrY7u+Ae7tCTyyK7j1rNww==:", bytes("")));
  assert(await digestFault("sha-256=RK", bytes("")));
  assert(await digestFault("sha-256=:@:", bytes("")));
  // RFC 9530 section 2 has an example whose two digests are of different content.
  const both = "sha-256=:d435Qo+nKZ+gLcUHn7GQtQ72hiBVAgqoLsZnZPiTGPk=:, " + rows[1]!["field"];
  assert(await digestFault(both, bytes('{"hello": "world"}\n')));
});
