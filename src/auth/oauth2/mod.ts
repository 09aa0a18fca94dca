/**
 * OAuth 2.0 and OpenID Connect for the `auth` option: client credentials, refresh tokens, and signing
 * users in (authorization code with PKCE). `oauth4webapi`, a certified library on fetch, has the
 * protocol. This entry adds one refresh at a time, stores, limits and errors.
 *
 * - A program: `oauth2({ issuer, clientId, clientSecret })`.
 * - A script for its user: `oauth2({ issuer, clientId, redirectUri })`, then `listenForCallback()`, the
 *   `url` of `authorizationUrl()` in a browser, and `exchange()` with the URL that comes back to
 *   `callback({ state })`.
 * - Many isolates: `store: kvTokenStore(await Deno.openKv(), ["tokens", user])`.
 *
 * @module
 */

export {
  type CallbackListener,
  type CallbackListenerOptions,
  listenForCallback,
} from "./callback_listener.ts";
export { oauth2, type OAuth2Scheme } from "./oauth2.ts";
export type { AuthorizationRequest, ExchangeOptions, SignInOptions } from "./sign_in.ts";
export type { OAuth2Options } from "./options.ts";
export {
  type KeyValueOperation,
  type KeyValueStore,
  kvTokenStore,
  sharedTokenStore,
  type TokenSet,
  type TokenStore,
} from "./token_store.ts";
export type { SharedState, StateKey } from "../../shared_state/state.ts";
