/**
 * Webhooks: who sent the event, is it fresh, and was it accepted before? {@linkcode verifyWebhook} answers
 * for receivers, {@linkcode signWebhook} and {@linkcode webhookAuth} sign for senders. Nothing but
 * WebCrypto is used, so that it runs on Deno, Node, Bun and edge runtimes.
 *
 * ## Receive
 *
 * ```ts
 * import {
 *   standard,
 *   verifyWebhook,
 *   WebhookError,
 * } from "@codomyrmex/networking/webhooks";
 * import { memoryState } from "@codomyrmex/networking/shared-state";
 *
 * // In a program, the secret is in the environment.
 * const secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
 * const seen = memoryState(); // or kvState(kv), redisState(client)
 *
 * const options = { secret, scheme: standard(), seen };
 *
 * async function handler(request: Request): Promise<Response> {
 *   try {
 *     const { id, event } = await verifyWebhook(request, options);
 *     console.log(id, event);
 *     return new Response(null, { status: 204 });
 *   } catch (error) {
 *     if (error instanceof WebhookError) return error.response;
 *     throw error;
 *   }
 * }
 * const local = { hostname: "localhost", port: 0 };
 * await using server = Deno.serve(local, handler);
 * const url = `http://localhost:${server.addr.port}/`;
 * const response = await fetch(url, { method: "POST" });
 * console.log(response.status); // 400: it is not signed
 * ```
 *
 * Verify before anything else reads the body: the signature is over its bytes, and JSON that was parsed and
 * written again has others. On a server of Node give `{ headers: request.headers, body }` with the raw
 * body. With a `schema` (Zod, Valibot, ArkType, any Standard Schema) the event is typed and checked; with
 * `as: "text"` it need not be JSON.
 *
 * ## Schemes
 *
 * | scheme       | signature                       | signed                | several secrets | time |
 * | ------------ | ------------------------------- | --------------------- | --------------- | ---- |
 * | `standard()` | `webhook-signature`             | `{id}.{time}.{body}`  | yes             | yes  |
 * | `stripe()`   | `Stripe-Signature`              | `{time}.{body}`       | yes             | yes  |
 * | `slack()`    | `X-Slack-Signature`             | `v0:{time}:{body}`    | to verify       | yes  |
 * | `github()`   | `X-Hub-Signature-256`           | `{body}`              | to verify       | no   |
 * | `shopify()`  | `X-Shopify-Hmac-Sha256`         | `{body}`              | to verify       | no   |
 * | `hmac()`     | the header that you name        | the template you give | to verify       | both |
 *
 * Standard Webhooks may be signed with HMAC (`whsec_`) or Ed25519 (`whsk_` to sign, `whpk_` to verify). No
 * scheme is guessed from the headers. To change a secret, give both for a while: `secret: [next, last]`.
 *
 * ## What is refused
 *
 * In this order, and the first reason counts. `error.response` says nothing but the status.
 *
 * | code                | status | when                                                               |
 * | ------------------- | ------ | ------------------------------------------------------------------ |
 * | `webhook_missing`   | 400    | a header is missing, is there twice, or has no time that is one    |
 * | `webhook_stale`     | 401    | the time is more than `tolerance` before or after the present      |
 * | `webhook_too_large` | 413    | the body is larger than `maxSize`                                  |
 * | `webhook_timeout`   | 408    | the body takes longer than `bodyTimeout`                           |
 * | `webhook_signature` | 401    | no signature fits any secret                                       |
 * | `webhook_invalid`   | 400    | the body is incomplete, is not JSON, or does not match the schema      |
 * | `webhook_replayed`  | 409    | `seen` remembers it                                                |
 * | `webhook_unchecked` | 503    | `seen` does not answer, and `requireSeen` is set                   |
 *
 * ## Replays and retries
 *
 * Whoever recorded a webhook can send it again. `seen` remembers what was accepted for twice the tolerance,
 * by its signature under your secret, so that another identifier or another spelling does not help. Schemes
 * without a time never get old: remember them longer, with `tolerance: { hours: 24 }`.
 *
 * A sender's retry is no replay if it has a time of its own: it is accepted, and `id` is the same. Keep the
 * identifiers of what you handled, and answer 2xx for those that you know. If handling fails, call
 * `forget()`: senders that sign once send the same request again.
 *
 * ## Send
 *
 * Each attempt is signed with a fresh time, and all of them with one identifier, here the
 * `idempotencyKey`. The address policy keeps the URLs of customers away from your own network, and no
 * redirect is followed.
 *
 * ```ts
 * import { HTTPClient } from "@codomyrmex/networking";
 * import { addressPolicy } from "@codomyrmex/networking/address-policy";
 * import {
 *   standard,
 *   verifyWebhook,
 *   webhookAuth,
 * } from "@codomyrmex/networking/webhooks";
 *
 * const secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
 * const options = { secret, scheme: standard() };
 * const local = { hostname: "127.0.0.1", port: 0 };
 * await using server = Deno.serve(local, async (request) =>
 *   Response.json((await verifyWebhook(request, options)).id));
 *
 * await using sender = new HTTPClient({
 *   addressPolicy: addressPolicy({ private: "allow" }), // for this example
 *   maxRedirects: 0,
 *   throwOnError: true,
 * });
 * const url = `http://127.0.0.1:${server.addr.port}/`;
 * const response = await sender.post(url, { type: "user.created" }, {
 *   auth: webhookAuth(options),
 *   idempotencyKey: "event-1",
 * });
 * console.log(response.json()); // event-1
 * ```
 *
 * ## Limits, and where it runs
 *
 * | option | default | meaning |
 * | --- | --- | --- |
 * | `tolerance` | 300 seconds | how far a time may be from the present, in both directions; it cannot be switched off |
 * | `maxSize` | 1 MiB | a larger body is refused, by its Content-Length or when it is reached |
 * | `bodyTimeout` | 10 seconds | the time for the whole body |
 * | `requireSeen` | false | whether a store that fails, or takes 250 ms, refuses the webhook instead of a warning |
 *
 * Secrets have at least 16 bytes. At most 16 signatures of one header field are looked at. A wrong option is a TypeError
 * or RangeError of the program and no `WebhookError`; it shows no secret.
 *
 * Neighbours: `./shared-state` for `seen`, `./address-policy` for senders, `httpSignature()` and `verifySignature()` of
 * `./auth/sign` for signatures by RFC 9421, `./reliable` for messages that must arrive once and in order.
 *
 * @module
 */

