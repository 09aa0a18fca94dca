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
  clientSecretJwt,
  type DeviceCode,
  jwtBearer,
  type JWTBearerOptions,
  listenForCallback,
  mutualTls,
  oauth2,
  type OAuth2Options,
  privateKeyJwt,
  tokenExchange,
  type TokenExchangeOptions,
  type TokenSet,
} from "../../src/auth/oauth2/mod.ts";
import { CookieJar } from "../../src/cookies/mod.ts";
import { denoTransport } from "../../src/transports/deno.ts";
import { selfSigned } from "../support/certificate.ts";
import {
  authlib,
  isInstalled,
  type Launch,
  OAUTH2_MOCK_SERVER,
  OIDC_PROVIDER,
  start,
  TOKEN_EXCHANGE,
} from "./independent.ts";

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
      await signIn(url);
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

/** The provider, with the key of its client "robot" and the subject of the certificate of "mutual". */
async function providerWithKeys() {
  const curve = { name: "ECDSA", namedCurve: "P-256" };
  const pair = await crypto.subtle.generateKey(curve, false, ["sign", "verify"]);
  const jwk = { ...await crypto.subtle.exportKey("jwk", pair.publicKey), kid: "1", use: "sig" };
  const server = await start({
    ...OIDC_PROVIDER,
    args: (port, folder) => [...OIDC_PROVIDER.args(port, folder), JSON.stringify(jwk), "CN=mutual"],
  });
  return { server, key: pair.privateKey };
}

Deno.test("oidc-provider takes assertions of clients, DPoP with its nonces, and PAR", async (t) => {
  const { server, key } = await providerWithKeys();
  await using _server = server;
  const issuer = server.origin;
  const robot = {
    issuer,
    clientId: "robot",
    clientAuthentication: privateKeyJwt({ key, keyId: "1" }),
  };
  await using api = echo();
  await t.step(
    "private_key_jwt; the token is introspected, revoked, and another one follows",
    async () => {
      const auth = oauth2(robot);
      await using client = new HTTPClient({ baseUrl: api.origin, auth });
      const first = (await client.get("/")).text;
      assertMatch(first, /^Bearer [\w-]{20,}$/);
      const { active, client_id } = await auth.introspect();
      assertEquals({ active, client_id }, { active: true, client_id: "robot" });
      await auth.revoke();
      const token = first.slice("Bearer ".length);
      assertEquals((await auth.introspect({ token })).active, false);
      assertNotEquals((await client.get("/")).text, first);
    },
  );
  await t.step("a key that it does not know is refused, and not shown", async () => {
    const other = await crypto.subtle.generateKey("Ed25519", false, ["sign"]) as CryptoKeyPair;
    const clientAuthentication = privateKeyJwt({ key: other.privateKey, keyId: "1" });
    const auth = oauth2({ ...robot, clientAuthentication });
    await using client = new HTTPClient({ baseUrl: api.origin, auth });
    const error = await assertRejects(() => client.get("/"), NetworkingError, "401");
    assertEquals(error.code, "auth_failed");
    assert(!/eyJ/.test(Deno.inspect(error, { depth: 20 })));
  });
  await t.step("client_secret_jwt", async () => {
    const auth = oauth2({
      issuer,
      clientId: "hashed",
      clientSecret: "a secret of 32 characters or more",
      clientAuthentication: clientSecretJwt(),
    });
    await using client = new HTTPClient({ baseUrl: api.origin, auth });
    assertMatch((await client.get("/")).text, /^Bearer [\w-]{20,}$/);
  });
  await t.step("a resource indicator is the audience of the token", async () => {
    const resource = "https://api.example/";
    const secret = { clientId: "reports", clientSecret: "s3cret value" };
    const auth = oauth2({ issuer, ...secret, resource, scope: "read" });
    await using client = new HTTPClient({ baseUrl: api.origin, auth });
    const [, payload = ""] = (await client.get("/")).text.split(".");
    assertEquals(JSON.parse(atob(payload)).aud, resource);
  });
  await t.step("client credentials by assertion with a token bound to a key", async () => {
    const auth = oauth2({ ...robot, dpop: true });
    await using client = new HTTPClient({ baseUrl: api.origin, auth });
    assertMatch((await client.get("/")).text, /^DPoP [\w-]{20,}$/);
    const { cnf } = await auth.introspect();
    assertMatch((cnf as { jkt: string }).jkt, /^[\w-]{43}$/);
  });
  for (const clientId of ["bound", "pushed"] as const) {
    await t.step(
      `a user of "${clientId}" signs in, asks with 20 calls at once, and is renewed`,
      async () => {
        await using listener = await listenForCallback();
        const store = new TestStore();
        const auth = oauth2({
          issuer,
          clientId,
          redirectUri: listener.redirectUri,
          scope: "openid offline_access",
          parameters: { prompt: "consent" },
          dpop: clientId === "bound",
          par: clientId === "pushed" ? "always" : "if-required",
          store,
        });
        const { url, state } = await auth.authorizationUrl();
        assertEquals(url.includes("request_uri="), clientId === "pushed");
        await signIn(url);
        const tokens = await auth.exchange(await listener.callback({ state }));
        await using client = new HTTPClient({ baseUrl: issuer, auth });
        for (const round of [1, 2]) {
          const answers = await Promise.all(Array.from({ length: 20 }, () => client.get("/me")));
          assertEquals(
            new Set(answers.map(({ text }) => text)),
            new Set(['{"sub":"ada"}']),
            `${round}`,
          );
          store.expire();
        }
        assertNotEquals(store.tokens?.refreshToken, tokens.refreshToken);
        await auth.revoke();
        const error = await assertRejects(() => client.get("/me"), NetworkingError);
        assertStringIncludes(error.message, "there is no refresh token");
      },
    );
  }
});

