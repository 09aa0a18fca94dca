/**
 * The scheme of Stripe.
 *
 * @module
 */

import { fromHex, hexOf } from "../formats/hex.ts";
import { makeScheme, readTime, type WebhookScheme } from "./scheme.ts";
import { WebhookError } from "./webhook_error.ts";
import { hmacKey } from "./webhook_key.ts";

/** Further signatures are ignored. */
const MOST_SIGNATURES = 16;

/**
 * Stripe: `Stripe-Signature` over the time and the body, with a list of signatures. `v0`, for tests, is
 * ignored.
 */
export function stripe(): WebhookScheme {
  return makeScheme("Stripe", {
    header: "stripe-signature",
    hasId: false,
    hasTime: true,
    hasList: true,
    readKey: (secret) => hmacKey("SHA-256", secret),
    claim(fields) {
      const items = fields.one("stripe-signature").split(",").map((item) => item.split("=", 2));
      const valuesOf = (name: string) =>
        items.flatMap(([key, value = ""]) => key === name ? [value] : []);
      const [timestamp, another] = valuesOf("t");
      if (timestamp === undefined || another !== undefined) {
        throw new WebhookError("webhook_missing", "Stripe-Signature must have one t");
      }
      const signatures = valuesOf("v1").slice(0, MOST_SIGNATURES).flatMap((digits) => {
        const bytes = fromHex(digits);
        return bytes === undefined ? [] : [{ algorithm: "hmac" as const, bytes }];
      });
      return { timestamp, sentAtMs: readTime(timestamp, 1000), signatures };
    },
    timestamp: (sentAtMs) => `${Math.floor(sentAtMs / 1000)}`,
    frame: ({ timestamp }) => [`${timestamp}.`, ""],
    write: ({ timestamp }, signatures) => ({
      "stripe-signature": [`t=${timestamp}`, ...signatures.map(({ bytes }) => `v1=${hexOf(bytes)}`)]
        .join(","),
    }),
  });
}
