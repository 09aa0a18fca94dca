/** Signatures that others published, signed and verified: their numbers are counted. */

import { assertEquals } from "@std/assert";
import {
  github,
  hmac,
  shopify,
  signWebhook,
  slack,
  standard,
  stripe,
  verifyWebhook,
  type WebhookScheme,
} from "../../src/webhooks/mod.ts";

interface Vector {
  readonly origin: string;
  readonly scheme: WebhookScheme;
  readonly secret: string;
  /** What signs, where that is another key. */
  readonly signer?: string;
  readonly id?: string;
  /** Seconds since 1970. */
  readonly time?: number;
  readonly body: string;
  /** The header and its value, as published. */
  readonly signature: readonly [name: string, value: string];
  readonly more?: Readonly<Record<string, string>>;
  readonly isText?: boolean;
}

const STANDARD = {
  scheme: standard(),
  id: "msg_p5jXN8AQM9LWM0D4loKWxJek",
  time: 1614265330,
  body: '{"test": 2432232314}',
};
const HMAC_SIGNATURE = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";
const SECRET = "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

/** The public key of a seed, both in base64: the library derives it. */
async function publicKey(seed: string): Promise<string> {
  const head = "MC4CAQAwBQYDK2VwBCIEIA=="; // RFC 8410 7
  const pkcs8 = Uint8Array.from(atob(head) + atob(seed), (one) => one.charCodeAt(0));
  const key = await crypto.subtle.importKey("pkcs8", pkcs8, "Ed25519", true, ["sign"]);
  const { x } = await crypto.subtle.exportKey("jwk", key);
  return x!.replaceAll("-", "+").replaceAll("_", "/");
}

const VECTORS: readonly Vector[] = [
  {
    origin: "Standard Webhooks, libraries: sign",
    ...STANDARD,
    secret: `whsec_${SECRET}`,
    signature: ["webhook-signature", HMAC_SIGNATURE],
  },
  {
    origin: "Standard Webhooks, libraries: the secret without its prefix",
    ...STANDARD,
    secret: SECRET,
    signature: ["webhook-signature", HMAC_SIGNATURE],
  },
  {
    origin: "Standard Webhooks, Go: sign with Ed25519",
    ...STANDARD,
    signer: "whsk_VEVTVFNJR05JTkdLRVlET05PVFVTRVRISVNGT1JBTlk=",
    secret: `whpk_${await publicKey("VEVTVFNJR05JTkdLRVlET05PVFVTRVRISVNGT1JBTlk=")}`,
    signature: [
      "webhook-signature",
      "v1a,tQ9V2XOqn7jL/DQenEFpqIugdBVtiMmER5mhSkXBNwM0mkATuDe6KYYUuxqtaiHeYGb7KaaBRdM5WqyeFiL8Ag==",
    ],
  },
  {
    origin: "GitHub, Validating webhook deliveries: testing the webhook payload validation",
    scheme: github(),
    secret: "It's a Secret to Everybody",
    body: "Hello, World!",
    signature: [
      "x-hub-signature-256",
      "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17",
    ],
    isText: true,
  },
  {
    origin: "Slack, Verifying requests from Slack: the example",
    scheme: slack(),
    secret: "8f742231b10e8888abcd99yyyzzz85a5",
    time: 1531420618,
    body:
      "token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V" +
      "&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text=" +
      "&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554" +
      "%2F96rGlfmibIGlgcZRskXaIFfN&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c",
    signature: [
      "x-slack-signature",
      "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503",
    ],
    more: { "content-type": "application/x-www-form-urlencoded" },
  },
];

for (const vector of VECTORS) {
  const { origin, scheme, secret, signer = secret, id, time, body, signature, more } = vector;
  const [name, value] = signature;
  const timestamp = time === undefined ? undefined : new Date(time * 1000);
  const given = { ...(id !== undefined && { id }), ...(timestamp !== undefined && { timestamp }) };

  Deno.test(`a published webhook is signed as published: ${origin}`, async () => {
    const headers = await signWebhook({ scheme, secret: signer, ...given }, body);
    assertEquals(headers[name], value);
  });

  Deno.test(`a published webhook is verified: ${origin}`, async () => {
    const signed = await signWebhook({ scheme, secret: signer, ...given }, body);
    const headers = { ...signed, [name]: value, ...more };
    const as = vector.isText ? "text" : "json";
    const now = () => (time ?? 0) * 1000;
    const verified = await verifyWebhook({ headers, body }, { scheme, secret, as, now });
    assertEquals(verified.timestamp, timestamp);
    if (id !== undefined) assertEquals(verified.id, id);
    assertEquals(verified.body, new TextEncoder().encode(body));
  });
}

