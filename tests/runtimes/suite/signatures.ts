/**
 * Signed requests: published signatures of AWS and RFC 9421, and what one side signs and the other verifies.
 *
 * @module
 */

import { HTTPClient, type NetworkingError } from "@codomyrmex/networking";
import { awsSigV4, httpSignature, verifySignature } from "@codomyrmex/networking/auth/sign";
import { equal, rejection } from "./assert.ts";
import { type Case, feature, QUICK } from "./case.ts";

/** RFC 9421 B.2.6, with the key of B.1.4. */
const PUBLISHED = {
  method: "POST",
  url: "https://example.com/foo?param=Value&Pet=dog",
  headers: {
    "date": "Tue, 20 Apr 2021 02:07:55 GMT",
    "content-type": "application/json",
    "content-length": "18",
    "signature-input":
      'sig-b26=("date" "@method" "@path" "@authority" "content-type" "content-length");created=1618884473;keyid="test-key-ed25519"',
    "signature":
      "sig-b26=:wqcAqbmYJ2ji2glfAMaRy4gruYYnx2nEFN2HN6jrnDnQCK1u02Gb04v9EDgwUPiu4A0w6vuQv5lIp5WPpBKRCw==:",
  },
};
const ED25519 = { kty: "OKP", crv: "Ed25519", x: "JrQLj5P_89iXES9-vFgrIy29clF9CC_oPPsw3c5D0bs" };

/** The cases. */
export const signatures: readonly Case[] = feature("signatures", {
  async "a request to AWS has the published signature"() {
    const sent: string[][] = [];
    const client = new HTTPClient({
      ...QUICK,
      baseUrl: "https://example.amazonaws.com/",
      auth: awsSigV4({
        credentials: {
          accessKeyId: "AKIDEXAMPLE",
          secretAccessKey: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
        },
        region: "us-east-1",
        service: "service",
        now: () => Date.UTC(2015, 7, 30, 12, 36),
      }),
      transport: (_url, { headers }) => {
        const fields = new Headers(headers);
        sent.push([fields.get("x-amz-date") ?? "", fields.get("authorization") ?? ""]);
        return Promise.resolve(new Response("ok"));
      },
    });
    await client.get("");
    // get-vanilla of AWS's test suite.
    equal(sent, [[
      "20150830T123600Z",
      "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, " +
      "SignedHeaders=host;x-amz-date, " +
      "Signature=5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31",
    ]]);
  },
  async "a published signature is verified, and not for another message"() {
    const options = {
      keys: { "test-key-ed25519": { key: ED25519, algorithm: "ed25519" } },
      required: [],
      now: () => 1_618_884_473_000,
    } as const;
    equal((await verifySignature(PUBLISHED, options)).keyId, "test-key-ed25519");
    const changed = { ...PUBLISHED, method: "PUT" };
    const error = await rejection(verifySignature(changed, options)) as NetworkingError;
    equal(error.code, "signature_invalid");
  },
  async "what is signed with a key pair is verified where it comes in"(context) {
    await context.answer("/orders", { status: 503 }, { status: 200 });
    const pair = await crypto.subtle.generateKey(
      { name: "ECDSA", namedCurve: "P-256" },
      false,
      ["sign", "verify"],
    );
    const auth = httpSignature({ key: pair.privateKey, keyId: "orders", nonce: true });
    await new HTTPClient(QUICK).put(context.url("/orders"), { item: 7 }, { auth });
    const keys = { orders: pair.publicKey };
    const url = context.url("/orders");
    const sent = await context.requests();
    for (const { method, headers } of sent) {
      const { components } = await verifySignature({ method, url, headers, body: '{"item":7}' }, {
        keys,
      });
      equal(components, ["@method", "@target-uri", "content-type", "content-digest"]);
    }
    equal([sent.length, new Set(sent.map(({ headers }) => headers["signature"])).size], [2, 2]);
  },
});
