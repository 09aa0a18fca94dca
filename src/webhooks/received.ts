/**
 * What came in: header fields that stand there once, and the raw bytes of the body, read once and bounded.
 *
 * @module
 */

import { ResponseTooLargeError } from "../http_errors.ts";
import { Clocks, TIMED_OUT } from "../http/call/clocks.ts";
import { announcedLength } from "../http/response/content_length.ts";
import { readChunks } from "../http/response/read_body.ts";
import { entriesOf, expect } from "../options/checks.ts";
import { WebhookError } from "./webhook_error.ts";

type Bytes = Uint8Array<ArrayBuffer>;

/** A webhook that another server read, such as that of Node. */
export interface RawWebhook {
  /** The header fields: `Headers`, pairs, or an object such as `request.headers` of Node. */
  readonly headers:
    | Headers
    | Iterable<readonly [name: string, value: string]>
    | Readonly<Record<string, string | readonly string[] | undefined>>;
  /** The body as it came: bytes or text, never parsed JSON. */
  readonly body: string | ArrayBuffer | ArrayBufferView;
}

/** The header fields of a webhook. */
export class WebhookFields {
  readonly #values = new Map<string, string>();

  /** @param given Headers, pairs, or an object; Node's has arrays. */
  constructor(given: unknown) {
    for (const [name, value] of entriesOf("headers", given, "Headers")) {
      if (value === undefined || value === null) continue;
      const [key, text] = [
        name.toLowerCase(),
        Array.isArray(value) ? value.join(", ") : `${value}`,
      ];
      const before = this.#values.get(key);
      this.#values.set(key, before === undefined ? text.trim() : `${before}, ${text.trim()}`);
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

/** How much of a body is read, and how long that may take. */
export interface BodyBounds {
  readonly maxSize: number;
  readonly bodyTimeoutMs: number;
}

/** A webhook as it came in. */
export class Received {
  readonly fields: WebhookFields;
  readonly #body: ReadableStream<Bytes> | Uint8Array;
  readonly #announced: number | undefined;

  /** @throws {TypeError} If it is no webhook, or its body was read or parsed already. */
  constructor(given: Request | RawWebhook) {
    expect(
      typeof given === "object" && given !== null,
      "request",
      given,
      "a Request, or an object with headers and body",
    );
    this.fields = new WebhookFields(given.headers);
    this.#body = rawBody(given);
    this.#announced = "bodyUsed" in given ? announcedLength(given.headers) : undefined;
  }

  /**
   * The raw bytes of the body.
   *
   * @throws {WebhookError} If there are too many, if they take too long, or if not all of them come.
   */
  async read({ maxSize, bodyTimeoutMs }: BodyBounds): Promise<Bytes> {
    const tooLarge = () =>
      new WebhookError("webhook_too_large", `the body is larger than maxSize, ${maxSize} bytes`);
    if (this.#body instanceof Uint8Array) {
      if (this.#body.length > maxSize) throw tooLarge();
      return new Uint8Array(this.#body);
    }
    if (this.#announced !== undefined && this.#announced > maxSize) throw tooLarge();
    const reader = this.#body.getReader();
    const clock = new Clocks().startOwn(bodyTimeoutMs, []);
    try {
      return await clock.race(readChunks(reader, maxSize));
    } catch (error) {
      reader.cancel().catch(() => {}); // a broken body holds nothing any more
      if (error instanceof ResponseTooLargeError) throw tooLarge();
      if (error === TIMED_OUT) {
        throw new WebhookError("webhook_timeout", `the body took longer than ${bodyTimeoutMs} ms`);
      }
      throw new WebhookError("webhook_invalid", "the body broke off", { cause: error });
    } finally {
      clock.end();
    }
  }

  /** Ends a body that is not read. */
  discard(): void {
    if (this.#body instanceof Uint8Array || this.#body.locked) return;
    this.#body.cancel().catch(() => {}); // a broken body holds nothing any more
  }
}

const ENCODER = new TextEncoder();

/** The stream or the bytes of the body. */
function rawBody(given: Request | RawWebhook): ReadableStream<Bytes> | Uint8Array {
  if ("bodyUsed" in given) {
    if (given.bodyUsed || given.body?.locked) {
      throw new TypeError(
        "Cannot verify a webhook: the body of the request was read already; verify it first, or give " +
          "{ headers, body } with the raw body",
      );
    }
    return given.body ?? new Uint8Array(0);
  }
  const { body }: { readonly body: unknown } = given;
  if (typeof body === "string") return ENCODER.encode(body);
  if (body instanceof ArrayBuffer) return new Uint8Array(body);
  if (ArrayBuffer.isView(body)) {
    return new Uint8Array(body.buffer, body.byteOffset, body.byteLength);
  }
  expect(
    false,
    "body",
    body,
    "the raw body, bytes or text: JSON that was parsed and written again has other bytes than the " +
      "sender signed",
  );
}
