/** Tokens that are revoked and introspected, and sign-ins that are pushed beforehand. */

import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { HTTPClient, NetworkingError } from "../../../mod.ts";
import { oauth2, type OAuth2Options, type TokenSet } from "../../../src/auth/oauth2/mod.ts";
import { API, authority, ISSUER, read, refusal, token } from "../../support/authority.ts";

const CLIENT = { issuer: ISSUER, clientId: "a", clientSecret: "s3cret" };

function storeOf(tokens?: TokenSet) {
  return {
    tokens,
    get() {
      return this.tokens;
    },
    set(given: TokenSet) {
      this.tokens = given;
    },
  };
}

// R16.28, R16.41
Deno.test("revoke() ends the refresh token, then the access token, and the store has none of them", async (t) => {
  const held = { accessToken: "access-0", refreshToken: "refresh-0", idToken: "e30.e30.e30" };
  await t.step("of a user", async () => {
    const server = authority({ "/revoke": () => new Response(null) });
    const store = storeOf(held);
    const auth = oauth2({ ...CLIENT, refreshToken: "first", redirectUri: "app:/back", store });
    const { transport } = server;
    await auth.revoke({ transport });
    assertEquals(
      server.at("/revoke").map(({ form }) => [form.get("token"), form.get("token_type_hint")]),
      [["refresh-0", "refresh_token"], ["access-0", "access_token"]],
    );
    assert(server.at("/revoke")[0]!.headers.get("authorization")!.startsWith("Basic "));
    assert(!JSON.stringify(store.tokens).includes("-0"), JSON.stringify(store.tokens));
    await using client = new HTTPClient({ baseUrl: API, transport, auth });
    await assertRejects(() => client.get("/"), NetworkingError, "there is no refresh token");
    await auth.revoke({ transport }); // there is nothing left
    assertEquals(server.at("/revoke").length, 2);
  });
  await t.step("of a client, which gets others", async () => {
    const server = authority({ "/revoke": () => new Response(null) });
    const auth = oauth2(CLIENT);
    const { transport } = server;
    await using client = new HTTPClient({ baseUrl: API, transport, auth });
    assertEquals((await client.get("/")).text, "Bearer access-1");
    await auth.revoke({ transport });
    assertEquals((await client.get("/")).text, "Bearer access-2");
  });
  await t.step("a server that revokes no access tokens", async () => {
    const server = authority({
      "/revoke": ({ form }) =>
        form.get("token") === "refresh-0" ? new Response(null) : refusal("unsupported_token_type"),
    });
    const store = storeOf(held);
    await oauth2({ ...CLIENT, refreshToken: "first", store }).revoke({
      transport: server.transport,
    });
    assert(!JSON.stringify(store.tokens).includes("-0"));
    const alone = storeOf({ accessToken: "access-0" });
    const auth = oauth2({ ...CLIENT, store: alone });
    const error = await assertRejects(
      () => auth.revoke({ transport: server.transport }),
      NetworkingError,
    );
    assertStringIncludes(error.message, "Cannot revoke a token at https://id.example/revoke");
    assertEquals(alone.tokens?.accessToken, "access-0"); // it is still valid
  });
  await t.step("a server without that endpoint", async () => {
    const server = authority({}, { "revocation_endpoint": undefined });
    const auth = oauth2({ ...CLIENT, store: storeOf(held), refreshToken: "first" });
    const error = await assertRejects(
      () => auth.revoke({ transport: server.transport }),
      NetworkingError,
    );
    assertStringIncludes(error.message, "has no revocation_endpoint; set revocationEndpoint");
  });
  await t.step("an endpoint of the options counts before that of the metadata", async () => {
    const server = authority({ "/other": () => new Response(null) });
    const revocationEndpoint = `${ISSUER}/other`;
    const auth = oauth2({ ...CLIENT, store: storeOf(held), revocationEndpoint });
    await auth.revoke({ transport: server.transport });
    assertEquals(server.at("/other").length, 2);
  });
  await t.step("waits for a refresh that runs, and ends what it brought", async () => {
    const { promise, resolve } = Promise.withResolvers<Response>();
    const server = authority({ "/revoke": () => new Response(null), "/token": () => promise });
    const store = storeOf({ ...held, expiresAt: 1 });
    const auth = oauth2({ ...CLIENT, refreshToken: "first", store });
    const { transport } = server;
    await using client = new HTTPClient({ baseUrl: API, transport, auth });
    const call = client.get("/");
    while (server.at("/token").length === 0) await new Promise((next) => setTimeout(next, 1));
    const revoked = auth.revoke({ transport });
    resolve(token(7, { "refresh_token": "refresh-7" }));
    await Promise.all([call, revoked]);
    assertEquals(server.at("/revoke").map(({ form }) => form.get("token")), [
      "refresh-7",
      "access-7",
    ]);
  });
});

