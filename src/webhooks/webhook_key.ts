/**
 * Keys of webhooks: HMAC and Ed25519, with WebCrypto alone.
 *
 * @module
 */

import { toBase64URL } from "../formats/base64.ts";
import { sameBytes } from "../formats/same_bytes.ts";

type Bytes = Uint8Array<ArrayBuffer>;

/** A secret, as a program passes it. */
export type WebhookSecret = string | Uint8Array;

/** A signature of a webhook. */
export interface WebhookSignature {
  readonly algorithm: WebhookKey["algorithm"];
  readonly bytes: Bytes;
}

/** The hash of an HMAC. */
export type WebhookHash = "SHA-1" | "SHA-256" | "SHA-384" | "SHA-512";

/** A key, read from a secret. */
export interface WebhookKey {
  readonly algorithm: "hmac" | "ed25519";
  /** Signs a text. */
  sign(text: Bytes): Promise<Bytes>;
  /**
   * Returns a name for the text under this key if one of the signatures is valid, else undefined. The name
   * does not depend on which signature matched, or on its encoding. All are compared, each in constant time.
   */
  match(signatures: readonly WebhookSignature[], text: Bytes): Promise<string | undefined>;
}

/** Shorter secrets can be guessed. */
const LEAST_BYTES = 16;
const ENCODER = new TextEncoder();

/** Returns a key for HMAC. */
export function hmacKey(hash: WebhookHash, secret: WebhookSecret): WebhookKey {
  // Each half of a character has the same bytes, so that anybody could guess them.
  if (typeof secret === "string" && /\p{Surrogate}/u.test(secret)) {
    throw new TypeError("Cannot use secret: it has halves of characters; pass its bytes");
  }
  const bytes = new Uint8Array(typeof secret === "string" ? ENCODER.encode(secret) : secret);
  if (bytes.length < LEAST_BYTES) {
    throw new TypeError(
      `Cannot use secret: it has ${bytes.length} bytes; it must have at least ${LEAST_BYTES}`,
    );
  }
  const sign = async (text: Bytes) => {
    const algorithm = { name: "HMAC", hash };
    const key = await crypto.subtle.importKey("raw", bytes, algorithm, false, ["sign"]);
    return new Uint8Array(await crypto.subtle.sign("HMAC", key, text));
  };
  return {
    algorithm: "hmac",
    sign,
    async match(signatures, text) {
      const right = await sign(text);
      const fits = signatures.map((one) => one.algorithm === "hmac" && sameBytes(one.bytes, right));
      return fits.includes(true) ? toBase64URL(right) : undefined;
    },
  };
}

/** The bytes before an Ed25519 seed in PKCS #8 (RFC 8410 7). */
const SEED_HEAD = [48, 46, 2, 1, 0, 48, 5, 6, 3, 43, 101, 112, 4, 34, 4, 32];

/** Returns the private key for Ed25519 of a seed. */
export function ed25519PrivateKey(seed: Bytes): WebhookKey {
  const pkcs8 = Uint8Array.from([...SEED_HEAD, ...seed]);
  return {
    algorithm: "ed25519",
    async sign(text) {
      const key = await crypto.subtle.importKey("pkcs8", pkcs8, "Ed25519", false, ["sign"]);
      return new Uint8Array(await crypto.subtle.sign("Ed25519", key, text));
    },
    match: () => Promise.reject(new TypeError("Cannot verify with a private key")),
  };
}

/** Returns a public key for Ed25519. */
export function ed25519PublicKey(bytes: Bytes): WebhookKey {
  return {
    algorithm: "ed25519",
    sign: () => Promise.reject(new TypeError("Cannot sign with a public key")),
    async match(signatures, text) {
      const key = await crypto.subtle.importKey("raw", bytes, "Ed25519", false, ["verify"]);
      const own = signatures.filter(({ algorithm }) => algorithm === "ed25519");
      const fits = await Promise.all(
        own.map((one) => crypto.subtle.verify("Ed25519", key, one.bytes, text)),
      );
      if (!fits.includes(true)) return undefined;
      // Not named by the signature: other valid ones can be derived from it.
      const digest = await crypto.subtle.digest("SHA-256", text);
      return `${toBase64URL(bytes)}.${toBase64URL(new Uint8Array(digest))}`;
    },
  };
}
