/**
 * OAuth 2.0 and OpenID Connect for the `auth` option: tokens for programs, service accounts, platform
 * identities and users. `oauth4webapi`, a certified library on fetch, implements the protocol. This entry
 * adds shared refreshes, stores, limits and errors.
 *
 * ```ts
 * import { HTTPClient } from "@codomyrmex/networking";
 * import { oauth2 } from "@codomyrmex/networking/auth/oauth2";
 *
 * const handler = (request: Request) =>
 *   new URL(request.url).pathname === "/token"
 *     ? Response.json({ access_token: "t0ken", token_type: "Bearer" })
 *     : new Response(request.headers.get("authorization"));
 * const local = { hostname: "localhost", port: 0 };
 * await using server = Deno.serve(local, handler);
 * const baseUrl = `http://localhost:${server.addr.port}`;
 *
 * const auth = oauth2({
 *   tokenEndpoint: `${baseUrl}/token`, // or issuer: "https://id.example"
 *   clientId: "reports",
 *   clientSecret: "s3cret",
 * });
 * await using client = new HTTPClient({ baseUrl, auth });
 * console.log((await client.get("/")).text); // Bearer t0ken
 * ```
 *
 * ## Which scheme do I need?
 *
 * Look for the terms in the documentation of the service.
 *
 * | the service's documentation says | use | entry |
 * | --- | --- | --- |
 * | "user name and password", HTTP Basic | `basicAuth(user, password)` | `.` |
 * | "user name and password", HTTP Digest | `digestAuth(user, password)` | {@linkcode [auth/digest]} |
 * | "access token", "bearer token", "personal token" | `bearerAuth(token)`, or `bearerAuth(() => currentToken())` | `.` |
 * | "API key" | `apiKeyAuth({ name, value, in })` | `.` |
 * | "OAuth 2.0", "client credentials" | `oauth2({ issuer, clientId, clientSecret })` | here |
 * | "OAuth 2.0", "sign in with …" | `oauth2({ issuer, clientId, redirectUri })` | here |
 * | "device code", "enter this code at …" | `oauth2({ issuer, clientId, grant: "device_code" })`, then `device()` | here |
 * | "service account", "JWT bearer" | `oauth2({ grant: googleServiceAccount(file, { scope }) })`, or `jwtBearer({ … })` | here |
 * | "workload identity", "token exchange" | `oauth2({ issuer, grant: tokenExchange({ subjectToken }) })` | here |
 * | "private_key_jwt", "client certificate", "mTLS" | `clientAuthentication: privateKeyJwt({ key })`, or `mutualTls()` | here |
 * | "DPoP", "sender-constrained tokens" | `oauth2({ …, dpop: true })` | here |
 * | "AWS Signature Version 4", S3, API Gateway | `awsSigV4({ credentials, region, service })` | {@linkcode [auth/sign]} |
 * | "IRSA", a role of AWS by OpenID Connect | `awsSigV4({ credentials: awsWebIdentity({ roleArn, token, region }), … })`, or `awsContainer()`, `awsInstance()` | {@linkcode [auth/sign]} |
 * | "HTTP message signatures", RFC 9421 | `httpSignature({ key, keyId })` | {@linkcode [auth/sign]} |
 * | "Web Bot Auth", "verified bots" | `webBotAuth({ key, agent })`, in the option `use` | {@linkcode [auth/sign]} |
 * | "webhook secret", if you send the webhooks | `webhookAuth({ secret, scheme })` | {@linkcode [webhooks]} |
 * | several of these, chosen by `WWW-Authenticate` | `negotiate(scheme, …)` | `.` |
 * | NTLM, Negotiate, Kerberos | a local proxy such as px or cntlm: these schemes authenticate a connection, which fetch does not keep | |
 *
 * Each scheme sends credentials only to the origin of `baseUrl`, to the origin of its own call, or to its `origins`.
 *
 * ## A script that signs its user in
 *
 * ```ts
 * import { HTTPClient } from "@codomyrmex/networking";
 * import {
 *   listenForCallback,
 *   oauth2,
 * } from "@codomyrmex/networking/auth/oauth2";
 *
 * // A server that signs in every user, and an API on the same origin:
 * const handler = (request: Request) => {
 *   const { pathname, searchParams } = new URL(request.url);
 *   if (pathname === "/authorize") {
 *     const [back, state] = ["redirect_uri", "state"]
 *       .map((name) => searchParams.get(name));
 *     return Response.redirect(`${back}?code=1&state=${state}`);
 *   }
 *   return pathname === "/token"
 *     ? Response.json({ access_token: "t0ken", token_type: "Bearer" })
 *     : new Response(request.headers.get("authorization"));
 * };
 * const local = { hostname: "localhost", port: 0 };
 * await using server = Deno.serve(local, handler);
 * const baseUrl = `http://localhost:${server.addr.port}`;
 *
 * await using listener = await listenForCallback();
 * const auth = oauth2({
 *   tokenEndpoint: `${baseUrl}/token`, // or issuer: "https://id.example"
 *   authorizationEndpoint: `${baseUrl}/authorize`,
 *   clientId: "my-script",
 *   redirectUri: listener.redirectUri,
 *   scope: "read",
 * });
 * const { url, state } = await auth.authorizationUrl();
 * await (await fetch(url)).text(); // instead of: console.log(`Open ${url}`)
 * await auth.exchange(await listener.callback({ state }));
 *
 * await using client = new HTTPClient({ baseUrl, auth });
 * console.log((await client.get("/")).text); // Bearer t0ken
 * ```
 *
 * ## Other devices, keys instead of secrets, and tokens bound to a key
 *
 * ```ts
 * import { HTTPClient } from "@codomyrmex/networking";
 * import {
 *   googleServiceAccount,
 *   jwtBearer,
 *   mutualTls,
 *   oauth2,
 *   privateKeyJwt,
 *   tokenExchange,
 * } from "@codomyrmex/networking/auth/oauth2";
 * import { MockTransport } from "@codomyrmex/networking/testing";
 *
 * // A server that accepts each of them, and an API:
 * const code = {
 *   device_code: "d3vice",
 *   user_code: "WDJB-MJHT",
 *   verification_uri: "https://id.example/enter",
 *   expires_in: 600,
 *   interval: 0.01,
 * };
 * const issued_token_type = "urn:ietf:params:oauth:token-type:access_token";
 * const transport = new MockTransport()
 *   .on("POST", "/device", { json: code })
 *   .on("POST", "/token", ({ headers }) => {
 *     const token_type = headers.has("dpop") ? "DPoP" : "Bearer";
 *     const kind = { token_type, issued_token_type };
 *     return { json: { access_token: "t0ken", ...kind } };
 *   })
 *   .on("GET", "/", ({ headers }) => {
 *     return { body: headers.get("authorization") ?? "" };
 *   });
 *
 * const client = {
 *   tokenEndpoint: "https://id.example/token", // or issuer
 *   clientId: "reports",
 * };
 * const tv = oauth2({
 *   ...client,
 *   deviceAuthorizationEndpoint: "https://id.example/device",
 *   grant: "device_code",
 * });
 * // Without onCode it prints instructions. It waits for the user:
 * await tv.device({ transport, onCode: console.log }); // { userCode, … }
 *
 * const curve = { name: "ECDSA", namedCurve: "P-256" };
 * const { privateKey: key } = await crypto.subtle
 *   .generateKey(curve, true, ["sign", "verify"]);
 * const der = await crypto.subtle.exportKey("pkcs8", key);
 * const [begin, end] = ["-----BEGIN PRIVATE KEY", "\n-----END PRIVATE KEY"];
 * const text = new Uint8Array(der).toBase64();
 * const account = { // the JSON file of a Google service account
 *   client_email: "robot@project.example",
 *   private_key: `${begin}-----\n${text}${end}-----`,
 *   token_uri: "https://id.example/token",
 * };
 * const identity = tokenExchange({ subjectToken: () => "identity" });
 * const ways = [
 *   tv,
 *   oauth2({ grant: googleServiceAccount(account, { scope: "read" }) }),
 *   oauth2({ ...client, grant: jwtBearer({ key, issuer: "robot" }) }),
 *   oauth2({ ...client, grant: identity }),
 *   oauth2({ ...client, clientAuthentication: privateKeyJwt({ key }) }),
 *   oauth2({ ...client, clientAuthentication: mutualTls() }),
 *   oauth2({ ...client, clientSecret: "s3cret", dpop: true }),
 * ];
 * const baseUrl = "https://api.example";
 * for (const auth of ways) {
 *   await using api = new HTTPClient({ baseUrl, auth, transport });
 *   console.log((await api.get("/")).text); // Bearer t0ken; DPoP t0ken
 * }
 * ```
 *
 * ## Where are the tokens?
 *
 * In memory, unless you set `store`: an object with `get()` and `set()`, one for each client and user. Several
 * processes or isolates can share one token and its refresh, with
 * `kvTokenStore(await Deno.openKv(), ["tokens", user])` or with `sharedTokenStore(state, key)` over a state of
 * `./shared-state`. Your own store for several processes also needs `replace()` and `exclusive()`. Tokens are secrets:
 * encrypt them if others can read the store.
 *
 * A web server stores the result of `authorizationUrl()` in the session of the user, for
 * `exchange(callbackUrl, { request })`.
 *
 * ## When is a token renewed?
 *
 * - `leeway` (30 seconds, at most half of its lifetime) before it expires, and when the API responds with 401. The
 *   request is then sent a second time; a second 401 is returned to the caller.
 * - Calls that need a token at the same time wait for the same refresh. A refresh token counts as used once it was
 *   sent: the new tokens are stored even if the caller has left, and `close()` waits up to 30 seconds for that.
 * - If it fails, all waiting calls reject with `auth_failed`. The next refresh is possible after 1 second, then 2, up
 *   to a minute. If the message has "the user has to sign in again", the refresh token is no longer valid.
 *
 * ## Further options
 *
 * - Tokens that a thief cannot use: `dpop: true`, or a certificate with `mutualTls()`.
 * - Tokens for one API: `resource`. Pushed authorization requests: `par`. Other parameters: `parameters`.
 * - Existing tokens: `revoke()`, `introspect()`.
 * - Keys are CryptoKeys, PEM (`BEGIN PRIVATE KEY`) or JWKs. `tokenFile(path)` and `githubActions()` return the
 *   identity of a platform.
 *
 * Endpoints are `https:`, or `http:` on this machine. The claims of an ID token are checked. Its signature is not,
 * because it comes directly from the token endpoint: do not trust ID tokens from other sources. The errors of this
 * entry are `auth_failed` with the reason of the server, or a network error code. No message contains a token or a
 * secret.
 * @module
 */