/** The user: signs in, consents, and is sent back to the listener. */
async function signIn(url: string): Promise<void> {
  await using browser = new HTTPClient({ cookies: new CookieJar() });
  const form = { login: "ada", password: "any" };
  const login = await browser.get(url);
  const consent = await browser.post(login.url, new URLSearchParams({ prompt: "login", ...form }));
  await browser.post(consent.url, new URLSearchParams({ prompt: "consent" }));
}

Deno.test("oidc-provider signs a user in on another device", async () => {
  await using server = await start(OIDC_PROVIDER);
  const auth = oauth2({
    issuer: server.origin,
    clientId: "television",
    grant: "device_code",
    scope: "openid offline_access",
    dpop: true,
  });
  let shown: DeviceCode | undefined;
  const tokens = await auth.device({
    async onCode(code) {
      shown = code;
      await using browser = new HTTPClient({ cookies: new CookieJar() });
      const hidden = (page: string) => /name="xsrf" value="([^"]+)"/.exec(page)![1]!;
      const input = await browser.get(code.verificationUri);
      const asked = { xsrf: hidden(input.text), "user_code": code.userCode };
      const confirm = await browser.post(input.url, new URLSearchParams(asked));
      const yes = { ...asked, xsrf: hidden(confirm.text), confirm: "yes" };
      const login = await browser.post(input.url, new URLSearchParams(yes));
      const form = { prompt: "login", login: "ada", password: "any" };
      const consent = await browser.post(login.url, new URLSearchParams(form));
      await browser.post(consent.url, new URLSearchParams({ prompt: "consent" }));
    },
  });
  assertMatch(shown!.userCode, /^[A-Z]{4}-[A-Z]{4}$/);
  assertEquals(shown!.expiresInMs, 600_000);
  assert(tokens.refreshToken !== undefined && tokens.keyThumbprint !== undefined);
  await using client = new HTTPClient({ baseUrl: server.origin, auth });
  assertEquals((await client.get("/me")).json(), { sub: "ada" });
});

Deno.test("oidc-provider takes a client's certificate, which nginx in front of it has checked", async () => {
  const { server } = await providerWithKeys();
  await using _server = server;
  const front = await tlsFront(server.origin);
  if (!await isInstalled(front.launch)) return;
  await using proxy = await start(front.launch);
  const { cert, key } = await selfSigned("mutual");
  const transport = denoTransport({ caCerts: [front.certificate.cert], cert, key });
  await using api = echo();
  const auth = oauth2({
    issuer: server.origin,
    tokenEndpoint: `${proxy.origin.replace("http://127.0.0.1", "https://localhost")}/token`,
    clientId: "mutual",
    clientAuthentication: mutualTls(),
  });
  await using client = new HTTPClient({ baseUrl: api.origin, transport, auth });
  assertMatch((await client.get("/")).text, /^Bearer [\w-]{20,}$/);
  await using without = new HTTPClient({
    baseUrl: api.origin,
    transport: denoTransport({ caCerts: [front.certificate.cert] }),
    auth: oauth2({
      tokenEndpoint: `${proxy.origin.replace("http://127.0.0.1", "https://localhost")}/token`,
      clientId: "mutual",
      clientAuthentication: mutualTls(),
    }),
  });
  const error = await assertRejects(() => without.get("/"), NetworkingError);
  assertEquals(error.code, "auth_failed");
});

