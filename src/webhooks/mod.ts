/**
 * Signs and verifies webhooks. {@linkcode verifyWebhook} checks for receivers who sent an event, that it is
 * fresh, and that it was not accepted before. {@linkcode signWebhook} and {@linkcode webhookAuth} sign for
 * senders. The module uses only WebCrypto, so it runs on Deno, Node, Bun and edge runtimes.
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
 * Verify before other code reads the body. The signature is over its bytes, and JSON that was parsed and
 * serialized again has other bytes. On a Node server, pass `{ headers: request.headers, body }` with the raw
 * body. With a `schema` (Zod, Valibot, ArkType, any Standard Schema), the event is typed and checked. With
 * `as: "text"`, the body need not be JSON.
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
 * Standard Webhooks may be signed with HMAC (`whsec_`) or Ed25519 (`whsk_` to sign, `whpk_` to verify). A
 * scheme is never guessed from the headers. To rotate a secret, pass both for a while:
 * `secret: [next, last]`.
 *
 * ## Refused webhooks
 *
 * The checks run in this order, and the first failure is the code. `error.response` has a status and no body.
 *
 * | code                | status | when                                                               |
 * | ------------------- | ------ | ------------------------------------------------------------------ |
 * | `webhook_missing`   | 400    | a header is missing or repeated, or its time is malformed          |
 * | `webhook_stale`     | 401    | the time is more than `tolerance` before or after now              |
 * | `webhook_too_large` | 413    | the body is larger than `maxSize`                                  |
 * | `webhook_timeout`   | 408    | the body takes longer than `bodyTimeout`                           |
 * | `webhook_signature` | 401    | no signature matches a secret                                      |
 * | `webhook_invalid`   | 400    | the body is incomplete, is not JSON, or does not match the schema      |
 * | `webhook_replayed`  | 409    | `seen` has it already                                              |
 * | `webhook_unchecked` | 503    | `seen` fails or is slow, and `requireSeen` is set                  |
 *
 * ## Replays and retries
 *
 * An attacker can record a webhook and send it again. `seen` remembers accepted webhooks for twice the
 * tolerance. It knows them by their signature under your secret, so another identifier or spelling does not
 * help. Webhooks without a time never become stale: remember them longer, with `tolerance: { hours: 24 }`.
 *
 * A sender's retry with a new time is not a replay: it is accepted, and `id` is the same. Store the
 * identifiers of handled events, and respond with 2xx to known ones. If handling fails, call `forget()`:
 * senders that sign once repeat the same request.
 *
 * ## Send
 *
 * Each attempt is signed with a fresh time. All attempts have one identifier, here the `idempotencyKey`. The
 * address policy keeps the URLs of customers out of your own network. Redirects are not followed.
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
 * | `tolerance` | 300 seconds | how far a time may be from now, in both directions; it cannot be disabled |
 * | `maxSize` | 1 MiB | the largest body; a larger one is refused by its Content-Length, or while it is read |
 * | `bodyTimeout` | 10 seconds | the time for the whole body |
 * | `requireSeen` | false | whether a webhook is refused, not only warned about, if the store fails or takes 250 ms |
 *
 * Secrets have at least 16 bytes. At most 16 signatures of a header field are checked. An invalid option
 * throws a TypeError or RangeError, not a `WebhookError`; the message shows no secret.
 *
 * Related entries: {@linkcode [shared-state]} for `seen`, {@linkcode [address-policy]} for senders, `httpSignature()` and
 * `verifySignature()` of {@linkcode [auth/sign]} for RFC 9421 signatures, {@linkcode [reliable]} for messages that must arrive
 * once and in order.
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
