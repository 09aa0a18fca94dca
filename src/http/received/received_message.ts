/**
 * Reads messages that this program received as a server: their header fields, and the raw body once and
 * bounded.
 *
 * @module
 */

import { ResponseTooLargeError } from "../../http_errors.ts";
import { Alarm, PLATFORM_TIMERS, type Timers } from "../../options/alarm.ts";
import { entriesOf } from "../../options/checks.ts";
import type { AnswerRead, AnswerReader } from "../../runtime/answer.ts";
import { announcedLength } from "../response/content_length.ts";
import { readChunks } from "../response/read_body.ts";

type Bytes = Uint8Array<ArrayBuffer>;

/** Header fields: `Headers`, pairs, or an object such as `request.headers` of Node. */
export type MessageFields =
  | Headers
  | Iterable<readonly [name: string, value: string]>
  | Readonly<Record<string, string | readonly string[] | undefined>>;

/** Returns the lines of header fields, in order. */
export function fieldLines(given: unknown): (readonly [name: string, value: string])[] {
  return entriesOf("headers", given, "Headers").flatMap(([name, value]) =>
    value === undefined || value === null
      ? []
      : [value].flat().map((line) => [name, String(line)] as const)
  );
}

/** Why a body could not be read completely. */
export type BodyFaultKind = "too_large" | "timeout" | "broken";

/** The error of a body that could not be read completely. */
export class BodyFault extends Error {
  readonly kind: BodyFaultKind;

  constructor(kind: BodyFaultKind, message: string, options?: { readonly cause?: unknown }) {
    super(message, options);
    this.kind = kind;
  }
}

/** The limits for the size of a body and for the time to read it. */
export interface BodyBounds {
  readonly maxSize: number;
  readonly timeoutMs: number;
  readonly timers?: Timers;
}

const ENCODER = new TextEncoder();

/** The requirement in messages about a body that is not raw. */
export const RAW_BODY: string =
  "the raw body, bytes or text: JSON that was parsed and written again has " +
  "other bytes than the sender signed";

/** The body of a received message. */
export class ReceivedBody {
  /** The stream or the bytes; undefined if it was parsed. */
  readonly #source: ReadableStream<unknown> | Bytes | undefined;
  readonly #action: string;
  readonly #isUsed: () => boolean;
  readonly #announced: number | undefined;
  #bytes: Promise<Bytes> | undefined;

  /**
   * @param action The action of the caller, for messages.
   * @param given A `Request`, a `Response`, or an object with the raw body.
   */
  constructor(
    action: string,
    given: { readonly body?: unknown; readonly bodyUsed?: unknown; readonly headers?: unknown },
  ) {
    this.#action = action;
    this.#source = sourceOf(given.body);
    this.#isUsed = () =>
      given.bodyUsed === true || (given.body as ReadableStream | null | undefined)?.locked === true;
    this.#announced = given.headers instanceof Headers ? announcedLength(given.headers) : undefined;
  }

  /** Whether there is no content. */
  get isEmpty(): boolean {
    return this.#source instanceof Uint8Array && this.#source.length === 0;
  }

  /**
   * Checks that the body is raw and unread.
   *
   * @throws {TypeError} If it was read or parsed before.
   */
  assertRaw(): void {
    const why = this.#source === undefined
      ? `body must be ${RAW_BODY}`
      : this.#bytes === undefined && this.#isUsed()
      ? "the body was read already; verify first, or pass an object with the headers and the raw body"
      : undefined;
    if (why !== undefined) throw new TypeError(`Cannot ${this.#action}: ${why}`);
  }

  /**
   * Returns the raw content, which is read once.
   *
   * @throws {BodyFault} If it is too large, takes too long, or breaks.
   * @throws {TypeError} If it was read or parsed before.
   */
  async read(bounds: BodyBounds): Promise<Bytes> {
    this.assertRaw();
    return await (this.#bytes ??= this.#read(bounds));
  }

  async #read({ maxSize, timeoutMs, timers = PLATFORM_TIMERS }: BodyBounds): Promise<Bytes> {
    const source = this.#source!;
    const length = source instanceof Uint8Array ? source.length : this.#announced ?? 0;
    if (length > maxSize) {
      this.discard();
      throw tooLarge(maxSize);
    }
    if (source instanceof Uint8Array) return new Uint8Array(source);
    const reader = source.getReader();
    const late = Promise.withResolvers<never>();
    const alarm = new Alarm(() => {
      late.reject(new BodyFault("timeout", `the body took longer than ${timeoutMs} ms`));
    }, timers);
    alarm.at = timers.now() + timeoutMs;
    try {
      return await Promise.race([readChunks(ofBytes(reader), maxSize), late.promise]);
    } catch (cause) {
      reader.cancel().catch(() => {}); // a broken body holds no resources
      if (cause instanceof BodyFault) throw cause;
      if (cause instanceof ResponseTooLargeError) throw tooLarge(maxSize);
      throw new BodyFault("broken", "the body is incomplete", { cause });
    } finally {
      alarm.at = Infinity;
    }
  }

  /** Cancels a body that is not read. */
  discard(): void {
    const source = this.#source;
    if (source === undefined || source instanceof Uint8Array || source.locked) return;
    source.cancel().catch(() => {}); // a broken body holds nothing any more
  }
}

function tooLarge(maxSize: number): BodyFault {
  return new BodyFault("too_large", `the body is larger than maxSize, ${maxSize} bytes`);
}

function sourceOf(body: unknown): ReadableStream<unknown> | Bytes | undefined {
  if (body === undefined || body === null) return new Uint8Array();
  if (typeof body === "string") return ENCODER.encode(body);
  if (body instanceof ArrayBuffer) return new Uint8Array(body);
  if (ArrayBuffer.isView(body)) {
    return new Uint8Array(body.buffer as ArrayBuffer, body.byteOffset, body.byteLength);
  }
  return typeof Object(body).getReader === "function" ? body as ReadableStream : undefined;
}

/** Refuses chunks other than bytes, which a custom stream may have and which would otherwise be lost. */
function ofBytes(reader: ReadableStreamDefaultReader<unknown>): AnswerReader {
  return {
    cancel: () => reader.cancel(),
    async read() {
      const result = await reader.read();
      if (result.done || result.value instanceof Uint8Array) return result as AnswerRead;
      throw new TypeError("a chunk of the body is not bytes");
    },
  };
}
