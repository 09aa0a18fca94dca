/** Signed tokens and thumbprints, by the vectors of the specifications. */

import { assertEquals } from "@std/assert";
import { signBytes } from "../../../src/auth/keys/algorithms.ts";
import { hash, type PublicJWK, thumbprint } from "../../../src/auth/keys/jwk.ts";
import { signJWT } from "../../../src/auth/keys/jwt.ts";
import { readPrivateKey } from "../../../src/auth/keys/private_key.ts";
import { fromBase64URL, toBase64URL } from "../../../src/formats/base64.ts";

/** RFC 8037 A.1. */
const ED25519 = {
  kty: "OKP",
  crv: "Ed25519",
  d: "nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A",
  x: "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo",
};

Deno.test("thumbprints: 3 of 3 published ones", async () => {
  const n =
    "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw";
  const rows: [where: string, jwk: PublicJWK, expected: string][] = [
    ["RFC 7638 3.1", { kty: "RSA", n, e: "AQAB" }, "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs"],
    [
      "RFC 8037 A.3",
      { kty: "OKP", crv: "Ed25519", x: ED25519.x },
      "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k",
    ],
    [
      "RFC 9449 6.1",
      {
        kty: "EC",
        x: "l8tFrhx-34tV3hRICRDY9zCkDlpBhF42UQUfWVAWBFs",
        y: "9VE4jf_Ok_o64zbTTlcuNJajHmt6v9TDVrU0CdvGRDA",
        crv: "P-256",
      },
      "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I",
    ],
  ];
  for (const [where, jwk, expected] of rows) assertEquals(await thumbprint(jwk), expected, where);
});

Deno.test("the signature of RFC 8037 A.4 is made, and the hash of RFC 9449 7.1", async () => {
  const key = await readPrivateKey("key", ED25519)();
  const text = "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc";
  assertEquals(
    toBase64URL(await signBytes(key, new TextEncoder().encode(text))),
    "hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg",
  );
  assertEquals(
    await hash("Kz~8mXK1EalYznwH-LC-1fBAo.4Ljp~zsPE_NeO.gxU"),
    "fUHyO2r2Z3DZ53EsNrWBb0xWXoaNy59IiKCAqksmQEo",
  );
});

Deno.test("a JWT has the header of RFC 7523 4, its claims in order, and a signature that holds", async () => {
  const curve = { name: "ECDSA", namedCurve: "P-256" };
  const pair = await crypto.subtle.generateKey(curve, false, ["sign", "verify"]);
  const claims = {
    iss: "https://jwt-idp.example.com",
    sub: "mailto:mike@example.com",
    aud: "https://jwt-rp.example.net",
    nbf: 1300815780,
    exp: 1300819380,
    "http://claims.example.com/member": true,
    missing: undefined,
  };
  const jwt = await signJWT({ alg: "ES256", kid: "16" }, claims, pair.privateKey);
  const [header, payload, signature] = jwt.split(".");
  assertEquals(header, "eyJhbGciOiJFUzI1NiIsImtpZCI6IjE2In0"); // as the example of RFC 7523 2.1 sends it
  assertEquals(
    new TextDecoder().decode(fromBase64URL(payload!)),
    '{"iss":"https://jwt-idp.example.com","sub":"mailto:mike@example.com",' +
      '"aud":"https://jwt-rp.example.net","nbf":1300815780,"exp":1300819380,' +
      '"http://claims.example.com/member":true}',
  );
  const signed = new TextEncoder().encode(`${header}.${payload}`);
  const algorithm = { name: "ECDSA", hash: "SHA-256" };
  const bytes = fromBase64URL(signature!)!;
  assertEquals(await crypto.subtle.verify(algorithm, pair.publicKey, bytes, signed), true);
});
