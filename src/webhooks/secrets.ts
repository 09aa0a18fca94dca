/**
 * The options that senders and receivers share: the scheme, and one or several secrets.
 *
 * @module
 */

import type { Check } from "../options/checks.ts";
import { rulesOf, type SchemeRules, type WebhookScheme } from "./scheme.ts";
import type { WebhookKey, WebhookSecret } from "./webhook_key.ts";

/** How webhooks are signed. */
export interface WebhookOptions {
  /**
   * The secret, of at least 16 bytes: the text that the service shows, or bytes. Pass several while you
   * rotate it.
   */
  readonly secret: WebhookSecret | readonly WebhookSecret[];
  /** How the sender signs: `standard()`, `github()`, `stripe()`, `slack()`, `shopify()` or `hmac()`. */
  readonly scheme: WebhookScheme;
}

/** Returns the secrets as a list. The scheme checks their contents. */
export const secrets: Check<readonly WebhookSecret[]> = (_, value) => {
  const list: readonly unknown[] = Array.isArray(value) ? value : [value];
  const isSecret = (one: unknown) => typeof one === "string" || one instanceof Uint8Array;
  if (list.some((one) => typeof one === "string" && /[\r\n]$/.test(one))) {
    throw new TypeError("Cannot use secret: it ends in a line break; trim() it");
  }
  if (list.length > 0 && list.every(isSecret)) return list as WebhookSecret[];
  throw new TypeError("Cannot use secret: it must be a string, bytes, or an array of these");
};

/** The checks of {@linkcode WebhookOptions}. */
export const SECRET_CHECKS: {
  readonly secret: Check<readonly WebhookSecret[]>;
  readonly scheme: Check<SchemeRules>;
} = { secret: secrets, scheme: rulesOf };

/**
 * Returns the rules of the scheme, and the keys.
 *
 * @throws {TypeError} If one of them is missing, or the scheme cannot use a secret.
 */
export function readKeys(
  action: string,
  { secret, scheme }: {
    readonly secret?: readonly WebhookSecret[];
    readonly scheme?: SchemeRules;
  },
  use: "sign" | "verify",
): { readonly rules: SchemeRules; readonly keys: readonly WebhookKey[] } {
  if (secret === undefined) {
    throw new TypeError(`Cannot ${action}: secret is missing; is its environment variable set?`);
  }
  if (scheme === undefined) {
    throw new TypeError(
      `Cannot ${action}: scheme is missing; set standard(), github() or another`,
    );
  }
  return { rules: scheme, keys: secret.map((one) => scheme.readKey(one, use)) };
}

const ENCODER = new TextEncoder();

/** Returns the signed text. */
export function signedText(
  [before, after]: readonly [before: string, after: string],
  body: Uint8Array,
): Uint8Array<ArrayBuffer> {
  const [head, tail] = [ENCODER.encode(before), ENCODER.encode(after)];
  const text = new Uint8Array(head.length + body.length + tail.length);
  text.set(head);
  text.set(body, head.length);
  text.set(tail, head.length + body.length);
  return text;
}
