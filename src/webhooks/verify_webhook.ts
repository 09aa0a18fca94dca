/**
 * Verifies received webhooks.
 *
 * @module
 */

import { type StandardSchema, validate } from "../formats/standard_schema.ts";
import { SchemaError } from "../http_errors.ts";
import {
  callable,
  type Check,
  duration,
  flag,
  type OptionTable,
  that,
  wholeNumber,
  withMethods,
} from "../options/checks.ts";
import type { Duration } from "../options/duration.ts";
import { readOptions } from "../options/read_options.ts";
import { warnOfStore } from "../shared_state/guarded_state.ts";
import type { SharedState } from "../shared_state/state.ts";
import { type RawWebhook, Received } from "./received.ts";
import { remember } from "./replays.ts";
import { readKeys, SECRET_CHECKS, signedText, type WebhookOptions } from "./secrets.ts";
import { WebhookError } from "./webhook_error.ts";

/** Options of {@linkcode verifyWebhook}. */
export interface VerifyWebhookOptions extends WebhookOptions {
  /**
   * How far the time of the webhook may be from now, in both directions, in seconds. At most 12 days. Schemes
   * without a time use it for `seen` alone.
   *
   * @default {300}
   */
  readonly tolerance?: Duration;
  /**
   * A shared state of `./shared-state`. It remembers accepted webhooks for twice the tolerance, so that
   * repeated ones are refused.
   */
  readonly seen?: SharedState;
  /**
   * Whether a webhook is refused while `seen` fails. If false, such a webhook is accepted with a warning.
   *
   * @default {false}
   */
  readonly requireSeen?: boolean;
  /**
   * The largest body, in bytes.
   *
   * @default {1048576}
   */
  readonly maxSize?: number;
  /**
   * The time limit for the whole body, in seconds.
   *
   * @default {10}
   */
  readonly bodyTimeout?: Duration;
  /**
   * How `event` is read: as JSON (or as a form, by its Content-Type), or as text.
   *
   * @default {"json"}
   */
  readonly as?: "json" | "text";
  /** The schema of `event`: a synchronous Standard Schema. */
  readonly schema?: StandardSchema;
  /** Called when `seen` fails, and again only after it has recovered. Default: a warning on the console. */
  readonly onStoreFailure?: (message: string) => void;
  /** Returns the current time, in milliseconds since 1970. Default: `Date.now`. */
  readonly now?: () => number;
}

/** A verified webhook. */
export interface VerifiedWebhook<Event> {
  /**
   * The sender's identifier, if the scheme has one. It is the same in every retry. GitHub and Shopify do not
   * sign it.
   */
  readonly id: string | undefined;
  /** When it was sent; undefined if the scheme has no time. */
  readonly timestamp: Date | undefined;
  /** The body: JSON, the fields of a form, or text. */
  readonly event: Event;
  /** The raw body. */
  readonly body: Uint8Array<ArrayBuffer>;
  /**
   * Removes the webhook from `seen`. Call it if handling the event fails, so that the sender can repeat the
   * request. While the store fails, the webhook stays there, and a repeated request is refused as a replay.
   */
  forget(): Promise<void>;
}

const LARGEST_TOLERANCE_MS = 12 * 24 * 3_600_000;
const inTolerance = duration("tolerance");
const tolerance = ((name: string, value: unknown): number => {
  const ms = inTolerance(name, value);
  if (ms <= LARGEST_TOLERANCE_MS) return ms;
  throw new RangeError(`Cannot use ${name}: ${ms} ms: it must be 12 days or less`);
}) as typeof inTolerance;

const as: Check<"json" | "text"> = that(
  (value) => value === "json" || value === "text",
  '"json" or "text"',
);

const TABLE = {
  ...SECRET_CHECKS,
  tolerance,
  seen: withMethods<SharedState>("a shared state", "compareAndSet"),
  requireSeen: flag,
  maxSize: wholeNumber({ min: 1 }),
  bodyTimeout: duration("bodyTimeout"),
  as,
  schema: that<StandardSchema>(
    (value) => typeof Object(value)["~standard"] === "object",
    "a Standard Schema",
  ),
  onStoreFailure: callable<(message: string) => void>(),
  now: callable<() => number>(),
} satisfies OptionTable<VerifyWebhookOptions>;

const ACTION = "verify a webhook";
/** Extra time, since the clocks of processes that share a store differ. */
const STORE_SKEW_MS = 1000;

/**
 * Verifies the header fields, time, signature and body of a webhook, and that it was not accepted before.
 * Reads the body of a `Request` once, and trusts only signed content.
 *
 * @param request A `Request` with an unread body, or header fields with the raw body.
 * @param options The secret, the scheme and the limits.
 * @throws {WebhookError} If the webhook is not accepted; `response` is the response for the sender.
 * @throws {TypeError | RangeError} If an option cannot be used, or the body was already read or parsed.
 *
 * @example
 * ```ts
 * import { signWebhook, standard, verifyWebhook } from "@codomyrmex/networking/webhooks";
 *
 * const options = { secret: "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", scheme: standard() };
 * const body = '{"type":"user.created"}';
 * const headers = await signWebhook(options, body);
 * const request = new Request("http://localhost/hook", { method: "POST", headers, body });
 * console.log((await verifyWebhook(request, options)).event); // { type: "user.created" }
 * ```
 */
