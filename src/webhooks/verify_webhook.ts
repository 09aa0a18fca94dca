/**
 * Verifies a webhook that came in.
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
import type { SharedState } from "../shared_state/state.ts";
import { type RawWebhook, Received } from "./received.ts";
import { remember } from "./replays.ts";
import { readKeys, SECRET_CHECKS, signedText, type WebhookOptions } from "./secrets.ts";
import { WebhookError } from "./webhook_error.ts";

/** Options of {@linkcode verifyWebhook}. */
export interface VerifyWebhookOptions extends WebhookOptions {
  /**
   * How far the time of the webhook may be from the present, in seconds, in both directions; at
   * most 12 days. Schemes without a time use it for `seen` alone.
   *
   * @default {300}
   */
  readonly tolerance?: Duration;
  /**
   * Remembers accepted webhooks for twice the tolerance, and refuses those that come again: a shared state
   * of `./shared-state`.
   */
  readonly seen?: SharedState;
  /**
   * Whether a webhook is refused while `seen` does not answer. Without it such a webhook is accepted.
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
   * How long reading the body may take, in seconds.
   *
   * @default {10}
   */
  readonly bodyTimeout?: Duration;
  /**
   * What `event` is: the body as JSON (a form by its Content-Type), or as text.
   *
   * @default {"json"}
   */
  readonly as?: "json" | "text";
  /** What `event` must be: a synchronous Standard Schema. */
  readonly schema?: StandardSchema;
  /** Called when `seen` fails, and again after it has worked; a warning on the console when left out. */
  readonly onStoreFailure?: (message: string) => void;
  /** Returns the present, in milliseconds since 1970; `Date.now` when left out. */
  readonly now?: () => number;
}

/** A webhook that was verified. */
export interface VerifiedWebhook<Event> {
  /**
   * The identifier that the sender gave it, if the scheme has one: the same for each time it is sent.
   * GitHub and Shopify do not sign it.
   */
  readonly id: string | undefined;
  /** When it was sent; undefined if the scheme does not say. */
  readonly timestamp: Date | undefined;
  /** The body: JSON, the fields of a form, or text. */
  readonly event: Event;
  /** The raw body. */
  readonly body: Uint8Array<ArrayBuffer>;
  /**
   * Removes it from `seen`. Call it if handling the event fails, so that the sender can send the same
   * request again.
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
/** The clocks of processes that share a store differ. */
const STORE_SKEW_MS = 1000;

/**
 * Verifies a webhook: its header fields, its time, its signature, its body, and that it was not accepted
 * before. Reads the body of a `Request` once, and never trusts what is not signed.
 *
 * @param request The `Request`, whose body nobody has read, or header fields with the raw body.
 * @param options The secret and the scheme, and what is accepted.
 * @throws {WebhookError} If it is not accepted; `response` is the answer for the sender.
 * @throws {TypeError | RangeError} If an option cannot be used, or the body was read or parsed already.
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
  // deno-lint-ignore no-console -- a store that fails may not go unnoticed
  const { seen, onStoreFailure = (message) => console.warn(message), now = Date.now } = given;
  const received = new Received(request);
  try {
    const claim = rules.claim(received.fields);
    if (claim.sentAtMs !== undefined) checkTime(claim.sentAtMs, now(), toleranceMs);
    const body = await received.read(maxSize, bodyTimeout);
    const text = signedText(rules.frame(claim), body);
    // Every key is tried: how long it takes does not say which one fits.
    const matches = await Promise.all(keys.map((key) => key.match(claim.signatures, text)));
    const names = matches.filter((name) => name !== undefined);
    if (names.length === 0) {
      throw new WebhookError(
        "webhook_signature",
        "no signature fits the secret and the body; check the secret, and that nothing changes the body " +
          "on its way",
      );
    }
    const event = readEvent(body, received, given);
    const remembered = seen && await remember(names, {
      seen,
      requireSeen: given.requireSeen === true,
      // From the earliest that it is accepted to the latest.
      rememberMs: 2 * toleranceMs + STORE_SKEW_MS,
      tell: onStoreFailure,
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

/** The time must be near the present, before and after it. */
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

/** The event in the body. It is signed, so what it says is the sender's. */
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

/** What `read` gives; the body must be `what`. */
function orInvalid<T>(what: string, read: () => T): T {
  try {
    return read();
  } catch { // what the runtime says of it quotes the body
    throw new WebhookError("webhook_invalid", `the body is not ${what}`);
  }
}

/** The fields of a form; GitHub and Slack put JSON into its one field `payload`. */
function readForm(text: string): unknown {
  const fields = [...new URLSearchParams(text)];
  const [first, second] = fields;
  return first?.[0] === "payload" && second === undefined
    ? orInvalid("valid JSON in the field payload", () => JSON.parse(first[1]))
    : Object.fromEntries(fields);
}
