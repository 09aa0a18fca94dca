/** Grants without a user, and how clients prove who they are: what is sent, and what may go wrong. */

import {
  assert,
  assertEquals,
  assertNotEquals,
  assertRejects,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import { HTTPClient, NetworkingError } from "../../../../mod.ts";
import {
  clientSecretJwt,
  googleServiceAccount,
  jwtBearer,
  mutualTls,
  oauth2,
  type OAuth2Grant,
  type OAuth2Options,
  privateKeyJwt,
  tokenExchange,
} from "../../../../src/auth/oauth2/mod.ts";
import { fromBase64URL, toBase64 } from "../../../../src/formats/base64.ts";
import { FakeClock } from "../../../../src/testing/mod.ts";
import {
  API,
  type Authority,
  authority,
  ISSUER,
  read,
  refusal,
  token,
} from "../../../support/authority.ts";

const ES256 = { name: "ECDSA", namedCurve: "P-256" };
const PAIR = await crypto.subtle.generateKey(ES256, true, ["sign", "verify"]);
const KEY = PAIR.privateKey;
const PEM = `-----BEGIN PRIVATE KEY-----\n${
  toBase64(new Uint8Array(await crypto.subtle.exportKey("pkcs8", KEY)))
}\n-----END PRIVATE KEY-----\n`;

function clientOf(server: Authority, options: OAuth2Options): HTTPClient {
  return new HTTPClient({
    baseUrl: API,
    transport: server.transport,
    auth: oauth2(options),
    retryBackoff: { milliseconds: 1 },
  });
}

async function isSigned(jwt: string): Promise<boolean> {
  const [header, claims, signature = ""] = jwt.split(".");
  const text = new TextEncoder().encode(`${header}.${claims}`);
  const how = { name: "ECDSA", hash: "SHA-256" };
  return await crypto.subtle.verify(how, PAIR.publicKey, fromBase64URL(signature)!, text);
}

const JWT_BEARER = "urn:ietf:params:oauth:grant-type:jwt-bearer";
const EXCHANGE = "urn:ietf:params:oauth:grant-type:token-exchange";
const TYPE = "urn:ietf:params:oauth:token-type:";

// R16.35
Deno.test("jwtBearer() sends what RFC 7523 2.1 and 3 ask for, signed, and another one each time", async () => {
  const server = authority();
  const grant = jwtBearer({ key: KEY, keyId: "16", issuer: "robot", subject: "ada" });
  const auth = oauth2({ tokenEndpoint: `${ISSUER}/token`, grant, scope: "read" });
  await using client = new HTTPClient({ baseUrl: API, transport: server.transport, auth });
  assertEquals((await client.get("/")).text, "Bearer access-1");
  assertEquals((await client.get("/")).text, "Bearer access-1");
  const { form, headers } = server.at("/token")[0]!;
  assertEquals([...form.keys()].sort(), ["assertion", "grant_type", "scope"]);
  assertEquals([form.get("grant_type"), form.get("scope")], [JWT_BEARER, "read"]);
  assertEquals(headers.get("authorization"), null);
  const assertion = form.get("assertion")!;
  assert(await isSigned(assertion));
  const [header, claims] = read(assertion);
  assertEquals(header, { alg: "ES256", kid: "16" });
  const { iat, exp, jti, ...rest } = claims;
  assertEquals(rest, { iss: "robot", sub: "ada", aud: `${ISSUER}/token` });
  const age = Date.now() / 1000 - Number(iat);
  assert(age >= 10 && age < 15, String(age));
  assertEquals(Number(exp) - Number(iat), 120);
  assertEquals(typeof jti, "string");
});

Deno.test("googleServiceAccount() sends what Google documents, and an ID token where an audience is given", async (t) => {
  const file = {
    type: "service_account",
    "client_email": "robot@project.iam.gserviceaccount.com",
    "private_key": PEM,
    "private_key_id": "1",
    "token_uri": `${ISSUER}/token`,
  };
  await t.step("scope", async () => {
    const server = authority();
    const text = JSON.stringify({ ...file, private_key: PEM.replaceAll("\n", "\\n") });
    const grant = googleServiceAccount(text, { scope: "a b", subject: "ada@example.com" });
    await using client = clientOf(server, { grant });
    assertEquals((await client.get("/")).text, "Bearer access-1");
    const { form } = server.at("/token")[0]!;
    assertEquals([...form.keys()].sort(), ["assertion", "grant_type"]);
    assert(await isSigned(form.get("assertion")!));
    const [header, claims] = read(form.get("assertion"));
    assertEquals(header, { alg: "ES256", kid: "1" });
    assertEquals([claims.iss, claims.sub, claims.aud, claims.scope], [
      file.client_email,
      "ada@example.com",
      file.token_uri,
      "a b",
    ]);
  });
  await t.step("audience", async () => {
    const part = (json: object) => btoa(JSON.stringify(json)).replaceAll("=", "");
    const exp = Math.floor(Date.now() / 1000) + 3600;
    const idToken = `${part({ alg: "RS256" })}.${part({ aud: "https://run.example", exp })}.c2ln`;
    const server = authority({ "/token": () => Response.json({ "id_token": idToken }) });
    const grant = googleServiceAccount(file, { audience: "https://run.example" });
    await using client = clientOf(server, { grant });
    assertEquals((await client.get("/")).text, `Bearer ${idToken}`);
    assertEquals((await client.get("/")).text, `Bearer ${idToken}`);
    assertEquals(server.at("/token").length, 1); // it is valid for an hour
    assertEquals(
      read(server.at("/token")[0]!.form.get("assertion"))[1].target_audience,
      "https://run.example",
    );
  });
  await t.step("what is no such file is refused, and not shown", () => {
    const rows: [json: unknown, options: object, why: string][] = [
      [PEM, { scope: "a" }, "not JSON"],
      ["[]", { scope: "a" }, "content of its JSON file"],
      [{ ...file, type: "authorized_user" }, { scope: "a" }, '"service_account"'],
      [{ ...file, client_email: 1 }, { scope: "a" }, "client_email"],
      [{ ...file, token_uri: "http://id.example/token" }, { scope: "a" }, "token_uri"],
      [{ ...file, private_key: "s3cret" }, { scope: "a" }, "key: the text is not PEM"],
      [file, {}, "scope for access tokens, or audience"],
      [file, { scope: "a", audience: "b" }, "scope for access tokens, or audience"],
      [file, { scopes: "a" }, "did you mean scope?"],
    ];
    for (const [json, options, why] of rows) {
      const error = assertThrows(
        () => googleServiceAccount(json as string, options as { scope: string }),
        TypeError,
      );
      assertStringIncludes(error.message, why);
      assert(!/s3cret|BEGIN/.test(error.message), error.message);
    }
  });
});

// R16.35, R16.37
Deno.test("tokenExchange() sends what RFC 8693 2.1 asks for, with a subject token of now", async (t) => {
  await t.step("all parameters; the provider is asked for each exchange", async () => {
    const server = authority({
      "/token": (_, number) =>
        token(number, { "issued_token_type": `${TYPE}access_token`, "refresh_token": "unused" }),
    });
    let given = 0;
    const grant = tokenExchange({
      subjectToken: () => `subject-${++given}`,
      subjectTokenType: "id_token",
      actorToken: "actor",
      requestedTokenType: "access_token",
      audience: ["one", "two"],
    });
    let held: unknown;
    const store = {
      get: () => undefined,
      set: (tokens: unknown) => void (held = tokens),
    };
    const auth = oauth2({ issuer: ISSUER, grant, resource: [`${API}/`, `${API}/other`], store });
    await using client = new HTTPClient({ baseUrl: API, transport: server.transport, auth });
    await client.get("/");
    await client.get("/");
    assertEquals(server.at("/token").map(({ form }) => form.get("subject_token")), [
      "subject-1",
      "subject-2",
    ]);
    const sent = [...server.at("/token")[0]!.form].toSorted(([a], [b]) =>
      a < b ? -1 : a > b ? 1 : 0
    );
    assertEquals(sent, [
      ["actor_token", "actor"],
      ["actor_token_type", `${TYPE}jwt`],
      ["audience", "one"],
      ["audience", "two"],
      ["grant_type", EXCHANGE],
      ["requested_token_type", `${TYPE}access_token`],
      ["resource", `${API}/`],
      ["resource", `${API}/other`],
      ["subject_token", "subject-1"],
      ["subject_token_type", `${TYPE}id_token`],
    ]);
    assert(!JSON.stringify(held).includes("unused"));
  });
  await t.step(
    "a token of another type than was asked for is refused; N_A is taken if asked for",
    async () => {
      const rows: [requested: string | undefined, answer: object, isTaken: boolean][] = [
        ["jwt", { "issued_token_type": `${TYPE}jwt`, "token_type": "N_A" }, true],
        ["jwt", { "issued_token_type": `${TYPE}access_token` }, false],
        ["jwt", {}, false],
        [undefined, { "issued_token_type": `${TYPE}jwt`, "token_type": "N_A" }, false],
        [undefined, { "issued_token_type": `${TYPE}access_token` }, true],
      ];
      for (const [requestedTokenType, answer, isTaken] of rows) {
        const server = authority({ "/token": (_, number) => token(number, { ...answer }) });
        const grant = tokenExchange({
          subjectToken: "a",
          ...(requestedTokenType !== undefined && { requestedTokenType }),
        });
        await using client = clientOf(server, { issuer: ISSUER, grant });
        const outcome = await client.get("/").then(({ text }) => text, (error) => error.code);
        assertEquals(outcome, isTaken ? "Bearer access-1" : "auth_failed", JSON.stringify(answer));
      }
    },
  );
  await t.step(
    "a provider's error passes unchanged; one that is late ends after 30 seconds",
    async () => {
      const own = new DOMException("its own", "TimeoutError");
      const broken = tokenExchange({ subjectToken: () => Promise.reject(own) });
      await using client = clientOf(authority(), { issuer: ISSUER, grant: broken });
      assertEquals(await client.get("/").catch((error) => error), own);
      const clock = new FakeClock();
      using _installed = clock.install();
      const late = tokenExchange({ subjectToken: () => new Promise<string>(() => {}) });
      await using patient = clientOf(authority(), { issuer: ISSUER, grant: late });
      const failed = assertRejects(
        () => patient.get("/", { timeout: false, totalTimeout: false }),
        NetworkingError,
        "subjectToken returned no token within 30 s",
      );
      await clock.advance(30);
      await failed;
    },
  );
  await t.step("what it gives is checked", async () => {
    const grant = tokenExchange({ subjectToken: () => "two lines\n" });
    await using client = clientOf(authority(), { issuer: ISSUER, grant });
    const error = await assertRejects(() => client.get("/"), TypeError);
    assertStringIncludes(error.message, "subjectToken must be visible ASCII");
  });
});

// R16.35, R16.36
Deno.test("client assertions have what RFC 7523 3 asks for, and are new for each request", async (t) => {
  const rows: [name: string, options: OAuth2Options, alg: string][] = [
    ["private_key_jwt", { clientAuthentication: privateKeyJwt({ key: PEM, keyId: "1" }) }, "ES256"],
    ["client_secret_jwt", {
      clientSecret: "a secret of 32 characters or more",
      clientAuthentication: clientSecretJwt(),
    }, "HS256"],
  ];
  for (const [name, options, alg] of rows) {
    await t.step(name, async () => {
      const server = authority({ "/token": (_, count) => token(count, { "expires_in": 0 }) });
      await using client = clientOf(server, { issuer: ISSUER, clientId: "reports", ...options });
      await client.get("/");
      await client.get("/");
      const forms = server.at("/token").map(({ form }) => form);
      const [one, two] = forms.map((form) => read(form.get("client_assertion")));
      assertEquals(forms[0]!.get("client_id"), "reports");
      assertEquals(forms[0]!.get("client_secret"), null);
      assertEquals(
        forms[0]!.get("client_assertion_type"),
        "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
      );
      assertEquals(one![0].alg, alg);
      const { iss, sub, aud, exp, iat, jti } = one![1];
      assertEquals([iss, sub, aud], ["reports", "reports", ISSUER]);
      assertEquals(Number(exp) - Number(iat), 120);
      assertNotEquals(jti, two![1].jti);
    });
  }
  await t.step("the signature of client_secret_jwt is HMAC-SHA256 with the secret", async () => {
    const server = authority();
    const clientSecret = "a secret of 32 characters or more";
    const clientAuthentication = clientSecretJwt({ audience: "https://other.example" });
    const own = { issuer: ISSUER, clientId: "a", clientSecret, clientAuthentication };
    await using client = clientOf(server, own);
    await client.get("/");
    const jwt = server.at("/token")[0]!.form.get("client_assertion")!;
    assertEquals(read(jwt)[1].aud, "https://other.example");
    const [header, claims, signature = ""] = jwt.split(".");
    const hmac = { name: "HMAC", hash: "SHA-256" };
    const bytes = new TextEncoder().encode(clientSecret);
    const key = await crypto.subtle.importKey("raw", bytes, hmac, false, ["verify"]);
    const text = new TextEncoder().encode(`${header}.${claims}`);
    assert(await crypto.subtle.verify("HMAC", key, fromBase64URL(signature)!, text));
  });
  await t.step("a clock that is slow is corrected once", async () => {
    const server = authority({
      "/token": ({ form }, count) => {
        const { iat } = read(form.get("client_assertion"))[1];
        const now = Date.now() + 3_600_000;
        if (Math.abs(Number(iat) * 1000 - now) < 60_000) return token(count);
        return refusal("invalid_client", 401, { date: new Date(now).toUTCString() });
      },
    });
    const clientAuthentication = privateKeyJwt({ key: KEY });
    await using client = clientOf(server, { issuer: ISSUER, clientId: "a", clientAuthentication });
    assertEquals((await client.get("/")).text, "Bearer access-2");
  });
  await t.step("a refusal by a clock that does not differ is final", async () => {
    const server = authority({
      "/token": () => refusal("invalid_client", 401, { date: new Date().toUTCString() }),
    });
    const clientAuthentication = privateKeyJwt({ key: KEY });
    await using client = clientOf(server, { issuer: ISSUER, clientId: "a", clientAuthentication });
    await assertRejects(() => client.get("/"), NetworkingError, "invalid_client");
    assertEquals(server.at("/token").length, 1);
  });
});

Deno.test("mutualTls() sends client_id alone, to the endpoints that the metadata has for it", async () => {
  const server = authority({ "/mtls": (_, count) => token(count) }, {
    "mtls_endpoint_aliases": { "token_endpoint": `${ISSUER}/mtls` },
  });
  const own = { issuer: ISSUER, clientId: "a", clientAuthentication: mutualTls() };
  await using client = clientOf(server, own);
  assertEquals((await client.get("/")).text, "Bearer access-1");
  const { form, headers } = server.at("/mtls")[0]!;
  assertEquals(Object.fromEntries(form), {
    "client_id": "a",
    "grant_type": "client_credentials",
  });
  assertEquals(headers.get("authorization"), null);
  await using given = clientOf(server, { ...own, tokenEndpoint: `${ISSUER}/token` });
  await given.get("/"); // the option counts before the metadata
  assertEquals(server.at("/token").length, 1);
});

Deno.test("an authentication and a grant of the caller's own send what they say", async () => {
  const server = authority();
  let count = 0;
  const clientAuthentication = {
    method: "attest_jwt_client_auth",
    parameters: ({ clientId, issuer }: { clientId: string; issuer: string }) => ({
      "client_attestation": `${clientId} at ${issuer} ${++count}`,
    }),
  };
  const grant = { grantType: "urn:x:own", parameters: () => ({ proof: ["one", "two"] }) };
  await using client = clientOf(server, {
    ...{ issuer: ISSUER, clientId: "a", clientSecret: "s3cret", clientAuthentication, grant },
  });
  await client.get("/");
  assertEquals([...server.at("/token")[0]!.form].toSorted().map((pair) => pair.join("=")), [
    "client_attestation=a at https://id.example 1",
    "client_id=a",
    "grant_type=urn:x:own",
    "proof=one",
    "proof=two",
  ]);
});

Deno.test("a server that quotes what it was sent shows none of it", async () => {
  const quoting = ({ form, headers }: { form: URLSearchParams; headers: Headers }) =>
    Response.json({
      error: "invalid_grant",
      error_description: `got ${form} ${headers.get("dpop")}`.replaceAll("%", " %").slice(0, 4000),
    }, { status: 400 });
  const subject = "subject.token.secret";
  const rows: OAuth2Options[] = [
    { grant: jwtBearer({ key: KEY, issuer: "robot" }) },
    { grant: tokenExchange({ subjectToken: subject, actorToken: "actor.token.secret" }) },
    { clientId: "a", clientAuthentication: privateKeyJwt({ key: KEY }) },
    { clientId: "a", clientAuthentication: privateKeyJwt({ key: KEY }), dpop: true },
  ];
  for (const options of rows) {
    const server = authority({ "/token": quoting });
    await using client = clientOf(server, { issuer: ISSUER, ...options });
    const error = await assertRejects(() => client.get("/"), NetworkingError);
    const shown = Deno.inspect(error, { depth: 20 });
    assert(!/eyJ|token\.secret/.test(shown), shown);
    assertStringIncludes(error.message, "invalid_grant");
  }
});

// R16.28
Deno.test("an endpoint that redirects is refused, and the other place gets nothing", async () => {
  const clientAuthentication = privateKeyJwt({ key: KEY });
  const rows: OAuth2Options[] = [
    { grant: jwtBearer({ key: KEY, issuer: "robot" }) },
    { grant: tokenExchange({ subjectToken: "subject" }) },
    { clientId: "a", clientAuthentication },
    { clientId: "a", clientAuthentication, dpop: true },
    { clientId: "a", clientAuthentication: mutualTls() },
  ];
  for (const options of rows) {
    for (const status of [301, 302, 303, 307, 308]) {
      const location = "https://evil.example/token";
      const server = authority({
        "/token": () => new Response(null, { status, headers: { location } }),
      });
      await using client = clientOf(server, { issuer: ISSUER, ...options });
      const error = await assertRejects(() => client.get("/"), NetworkingError);
      assertEquals(error.code, "auth_failed");
      assertEquals(server.asked.map(({ url }) => url), [`${ISSUER}/token`]);
    }
  }
});

Deno.test("wrong options are a TypeError that shows no secret", () => {
  const right = { issuer: ISSUER, clientId: "a" };
  const grant = tokenExchange({ subjectToken: "a" });
  const rows: [make: () => unknown, why: string][] = [
    [() => oauth2({ ...right, grant: "password" as "device_code" }), 'grant: "password"'],
    [() => oauth2({ ...right, grant: {} as OAuth2Grant }), "jwtBearer(), googleServiceAccount()"],
    [() => oauth2({ ...right, clientAuthentication: {} as "basic" }), "privateKeyJwt()"],
    [
      () => oauth2({ ...right, refreshToken: "s3cret", clientAuthentication: "post" }),
      "post needs clientSecret",
    ],
    [() => oauth2({ ...right, grant, refreshToken: "s3cret" }), "a grant has no user"],
    [() => oauth2({ ...right, grant, redirectUri: "https://a.example" }), "a grant has no user"],
    [() => oauth2({ grant }), "set issuer or tokenEndpoint"],
    [() => oauth2({ issuer: ISSUER, grant, clientSecret: "s3cret" }), "clientId is missing"],
    [
      () => oauth2({ ...right, clientAuthentication: clientSecretJwt() }),
      "client_secret_jwt needs clientSecret",
    ],
    [
      () => oauth2({ ...right, clientSecret: "s3cret", clientAuthentication: mutualTls() }),
      "tls_client_auth cannot use clientSecret",
    ],
    [() => oauth2({ ...right, grant, resource: "not a URL" }), "resource"],
    [() => oauth2({ ...right, grant, resource: [`${API}#part`] }), "resource[0]"],
    [
      () => oauth2({ ...right, grant, resource: API, parameters: { resource: API } }),
      "resource or parameters.resource",
    ],
    [() => oauth2({ ...right, grant, dpop: "yes" as unknown as boolean }), "dpop"],
    [
      () => oauth2({ ...right, grant, dpop: { keyPair: {} as CryptoKeyPair } }),
      "dpop.keyPair: it must be a CryptoKeyPair",
    ],
    [() => oauth2({ ...right, grant, par: "never" as "always" }), "par"],
    [
      () => oauth2({ tokenEndpoint: `${ISSUER}/token`, clientId: "a", grant: "device_code" }),
      "deviceAuthorizationEndpoint",
    ],
    [
      () => oauth2({ ...right, grant, revocationEndpoint: "http://a.example" }),
      "revocationEndpoint",
    ],
    [() => jwtBearer({ key: "s3cret", issuer: "a" }), "key: the text is not PEM"],
    [() => jwtBearer({ key: KEY } as unknown as { key: CryptoKey; issuer: string }), "issuer"],
    [() => jwtBearer({ key: KEY, issuer: "" }), "issuer"],
    [() => jwtBearer({ key: KEY, issuer: "a", algorithm: "RS256" }), "it is for ES256"],
    [() => tokenExchange({ subjectToken: "" }), "subjectToken"],
    [() => tokenExchange({ subjectToken: 1 as unknown as string }), "subjectToken"],
    [() => tokenExchange({ subjectToken: "a", subjectTokenType: "saml" }), "subjectTokenType"],
    [() => tokenExchange({ subjectToken: "a", actorTokenType: "jwt" }), "needs actorToken"],
    [() => privateKeyJwt({ key: "s3cret" }), "key: the text is not PEM"],
    [() => privateKeyJwt({ key: KEY, keyID: "1" } as { key: CryptoKey }), "did you mean keyId?"],
  ];
  for (const [make, why] of rows) {
    const error = assertThrows(make, TypeError);
    assertStringIncludes(error.message, why);
    assert(!error.message.includes("s3cret"), error.message);
  }
});

Deno.test("what grants, authentications and schemes show has no key and no secret", () => {
  const shown = [
    jwtBearer({ key: PEM, issuer: "a" }),
    tokenExchange({ subjectToken: "s3cret" }),
    privateKeyJwt({ key: PEM }),
    oauth2({ issuer: ISSUER, clientId: "a", clientAuthentication: privateKeyJwt({ key: PEM }) }),
  ].flatMap((
    value,
  ) => [Deno.inspect(value, { depth: 20, showHidden: true }), JSON.stringify(value)]);
  for (const text of shown) assert(!/s3cret|BEGIN|CryptoKey/.test(text), text);
});

// R27.6
Deno.test("tokens of a grant are partitioned by whom they stand for", async () => {
  const grant = (subject: string) => jwtBearer({ key: KEY, issuer: "robot", subject });
  const name = async (own: OAuth2Options) => {
    const { partition } = oauth2({ issuer: ISSUER, ...own });
    return await (partition as (signal: AbortSignal) => unknown).call(
      oauth2({ issuer: ISSUER, ...own }),
      new AbortController().signal,
    );
  };
  assertEquals(await name({ grant: grant("ada") }), await name({ grant: grant("ada") }));
  assertNotEquals(await name({ grant: grant("ada") }), await name({ grant: grant("bob") }));
  assertNotEquals(
    await name({ grant: grant("ada") }),
    await name({ grant: grant("ada"), resource: API }),
  );
  assertEquals(await name({ grant: tokenExchange({ subjectToken: "a" }) }), undefined);
});