/** RFC 4231 section 4: those whose key has at least 16 bytes and whose text is ASCII or bytes. */
const RFC_4231 = [
  {
    number: 1,
    key: new Uint8Array(20).fill(0x0b),
    data: new TextEncoder().encode("Hi There"),
    sha256: "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7",
    sha512:
      "87aa7cdea5ef619d4ff0b4241a1d6cb02379f4e2ce4ec2787ad0b30545e17cdedaa833b7d6b8a702038b274eaea3f4e4be9d914eeb61f1702e696c203a126854",
  },
  {
    number: 3,
    key: new Uint8Array(20).fill(0xaa),
    data: new Uint8Array(50).fill(0xdd),
    sha256: "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe",
    sha512:
      "fa73b0089d56a284efb0f0756c890be9b1b5dbdd8ee81a3655f83e33b2279d39bf3e848279a722c806b485a47e67c807b946a337bee8942674278859e13292fb",
  },
  {
    number: 6,
    key: new Uint8Array(131).fill(0xaa),
    data: new TextEncoder().encode("Test Using Larger Than Block-Size Key - Hash Key First"),
    sha256: "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54",
    sha512:
      "80b24263c7c1a3ebb71493c1dd7be8b49b46d1f41b4aeec1121b013783f8f3526b56d037e05f2598bd0fd2215d6a1e5295e64f73f63f0aec8b915a985d786598",
  },
] as const;

for (const { number, key, data, sha256, sha512 } of RFC_4231) {
  Deno.test(`hmac() has the codes of RFC 4231, test case ${number}`, async () => {
    for (const [hash, expected] of [["SHA-256", sha256], ["SHA-512", sha512]] as const) {
      const scheme = hmac({ header: "x-code", hash });
      assertEquals(await signWebhook({ secret: key, scheme }, data), { "x-code": expected });
    }
  });
}

Deno.test("the published vectors are all there", () => {
  assertEquals([VECTORS.length, RFC_4231.length], [5, 3]);
});

Deno.test("Slack's form is the event", async () => {
  const { scheme, secret, body, time } = VECTORS[4]!;
  const headers = {
    ...await signWebhook({ scheme, secret, timestamp: new Date(time! * 1000) }, body),
    "content-type": "application/x-www-form-urlencoded; charset=utf-8",
  };
  const { event } = await verifyWebhook({ headers, body }, {
    scheme,
    secret,
    now: () => time! * 1000,
  });
  const { command, user_name } = event as Record<string, string>;
  assertEquals([command, user_name], ["/webhook-collect", "roadrunner"]);
});

Deno.test("every scheme verifies what it signs, whatever the bytes", async () => {
  const custom = hmac({
    header: "X-Sig",
    prefix: "t1=",
    encoding: "base64url",
    hash: "SHA-512",
    template: "{id}/{body}/{timestamp}",
    timestampHeader: "X-Time",
    timestampUnit: "milliseconds",
    idHeader: "X-Id",
  });
  const secret = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
  const bodies = ["", "é€😀", "\0\r\n", "$&$1{id}{timestamp}{body}", new Uint8Array([255, 254, 0])];
  for (const scheme of [standard(), github(), stripe(), slack(), shopify(), custom]) {
    for (const body of bodies) {
      const headers = await signWebhook({ secret, scheme }, body);
      const given = { headers, body };
      if (typeof body === "string") {
        assertEquals((await verifyWebhook(given, { secret, scheme, as: "text" })).event, body);
        continue;
      }
      const failure = await verifyWebhook(given, { secret, scheme, as: "text" }).catch((error) =>
        error
      );
      assertEquals(failure.code, "webhook_invalid", "the signature fits, and the text is no UTF-8");
    }
  }
});