/** A server of TLS that asks for a certificate, and passes it on to `origin`. */
async function tlsFront(origin: string) {
  const certificate = await selfSigned("localhost");
  const launch: Launch = {
    from: { debian: "nginx" },
    command: "nginx",
    args: (_port, folder) => ["-c", `${folder}/nginx.conf`, "-p", folder, "-e", "error.log"],
    files: (port, folder) => ({
      "cert.pem": certificate.cert,
      "key.pem": certificate.key,
      "nginx.conf": `daemon off; master_process off; pid ${folder}/pid;
events {}
http {
  access_log off; client_body_temp_path ${folder}/body; proxy_temp_path ${folder}/proxy;
  fastcgi_temp_path ${folder}/fastcgi; uwsgi_temp_path ${folder}/uwsgi; scgi_temp_path ${folder}/scgi;
  server {
    listen 127.0.0.1:${port} ssl;
    ssl_certificate ${folder}/cert.pem; ssl_certificate_key ${folder}/key.pem;
    ssl_verify_client optional_no_ca;
    location / {
      proxy_pass ${origin};
      proxy_set_header X-Client-Certificate $ssl_client_escaped_cert;
      proxy_set_header X-Client-Subject $ssl_client_s_dn;
    }
  }
}`,
    }),
  };
  return { certificate, launch };
}

Deno.test("@jmondi/oauth2-server exchanges tokens (RFC 8693)", async () => {
  await using server = await start(TOKEN_EXCHANGE);
  await using api = echo();
  const get = async (options: Partial<TokenExchangeOptions>) => {
    const auth = oauth2({
      tokenEndpoint: `${server.origin}/token`,
      ...{ clientId: "reports", clientSecret: "s3cret", scope: "read" },
      grant: tokenExchange({
        subjectToken: () => "platform-identity",
        subjectTokenType: "id_token",
        audience: "storage",
        ...options,
      }),
    });
    await using client = new HTTPClient({ baseUrl: api.origin, auth, maxRetries: 0 });
    const { text } = await client.get("/");
    assertMatch(text, /^Bearer ey[\w-]+\.ey[\w-]+\.[\w-]+$/);
    return JSON.parse(atob(text.split(".")[1]!.replaceAll("-", "+").replaceAll("_", "/")));
  };
  const claims = await get({});
  assertEquals([claims.sub, claims.scope], ["ada", "read"]);
  assertEquals((await get({ actorToken: () => "robot" })).sub, "ada by robot");
  for (
    const wrong of [{ subjectToken: "other" }, { audience: "mail" }, { subjectTokenType: "jwt" }]
  ) {
    const error = await assertRejects(() => get(wrong), NetworkingError);
    assertEquals(error.code, "auth_failed");
  }
});

Deno.test("Authlib takes assertions of service accounts (RFC 7523)", async () => {
  const curve = { name: "ECDSA", namedCurve: "P-256" };
  const { privateKey, publicKey } = await crypto.subtle.generateKey(curve, true, [
    "sign",
    "verify",
  ]);
  const spki = new Uint8Array(await crypto.subtle.exportKey("spki", publicKey));
  const issuer = "reports@accounts.example";
  const pem = `-----BEGIN PUBLIC KEY-----\n${
    btoa(String.fromCharCode(...spki))
  }\n-----END PUBLIC KEY-----\n`;
  const launch = authlib(pem, issuer);
  if (!await isInstalled(launch)) return;
  await using server = await start(launch);
  await using api = echo();
  const get = async (options: Partial<JWTBearerOptions> = {}) => {
    const auth = oauth2({
      tokenEndpoint: `${server.origin}/token`,
      scope: "read",
      grant: jwtBearer({ key: privateKey, keyId: "1", issuer, subject: "ada", ...options }),
    });
    await using client = new HTTPClient({ baseUrl: api.origin, auth, maxRetries: 0 });
    return (await client.get("/")).text;
  };
  assertEquals(await get(), "Bearer for-ada");
  assertEquals(
    await get({ key: await crypto.subtle.exportKey("jwk", privateKey) as never }),
    "Bearer for-ada",
  );
  const { privateKey: other } = await crypto.subtle.generateKey(curve, false, ["sign", "verify"]);
  const wrong: readonly Partial<JWTBearerOptions>[] = [
    { key: other },
    { issuer: "other@accounts.example" },
    { audience: "https://other.example/token" },
    { subject: "eve" },
    { subject: "bob" },
    { claims: { exp: 1 } },
  ];
  for (const options of wrong) {
    const error = await assertRejects(() => get(options), NetworkingError);
    assertEquals(error.code, "auth_failed", JSON.stringify(options));
  }
});
