/**
 * What came in: header fields that stand there once, and the raw bytes of the body, read once and bounded.
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

/** A webhook that another server read, such as that of Node. */
export interface RawWebhook {
  /** The header fields. */
  readonly headers: MessageFields;
  /** The body as it came: bytes or text, never parsed JSON. */
  readonly body: string | ArrayBuffer | ArrayBufferView;
}

/** The header fields of a webhook. */
export class WebhookFields {
  readonly #values = new Map<string, string>();

  /** @param given Headers, pairs, or an object; Node's has arrays. */
  constructor(given: unknown) {
    for (const [name, line] of fieldLines(given)) {
      const [key, value] = [name.toLowerCase(), line.trim()];
      const before = this.#values.get(key);
      this.#values.set(key, before === undefined ? value : `${before}, ${value}`);
    }
  }

  /** The value of a field; undefined without one. */
  get(name: string): string | undefined {
    return this.#values.get(name) || undefined;
  }

  /**
   * The value of a field that must be there once.
   *
   * @throws {WebhookError} If there is none, or more than one.
   */
  one(name: string): string {
    const value = this.get(name);
    if (value === undefined) {
      throw new WebhookError(
        "webhook_missing",
        `the header ${name} is missing; check which scheme the sender uses`,
      );
    }
    // Several fields of one name are joined this way (RFC 9110 5.3), and no value of a scheme has it.
    if (value.includes(", ")) {
      throw new WebhookError("webhook_missing", `it has two headers ${name}; send one`);
    }
    return value;
  }
}

/** A webhook as it came in. */
export class Received {
  readonly fields: WebhookFields;
  readonly #body: ReceivedBody;

  /** @throws {TypeError} If it is no webhook, or its body was read or parsed already. */
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
   * The raw bytes of the body.
   *
   * @throws {WebhookError} If there are too many, if they take too long, or if not all of them come.
   */
  async read(maxSize: number, timeoutMs: number): Promise<Uint8Array<ArrayBuffer>> {
    try {
      return await this.#body.read({ maxSize, timeoutMs });
    } catch (error) {
      if (!(error instanceof BodyFault)) throw error;
      throw new WebhookError(CODES[error.kind], error.message, "cause" in error ? error : {});
    }
  }

  /** Ends a body that is not read. */
  discard(): void {
    this.#body.discard();
  }
}

const CODES = {
  "too_large": "webhook_too_large",
  timeout: "webhook_timeout",
  broken: "webhook_invalid",
} as const;
