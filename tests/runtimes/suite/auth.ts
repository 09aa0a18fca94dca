/**
 * Credentials: how they go out, and where they do not go.
 *
 * @module
 */

import {
  apiKeyAuth,
  type AuthScheme,
  basicAuth,
  bearerAuth,
  HTTPClient,
  negotiate,
  NetworkingError,
} from "@codomyrmex/networking";
import { digestAuth } from "@codomyrmex/networking/auth/digest";
import { jwtBearer, oauth2, privateKeyJwt } from "@codomyrmex/networking/auth/oauth2";
import { equal, failure, ok } from "./assert.ts";
import { type Case, type Context, feature, QUICK } from "./case.ts";

/** A browser may wait for its user, without an end. */
const SHORT = { maxRetries: 0, timeout: { milliseconds: 3000 } } as const;

/** The Authorization fields that the server was sent. */
async function authorizations({ requests }: Context): Promise<(string | undefined)[]> {
  return (await requests()).map(({ headers }) => headers.authorization);
}

/** Has a scheme send a request on a connection that breaks, and counts what arrived. */
async function sendsOnce(
  { broken, fail, requests }: Context,
  init: RequestInit,
): Promise<void> {
  await fail("/warm", { body: "warm" });
  await (await fetch(broken("/warm"))).text();
  await fail("/token", { fault: "reset_after_request" }, { body: "t" });
  const scheme: AuthScheme = {
    name: "own",
    async *authenticate(request, { fetch }) {
      await fetch(broken("/token"), init);
      yield request;
    },
  };
  const before = (await requests()).length;
  await failure(NetworkingError, new HTTPClient(SHORT).get(broken("/x"), { auth: scheme }));
  equal((await requests()).slice(before).map(({ path }) => path), ["/token"]);
}

