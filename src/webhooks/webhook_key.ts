/**
 * Keys of webhooks: HMAC and Ed25519, by WebCrypto alone.
 *
 * @module
 */

import { toBase64URL } from "../formats/base64.ts";
import { sameBytes } from "../formats/same_bytes.ts";

type Bytes = Uint8Array<ArrayBuffer>;

/** A secret as a program has it. */
export type WebhookSecret = string | Uint8Array;

/** A signature that a webhook has. */
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
   * A name for the text under this key, if one of the signatures is right; the same name whichever of them
   * and however they are written. All are compared, each in constant time.
   */
  match(signatures: readonly WebhookSignature[], text: Bytes): Promise<string | undefined>;
}

/** Shorter secrets can be guessed. */
const LEAST_BYTES = 16;
const ENCODER = new TextEncoder();

/** A key for HMAC. */
export function hmacKey(hash: WebhookHash, secret: WebhookSecret): WebhookKey {
  const bytes = new Uint8Array(typeof secret === "string" ? ENCODER.encode(secret) : secret);
  if (bytes.length < LEAST_BYTES) {
    throw new TypeError(
      `Cannot use secret: it has ${bytes.length} bytes, and must have at least ${LEAST_BYTES}`,
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

/** The text before an Ed25519 seed in PKCS #8 (RFC 8410 7). */
const SEED_HEAD = [48, 46, 2, 1, 0, 48, 5, 6, 3, 43, 101, 112, 4, 34, 4, 32];

/** A private key for Ed25519, by its seed. */
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

/** A public key for Ed25519. */
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
      // Not the signature: others that are valid can be made of one.
      const digest = await crypto.subtle.digest("SHA-256", text);
      return `${toBase64URL(bytes)}.${toBase64URL(new Uint8Array(digest))}`;
    },
  };
}
