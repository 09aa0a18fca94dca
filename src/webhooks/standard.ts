/**
 * Standard Webhooks 1.0 (https://www.standardwebhooks.com).
 *
 * @module
 */

import { fromBase64, toBase64 } from "../formats/base64.ts";
import { makeScheme, readTime, type WebhookScheme } from "./scheme.ts";
import {
  ed25519PrivateKey,
  ed25519PublicKey,
  hmacKey,
  type WebhookKey,
  type WebhookSignature,
} from "./webhook_key.ts";

/** Further signatures are ignored, since checking each costs time. */
const MOST_SIGNATURES = 16;
const VERSIONS: ReadonlyMap<string, WebhookKey["algorithm"]> = new Map([
  ["v1", "hmac"],
  ["v1a", "ed25519"],
]);
const VERSION_OF = { hmac: "v1", ed25519: "v1a" } as const;

/**
 * Standard Webhooks, as Svix and many others send them: HMAC-SHA256 with a secret that begins with
 * `whsec_`, or Ed25519 with the keys `whsk_` (to sign) and `whpk_` (to verify).
 */
export function standard(): WebhookScheme {
  return makeScheme("Standard Webhooks", {
    header: "webhook-signature",
    hasId: true,
    hasTime: true,
    hasList: true,
    readKey,
    claim(fields) {
      const id = fields.one("webhook-id");
      const timestamp = fields.one("webhook-timestamp");
      const signatures = fields.one("webhook-signature").split(" ").slice(0, MOST_SIGNATURES)
        .flatMap(readSignature);
      return { id, timestamp, sentAtMs: readTime(timestamp, 1000), signatures };
    },
    timestamp: (sentAtMs) => `${Math.floor(sentAtMs / 1000)}`,
    frame: ({ id, timestamp }) => [`${id}.${timestamp}.`, ""],
    write: ({ id, timestamp }, signatures) => ({
      "webhook-id": id!,
      "webhook-timestamp": timestamp!,
      "webhook-signature": signatures.map(({ algorithm, bytes }) =>
        `${VERSION_OF[algorithm]},${toBase64(bytes)}`
      ).join(" "),
    }),
  });
}

/** Reads one of the list. Returns an empty array if its version is unknown or it is malformed. */
function readSignature(text: string): WebhookSignature[] {
  const [version = "", encoded = ""] = text.split(",", 2);
  const algorithm = VERSIONS.get(version);
  const bytes = fromBase64(encoded);
  return algorithm === undefined || bytes === undefined ? [] : [{ algorithm, bytes }];
}

function readKey(secret: string | Uint8Array, use: "sign" | "verify"): WebhookKey {
  if (typeof secret !== "string") return hmacKey("SHA-256", secret);
  // Some services show the secret with the version of the signature.
  const [, prefix = "whsec_", encoded = ""] = /^(?:v1a?,)?(whsec_|whsk_|whpk_)?(.*)$/s.exec(
    secret,
  )!;
  const bytes = fromBase64(encoded);
  if (bytes === undefined || bytes.length === 0) {
    throw new TypeError(
      "Cannot use secret: a Standard Webhooks secret is base64 after whsec_, whsk_ or whpk_; pass other " +
        "text as bytes",
    );
  }
  if (prefix === "whsec_") return hmacKey("SHA-256", bytes);
  if ((prefix === "whsk_") !== (use === "sign")) {
    throw new TypeError(
      "Cannot use secret: sign with a whsk_ key, and verify with a whpk_ key",
    );
  }
  // A private key is a seed, optionally followed by the public key.
  if (bytes.length !== 32 && !(prefix === "whsk_" && bytes.length === 64)) {
    throw new TypeError(
      `Cannot use secret: it has ${bytes.length} bytes, and an Ed25519 key has 32`,
    );
  }
  return prefix === "whpk_" ? ed25519PublicKey(bytes) : ed25519PrivateKey(bytes.subarray(0, 32));
}