export {
  type CallbackListener,
  type CallbackListenerOptions,
  listenForCallback,
} from "./callback_listener.ts";
export {
  type AssertionOptions,
  type ClientAuthentication,
  type ClientFacts,
  clientSecretJwt,
  mutualTls,
  privateKeyJwt,
  type PrivateKeyJwtOptions,
} from "./grants/client_authentication.ts";
export type { GrantContext, GrantParameters, OAuth2Grant } from "./grants/grant.ts";
export {
  googleServiceAccount,
  type GoogleServiceAccountOptions,
} from "./grants/google_service_account.ts";
export { jwtBearer, type JWTBearerOptions } from "./grants/jwt_bearer.ts";
export type { SigningAlgorithm, WebCryptoKey, WebCryptoKeyPair } from "../keys/algorithms.ts";
export type { PrivateJWK, PrivateKey } from "../keys/private_key.ts";
export { githubActions, type SubjectTokenProvider, tokenFile } from "./grants/subject_tokens.ts";
export {
  tokenExchange,
  type TokenExchangeOptions,
  type TokenProvider,
  type TokenProviderContext,
} from "./grants/token_exchange.ts";
export { oauth2, type OAuth2Scheme } from "./oauth2.ts";
export type {
  AuthorizationRequest,
  DeviceCode,
  DeviceOptions,
  ExchangeOptions,
  Introspection,
  IntrospectOptions,
  SignInOptions,
} from "./sign_in.ts";
export type { OAuth2Options } from "./server/options.ts";
export {
  type KeyValueOperation,
  type KeyValueStore,
  kvTokenStore,
  sharedTokenStore,
  type TokenSet,
  type TokenStore,
} from "./store/token_store.ts";
export type { SharedState, StateKey } from "../../shared_state/state.ts";
