/**
 * OAuth 2.0 and OpenID Connect for the `auth` option: tokens for programs, for service accounts, for the
 * identity of a platform, and for users. `oauth4webapi`, a certified library on fetch, has the protocol.
 * This entry adds one refresh at a time, stores, limits and errors.
 *
 * | who asks | use |
 * | --- | --- |
 * | a program with a secret | `oauth2({ issuer, clientId, clientSecret })` |
 * | a program with a key, or a certificate | `clientAuthentication: privateKeyJwt({ key })`, `clientSecretJwt()`, `mutualTls()` |
 * | a service account | `grant: jwtBearer({ key, issuer })`, `grant: googleServiceAccount(file, { scope })` |
 * | a program with an identity of its platform | `grant: tokenExchange({ subjectToken: tokenFile(path) })`, or `githubActions()` |
 * | a user of a browser on this machine | `redirectUri` of `listenForCallback()`, `authorizationUrl()`, `exchange()` |
 * | a user elsewhere | `grant: "device_code"`, `device()` |
 *
 * - Tokens that are useless to a thief: `dpop: true`, or a certificate with `mutualTls()`.
 * - For one API alone: `resource`. Sign-ins that the server wants beforehand: `par`.
 * - Afterwards: `revoke()`, `introspect()`.
 * - `jwtBearer()`, `googleServiceAccount()`, `tokenExchange()`, `privateKeyJwt()` and `mutualTls()` have
 *   examples of their own.
 * - Many isolates: `store: kvTokenStore(await Deno.openKv(), ["tokens", user])`.
 *
 * ## A script that signs its user in
 *
 * ```ts
 * import { HTTPClient } from "@codomyrmex/networking";
 * import { listenForCallback, oauth2 } from "@codomyrmex/networking/auth/oauth2";
 *
 * // A server that signs in everybody, and an API on the same origin:
 * const handler = (request: Request) => {
 *   const { pathname, searchParams } = new URL(request.url);
 *   const state = searchParams.get("state");
 *   if (pathname === "/authorize") {
 *     return Response.redirect(`${searchParams.get("redirect_uri")}?code=1&state=${state}`);
 *   }
 *   return pathname === "/token"
 *     ? Response.json({ access_token: "t0ken", token_type: "Bearer", refresh_token: "next" })
 *     : new Response(request.headers.get("authorization"));
 * };
 * await using server = Deno.serve({ hostname: "localhost", port: 0, onListen() {} }, handler);
 * const baseUrl = `http://localhost:${server.addr.port}`;
 *
 * await using listener = await listenForCallback();
 * const auth = oauth2({
 *   tokenEndpoint: `${baseUrl}/token`, // or: issuer: "https://accounts.example"
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
 * A web server keeps what `authorizationUrl()` returned with the session of the user, for
 * `exchange(callbackUrl, { request })`.
 *
 * ## A user who signs in on another device
 *
 * ```ts
 * import { HTTPClient } from "@codomyrmex/networking";
 * import { oauth2 } from "@codomyrmex/networking/auth/oauth2";
 *
 * // A server whose users are fast, and an API on the same origin:
 * const handler = (request: Request) => {
 *   const { pathname, origin } = new URL(request.url);
 *   if (pathname === "/device") {
 *     return Response.json({
 *       device_code: "d3vice",
 *       user_code: "WDJB-MJHT",
 *       verification_uri: `${origin}/enter`,
 *       expires_in: 600,
 *       interval: 0.01,
 *     });
 *   }
 *   return pathname === "/token"
 *     ? Response.json({ access_token: "t0ken", token_type: "Bearer" })
 *     : new Response(request.headers.get("authorization"));
 * };
 * await using server = Deno.serve({ hostname: "localhost", port: 0, onListen() {} }, handler);
 * const baseUrl = `http://localhost:${server.addr.port}`;
 *
 * const auth = oauth2({
 *   tokenEndpoint: `${baseUrl}/token`, // or: issuer: "https://accounts.example"
 *   deviceAuthorizationEndpoint: `${baseUrl}/device`,
 *   clientId: "television",
 *   grant: "device_code",
 * });
 * // Without onCode it prints what to do, and waits:
 * await auth.device({ onCode: ({ userCode }) => console.log(userCode) }); // WDJB-MJHT
 * await using client = new HTTPClient({ baseUrl, auth });
 * console.log((await client.get("/")).text); // Bearer t0ken
 * ```
 *
 * ## A token that is bound to a key, and is revoked
 *
 * ```ts
 * import { HTTPClient } from "@codomyrmex/networking";
 * import { oauth2 } from "@codomyrmex/networking/auth/oauth2";
 *
 * // A server that looks for proofs, and an API on the same origin:
 * const handler = (request: Request) => {
 *   const { pathname } = new URL(request.url);
 *   if (!request.headers.has("dpop")) return new Response(null);
 *   return pathname === "/token"
 *     ? Response.json({ access_token: "t0ken", token_type: "DPoP" })
 *     : new Response(request.headers.get("authorization"));
 * };
 * await using server = Deno.serve({ hostname: "localhost", port: 0, onListen() {} }, handler);
 * const baseUrl = `http://localhost:${server.addr.port}`;
 *
 * const auth = oauth2({
 *   tokenEndpoint: `${baseUrl}/token`,
 *   revocationEndpoint: `${baseUrl}/revoke`,
 *   clientId: "reports",
 *   clientSecret: "s3cret",
 *   dpop: true,
 * });
 * await using client = new HTTPClient({ baseUrl, auth });
 * console.log((await client.get("/")).text); // DPoP t0ken
 * await auth.revoke();
 * ```
 *
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