export type { AuthContext, AuthFlow, AuthScheme } from "../http/settings/auth_scheme.ts";
export type { AuthOptions } from "../auth/credentials.ts";
export type { Duration, DurationParts } from "../options/duration.ts";
export type { StandardResult, StandardSchema } from "../formats/standard_schema.ts";
export type {
  ExpiryOptions,
  Lease,
  LeaseOptions,
  SharedState,
  StateEntry,
  StateKey,
} from "../shared_state/state.ts";
export { github, hmac, type HMACOptions, shopify, slack } from "./hmac.ts";
export type { MessageFields } from "../http/received/received_message.ts";
export type { RawWebhook } from "./received.ts";
export type { WebhookScheme } from "./scheme.ts";
export type { WebhookOptions } from "./secrets.ts";
export {
  signWebhook,
  type SignWebhookOptions,
  webhookAuth,
  type WebhookAuthOptions,
} from "./sign_webhook.ts";
export { standard } from "./standard.ts";
export { stripe } from "./stripe.ts";
export {
  type VerifiedWebhook,
  verifyWebhook,
  type VerifyWebhookOptions,
} from "./verify_webhook.ts";
export { WebhookError, type WebhookErrorCode } from "./webhook_error.ts";
export type { WebhookHash, WebhookSecret } from "./webhook_key.ts";
