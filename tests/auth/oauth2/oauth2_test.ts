/** Tokens that are got, renewed and replaced, against an authorization server on loopback. */

// deno-lint-ignore-file no-external-import

import { addressPolicy } from "../../../src/address_policy/mod.ts";
import { createHash } from "node:crypto";
import {
  assert,
  assertEquals,
  assertRejects,
  assertStrictEquals,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import { HTTPClient, NetworkingError } from "../../../mod.ts";
import {
  oauth2,
  type OAuth2Options,
  type TokenSet,
  type TokenStore,
} from "../../../src/auth/oauth2/mod.ts";
import { FakeClock, FakeServer } from "../../../src/testing/mod.ts";
import { serve } from "../../support/server.ts";

/** What the token endpoint was sent. */
interface TokenRequest {
  readonly authorization: string | null;
  readonly form: Record<string, string>;
}

/**
 * An authorization server at `/token` and an API everywhere else, which takes the newest token alone.
 * `answer` can replace what the endpoint says.
 */
function authority(
  answer: (request: TokenRequest, number: number) => Response | undefined | Promise<Response> =
    () => undefined,
) {
  const asked: TokenRequest[] = [];
  const server = serve(async (request, path) => {
    if (path !== "/token") {
      const valid = request.headers.get("authorization") === `Bearer access-${asked.length}`;
      return new Response(valid ? "welcome" : "no", { status: valid ? 200 : 401 });
    }
    asked.push({
      authorization: request.headers.get("authorization"),
      form: Object.fromEntries(new URLSearchParams(await request.text())),
    });
    return await answer(asked.at(-1)!, asked.length) ?? token(asked.length);
  });
  return Object.assign(server, { asked });
}

function token(number: number, more: Record<string, unknown> = {}): Response {
  return Response.json({
    "access_token": `access-${number}`,
    "token_type": "Bearer",
    "expires_in": 300,
    ...more,
  });
}

const CLIENT = { clientId: "reports", clientSecret: "s3cret value" };

function clientFor(origin: string, options: Partial<OAuth2Options> = {}): HTTPClient {
  const auth = oauth2({ tokenEndpoint: `${origin}/token`, ...CLIENT, ...options });
  return new HTTPClient({ baseUrl: origin, auth, retryBackoff: { milliseconds: 1 } });
}

/** A store that tells what it was given. */
function storeOf(tokens?: TokenSet): TokenStore & { tokens: TokenSet | undefined } {
  return {
    tokens,
    get() {
      return this.tokens;
    },
    set(given) {
      this.tokens = given;
    },
  };
}

Deno.test("client credentials: one token serves many calls, the secret goes by Basic or in the body", async (t) => {
  const basic = `Basic ${btoa("reports:s3cret+value")}`; // RFC 6749 2.3.1: form-encoded before base64
  const rows: [string, Partial<OAuth2Options>, TokenRequest][] = [
    ["as they are", {}, {
      authorization: basic,
      form: { "grant_type": "client_credentials" },
    }],
    ["with scope and parameters", { scope: "a b", parameters: { audience: "https://api" } }, {
      authorization: basic,
      form: { "grant_type": "client_credentials", scope: "a b", audience: "https://api" },
    }],
    ["in the body", { clientAuthentication: "post" }, {
      authorization: null,
      form: {
        "grant_type": "client_credentials",
        "client_id": "reports",
        "client_secret": "s3cret value",
      },
    }],
  ];
  for (const [name, options, expected] of rows) {
    await t.step(name, async () => {
      await using server = authority();
      await using client = clientFor(server.origin, options);
      for (let count = 0; count < 3; count++) {
        assertEquals((await client.get("/")).text, "welcome");
      }
      assertEquals(server.asked, [expected]);
    });
  }
});

// R16.23
Deno.test("a token is renewed before it expires, by the leeway", async () => {
  await using server = authority();
  const store = storeOf();
  await using client = clientFor(server.origin, { store, leeway: 60 });
  const until = async (seconds: number) => {
    store.tokens = { accessToken: "access-1", expiresAt: Date.now() + seconds * 1000 };
    await client.get("/");
    return server.asked.length;
  };
  await client.get("/");
  assertEquals(await until(65), 1);
  assertEquals(await until(59), 2);
  assertEquals(store.tokens?.accessToken, "access-2");
  const { expiresAt = 0 } = store.tokens!;
  assert(Math.abs(expiresAt - Date.now() - 300_000) < 5000, String(expiresAt));
});

Deno.test("1,000 concurrent calls with an expired token cause one refresh, and the new refresh token is kept", async () => {
  await using server = authority(async ({ form }, number) => {
    await new Promise((resolve) => setTimeout(resolve, 50));
    assertEquals(form.grant_type, "refresh_token");
    return token(number, { "refresh_token": `refresh-${number}` });
  });
  const store = storeOf({ accessToken: "old", refreshToken: "refresh-0", expiresAt: 1 });
  await using client = clientFor(server.origin, { refreshToken: "unused", store });
  const answers = await Promise.all(Array.from({ length: 1000 }, () => client.get("/")));
  assertEquals(new Set(answers.map(({ text }) => text)), new Set(["welcome"]));
  assertEquals(server.asked.map(({ form }) => form.refresh_token), ["refresh-0"]);
  assertEquals(store.tokens?.refreshToken, "refresh-1");
});

// R16.23, R16.24
Deno.test("1,000 concurrent calls whose token the server refuses cause one refresh, and are sent again once", async () => {
  await using server = authority((_request, number) => token(number));
  const store = storeOf({ accessToken: "revoked", refreshToken: "refresh-0" });
  await using client = clientFor(server.origin, { refreshToken: "refresh-0", store });
  const answers = await Promise.all(
    Array.from({ length: 1000 }, (_, id) => client.post("/", { id })),
  );
  assertEquals(new Set(answers.map(({ text }) => text)), new Set(["welcome"]));
  assertEquals(server.asked.length, 1);
  assertEquals(store.tokens?.refreshToken, "refresh-0"); // RFC 6749 6: none came, so it stays
  assertEquals(server.requests.length, 2001);
});

// R16.23
Deno.test("a 401 after a refresh is the answer", async () => {
  await using server = serve((_request, path) =>
    path === "/token" ? token(1) : new Response("never", { status: 401 })
  );
  await using client = clientFor(server.origin);
  const response = await client.get("/");
  assertEquals([response.statusCode, response.text], [401, "never"]);
  assertEquals(server.requests, ["POST /token", "GET /", "POST /token", "GET /"]);
});

Deno.test("a 401 is the answer when there is no other token to be had", async () => {
  await using server = authority();
  const redirectUri = "http://127.0.0.1:9/callback";
  const authorizationEndpoint = `${server.origin}/authorize`;
  const store = storeOf({ accessToken: "revoked" });
  const options = { store, redirectUri, authorizationEndpoint };
  await using client = clientFor(server.origin, options);
  assertEquals((await client.get("/")).statusCode, 401);
  assertEquals(server.asked.length, 0);
});

// R16.24
Deno.test("a refresh that fails is the same error of all who waited, and is tried again after a pause that grows", async () => {
  const invalid = { error: "invalid_client", "error_description": "unknown s3cret value\u0007" };
  let open = false;
  await using server = authority((_request, number) =>
    open ? token(number) : Response.json(invalid, { status: 400 })
  );
  await using client = clientFor(server.origin);
  const failing = async (count: number) => {
    const errors = await Promise.all(
      Array.from(
        { length: count },
        () => client.get("/").then(() => undefined, (error) => error as NetworkingError),
      ),
    );
    assertEquals(new Set(errors).size, count); // each has attempts of its own
    return new Set(errors.map((error) => `${error?.code}: ${error?.message}`));
  };
  const expected = new Set([
    `auth_failed: Cannot get an access token from ${server.origin}/token: it answered 400 ` +
    "invalid_client: unknown … ",
  ]);
  const realNow = Date.now;
  const start = realNow();
  let passed = 0;
  Date.now = () => start + passed;
  try {
    assertEquals(await failing(50), expected);
    for (const [ms, requests] of [[999, 1], [1001, 2], [2000, 2], [3002, 3], [5002, 3]] as const) {
      passed = ms;
      assertEquals(await failing(2), expected);
      assertEquals(server.asked.length, requests, `after ${ms} ms`);
    }
    passed = 60_000;
    open = true;
    assertEquals((await client.get("/")).text, "welcome");
  } finally {
    Date.now = realNow;
  }
});

Deno.test("a refresh goes on when the call that began it is given up, and ends when all are", async (t) => {
  const goOn = Promise.withResolvers<void>();
  const ended = Promise.withResolvers<void>();
  await using server = await FakeServer.start(async ({ target }, connection) => {
    if (target === "/slow") {
      await connection.closed;
      return ended.resolve();
    }
    if (target === "/token") await goOn.promise;
    const body = target === "/token" ? await token(1).text() : "welcome";
    const head = `HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n`;
    await connection.write(`${head}Content-Length: ${body.length}\r\n\r\n${body}`);
  });
  const begun = async (count: number) => {
    while (server.requests.length < count) await new Promise((resolve) => setTimeout(resolve, 5));
  };
  await t.step("the first of two gives up", async () => {
    await using client = clientFor(server.origin);
    const [first, second] = [new AbortController(), new AbortController()];
    const calls = [first, second].map(({ signal }) => client.get("/", { signal }));
    const rejected = assertRejects(() => calls[0]!, Error, "mine");
    await begun(1);
    first.abort(new Error("mine"));
    await rejected;
    goOn.resolve();
    assertEquals((await calls[1]!).text, "welcome");
    assertEquals(server.requests.map(({ target }) => target), ["/token", "/"]);
  });
  await t.step("both do", async () => {
    await using client = clientFor(server.origin, { tokenEndpoint: `${server.origin}/slow` });
    const controller = new AbortController();
    const { signal } = controller;
    const calls = [1, 2].map(() => assertRejects(() => client.get("/", { signal }), Error, "mine"));
    await begun(3);
    controller.abort(new Error("mine"));
    await Promise.all(calls);
    await ended.promise;
  });
});

Deno.test("what a token endpoint can answer is an auth_failed that says what, and shows nothing secret", async (t) => {
  const rows: [string, () => Response, string][] = [
    ["a page", () => new Response("<h1>down</h1>", { status: 502 }), "status 502"],
    ["no JSON", () => new Response("access-1"), "content-type"],
    ["no token", () => Response.json({ "token_type": "bearer" }), '"access_token"'],
    ["a token of another type", () => token(1, { "token_type": "mac" }), "token_type"],
    ["a token with a line break", () => token(1, { "access_token": "a\r\nb" }), "visible ASCII"],
    ["a token that expired long ago", () => token(1, { "expires_in": -5 }), '"expires_in"'],
    ["a redirect", () => Response.redirect("http://127.0.0.1:9/", 307), "status 307"],
    [
      "a challenge",
      () => new Response(null, { status: 401, headers: { "www-authenticate": "Basic realm=r" } }),
      "it answered 401",
    ],
    ["too much", () => Response.json({ x: "y".repeat(2 ** 21) }), "1048576 bytes"],
    [
      "an error that quotes what was sent",
      () =>
        Response.json({
          error: "invalid_grant",
          "error_description": "bad r3fresh of s3cret value",
        }, {
          status: 400,
        }),
      "invalid_grant: bad … of …; the user has to sign in again",
    ],
  ];
  for (const [name, answer, why] of rows) {
    await t.step(name, async () => {
      await using server = authority(answer);
      await using client = clientFor(server.origin, { refreshToken: "r3fresh" });
      const error = await assertRejects(() => client.get("/"), NetworkingError);
      assertEquals(error.code, "auth_failed");
      assertStringIncludes(
        error.message,
        `Cannot get an access token from ${server.origin}/token: `,
      );
      assertStringIncludes(error.message, why);
      const shown = Deno.inspect(error, { depth: 20 }) + JSON.stringify(error);
      for (const secret of ["s3cret", "r3fresh", "access-1"]) {
        assert(!shown.includes(secret), shown);
      }
      assertEquals(server.asked.length, 1);
    });
  }
  await t.step("nothing", async () => {
    const server = authority();
    const { origin } = server;
    await server[Symbol.asyncDispose]();
    await using client = clientFor(origin);
    const error = await assertRejects(() => client.get("/"), NetworkingError);
    assertEquals(error.code, "auth_failed");
    assertEquals((error.cause as NetworkingError).code, "connection_refused");
  });
});

Deno.test("the server is found by its issuer, as OpenID Connect or RFC 8414 have it, once", async (t) => {
  const rows: [string, string, string[]][] = [
    ["OpenID Connect", "/tenant/.well-known/openid-configuration", []],
    ["RFC 8414", "/.well-known/oauth-authorization-server/tenant", [
      "GET /tenant/.well-known/openid-configuration",
    ]],
  ];
  for (const [name, place, before] of rows) {
    await t.step(name, async () => {
      await using server = serve((_request, path) => {
        if (path === "/tenant/token") return token(server.requests.length);
        if (path !== place) return new Response(null, { status: path === "/" ? 401 : 404 });
        return Response.json({
          issuer: `${server.origin}/tenant`,
          "token_endpoint": `${server.origin}/tenant/token`,
          "token_endpoint_auth_methods_supported": ["client_secret_post"],
        });
      });
      const auth = oauth2({ ...CLIENT, issuer: `${server.origin}/tenant` });
      await using client = new HTTPClient({ baseUrl: server.origin, auth });
      await client.get("/");
      assertEquals(server.requests, [
        ...before,
        `GET ${place}`,
        "POST /tenant/token",
        "GET /",
        "POST /tenant/token",
        "GET /",
      ]);
    });
  }
  await t.step("another issuer's metadata is refused", async () => {
    await using server = serve(() =>
      Response.json({ issuer: "https://evil.example", "token_endpoint": "https://evil.example/t" })
    );
    const auth = oauth2({ ...CLIENT, issuer: server.origin });
    await using client = new HTTPClient({ baseUrl: server.origin, auth });
    const error = await assertRejects(() => client.get("/"), NetworkingError);
    assertEquals(error.code, "auth_failed");
    assertStringIncludes(error.message, "issuer");
  });
  await t.step("an endpoint in clear text is refused", async () => {
    await using server = serve(() =>
      Response.json({ issuer: server.origin, "token_endpoint": "http://tokens.example/t" })
    );
    const auth = oauth2({ ...CLIENT, issuer: server.origin });
    await using client = new HTTPClient({ baseUrl: server.origin, auth });
    const error = await assertRejects(() => client.get("/"), NetworkingError);
    assertEquals(error.code, "auth_failed");
    assertEquals(server.requests, ["GET /.well-known/openid-configuration"]);
  });
});

/** Endpoints that nobody is sent to, and no secret. */
const WRONG_ENDPOINTS = [
  "javascript:alert(1)//",
  "JaVaScRiPt:alert(1)",
  " javascript:alert(1)",
  "file:///etc/passwd",
  "data:text/html,x",
  "ms-appinstaller:?source=https://evil.example",
  "http://as.example/authorize",
  "http://127.0.0.1.evil.example/",
  "http://localhost.evil.example/",
  "http://169.254.169.254/",
  "https://user:p4ss@as.example/authorize",
  "https://user@as.example/authorize",
  "https://as.example/authorize#fragment",
  "https://as.example/authorize#",
  "//as.example/authorize",
  "/authorize",
  "",
  7,
  null,
  ["https://as.example/"],
];

// R16.28
Deno.test("an endpoint of the metadata is judged like one of the options", async (t) => {
  const issuer = "https://as.example";
  const right = {
    issuer,
    "token_endpoint": "https://as.example/token",
    "authorization_endpoint": "https://as.example/authorize",
  };
  for (const wrong of WRONG_ENDPOINTS) {
    for (const name of ["authorization_endpoint", "token_endpoint"] as const) {
      await t.step(`${name} ${JSON.stringify(wrong)}`, async () => {
        const asked: string[] = [];
        const transport = (url: string) => {
          asked.push(url);
          return Promise.resolve(Response.json({ ...right, [name]: wrong }));
        };
        const auth = oauth2({ issuer, clientId: "a", redirectUri: "http://127.0.0.1:9/back" });
        const request = { state: "s", codeVerifier: "v".repeat(43) };
        const sent = name === "authorization_endpoint"
          ? auth.authorizationUrl({ transport })
          : auth.exchange("http://127.0.0.1:9/back?code=c&state=s", { transport, request });
        const error = await assertRejects(() => sent, NetworkingError);
        assertEquals(error.code, "auth_failed");
        assertStringIncludes(error.message, name);
        assert(!error.message.includes("p4ss"), error.message);
        assert(asked.every((url) => url.includes("/.well-known/")), String(asked));
      });
    }
    await t.step(`an option ${JSON.stringify(wrong)}`, () => {
      for (const name of ["issuer", "tokenEndpoint", "authorizationEndpoint"]) {
        const options = { ...CLIENT, tokenEndpoint: "https://as.example/token", [name]: wrong };
        assertThrows(() => oauth2(options as unknown as OAuth2Options), TypeError, name);
      }
    });
  }
  for (const url of ["https://as.example/a?tenant=1", "http://127.0.0.1:9/a", "http://[::1]:9/a"]) {
    await t.step(`${url} is right`, async () => {
      const transport = () =>
        Promise.resolve(Response.json({ ...right, "authorization_endpoint": url }));
      const auth = oauth2({ issuer, clientId: "a", redirectUri: "http://127.0.0.1:9/back" });
      assertStringIncludes((await auth.authorizationUrl({ transport })).url, url);
    });
  }
});

// R16.29, R16.31
Deno.test("a user signs in by authorization code with PKCE", async (t) => {
  let challenge = "";
  await using server = authority(({ form }, number) => {
    if (form.grant_type === "refresh_token") return token(number);
    const digest = createHash("sha256").update(form.code_verifier!).digest("base64url");
    assertEquals(digest, challenge);
    assertEquals([form.code, form.redirect_uri], ["c0de", "http://127.0.0.1:9/callback"]);
    return token(number, { "refresh_token": "refresh-1", scope: "read" });
  });
  const options: OAuth2Options = {
    clientId: "desk",
    tokenEndpoint: `${server.origin}/token`,
    authorizationEndpoint: `${server.origin}/authorize?tenant=7`,
    redirectUri: "http://127.0.0.1:9/callback",
    scope: "read write",
    parameters: { prompt: "consent" },
  };
  const auth = oauth2(options);
  await using client = new HTTPClient({ baseUrl: server.origin, auth });

  await t.step("before that, a call says what to do", async () => {
    const error = await assertRejects(() => client.get("/"), NetworkingError);
    assertEquals(error.code, "auth_failed");
    assertStringIncludes(error.message, "authorizationUrl()");
    assertEquals(server.requests, []);
  });
  const { url, state, codeVerifier } = await auth.authorizationUrl();
  await t.step("the URL has what RFC 6749 4.1.1 and RFC 7636 4.3 ask for", () => {
    const query = Object.fromEntries(new URL(url).searchParams);
    challenge = query.code_challenge!;
    assertEquals(query, {
      tenant: "7",
      prompt: "consent",
      "response_type": "code",
      "client_id": "desk",
      "redirect_uri": "http://127.0.0.1:9/callback",
      scope: "read write",
      state,
      "code_challenge": challenge,
      "code_challenge_method": "S256",
    });
    assert(state.length >= 40 && codeVerifier.length >= 43);
  });
  const callback = `http://127.0.0.1:9/callback?code=c0de&state=${state}`;
  await t.step("a callback of somebody else, or of a user who said no, is refused", async () => {
    const rows = [
      ["code=c0de&state=other", "state"],
      ["code=c0de", "state"],
      [
        `error=access_denied&error_description=no+thanks&state=${state}`,
        "access_denied: no thanks",
      ],
    ] as const;
    for (const [query, why] of rows) {
      const error = await assertRejects(
        () => auth.exchange(`http://127.0.0.1:9/callback?${query}`),
        NetworkingError,
      );
      assertEquals(error.code, "auth_failed");
      assertStringIncludes(error.message, why);
    }
    assertEquals(server.requests, []);
  });
  await t.step("the right one gives tokens, once", async () => {
    const tokens = await auth.exchange(callback);
    assertEquals(tokens.accessToken, "access-1");
    assertEquals([tokens.refreshToken, tokens.scope], ["refresh-1", "read"]);
    await assertRejects(() => auth.exchange(callback), TypeError, "authorizationUrl()");
    assertEquals((await client.get("/")).text, "welcome"); // the pause after the failure is over
  });
  await t.step("another process can end what this one began", async () => {
    const later = oauth2(options);
    const request = await auth.authorizationUrl();
    challenge = new URL(request.url).searchParams.get("code_challenge")!;
    const back = new URL(`http://127.0.0.1:9/callback?code=c0de&state=${request.state}`);
    assertEquals((await later.exchange(back, { request })).accessToken, "access-2");
  });
  await t.step("an exchange can be given up, and uses the transport that it is given", async () => {
    await auth.authorizationUrl();
    const signal = AbortSignal.abort(new Error("mine"));
    await assertRejects(() => auth.exchange(callback, { signal }), Error, "mine");
    const transport = () => Promise.reject(new Error("own transport"));
    const request = { state, codeVerifier };
    const error = await assertRejects(
      () => auth.exchange(callback, { transport, request }),
      NetworkingError,
    );
    assertEquals([error.code, (error.cause as Error).message], [
      "connection_failed",
      "own transport",
    ]);
  });
});

// R16.30
Deno.test("an ID token of another issuer, for another client, or of another time is refused", async (t) => {
  const now = Math.floor(Date.now() / 1000);
  const claims = { iss: "https://id.example", aud: "desk", sub: "ada", iat: now, exp: now + 300 };
  const rows: [string, object, string | undefined][] = [
    ["right", {}, undefined],
    ["of another issuer", { iss: "https://evil.example" }, "iss"],
    ["for another client", { aud: "other" }, "aud"],
    ["expired by an hour", { exp: now - 3600 }, "its clock and this machine's differ"],
    [
      "not valid before an hour from now",
      { nbf: now + 3600 },
      "its clock and this machine's differ",
    ],
  ];
  for (const [name, more, why] of rows) {
    await t.step(name, async () => {
      const part = (value: object) => btoa(JSON.stringify(value)).replace(/=+$/, "");
      const idToken = `${part({ alg: "RS256" })}.${part({ ...claims, ...more })}.c2ln`;
      await using server = authority((_request, number) => token(number, { "id_token": idToken }));
      const auth = oauth2({
        issuer: "https://id.example",
        tokenEndpoint: `${server.origin}/token`,
        authorizationEndpoint: "https://id.example/authorize",
        clientId: "desk",
        redirectUri: "http://127.0.0.1:9/callback",
        scope: "openid",
      });
      const { state } = await auth.authorizationUrl();
      const exchange = () => auth.exchange(`http://127.0.0.1:9/callback?code=c&state=${state}`);
      if (why === undefined) return assertEquals((await exchange()).idToken, idToken);
      const error = await assertRejects(exchange, NetworkingError);
      assertEquals(error.code, "auth_failed");
      assertStringIncludes(error.message, why);
      assert(!Deno.inspect(error, { depth: 20 }).includes("c2ln"));
    });
  }
});

// R16.30
Deno.test("an ID token that nobody signed is refused, whatever the metadata lists", async (t) => {
  const now = Math.floor(Date.now() / 1000);
  const issuer = "https://id.example";
  const claims = { iss: issuer, aud: "desk", sub: "ada", iat: now, exp: now + 300 };
  const part = (value: object) => btoa(JSON.stringify(value)).replace(/=+$/, "");
  const rows: [string, string, unknown][] = [
    ["none", "", ["none", "RS256"]],
    ["none", "c2ln", ["none"]],
    ["None", "", ["None", "RS256"]],
    ["none", "", undefined],
  ];
  for (const [alg, signature, listed] of rows) {
    await t.step(`${alg} of ${JSON.stringify(listed)}`, async () => {
      const transport = (url: string) =>
        Promise.resolve(
          url.endsWith("/token")
            ? token(1, { "id_token": `${part({ alg })}.${part(claims)}.${signature}` })
            : Response.json({
              issuer,
              "token_endpoint": `${issuer}/token`,
              "authorization_endpoint": `${issuer}/authorize`,
              "id_token_signing_alg_values_supported": listed,
            }),
        );
      const redirectUri = "http://127.0.0.1:9/callback";
      const auth = oauth2({ issuer, clientId: "desk", redirectUri, scope: "openid" });
      const { state } = await auth.authorizationUrl({ transport });
      const error = await assertRejects(
        () => auth.exchange(`${redirectUri}?code=c&state=${state}`, { transport }),
        NetworkingError,
      );
      assertEquals(error.code, "auth_failed");
    });
  }
});

// R16.29
Deno.test("without an issuer, what names another than the origin is refused, and the message says to give it", async (t) => {
  const issuer = "https://id.example/tenant";
  const now = Math.floor(Date.now() / 1000);
  const part = (value: object) => btoa(JSON.stringify(value)).replace(/=+$/, "");
  const claims = { iss: issuer, aud: "desk", sub: "ada", iat: now, exp: now + 300 };
  const idToken = `${part({ alg: "RS256" })}.${part(claims)}.c2ln`;
  const rows: [string, string, Record<string, unknown>][] = [
    ["iss of the callback", `&iss=${encodeURIComponent(issuer)}`, {}],
    ["iss of the ID token", "", { "id_token": idToken }],
  ];
  for (const [name, query, more] of rows) {
    for (const given of [false, true]) {
      await t.step(`${name}, ${given ? "with" : "without"} issuer`, async () => {
        const transport = () => Promise.resolve(token(1, more));
        const redirectUri = "http://127.0.0.1:9/callback";
        const auth = oauth2({
          tokenEndpoint: "https://id.example/token",
          authorizationEndpoint: "https://id.example/authorize",
          clientId: "desk",
          redirectUri,
          ...(given && { issuer }),
        });
        const { state } = await auth.authorizationUrl();
        const exchange = () =>
          auth.exchange(`${redirectUri}?code=c&state=${state}${query}`, { transport });
        if (given) return void assertEquals((await exchange()).accessToken, "access-1");
        const error = await assertRejects(exchange, NetworkingError, "set issuer in oauth2()");
        assert(!error.message.includes(issuer), error.message);
      });
    }
  }
});

/** Spellings in which a server may quote what it was sent. */
const SPELLINGS: readonly ((secret: string) => string)[] = [
  (secret) => secret,
  encodeURIComponent,
  (secret) => encodeURIComponent(secret).replace(/%../g, (escape) => escape.toLowerCase()),
  (secret) => new URLSearchParams([["", secret]]).toString().slice(1),
  (secret) => JSON.stringify(secret).slice(1, -1).replaceAll("/", "\\/"),
  (secret) => secret.replace(/[+/&]/g, (character) => `&#${character.charCodeAt(0)};`),
  (secret) => btoa(secret),
  (secret) => `${"x".repeat(190)} ${secret}`, // cut by the shortening
];

// R16.42
Deno.test("a message hides what was sent, however the server spells it, and keeps the server's own words", async (t) => {
  const basic = btoa("reports:s3cret%2Fv%2Balue+one");
  const secrets: Record<string, string> = {
    clientSecret: "s3cret/v+alue one",
    refreshToken: "r3fresh/+token&1",
    parameter: "p4rameter/+value",
  };
  const quote = async (text: string) => {
    await using server = authority(() =>
      Response.json({ error: "invalid_grant", "error_description": `you sent ${text}, sorry` }, {
        status: 400,
      })
    );
    await using client = clientFor(server.origin, {
      clientSecret: secrets.clientSecret!,
      refreshToken: secrets.refreshToken!,
      parameters: { resource: secrets.parameter! },
    });
    return await assertRejects(() => client.get("/"), NetworkingError);
  };
  for (const [name, secret] of [...Object.entries(secrets), ["Basic", basic] as const]) {
    await t.step(name, async () => {
      for (const spell of SPELLINGS) {
        const error = await quote(spell(secret));
        const shown = Deno.inspect(error, { depth: 20 }) + JSON.stringify(error);
        assert(!shown.includes(spell(secret).slice(-8)), shown);
        assert(!shown.includes(spell(secret).trimStart().split(" ").at(-1)!.slice(0, 8)), shown);
        assertStringIncludes(error.message, "it answered 400 invalid_grant: you sent ");
      }
    });
  }
  await t.step("code, verifier and state of an exchange", async () => {
    const request = { state: "st4te/+value", codeVerifier: "v3rifier".repeat(6) };
    for (const secret of ["c0de/+value", request.state, request.codeVerifier]) {
      for (const spell of SPELLINGS) {
        const transport = () =>
          Promise.resolve(
            Response.json({ error: "invalid_grant", "error_description": spell(secret) }, {
              status: 400,
            }),
          );
        const auth = oauth2({
          tokenEndpoint: "https://id.example/token",
          authorizationEndpoint: "https://id.example/authorize",
          clientId: "desk",
          redirectUri: "http://127.0.0.1:9/callback",
        });
        const query = new URLSearchParams({ code: "c0de/+value", state: request.state });
        const error = await assertRejects(
          () => auth.exchange(`http://127.0.0.1:9/callback?${query}`, { request, transport }),
          NetworkingError,
        );
        assert(!error.message.includes(spell(secret).slice(-8)), error.message);
        assertStringIncludes(error.message, "it answered 400 invalid_grant: ");
      }
    }
  });
});

Deno.test("the address policy judges what the metadata names", async () => {
  const asked: string[] = [];
  const transport = (url: string) => {
    asked.push(url);
    return Promise.resolve(Response.json({
      issuer: "https://id.example",
      "token_endpoint": "http://127.0.0.1:9/token",
    }));
  };
  const policy = addressPolicy({ resolve: () => Promise.resolve(["1.1.1.1"]) });
  const auth = oauth2({ ...CLIENT, issuer: "https://id.example" });
  await using client = new HTTPClient({
    baseUrl: "https://api.example",
    auth,
    transport,
    addressPolicy: policy,
  });
  const error = await assertRejects(() => client.get("/"), NetworkingError);
  assertEquals(error.code, "auth_failed");
  assertEquals((error.cause as NetworkingError).code, "address_refused");
  assertEquals(asked, ["https://id.example/.well-known/openid-configuration"]);
});

// R16.32
Deno.test("an exchange has 30 seconds, its store included", async () => {
  const clock = new FakeClock();
  using _installed = clock.install();
  const store = { get: () => undefined, set: () => new Promise<void>(() => {}) };
  const redirectUri = "http://127.0.0.1:9/back";
  const auth = oauth2({
    tokenEndpoint: "https://id.example/token",
    authorizationEndpoint: "https://id.example/authorize",
    clientId: "a",
    redirectUri,
    store,
  });
  const { state } = await auth.authorizationUrl();
  const transport = () => Promise.resolve(token(1));
  const late = assertRejects(
    () => auth.exchange(`${redirectUri}?code=1&state=${state}`, { transport }),
    NetworkingError,
    "30 s",
  );
  await clock.advance(30);
  await late;
  assertEquals(clock.pending, 0);
});

// R16.32
Deno.test("an authorization URL has 30 seconds", async () => {
  const clock = new FakeClock();
  using _installed = clock.install();
  const auth = oauth2({ clientId: "a", issuer: "https://id.example", redirectUri: "app:/back" });
  const transport = (_url: string, { signal }: RequestInit) =>
    new Promise<Response>((_, reject) =>
      signal!.addEventListener("abort", () => reject(signal!.reason))
    );
  const late = assertRejects(() => auth.authorizationUrl({ transport }), NetworkingError, "30 s");
  await clock.advance(30);
  assertEquals((await late).code, "auth_failed");
  assertEquals(clock.pending, 0);
});

Deno.test("wrong options are a TypeError that shows no secret", () => {
  const right = { ...CLIENT, tokenEndpoint: "https://id.example/token" };
  const rows: [Record<string, unknown>, string][] = [
    [{ ...right, clientId: undefined }, "clientId is missing"],
    [{ ...right, clientId: "" }, "clientId: it must be"],
    [{ ...right, clientSecret: "s3cret\n" }, "clientSecret: it must be"],
    [{ ...right, clientSecret: undefined }, "clientSecret"],
    [{ ...right, refreshToken: "" }, "refreshToken: it must be"],
    [{ ...right, tokenEndpoint: undefined }, "issuer or tokenEndpoint"],
    [{ ...right, tokenEndpoint: "http://id.example/token" }, "tokenEndpoint must be an https: URL"],
    [{ ...right, tokenEndpoint: "https://u:s3cret@id.example/" }, "tokenEndpoint must be"],
    [{ ...right, issuer: "id.example" }, "issuer must be"],
    [{ ...right, redirectUri: "callback" }, "redirectUri must be a URL"],
    [{ ...right, redirectUri: "app:/back" }, "authorizationEndpoint"],
    [{ ...right, clientAuthentication: "jwt" }, 'clientAuthentication: "jwt": it must be'],
    [{ ...right, leeway: -1 }, "leeway"],
    [{ ...right, clientID: "a" }, "did you mean clientId?"],
  ];
  for (const [options, why] of rows) {
    const error = assertThrows(() => oauth2(options as unknown as OAuth2Options));
    assert(error instanceof TypeError || error instanceof RangeError);
    assertStringIncludes(error.message, why);
    assert(!error.message.includes("s3cret"), error.message);
  }
  assert(!Deno.inspect(oauth2(right), { depth: 9 }).includes("s3cret"));
});

Deno.test("what a store gives is checked before it is sent", async () => {
  await using server = authority();
  for (const accessToken of ["a\r\nb", "", undefined as unknown as string]) {
    await using client = clientFor(server.origin, { store: storeOf({ accessToken }) });
    await assertRejects(() => client.get("/"), TypeError, "the tokens of the store");
  }
  assertEquals(server.requests, []);
});

Deno.test("what a database gives for empty columns stands for nothing, and costs no tokens", async () => {
  await using server = authority();
  let row: Record<string, unknown> | null = null;
  const store = {
    get: () => row as TokenSet | null | undefined ?? undefined,
    set: (tokens: TokenSet) => {
      const { accessToken, refreshToken = null } = tokens;
      row = { accessToken, refreshToken, expiresAt: null, issuedAt: null, scope: null };
    },
  };
  await using client = clientFor(server.origin, { store, refreshToken: "r0" });
  for (let call = 0; call < 5; call++) assertEquals((await client.get("/")).text, "welcome");
  assertEquals(server.asked.length, 1);
  for (const wrong of [{ expiresAt: "2030-01-01" }, { expiresAt: NaN }, { refreshToken: 7 }]) {
    row = { accessToken: "access-1", ...wrong };
    await assertRejects(() => client.get("/"), TypeError, Object.keys(wrong)[0]);
  }
});

Deno.test("metadata and answers of odd kinds are an auth_failed", async (t) => {
  const issuer = "https://as.example";
  const right = { issuer, "token_endpoint": `${issuer}/token` };
  const rows: [string, unknown, Record<string, unknown>, string | undefined][] = [
    ["an issuer that is no URL", { ...right, issuer: "as" }, {}, "auth_failed"],
    ["no object", ["x"], {}, "auth_failed"],
    ["null", null, {}, "auth_failed"],
    [
      "methods that are none",
      { ...right, "token_endpoint_auth_methods_supported": 7 },
      {},
      undefined,
    ],
    ["a life without an end", right, { "expires_in": 1e306 }, undefined],
    ["a life in words", right, { "expires_in": "soon" }, "auth_failed"],
  ];
  for (const [name, metadata, more, code] of rows) {
    await t.step(name, async () => {
      const given: TokenSet[] = [];
      const transport = (url: string) =>
        Promise.resolve(
          url.includes(".well-known")
            ? Response.json(metadata)
            : url.endsWith("/token")
            ? token(1, more)
            : new Response("welcome"),
        );
      const store = { get: () => given.at(-1), set: (tokens: TokenSet) => void given.push(tokens) };
      const auth = oauth2({ ...CLIENT, issuer, store });
      await using client = new HTTPClient({ baseUrl: "https://api.example", transport, auth });
      if (code !== undefined) {
        assertEquals((await assertRejects(() => client.get("/"), NetworkingError)).code, code);
      } else {
        assertEquals((await client.get("/")).text, "welcome");
        assert(Number.isFinite(given[0]!.expiresAt));
      }
    });
  }
});

Deno.test("one sign-in that ends leaves the other one of the scheme", async () => {
  const transport = () => Promise.resolve(token(1));
  const redirectUri = "http://127.0.0.1:9/back";
  const auth = oauth2({
    tokenEndpoint: "https://as.example/token",
    authorizationEndpoint: "https://as.example/authorize",
    clientId: "a",
    redirectUri,
  });
  const request = await auth.authorizationUrl();
  const { state } = await auth.authorizationUrl();
  await auth.exchange(`${redirectUri}?code=1&state=${request.state}`, { request, transport });
  await auth.exchange(`${redirectUri}?code=2&state=${state}`, { transport });
});

Deno.test("an error of the store ends the call as it is", async () => {
  await using server = authority();
  const broken = new Error("disk full");
  const store = { get: () => Promise.reject(broken), set() {} };
  await using client = clientFor(server.origin, { store });
  assertStrictEquals(await assertRejects(() => client.get("/")), broken);
});
