/**
 * The rules of a webhook scheme: its header fields, and the text that is signed.
 *
 * @module
 */

import { expect } from "../options/checks.ts";
import { showOnly } from "../redact.ts";
import type { WebhookFields } from "./received.ts";
import { WebhookError } from "./webhook_error.ts";
import type { WebhookKey, WebhookSecret, WebhookSignature } from "./webhook_key.ts";

/**
 * How a sender signs its webhooks. `standard()`, `github()`, `stripe()`, `slack()`, `shopify()` and `hmac()`
 * return one.
 */
export interface WebhookScheme {
  /** The name of the scheme. */
  readonly name: string;
}

/** The signed values other than the body, as the header fields have them. */
export interface Stamp {
  readonly id?: string | undefined;
  readonly timestamp?: string | undefined;
}

/** The values that the header fields of a webhook claim. */
export interface Claim extends Stamp {
  /** When it was sent, in milliseconds since 1970; undefined if the scheme has no time. */
  readonly sentAtMs: number | undefined;
  readonly signatures: readonly WebhookSignature[];
}

/** The rules of a scheme. */
export interface SchemeRules {
  /** The name of the field with the signature, in lower case. Its value is never shown. */
  readonly header: string;
  readonly hasId: boolean;
  readonly hasTime: boolean;
  /** Whether a webhook can have several signatures, as needed to rotate secrets. */
  readonly hasList: boolean;
  /**
   * Reads a secret.
   *
   * @throws {TypeError} If the scheme cannot use it.
   */
  readKey(secret: WebhookSecret, use: "sign" | "verify"): WebhookKey;
  /** @throws {WebhookError} If a field is missing or cannot be read. */
  claim(fields: WebhookFields): Claim;
  /** Formats the time for its field. */
  timestamp(sentAtMs: number): string;
  /** Returns the signed text before and after the body. */
  frame(stamp: Stamp): readonly [before: string, after: string];
  write(stamp: Stamp, signatures: readonly WebhookSignature[]): Record<string, string>;
}

/** A registered symbol, so schemes of another copy of the package work too. */
const RULES = Symbol.for("@codomyrmex/networking/WebhookScheme");

/** A scheme as a value. */
class SchemeValue implements WebhookScheme {
  static {
    showOnly(this, "WebhookScheme", ({ name }) => ({ name }));
  }

  readonly name: string;

  constructor(name: string, rules: SchemeRules) {
    this.name = name;
    Object.defineProperty(this, RULES, { value: rules });
  }
}

/** Returns the scheme with these rules. */
export function makeScheme(name: string, rules: SchemeRules): WebhookScheme {
  return new SchemeValue(name, rules);
}

/** Returns the rules of the scheme in an option. */
export function rulesOf(name: string, scheme: unknown): SchemeRules {
  const rules: unknown = Object(scheme)[RULES];
  expect(rules !== undefined, name, scheme, "a scheme such as standard() or github()");
  return rules as SchemeRules;
}

/**
 * Reads a time of up to 13 digits, and returns milliseconds since 1970.
 *
 * @throws {WebhookError} If it is anything else.
 */
export function readTime(digits: string, unitMs: number): number {
  if (/^\d{1,13}$/.test(digits)) return Number(digits) * unitMs;
  throw new WebhookError(
    "webhook_missing",
    "its time is not a whole number of seconds or milliseconds since 1970",
  );
}