/** The cases. */
export const auth: readonly Case[] = feature("authentication", {
  async "basicAuth() sends user and password, as UTF-8"(context) {
    const scheme = basicAuth("ada", "grüße");
    await new HTTPClient().get(context.url("/x"), { auth: scheme });
    equal(await authorizations(context), ["Basic YWRhOmdyw7zDn2U="]);
  },
  async "bearerAuth() asks for the token at every attempt"(context) {
    await context.answer("/x", { status: 503 }, { body: "here" });
    let asked = 0;
    const scheme = bearerAuth(() => Promise.resolve(`t${++asked}`));
    await new HTTPClient(QUICK).get(context.url("/x"), { auth: scheme });
    equal(await authorizations(context), ["Bearer t1", "Bearer t2"]);
  },
  async "apiKeyAuth() puts the key into a header or the query"({ url, requests }) {
    const client = new HTTPClient();
    await client.get(url("/x"), { auth: apiKeyAuth({ name: "X-Key", value: "k", in: "header" }) });
    await client.get(url("/x?a=1"), { auth: apiKeyAuth({ name: "key", value: "k", in: "query" }) });
    const [first, second] = await requests();
    equal([first?.headers["x-key"], second?.path], ["k", "/x?a=1&key=k"]);
  },
  async "apiKeyAuth() puts the key into a cookie"({ url, requests }) {
    const scheme = apiKeyAuth({ name: "key", value: "k", in: "cookie" });
    await new HTTPClient().get(url("/x"), { auth: scheme });
    equal((await requests())[0]?.headers.cookie, "key=k");
  },
  async "credentials of a client go to its origin alone"(context) {
    const { url, other, requests } = context;
    const client = new HTTPClient({ baseUrl: url("/"), auth: bearerAuth("t") });
    await client.get("x");
    await client.get(other("/y"), { allowAnyOrigin: true });
    await client.get("z", { auth: false });
    equal((await requests()).map(({ path }) => path), ["/x", "/y", "/z"]);
    equal(await authorizations(context), ["Bearer t", undefined, undefined]);
  },
  async "negotiate() answers what the server asks for"(context) {
    const challenge = { "www-authenticate": 'Basic realm="suite"' };
    await context.answer("/x", { status: 401, headers: challenge }, { body: "in" });
    const scheme = negotiate(bearerAuth("t"), basicAuth("ada", "engine"));
    const client = new HTTPClient(SHORT);
    const response = await client.post(context.url("/x"), "body", { auth: scheme });
    equal([response.statusCode, response.text], [200, "in"]);
    equal((await context.requests()).map(({ body }) => body).at(-1), "body");
    equal((await authorizations(context)).at(-1), `Basic ${btoa("ada:engine")}`);
  },
  async "a scheme's own request is sent once when a kept connection breaks"(context) {
    for (const body of ["grant_type=x", new URLSearchParams({ a: "1" })]) {
      await sendsOnce(context, { method: "POST", body });
    }
  },
  async "a scheme's own request without a body is sent once when a kept connection breaks"(
    context,
  ) {
    for (const method of ["POST", "GET"]) await sendsOnce(context, { method });
  },
  async "digestAuth() computes what the server computes, with one challenge for many calls"(
    context,
  ) {
    const baseUrl = context.url("/");
    const client = new HTTPClient({ ...SHORT, baseUrl, auth: digestAuth("ada", "engine") });
    equal((await client.get("digest?a=1")).text, "welcome");
    equal((await client.post("digest", "body")).text, "welcome");
    const sent = await authorizations(context);
    equal(sent.length, 3);
    ok(sent[1]?.includes("nc=00000001") && sent[2]?.includes("nc=00000002"), "nonces are counted");
    const wrong = digestAuth("ada", "motor");
    equal((await client.get("digest", { auth: wrong })).statusCode, 401);
  },
  async "oauth2() gets a token as a client, and calls share it"(context) {
    const { url, answer, requests } = context;
    await answer("/token", { json: { access_token: "t0ken", token_type: "Bearer" } });
    const scheme = oauth2({
      tokenEndpoint: url("/token"),
      clientId: "me",
      clientSecret: "s3cret",
      scope: "read",
    });
    const client = new HTTPClient({ baseUrl: url("/"), auth: scheme });
    await Promise.all([client.get("x"), client.get("y")]);
    const [token, ...calls] = await requests();
    equal(Object.fromEntries(new URLSearchParams(token?.body)), {
      grant_type: "client_credentials",
      scope: "read",
    });
    equal(token?.headers.authorization, `Basic ${btoa("me:s3cret")}`);
    equal(calls.map(({ headers }) => headers.authorization), ["Bearer t0ken", "Bearer t0ken"]);
  },
  async "oauth2() gets another token when the server refuses one"({ url, answer, requests }) {
    await answer(
      "/token",
      { json: { access_token: "old", token_type: "Bearer", expires_in: 3600 } },
      { json: { access_token: "new", token_type: "Bearer", expires_in: 3600 } },
    );
    await answer("/x", { status: 401 }, { body: "in" });
    const scheme = oauth2({ tokenEndpoint: url("/token"), clientId: "me", clientSecret: "s" });
    equal((await new HTTPClient().get(url("/x"), { auth: scheme })).text, "in");
    equal(
      (await requests()).filter(({ path }) => path === "/x").map(({ headers }) => headers)
        .map(({ authorization }) => authorization),
      ["Bearer old", "Bearer new"],
    );
  },
  async "oauth2() that gets no token is auth_failed, without the secret"({ url, answer }) {
    await answer("/token", { status: 400, json: { error: "invalid_client" } });
    const scheme = oauth2({
      tokenEndpoint: url("/token"),
      clientId: "me",
      clientSecret: "hunter2",
    });
    const call = new HTTPClient().get(url("/x"), { auth: scheme });
    const error = await failure(NetworkingError, call);
    equal(error.code, "auth_failed");
    ok(error.message.includes("invalid_client"), `the reason is in: ${error.message}`);
    ok(!`${error.message}${JSON.stringify(error)}`.includes("hunter2"), "the secret is not");
  },
  async "oauth2() proves its key with every request, and takes the server's nonces"(context) {
    const { url, answer, requests } = context;
    const challenge = { "www-authenticate": 'DPoP error="use_dpop_nonce"', "dpop-nonce": "n2" };
    await answer(
      "/token",
      { status: 400, headers: { "dpop-nonce": "n1" }, json: { error: "use_dpop_nonce" } },
      { json: { access_token: "t0ken", token_type: "DPoP" } },
    );
    await answer("/x", { status: 401, headers: challenge }, { body: "in" });
    const scheme = oauth2({
      ...{ tokenEndpoint: url("/token"), clientId: "me", clientSecret: "s", dpop: true },
    });
    equal((await new HTTPClient().get(url("/x?query"), { auth: scheme })).text, "in");
    const sent = await Promise.all((await requests()).map(async ({ headers }) => {
      const { htm, htu, nonce, jwk } = await verified(headers.dpop ?? "");
      return [headers.authorization?.split(" ")[0], htm, htu, nonce, jwk !== undefined];
    }));
    const [token, x] = [url("/token"), url("/x")];
    // One origin has the newest nonce of both.
    equal(sent, [
      ["Basic", "POST", token, undefined, true],
      ["Basic", "POST", token, "n1", true],
      ["DPoP", "GET", x, "n1", true],
      ["DPoP", "GET", x, "n2", true],
    ]);
  },
  async "private keys of each kind sign, from PEM and from a JWK"({ url, answer, requests }) {
    const kinds: AlgorithmIdentifier[] = [
      { name: "ECDSA", namedCurve: "P-256" } as AlgorithmIdentifier,
      { name: "ECDSA", namedCurve: "P-384" } as AlgorithmIdentifier,
      { name: "Ed25519" },
      {
        ...{ name: "RSASSA-PKCS1-v1_5", modulusLength: 2048, hash: "SHA-256" },
        publicExponent: new Uint8Array([1, 0, 1]),
      } as AlgorithmIdentifier,
    ];
    for (const kind of kinds) {
      const pair = await crypto.subtle.generateKey(kind, true, ["sign", "verify"]) as CryptoKeyPair;
      const bytes = new Uint8Array(await crypto.subtle.exportKey("pkcs8", pair.privateKey));
      const body = btoa(String.fromCharCode(...bytes));
      const pem = `-----BEGIN PRIVATE KEY-----\n${body}\n-----END PRIVATE KEY-----\n`;
      const jwk = await crypto.subtle.exportKey("jwk", pair.privateKey) as { kty: string };
      for (const key of [pem, jwk]) {
        const before = (await requests()).length;
        await answer("/token", { json: { access_token: "t0ken", token_type: "Bearer" } });
        const own = key === pem
          ? { grant: jwtBearer({ key, issuer: "robot" }) }
          : { clientId: "robot", clientAuthentication: privateKeyJwt({ key }) };
        const scheme = oauth2({ tokenEndpoint: url("/token"), ...own });
        await new HTTPClient().get(url("/x"), { auth: scheme });
        const form = new URLSearchParams((await requests())[before]?.body);
        const jwt = form.get("assertion") ?? form.get("client_assertion") ?? "";
        equal((await verified(jwt, pair.publicKey)).iss, "robot");
      }
    }
  },
});

/** Header and claims of a JWT whose signature holds, by the key in it or by `key`. */
async function verified(jwt: string, key?: CryptoKey): Promise<Record<string, unknown>> {
  const [header = "", claims = "", signature = ""] = jwt.split(".");
  const bytes = (part: string) =>
    Uint8Array.from(atob(part.replaceAll("-", "+").replaceAll("_", "/")), (c) => c.charCodeAt(0));
  const json = (part: string) => JSON.parse(new TextDecoder().decode(bytes(part)));
  const es256 = { name: "ECDSA", namedCurve: "P-256" };
  const { jwk } = json(header);
  const signer = key ?? await crypto.subtle.importKey("jwk", jwk, es256, true, ["verify"]);
  const { name, namedCurve } = signer.algorithm as KeyAlgorithm & { readonly namedCurve?: string };
  const how = { name, hash: namedCurve === "P-384" ? "SHA-384" : "SHA-256" };
  const signed = new TextEncoder().encode(`${header}.${claims}`);
  ok(await crypto.subtle.verify(how, signer, bytes(signature), signed), "the signature holds");
  return { jwk, ...json(claims) };
}
