/**
 * The event stream format (HTML Standard, 9.2.6 "Interpreting an event stream"): chunks of bytes in,
 * events out. Pure and incremental: the result does not depend on where the chunks are cut, and the
 * time is linear in their length.
 *
 * @module
 */

/** One server-sent event. */
export interface ServerSentEvent {
  /** The event type; `message` unless the stream names one. */
  readonly type: string;
  /** The data, lines joined with a newline. */
  readonly data: string;
  /** The last event ID in force when the event was dispatched; empty when none was set. */
  readonly lastEventId: string;
}

/** What a parser tells beside the events themselves. */
export interface ParserOptions {
  /**
   * Longest line, and longest data of one event, in characters; beyond it the parser throws.
   *
   * @default {16777216}
   */
  readonly maxEventSize?: number;
  /** The last event ID to begin with, after a reconnect. */
  readonly lastEventId?: string;
}

/** Thrown when a line or an event is longer than `maxEventSize`. */
export class EventTooLargeError extends RangeError {
  /** The limit, in characters. */
  readonly limit: number;

  /**
   * Makes the error.
   *
   * @param limit The limit, in characters.
   */
  constructor(limit: number) {
    super(`Cannot read the event stream: a line or an event is longer than ${limit} characters`);
    this.name = "EventTooLargeError";
    this.limit = limit;
  }
}

const LINE_END = /\r\n|\n|\r/g;

/** Reads one event stream. */
export class EventStreamParser {
  readonly #maxEventSize: number;
  // The Encoding Standard's UTF-8 decode takes one byte order mark off the beginning.
  readonly #decoder = new TextDecoder();
  /** Pieces of the line that is not complete yet; joined once, so that time stays linear. */
  #rest: string[] = [];
  #restSize = 0;
  /** Whether the last chunk ended in a CR, so that a LF at the start of the next belongs to it. */
  #afterCarriageReturn = false;
  #data: string[] = [];
  #dataSize = 0;
  #type = "";
  #lastEventId: string;
  #idBuffer: string;
  #retryMs: number | undefined;

  /**
   * Makes a parser for one stream.
   *
   * @param options The limit, and the last event ID to begin with.
   */
  constructor(options: ParserOptions = {}) {
    this.#maxEventSize = options.maxEventSize ?? 16 * 1024 * 1024;
    this.#lastEventId = this.#idBuffer = options.lastEventId ?? "";
  }

  /** The last event ID in force, for the Last-Event-ID field of a reconnect. */
  get lastEventId(): string {
    return this.#lastEventId;
  }

  /** The reconnection time that the stream asked for, in milliseconds, if it did. */
  get retryMs(): number | undefined {
    return this.#retryMs;
  }

  /**
   * The events that `chunk` completes. What the end of the stream leaves incomplete is discarded, as
   * the standard says, so there is nothing to call at the end.
   *
   * @throws {EventTooLargeError} If a line or an event is longer than the limit.
   */
  push(chunk: Uint8Array): ServerSentEvent[] {
    const events: ServerSentEvent[] = [];
    let text = this.#decoder.decode(chunk, { stream: true });
    if (text === "") return events;
    if (this.#afterCarriageReturn && text.startsWith("\n")) text = text.slice(1);
    this.#afterCarriageReturn = false;
    let start = 0;
    for (const end of text.matchAll(LINE_END)) {
      const line = this.#completeLine(text.slice(start, end.index));
      start = end.index + end[0].length;
      const event = this.#readLine(line);
      if (event !== undefined) events.push(event);
    }
    this.#afterCarriageReturn = text.endsWith("\r");
    if (start < text.length) this.#keep(text.slice(start));
    return events;
  }

  #keep(piece: string): void {
    this.#restSize += piece.length;
    if (this.#restSize > this.#maxEventSize) throw new EventTooLargeError(this.#maxEventSize);
    this.#rest.push(piece);
  }

  #completeLine(piece: string): string {
    if (this.#rest.length === 0) return piece;
    this.#keep(piece);
    const line = this.#rest.join("");
    this.#rest = [];
    this.#restSize = 0;
    return line;
  }

  #readLine(line: string): ServerSentEvent | undefined {
    if (line === "") return this.#dispatch();
    const colon = line.indexOf(":");
    if (colon === 0) return undefined; // a comment
    const field = colon < 0 ? line : line.slice(0, colon);
    let value = colon < 0 ? "" : line.slice(colon + 1);
    if (value.startsWith(" ")) value = value.slice(1);
    switch (field) {
      case "event":
        this.#type = value;
        break;
      case "data":
        this.#dataSize += value.length + 1;
        if (this.#dataSize > this.#maxEventSize) throw new EventTooLargeError(this.#maxEventSize);
        this.#data.push(value);
        break;
      case "id":
        if (!value.includes("\0")) this.#idBuffer = value;
        break;
      case "retry":
        if (/^\d+$/.test(value)) this.#retryMs = Number(value);
        break;
    }
    return undefined;
  }

  #dispatch(): ServerSentEvent | undefined {
    this.#lastEventId = this.#idBuffer;
    const [type, data] = [this.#type, this.#data];
    this.#type = "";
    this.#data = [];
    this.#dataSize = 0;
    if (data.length === 0) return undefined;
    return {
      type: type === "" ? "message" : type,
      data: data.join("\n"),
      lastEventId: this.#lastEventId,
    };
  }
}
