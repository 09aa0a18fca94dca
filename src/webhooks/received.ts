/**
 * A received webhook: its header fields, and the raw bytes of its body, read once and with a limit.
 *
 * @module
 */

import {
  BodyFault,
  fieldLines,
  type MessageFields,
  RAW_BODY,
  ReceivedBody,
} from "../http/received/received_message.ts";
import { expect } from "../options/checks.ts";
import { WebhookError } from "./webhook_error.ts";

/** A webhook read by another server, such as that of Node. */
export interface RawWebhook {
  /** The header fields. */
  readonly headers: MessageFields;
  /** The raw body: bytes or text, never parsed JSON. */
  readonly body: string | ArrayBuffer | ArrayBufferView;
}

/** The header fields of a webhook. */
export class WebhookFields {
  readonly #values = new Map<string, string>();

  /** @param given Headers, pairs, or an object; the object of Node has arrays. */
  constructor(given: unknown) {
    for (const [name, line] of fieldLines(given)) {
      const [key, value] = [name.toLowerCase(), line.trim()];
      const before = this.#values.get(key);
      this.#values.set(key, before === undefined ? value : `${before}, ${value}`);
    }
  }

  /** Returns the value of a field, or undefined without one. */
  get(name: string): string | undefined {
    return this.#values.get(name) || undefined;
  }

  /**
   * Returns the value of a field that must occur once.
   *
   * @throws {WebhookError} If the field is missing or repeated.
   */
  one(name: string): string {
    const value = this.get(name);
    if (value === undefined) {
      throw new WebhookError(
        "webhook_missing",
        `the header ${name} is missing; check which scheme the sender uses`,
      );
    }
    // Fields of one name are joined with ", " (RFC 9110 5.3), and no value of a scheme has it.
    if (value.includes(", ")) {
      throw new WebhookError("webhook_missing", `it has more than one header ${name}; send one`);
    }
    return value;
  }
}

/** A received webhook. */
export class Received {
  readonly fields: WebhookFields;
  readonly #body: ReceivedBody;

  /** @throws {TypeError} If `given` is not a webhook, or its body was already read or parsed. */
  constructor(given: Request | RawWebhook) {
    const isObject = typeof given === "object" && given !== null;
    expect(isObject, "request", given, "a Request, or an object with headers and body");
    this.fields = new WebhookFields(given.headers);
    const hasBody = "bodyUsed" in given || (given.body ?? undefined) !== undefined;
    expect(hasBody, "body", given.body, RAW_BODY);
    this.#body = new ReceivedBody("verify a webhook", given);
    this.#body.assertRaw();
  }

  /**
   * Reads the raw bytes of the body.
   *
   * @throws {WebhookError} If the body is too large, too slow or incomplete.
   */
  async read(maxSize: number, timeoutMs: number): Promise<Uint8Array<ArrayBuffer>> {
    try {
      return await this.#body.read({ maxSize, timeoutMs });
    } catch (error) {
      if (!(error instanceof BodyFault)) throw error;
      throw new WebhookError(CODES[error.kind], error.message, "cause" in error ? error : {});
    }
  }

  /** Cancels a body that was not read. */
  discard(): void {
    this.#body.discard();
  }
}

const CODES = {
  "too_large": "webhook_too_large",
  timeout: "webhook_timeout",
  broken: "webhook_invalid",
} as const;
