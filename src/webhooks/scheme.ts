/**
 * What a scheme of webhooks is: which header fields carry what, and which text is signed.
 *
 * @module
 */

import { expect } from "../options/checks.ts";
import { showOnly } from "../redact.ts";
import type { WebhookFields } from "./received.ts";
import { WebhookError } from "./webhook_error.ts";
import type { WebhookKey, WebhookSecret, WebhookSignature } from "./webhook_key.ts";

/**
 * How a sender signs its webhooks. `standard()`, `github()`, `stripe()`, `slack()`, `shopify()` and
 * `hmac()` make one.
 */
export interface WebhookScheme {
  /** The name of the scheme. */
  readonly name: string;
}

/** What is signed besides the body, as the header fields have it. */
export interface Stamp {
  readonly id?: string | undefined;
  readonly timestamp?: string | undefined;
}

/** What the header fields of a webhook say. */
export interface Claim extends Stamp {
  /** When it was sent, in milliseconds since 1970; undefined if the scheme does not say. */
  readonly sentAtMs: number | undefined;
  readonly signatures: readonly WebhookSignature[];
}

/** What a scheme does. */
export interface SchemeRules {
  /** The field with the signature, in lower case: it is never shown. */
  readonly header: string;
  readonly hasId: boolean;
  readonly hasTime: boolean;
  /** Whether a webhook can have several signatures, so that secrets can change. */
  readonly hasList: boolean;
  /** @throws {TypeError} If no such secret is possible. */
  readKey(secret: WebhookSecret, use: "sign" | "verify"): WebhookKey;
  /** @throws {WebhookError} If a field is missing or cannot be read. */
  claim(fields: WebhookFields): Claim;
  /** The time as the field has it. */
  timestamp(sentAtMs: number): string;
  /** The text before and after the body, in what is signed. */
  frame(stamp: Stamp): readonly [before: string, after: string];
  write(stamp: Stamp, signatures: readonly WebhookSignature[]): Record<string, string>;
}

/** Also that of another copy of the package. */
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

/** The scheme with these rules. */
export function makeScheme(name: string, rules: SchemeRules): WebhookScheme {
  return new SchemeValue(name, rules);
}

/** The rules of a scheme, as an option has it. */
export function rulesOf(name: string, scheme: unknown): SchemeRules {
  const rules: unknown = Object(scheme)[RULES];
  expect(rules !== undefined, name, scheme, "a scheme such as standard() or github()");
  return rules as SchemeRules;
}

/**
 * A time in the past millennia, as digits.
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
