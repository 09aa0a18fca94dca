/** OAuth 2.0 against authorization servers that nobody here wrote. */

import {
  assert,
  assertEquals,
  assertMatch,
  assertNotEquals,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import { HTTPClient, NetworkingError } from "../../mod.ts";
import {
  listenForCallback,
  oauth2,
  type OAuth2Options,
  type TokenSet,
} from "../../src/auth/oauth2/mod.ts";
import { CookieJar } from "../../src/cookies/mod.ts";
import { OAUTH2_MOCK_SERVER, OIDC_PROVIDER, start } from "./independent.ts";

/** A store whose token a test can make old. */
class TestStore {
  tokens: TokenSet | undefined;
  get() {
    return this.tokens;
  }
  set(tokens: TokenSet) {
    this.tokens = tokens;
  }
  expire() {
    this.tokens = { ...this.tokens!, expiresAt: 1 };
  }
}

/** An API that shows the token it was sent. */
function echo() {
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen() {} },
    (request) => new Response(request.headers.get("authorization")),
  );
  return Object.assign(server, { origin: `http://127.0.0.1:${server.addr.port}` });
}

Deno.test("oauth2-mock-server", async (t) => {
  await using server = await start(OAUTH2_MOCK_SERVER);
  await using api = echo();
  // Its metadata says localhost, whatever it listens on.
  const issuer = server.origin.replace("127.0.0.1", "localhost");
  await t.step("client credentials, found by the issuer", async () => {
    const auth = oauth2({ issuer, clientId: "reports", clientSecret: "s3cret", scope: "a b" });
    await using client = new HTTPClient({ baseUrl: api.origin, auth });
    assertMatch((await client.get("/")).text, /^Bearer ey[\w-]+\.ey[\w-]+\.[\w-]+$/);
    assertEquals((await client.get("/")).text, (await client.get("/")).text);
  });
  await t.step("authorization code, ID token and refresh", async () => {
    await using listener = await listenForCallback();
    const store = new TestStore();
    const { redirectUri } = listener;
    const auth = oauth2({ issuer, clientId: "desk", redirectUri, scope: "openid", store });
    const { url, state } = await auth.authorizationUrl();
    await using browser = new HTTPClient();
    await browser.get(url); // it asks nobody, and sends back at once
    const tokens = await auth.exchange(await listener.callback({ state }));
    assert(tokens.idToken !== undefined && tokens.refreshToken !== undefined);
    await using client = new HTTPClient({ baseUrl: api.origin, auth });
    const first = (await client.get("/")).text;
    assertEquals(first, `Bearer ${tokens.accessToken}`);
    store.expire();
    assertMatch((await client.get("/")).text, /^Bearer ey/);
    assert((store.tokens?.expiresAt ?? 0) > Date.now());
  });
});

Deno.test("oidc-provider", async (t) => {
  await using server = await start(OIDC_PROVIDER);
  await using api = echo();
  const issuer = server.origin;
  await t.step("client credentials", async () => {
    const options = { issuer, clientId: "reports", clientSecret: "s3cret value" };
    await using client = new HTTPClient({ baseUrl: api.origin, auth: oauth2(options) });
    assertMatch((await client.get("/")).text, /^Bearer [\w-]{20,}$/);
  });
  await t.step("a wrong secret is told, and not shown", async () => {
    const options = { issuer, clientId: "reports", clientSecret: "wr0ng" };
    await using client = new HTTPClient({ baseUrl: api.origin, auth: oauth2(options) });
    const error = await assertRejects(() => client.get("/"), NetworkingError);
    assertEquals(error.code, "auth_failed");
    assertStringIncludes(error.message, "401");
    assert(!Deno.inspect(error, { depth: 20 }).includes("wr0ng"));
  });
  await t.step(
    "authorization code with PKCE, userinfo, and rotation of refresh tokens",
    async () => {
      await using listener = await listenForCallback();
      const store = new TestStore();
      const options: OAuth2Options = {
        issuer,
        clientId: "desk",
        redirectUri: listener.redirectUri,
        scope: "openid offline_access",
        parameters: { prompt: "consent" },
        store,
      };
      const auth = oauth2(options);
      const { url, state } = await auth.authorizationUrl();
      // The user: signs in, consents, and is sent back to the listener.
      await using browser = new HTTPClient({ cookies: new CookieJar() });
      const form = { login: "ada", password: "any" };
      const login = await browser.get(url);
      const consent = await browser.post(
        login.url,
        new URLSearchParams({ prompt: "login", ...form }),
      );
      await browser.post(consent.url, new URLSearchParams({ prompt: "consent" }));
      const tokens = await auth.exchange(await listener.callback({ state }));
      assert(tokens.idToken !== undefined);

      await using client = new HTTPClient({ baseUrl: issuer, auth });
      assertEquals((await client.get("/me")).json(), { sub: "ada" });
      store.expire();
      const answers = await Promise.all(Array.from({ length: 100 }, () => client.get("/me")));
      assertEquals(new Set(answers.map(({ text }) => text)), new Set(['{"sub":"ada"}']));
      assertNotEquals(store.tokens?.accessToken, tokens.accessToken);
      assertNotEquals(store.tokens?.refreshToken, tokens.refreshToken);

      // The first refresh token was used: the provider takes it for stolen, and ends the grant.
      store.tokens = { ...tokens, expiresAt: 1 };
      const error = await assertRejects(() => client.get("/me"), NetworkingError);
      assertEquals(error.code, "auth_failed");
      assertStringIncludes(error.message, "sign in again");
    },
  );
});