export function verifyWebhook<Output>(
  request: Request | RawWebhook,
  options: VerifyWebhookOptions & { readonly schema: StandardSchema<unknown, Output> },
): Promise<VerifiedWebhook<Output>>;
/** Verifies a webhook whose body is text. */
export function verifyWebhook(
  request: Request | RawWebhook,
  options: VerifyWebhookOptions & { readonly as: "text" },
): Promise<VerifiedWebhook<string>>;
/** Verifies a webhook whose body is any JSON. */
export function verifyWebhook(
  request: Request | RawWebhook,
  options: VerifyWebhookOptions,
): Promise<VerifiedWebhook<unknown>>;
export async function verifyWebhook(
  request: Request | RawWebhook,
  options: VerifyWebhookOptions,
): Promise<VerifiedWebhook<unknown>> {
  const given = readOptions(ACTION, options, TABLE);
  const { rules, keys } = readKeys(ACTION, given, "verify");
  const { tolerance: toleranceMs = 300_000, maxSize = 2 ** 20, bodyTimeout = 10_000 } = given;
  const { seen, onStoreFailure = warnOfStore, now = Date.now } = given;
  const received = new Received(request);
  try {
    const claim = rules.claim(received.fields);
    if (claim.sentAtMs !== undefined) checkTime(claim.sentAtMs, now(), toleranceMs);
    const body = await received.read(maxSize, bodyTimeout);
    const text = signedText(rules.frame(claim), body);
    // Every key is tried, so the time taken does not show which one matches.
    const matches = await Promise.all(keys.map((key) => key.match(claim.signatures, text)));
    const names = matches.filter((name) => name !== undefined);
    if (names.length === 0) {
      throw new WebhookError(
        "webhook_signature",
        "no signature matches the secret and the body; check the secret, and that no proxy or middleware " +
          "changes the body",
      );
    }
    const event = readEvent(body, received, given);
    const remembered = seen && await remember(names, {
      seen,
      requireSeen: given.requireSeen === true,
      // From the earliest time it is accepted to the latest.
      rememberMs: 2 * toleranceMs + STORE_SKEW_MS,
      warn: onStoreFailure,
    });
    return {
      id: claim.id,
      timestamp: claim.sentAtMs === undefined ? undefined : new Date(claim.sentAtMs),
      event,
      body,
      forget: async () => await remembered?.forget(),
    };
  } catch (error) {
    received.discard();
    throw error;
  }
}

/** Checks that the time is near the current time, before or after it. */
function checkTime(sentAtMs: number, nowMs: number, toleranceMs: number): void {
  // Senders round to seconds.
  const ageSeconds = Math.floor((nowMs - sentAtMs) / 1000);
  if (Math.abs(ageSeconds) * 1000 <= toleranceMs) return;
  const found = ageSeconds > 0 ? `${ageSeconds} s old` : `${-ageSeconds} s in the future`;
  throw new WebhookError(
    "webhook_stale",
    `its time is ${found}, and tolerance is ${toleranceMs / 1000} s; check the clocks of both`,
  );
}

/** Reads the event in the body. It is signed, so its content is the sender's. */
function readEvent(
  body: Uint8Array<ArrayBuffer>,
  { fields }: Received,
  { as, schema }: { readonly as?: "json" | "text"; readonly schema?: StandardSchema },
): unknown {
  const text = orInvalid(
    "valid UTF-8",
    () => new TextDecoder("utf-8", { fatal: true }).decode(body),
  );
  const isForm = /^application\/x-www-form-urlencoded *(?:;|$)/i.test(
    fields.get("content-type") ?? "",
  );
  const event = as === "text"
    ? text
    : isForm
    ? readForm(text)
    : orInvalid("valid JSON", () => JSON.parse(text));
  if (schema === undefined) return event;
  try {
    return validate(schema, event, "the event", {});
  } catch (cause) {
    if (!(cause instanceof SchemaError)) throw cause;
    throw new WebhookError("webhook_invalid", "its event does not match the schema", { cause });
  }
}

/** Returns the result of `read`. If it throws, the body is not `what`. */
function orInvalid<T>(what: string, read: () => T): T {
  try {
    return read();
  } catch { // the message of the runtime quotes the body
    throw new WebhookError("webhook_invalid", `the body is not ${what}`);
  }
}

/** Reads the fields of a form. GitHub and Slack put JSON into its one field `payload`. */
function readForm(text: string): unknown {
  const fields = [...new URLSearchParams(text)];
  const [first, second] = fields;
  return first?.[0] === "payload" && second === undefined
    ? orInvalid("valid JSON in the field payload", () => JSON.parse(first[1]))
    : Object.fromEntries(fields);
}