Deno.test("introspect() asks about the token that is sent, or the one that is given", async () => {
  const facts = { active: true, scope: "read", sub: "ada" };
  const server = authority({
    "/introspect": ({ form }) =>
      Response.json(form.get("token") === "access-1" ? facts : { active: false }),
  });
  const auth = oauth2(CLIENT);
  const { transport } = server;
  assertEquals(await auth.introspect({ transport }), facts);
  assertEquals(await auth.introspect({ transport, token: "other" }), { active: false });
  assertEquals(server.at("/introspect")[0]!.headers.get("dpop"), null);
  const quoting = authority({
    "/introspect": ({ form, headers }) =>
      Response.json({
        error: "invalid_request",
        error_description: `${headers.get("authorization")} ${form.get("token")}`,
      }, { status: 400 }),
  });
  const quoted = await assertRejects(
    () => auth.introspect({ transport: quoting.transport, token: "s3cret-token" }),
    NetworkingError,
  );
  assert(!/s3cret|YTpzM2NyZXQ/.test(Deno.inspect(quoted, { depth: 20 })), quoted.message);
  const broken = authority({ "/introspect": () => Response.json({}) });
  const error = await assertRejects(
    () => auth.introspect({ transport: broken.transport, token: "s3cret-token" }),
    NetworkingError,
  );
  assertStringIncludes(error.message, "Cannot introspect a token at");
  assert(!error.message.includes("s3cret-token"));
});

// R16.40
Deno.test("a sign-in is pushed if the metadata requires it, or always; the browser gets two parameters", async (t) => {
  const REQUIRED = { "require_pushed_authorization_requests": true };
  const rows: [
    name: string,
    metadata: Record<string, unknown>,
    options: Partial<OAuth2Options>,
    isPushed: boolean,
  ][] = [
    ["not required", {}, {}, false],
    ["required", REQUIRED, {}, true],
    ["always", {}, { par: "always" }, true],
    ["required, with a key", REQUIRED, { dpop: true }, true],
    ["not required, with a key", {}, { dpop: true }, false],
  ];
  for (const [name, metadata, options, isPushed] of rows) {
    await t.step(name, async () => {
      const server = authority({
        "/par": ({ headers }) =>
          headers.has("dpop") && read(headers.get("dpop"))[1].nonce !== "n1"
            ? refusal("use_dpop_nonce", 400, { "dpop-nonce": "n1" })
            : Response.json({ "request_uri": "urn:x:1", "expires_in": 60 }, { status: 201 }),
      }, metadata);
      const redirectUri = "app:/back";
      const auth = oauth2({ ...CLIENT, redirectUri, scope: "read", ...options });
      const { transport } = server;
      const { url, state } = await auth.authorizationUrl({ transport });
      const shown = Object.fromEntries(new URL(url).searchParams);
      const pushed = server.at("/par").at(-1);
      assertEquals(pushed !== undefined, isPushed);
      if (isPushed) assertEquals(shown, { "client_id": "a", "request_uri": "urn:x:1" });
      const sent = isPushed ? Object.fromEntries(pushed!.form) : shown;
      assertEquals(sent.state, state);
      assertEquals(sent["dpop_jkt"] !== undefined, options.dpop === true);
      const { code_challenge: challenge, dpop_jkt: _key, ...rest } = sent;
      assertEquals(challenge!.length, 43);
      assertEquals(rest, {
        "response_type": "code",
        "client_id": "a",
        "redirect_uri": redirectUri,
        scope: "read",
        state,
        "code_challenge_method": "S256",
      });
      if (!isPushed) return;
      assert(pushed!.headers.get("authorization")!.startsWith("Basic "));
      assertEquals(pushed!.headers.has("dpop"), options.dpop === true);
    });
  }
  await t.step("a server that refuses", async () => {
    const server = authority({ "/par": () => refusal("invalid_request") }, REQUIRED);
    const auth = oauth2({ ...CLIENT, redirectUri: "app:/back" });
    const error = await assertRejects(
      () => auth.authorizationUrl({ transport: server.transport }),
      NetworkingError,
    );
    assertStringIncludes(error.message, "Cannot begin a sign-in at https://id.example/par");
  });
});

// R16.40
Deno.test("resource indicators go along with a sign-in, its exchange and its refresh (RFC 8707)", async () => {
  const server = authority({
    "/token": (_, count) => token(count, { "refresh_token": `refresh-${count}`, "expires_in": 0 }),
  });
  const { transport } = server;
  const resource = [`${API}/`, "https://other.example/"];
  const auth = oauth2({ ...CLIENT, redirectUri: "app:/back", resource });
  const { url, state } = await auth.authorizationUrl({ transport });
  assertEquals(new URL(url).searchParams.getAll("resource"), resource);
  await auth.exchange(`app:/back?code=1&state=${state}`, { transport });
  await using client = new HTTPClient({ baseUrl: API, transport, auth });
  await client.get("/");
  assertEquals(server.at("/token").map(({ form }) => form.get("grant_type")), [
    "authorization_code",
    "refresh_token",
  ]);
  for (const { form } of server.at("/token")) assertEquals(form.getAll("resource"), resource);
});

// R16.29
Deno.test("the issuer is compared: in metadata, and in the return of a user (RFC 8414 3.3, RFC 9207 2.4)", async () => {
  const other = authority({}, { issuer: "https://evil.example" });
  const auth = oauth2({ ...CLIENT, redirectUri: "app:/back" });
  await assertRejects(
    () => auth.authorizationUrl({ transport: other.transport }),
    NetworkingError,
    "issuer",
  );
  const supported = { "authorization_response_iss_parameter_supported": true };
  const { transport } = authority({}, supported);
  const rows: [iss: string | undefined, isRight: boolean][] = [
    [ISSUER, true],
    ["https://evil.example", false],
    [undefined, false],
  ];
  for (const [iss, isRight] of rows) {
    const { state } = await auth.authorizationUrl({ transport });
    const query = new URLSearchParams({ code: "1", state, ...(iss !== undefined && { iss }) });
    const outcome = await auth.exchange(`app:/back?${query}`, { transport })
      .then(() => true, ({ code }) => code === "auth_failed" ? false : undefined);
    assertEquals(outcome, isRight, iss);
  }
});
