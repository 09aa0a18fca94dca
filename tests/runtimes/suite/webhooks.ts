/**
 * Webhooks: signed by a client, and verified where they come in.
 *
 * @module
 */

import { HTTPClient } from "@codomyrmex/networking";
import { memoryState } from "@codomyrmex/networking/shared-state";
import {
  github,
  hmac,
  shopify,
  signWebhook,
  slack,
  standard,
  stripe,
  verifyWebhook,
  webhookAuth,
  WebhookError,
} from "@codomyrmex/networking/webhooks";
import { equal, rejection } from "./assert.ts";
import { type Case, feature, QUICK } from "./case.ts";

const secret = "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

/** A request as a handler gets it: its body is a stream. */
function incoming(headers: Record<string, string>, body: string): Request {
  return new Request("http://localhost/hook", { method: "POST", headers, body });
}

/** The cases. */
export const webhooks: readonly Case[] = feature("webhooks", {
  async "what every scheme signs is verified, and nothing else"() {
    const own = hmac({ header: "x-own", hash: "SHA-512", encoding: "base64url" });
    for (const scheme of [standard(), github(), stripe(), slack(), shopify(), own]) {
      const body = '{"text":"grüße"}';
      const headers = await signWebhook({ secret, scheme }, body);
      const { event } = await verifyWebhook(incoming(headers, body), { secret, scheme });
      equal(event, { text: "grüße" });
      const changed = verifyWebhook(incoming(headers, `${body} `), { secret, scheme });
      const error = await rejection(changed) as WebhookError;
      equal([error instanceof WebhookError, error.code], [true, "webhook_signature"]);
      equal(error.response.status, 401);
    }
  },
  async "a webhook is accepted once, and read no further than maxSize"() {
    const options = { secret, scheme: github(), seen: memoryState() };
    const signed = await signWebhook({ secret, scheme: github() }, "{}");
    await verifyWebhook(incoming(signed, "{}"), options);
    const replay = await rejection(verifyWebhook(incoming(signed, "{}"), options));
    equal((replay as WebhookError).code, "webhook_replayed");
    const large = verifyWebhook(incoming(signed, "x".repeat(1000)), { ...options, maxSize: 999 });
    equal((await rejection(large) as WebhookError).code, "webhook_too_large");
  },
  async "webhookAuth() signs each attempt with its own time and the same id"(context) {
    await context.answer("/hook", { status: 503 }, { status: 204 });
    let now = 1_800_000_000_000;
    const scheme = standard();
    const auth = webhookAuth({ secret, scheme, now: () => now += 60_000 });
    await new HTTPClient(QUICK).post(context.url("/hook"), "{}", { auth, idempotencyKey: "msg_1" });
    const sent = await context.requests();
    const times = [];
    for (const { headers } of sent) {
      const verified = await verifyWebhook({ headers, body: "{}" }, {
        secret,
        scheme,
        now: () => now,
      });
      times.push([verified.id, verified.timestamp?.getTime()]);
    }
    equal(times, [["msg_1", 1_800_000_060_000], ["msg_1", 1_800_000_120_000]]);
  },
});
