/** What a security scheme of a description makes of each kind of credential. */

import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { type AuthScheme, bearerAuth } from "../../../mod.ts";
import { generate } from "../../../src/generate/mod.ts";
import { API, call, type SecurityScheme } from "../../../src/generate/runtime/mod.ts";
import { MockTransport } from "../../../src/testing/mod.ts";

const ORIGIN = "https://api.example";
const KEY = "t0p-s3cret";

/** The forms of a credential. */
const FORMS: Readonly<Record<string, unknown>> = {
  text: KEY,
  provider: () => Promise.resolve(KEY),
  user: { username: "ada", password: KEY },
  scheme: bearerAuth("own"),
  nothing: null,
  number: 5,
  "half a user": { username: "ada" },
};

/** What arrives, by the form; the others are refused with these words. */
interface Row {
  readonly scheme: SecurityScheme;
  readonly sends: Readonly<Record<string, string>>;
  readonly refuses: string;
}

const BEARER = {
  text: `authorization: Bearer ${KEY}`,
  provider: `authorization: Bearer ${KEY}`,
  scheme: "authorization: Bearer own",
};
const OWN = { scheme: "authorization: Bearer own" };

const ROWS: readonly Row[] = [
  {
    scheme: { type: "apiKey", in: "header", name: "X-Key" },
    sends: { text: `x-key: ${KEY}`, provider: `x-key: ${KEY}`, ...OWN },
    refuses: "the key, or an AuthScheme",
  },
  {
    scheme: { type: "apiKey", in: "query", name: "key" },
    sends: { text: `?key=${KEY}`, provider: `?key=${KEY}`, ...OWN },
    refuses: "the key, or an AuthScheme",
  },
  {
    scheme: { type: "apiKey", in: "cookie", name: "key" },
    sends: { text: `cookie: key=${KEY}`, provider: `cookie: key=${KEY}`, ...OWN },
    refuses: "the key, or an AuthScheme",
  },
  ...["basic", "Basic", "BASIC"].map((scheme): Row => ({
    scheme: { type: "http", scheme },
    sends: { user: `authorization: Basic ${btoa(`ada:${KEY}`)}`, ...OWN },
    refuses: "{ username, password }",
  })),
  { scheme: { type: "http", scheme: "bearer" }, sends: BEARER, refuses: "a token" },
  { scheme: { type: "http", scheme: "Bearer" }, sends: BEARER, refuses: "a token" },
  { scheme: { type: "oauth2" }, sends: BEARER, refuses: "such as oauth2()" },
  { scheme: { type: "openIdConnect" }, sends: BEARER, refuses: "such as oauth2()" },
  { scheme: { type: "http", scheme: "digest" }, sends: OWN, refuses: "digestAuth(user, password)" },
  {
    scheme: { type: "http", scheme: "DPoP" },
    sends: OWN,
    refuses: "oauth2() of ./auth/oauth2 with dpop",
  },
  // The other names of IANA's registry of authentication schemes.
  ...[
    "HOBA",
    "Mutual",
    "Negotiate",
    "PrivateToken",
    "SCRAM-SHA-256",
    "vapid",
    "GNAP",
    "constructor",
  ]
    .map((scheme): Row => ({
      scheme: { type: "http", scheme },
      sends: OWN,
      refuses: "an AuthScheme of your own",
    })),
  {
    scheme: { type: "mutualTLS" },
    sends: {},
    refuses: "give it to the transport, as cert and key",
  },
];

/** An API with one security scheme, and what it sent. */
async function sent(scheme: SecurityScheme, credential: unknown): Promise<string> {
  const transport = new MockTransport().on("GET", () => true, { json: "ok" });
  const auth = { it: credential } as Record<string, AuthScheme>;
  await using api = new API({ server: ORIGIN, security: { it: scheme } }, { transport, auth });
  const responses = { 200: ["application/json"] };
  await call(api, { id: "x", method: "GET", path: "/", responses, security: [["it"]] });
  const { url, headers } = transport.calls[0]!;
  const found = ["authorization", "x-key", "cookie"].find((name) => headers.has(name));
  return found === undefined ? new URL(url).search : `${found}: ${headers.get(found)}`;
}

for (const { scheme, sends, refuses } of ROWS) {
  const name = JSON.stringify(scheme);
  // R20.16
  Deno.test(`a credential of ${name} is sent, or refused with what it takes`, async (t) => {
    for (const [form, credential] of Object.entries(FORMS)) {
      await t.step(form, async () => {
        const expected = sends[form];
        if (expected !== undefined) return assertEquals(await sent(scheme, credential), expected);
        const auth = { it: credential } as Record<string, AuthScheme>;
        const description = { server: ORIGIN, security: { it: scheme } };
        const error = assertThrows(() => new API(description, { auth }), TypeError);
        assertStringIncludes(error.message, "auth.it");
        assertStringIncludes(error.message, refuses);
        assert(!error.message.includes(KEY), error.message);
      });
    }
  });
}

// R20.16
Deno.test("every type of security scheme that OpenAPI has is generated, and mutualTLS asks for no credential", async () => {
  const schemes = {
    key: { type: "apiKey", in: "header", name: "X-Key" },
    user: { type: "http", scheme: "basic" },
    digest: { type: "http", scheme: "digest" },
    grant: { type: "oauth2", flows: {} },
    connect: { type: "openIdConnect", openIdConnectUrl: `${ORIGIN}/.well-known` },
    tls: { type: "mutualTLS" },
  };
  const operation = (security: object[]) => ({
    get: { security, responses: { 200: { description: "ok" } } },
  });
  const { files, warnings } = await generate({
    openapi: "3.1.0",
    info: { title: "x", version: "1" },
    servers: [{ url: ORIGIN }],
    paths: {
      "/tls": operation([{ tls: [] }]),
      "/both": operation([{ tls: [], key: [] }]),
    },
    components: { securitySchemes: schemes },
  });
  assertEquals(warnings, []);
  const code = [...files.values()].join("\n");
  for (const type of ['"openIdConnect"', '"mutualTLS"', '"oauth2"', '"digest"']) {
    assertStringIncludes(code, type);
  }
  assertStringIncludes(code, '[["key"]]');
});
