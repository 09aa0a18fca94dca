/**
 * Messages whose signatures are verified: those of fetch, or those read by another server or client.
 *
 * @module
 */

import { remainingCoding } from "../../http/response/content_coding.ts";
import {
  BodyFault,
  fieldLines,
  type MessageFields,
  ReceivedBody,
} from "../../http/received/received_message.ts";
import { expect } from "../../options/checks.ts";
import type { Message } from "./components.ts";

/** A request that another server has read. */
export interface SignedRequestMessage {
  /** The method. */
  readonly method: string;
  /** The absolute URL that the sender used. */
  readonly url: string;
  /** The header fields. */
  readonly headers: MessageFields;
  /** The raw content, never parsed; left out if there is no content. */
  readonly body?: string | ArrayBuffer | ArrayBufferView | null;
}

/** A response that another client has read. */
export interface SignedResponseMessage {
  /** The status code. */
  readonly status: number;
  /** The header fields. */
  readonly headers: MessageFields;
  /** The raw content, never parsed; left out if there is no content. */
  readonly body?: string | ArrayBuffer | ArrayBufferView | null;
}

/** A message whose signature is verified. */
export type SignedMessage = Request | Response | SignedRequestMessage | SignedResponseMessage;

/** Why a message cannot be trusted. */
export class SignatureFault extends Error {}

/** A received message, whose body is read at most once. */
export class ReceivedMessage {
  readonly #given: SignedMessage;
  readonly #fields: readonly (readonly [name: string, value: string])[];
  readonly #body: ReceivedBody;

  /** @throws {TypeError} If the value is not a message. */
  constructor(given: SignedMessage) {
    const isObject = typeof given === "object" && given !== null && "headers" in given;
    expect(isObject, "message", given, "a Request, a Response, or an object with headers");
    if (!("status" in given) && !URL.canParse(given.url)) {
      throw new TypeError("Cannot use message: its url must be the absolute URL of the request");
    }
    this.#given = given;
    this.#fields = fieldLines(given.headers);
    this.#body = new ReceivedBody("verify a signature", given);
  }

  /** Whether the message is a response. */
  get isResponse(): boolean {
    return "status" in this.#given;
  }

  /** The method and the URL, for error messages. */
  get facts(): { readonly method?: string; readonly url?: string } {
    const { method, url } = this.#given as Partial<SignedRequestMessage>;
    return { ...(method !== undefined && { method }), ...(url ? { url } : {}) };
  }

  /** Returns the joined lines of a field; undefined if it is absent. */
  field(name: string): string | undefined {
    const lines = this.#fields.filter(([other]) => other.toLowerCase() === name);
    return lines.length === 0 ? undefined : lines.map(([, value]) => value).join(", ");
  }

  /** Returns the message in the form that components need. */
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
    return !this.#body.isEmpty;
  }

  /**
   * Reads the content as it was sent, once.
   *
   * @throws {SignatureFault} If it is too large, takes too long, is incomplete, or was decoded.
   * @throws {TypeError} If it was already read or parsed.
   */
  async bytes(maxSize: number): Promise<Uint8Array<ArrayBuffer>> {
    let bytes: Uint8Array<ArrayBuffer>;
    try {
      bytes = await this.#body.read({ maxSize, timeoutMs: BODY_MS });
    } catch (error) {
      if (!(error instanceof BodyFault)) throw error;
      throw new SignatureFault(error.message, { cause: error.cause });
    }
    if (this.#given instanceof Response && wasDecoded(this.#given, bytes)) {
      throw new SignatureFault(
        "its content was decoded, and the digest is of the encoded one; send accept-encoding: identity",
      );
    }
    return bytes;
  }
}

/** The longest time that a sender may take for the content. */
const BODY_MS = 10_000;

function wasDecoded({ headers }: Response, bytes: Uint8Array): boolean {
  const coding = headers.get("content-encoding")?.trim().toLowerCase();
  return coding !== undefined && coding !== "identity" && bytes.length > 0 &&
    remainingCoding(headers, bytes, true) === undefined;
}
