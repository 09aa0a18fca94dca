/**
 * Reads HTTP/1.1 requests from a socket, byte for byte. Part of the `FakeServer`.
 *
 * @module
 */

import { recorded, type RecordedBody } from "./recorded.ts";

/** The part of a request before its body. */
interface Head {
  readonly method: string;
  readonly target: string;
  readonly headers: readonly [name: string, value: string][];
  readonly raw: string;
}

/** A request as it was on the wire. */
export interface RecordedRequest extends RecordedBody {
  /** The method. */
  readonly method: string;
  /** The target as sent, such as `/path?query`. */
  readonly target: string;
  /** The header fields in order, with their names as sent. */
  readonly headers: readonly [name: string, value: string][];
  /** Returns the first value of a header field; the case of the name does not matter. */
  header(name: string): string | undefined;
  /** Head and body as sent, each byte as one character. */
  readonly raw: string;
  /** The number of the connection, from 1. */
  readonly connectionNumber: number;
  /** The number of the request on its connection, from 1. */
  readonly requestNumber: number;
}

/** Reads up to the empty line. */
export async function readHead(input: Input): Promise<Head> {
  const raw = await input.until("\r\n\r\n");
  const [requestLine = "", ...fields] = raw.trimEnd().split("\r\n");
  const [method = "", target = ""] = requestLine.split(" ");
  const headers = fields.map((field): [string, string] => {
    const colon = field.indexOf(":");
    return [field.slice(0, colon), field.slice(colon + 1).trim()];
  });
  return { method, target, headers, raw };
}

/** Reads a body, or about half of it: half of its length, or its first chunk. */
export async function readRequest(
  head: Head,
  input: Input,
  part: "all" | "half" | "nothing",
  numbers: Pick<RecordedRequest, "connectionNumber" | "requestNumber">,
): Promise<RecordedRequest> {
  const header = (name: string) =>
    head.headers.find(([field]) => field.toLowerCase() === name.toLowerCase())?.[1];
  let { raw } = head;
  let body = "";
  if (part !== "nothing") {
    const length = Number(header("content-length") ?? 0);
    body = await input.take(part === "half" ? length >> 1 : length);
    raw += body;
    // Chunked, without trailers: the body ends with a chunk of size zero.
    for (let size = header("transfer-encoding") === undefined ? 0 : NaN; size !== 0;) {
      const line = await input.until("\r\n");
      size = parseInt(line, 16);
      const chunk = await input.take(size + 2);
      body += chunk.slice(0, size);
      raw += line + chunk;
      if (part === "half") break;
    }
  }
  const bytes = Uint8Array.from(body, (character) => character.charCodeAt(0));
  return recorded(bytes, { ...head, header, raw, ...numbers });
}

/** Thrown when the connection ended and all bytes were read. */
export const ENDED: unique symbol = Symbol("connection ended");

/** The part of a node:net socket that is used here, whose types not every program has. */
interface Readable {
  setEncoding(encoding: "latin1"): this;
  on(event: "data", listener: (text: string) => void): this;
  on(event: "end" | "close", listener: () => void): this;
  on(event: "error", listener: (error: Error) => void): this;
}

/** The bytes that a socket receives, one character each. It always reads, so that it sees the end. */
export class Input {
  #text = "";
  #ended = false;
  #wake = () => {};

  constructor(socket: Readable) {
    socket.setEncoding("latin1").on("data", (text) => {
      this.#text += text;
      this.#wake();
    }).on("close", () => {
      this.#ended = true;
      this.#wake();
    }).on("error", () => {}); // the client broke the connection; "close" follows
  }

  /** Waits for the next byte. */
  async some(): Promise<void> {
    while (this.#text === "") await this.#more();
  }

  /** Reads up to and including `mark`. */
  async until(mark: string): Promise<string> {
    while (!this.#text.includes(mark)) await this.#more();
    return this.take(this.#text.indexOf(mark) + mark.length);
  }

  /** Reads the next `length` bytes. */
  async take(length: number): Promise<string> {
    while (this.#text.length < length) await this.#more();
    const taken = this.#text.slice(0, length);
    this.#text = this.#text.slice(length);
    return taken;
  }

  async #more(): Promise<void> {
    if (this.#ended) throw ENDED;
    await new Promise<void>((resolve) => this.#wake = resolve);
  }
}
