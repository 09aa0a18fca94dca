/**
 * Messages whose signatures are verified: of fetch, or as another server or client read them.
 *
 * @module
 */

import { deadline } from "@std/async/deadline";
import { ResponseTooLargeError } from "../../http_errors.ts";
import { remainingCoding } from "../../http/response/content_coding.ts";
import { readChunks } from "../../http/response/read_body.ts";
import { entriesOf, expect } from "../../options/checks.ts";
import { toBytes } from "../web_crypto.ts";
import type { Message } from "./components.ts";

/** Header fields: `Headers`, pairs, or an object such as `request.headers` of Node. */
export type MessageFields =
  | Headers
  | Iterable<readonly [name: string, value: string]>
  | Readonly<Record<string, string | readonly string[] | undefined>>;

/** A request, as another server read it. */
export interface SignedRequestMessage {
  /** The method. */
  readonly method: string;
  /** The absolute URL, as the sender wrote it. */
  readonly url: string;
  /** The header fields. */
  readonly headers: MessageFields;
  /** The content as it came, never parsed; leave it out if there is none. */
  readonly body?: string | Uint8Array | null;
}

/** A response, as another client read it. */
export interface SignedResponseMessage {
  /** The status code. */
  readonly status: number;
  /** The header fields. */
  readonly headers: MessageFields;
  /** The content as it came, never parsed; leave it out if there is none. */
  readonly body?: string | Uint8Array | null;
}

/** What signatures are verified of. */
export type SignedMessage = Request | Response | SignedRequestMessage | SignedResponseMessage;

/** Why a message cannot be trusted. */
export class SignatureFault extends Error {}

/** What came in. */
export class ReceivedMessage {
  readonly #given: SignedMessage;
  readonly #fields: readonly (readonly [name: string, value: string])[];
  #bytes: Promise<Uint8Array<ArrayBuffer>> | undefined;

  /** @throws {TypeError} If it is no message. */
  constructor(given: SignedMessage) {
    const isObject = typeof given === "object" && given !== null && "headers" in given;
    expect(isObject, "message", given, "a Request, a Response, or an object with headers");
    if (!("status" in given) && !URL.canParse(given.url)) {
      throw new TypeError("Cannot use message: its url must be the absolute URL of the request");
    }
    this.#given = given;
    this.#fields = entriesOf("headers", given.headers, "Headers").flatMap(([name, value]) =>
      value === undefined || value === null
        ? []
        : [value].flat().map((line): [string, string] => [name, String(line)])
    );
  }

  /** Whether it answers a request. */
  get isResponse(): boolean {
    return "status" in this.#given;
  }

  /** What it is, for messages. */
  get facts(): { readonly method?: string; readonly url?: string } {
    const { method, url } = this.#given as Partial<SignedRequestMessage>;
    return { ...(method !== undefined && { method }), ...(url ? { url } : {}) };
  }

  /** The lines of a field, joined; undefined if it is not there. */
  field(name: string): string | undefined {
    const lines = this.#fields.filter(([other]) => other.toLowerCase() === name);
    return lines.length === 0 ? undefined : lines.map(([, value]) => value).join(", ");
  }

  /** What components are taken from. */
  message(request: ReceivedMessage | undefined, fieldTypes: Message["fieldTypes"]): Message {
    const { method, url, status } = this.#given as Partial<
      SignedRequestMessage & SignedResponseMessage
    >;
    return {
      ...(status === undefined ? { method, url } : { status }),
      fields: this.#fields,
      request: request?.message(undefined, fieldTypes),
      fieldTypes,
    };
  }

  /** Whether there is content. */
  get hasBody(): boolean {
    const { body } = this.#given;
    if (typeof body === "string" || body instanceof Uint8Array) return body.length > 0;
    return body !== undefined && body !== null;
  }

  /**
   * The content as it was sent, read once.
   *
   * @throws {SignatureFault} If it is too large, takes too long, or was decoded or read before.
   */
  bytes(maxSize: number): Promise<Uint8Array<ArrayBuffer>> {
    return this.#bytes ??= this.#read(maxSize);
  }

  async #read(maxSize: number): Promise<Uint8Array<ArrayBuffer>> {
    const { body } = this.#given;
    if (body === undefined || body === null) return new Uint8Array();
    if (typeof body === "string" || body instanceof Uint8Array) {
      const bytes = toBytes(typeof body === "string" ? body : new Uint8Array(body));
      if (bytes.length > maxSize) throw tooLarge(maxSize);
      return bytes;
    }
    if ((this.#given as Request).bodyUsed || body.locked) {
      throw new TypeError(
        "Cannot use message: its body was read already; verify it first, or give an object with headers " +
          "and the raw body",
      );
    }
    const bytes = await readBounded(body as ReadableStream<Uint8Array<ArrayBuffer>>, maxSize);
    if (this.#given instanceof Response && wasDecoded(this.#given, bytes)) {
      throw new SignatureFault(
        "its content was decoded, and the digest is of the encoded one; send accept-encoding: identity",
      );
    }
    return bytes;
  }
}

function wasDecoded({ headers }: Response, bytes: Uint8Array): boolean {
  const coding = headers.get("content-encoding")?.trim().toLowerCase();
  return coding !== undefined && coding !== "identity" && bytes.length > 0 &&
    remainingCoding(headers, bytes, true) === undefined;
}

/** A sender may take as long. */
const BODY_MS = 10_000;

async function readBounded(
  body: ReadableStream<Uint8Array<ArrayBuffer>>,
  maxSize: number,
): Promise<Uint8Array<ArrayBuffer>> {
  const reader = body.getReader();
  try {
    return await deadline(readChunks(reader, maxSize), BODY_MS);
  } catch (cause) {
    reader.cancel().catch(() => {}); // a broken body holds nothing any more
    if (cause instanceof ResponseTooLargeError) throw tooLarge(maxSize);
    throw new SignatureFault(`its content did not arrive within ${BODY_MS / 1000} seconds`, {
      cause,
    });
  }
}

function tooLarge(maxSize: number): SignatureFault {
  return new SignatureFault(`its content is larger than maxSize, ${maxSize} bytes`);
}
