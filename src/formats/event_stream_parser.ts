/**
 * Parses the event stream format (HTML Standard, 9.2.6 "Interpreting an event stream"): chunks of bytes in,
 * events out. It is pure and incremental: the result does not depend on chunk boundaries, and the time is
 * linear.
 *
 * @module
 */

/** One server-sent event. */
export interface ServerSentEvent {
  /** The event type; `message` unless the stream names one. */
  readonly type: string;
  /** The data, lines joined with a newline. */
  readonly data: string;
  /** The last event ID when the event was dispatched; empty if none was set. */
  readonly lastEventId: string;
}

/** The options of a parser. */
export interface ParserOptions {
  /**
   * Longest line, and longest data of one event, in characters; a longer one stops the parser.
   *
   * @default {16777216}
   */
  readonly maxEventSize?: number;
  /** The last event ID to begin with, after a reconnect. */
  readonly lastEventId?: string;
}

/** Reads one event stream. */
export class EventStreamParser {
  /** Longest line, and longest data of one event, in characters. */
  readonly maxEventSize: number;
  // The Encoding Standard's UTF-8 decode removes one byte order mark.
  readonly #decoder = new TextDecoder();
  /** Parts of the incomplete line, joined once for linear time. */
  #rest: string[] = [];
  #restSize = 0;
  /** Whether the last chunk ended in a CR; a LF at the start of the next chunk then belongs to it. */
  #afterCarriageReturn = false;
  /** Undefined while the event has no data field. */
  #data: string | undefined;
  #type = "";
  #lastEventId: string;
  #idBuffer: string;
  #retryMs: number | undefined;
  #isStopped = false;
  /** Whether `event` or `id` was read since the last empty line. */
  #hasField = false;

  /**
   * Makes a parser for one stream.
   *
   * @param options The limit, and the last event ID to begin with.
   */
  constructor(options: ParserOptions = {}) {
    this.maxEventSize = options.maxEventSize ?? 16 * 1024 * 1024;
    this.#lastEventId = this.#idBuffer = options.lastEventId ?? "";
  }

  /** The last event ID, for the Last-Event-ID field of a reconnect. */
  get lastEventId(): string {
    return this.#lastEventId;
  }

  /** The reconnection time that the stream set, in milliseconds, if any. */
  get retryMs(): number | undefined {
    return this.#retryMs;
  }

  /** Whether a line or an event was longer than `maxEventSize`: nothing after it is read. */
  get isStopped(): boolean {
    return this.#isStopped;
  }

  /**
   * Whether the stream would be incomplete if it ended here: its last event is followed by more than
   * comments and `retry:`. The standard discards that rest. A client that does not reconnect has no other
   * sign of an incomplete stream.
   */
  get isInEvent(): boolean {
    return this.#data !== undefined || this.#hasField ||
      this.#restSize > 0 && !this.#rest[0]!.startsWith(":");
  }

  /**
   * Returns the events that `chunk` completes. An incomplete event at the end of the stream is discarded,
   * as the standard requires, so no call is needed at the end.
   */
  push(chunk: Uint8Array): ServerSentEvent[] {
    const events: ServerSentEvent[] = [];
    if (this.#isStopped) return events;
    let text = this.#decoder.decode(chunk, { stream: true });
    if (text === "") return events;
    if (this.#afterCarriageReturn && text.startsWith("\n")) text = text.slice(1);
    const mayBeLong = text.length > this.maxEventSize;
    let start = 0;
    // Each is searched for once, from the last position: most streams have no CR.
    let lineFeed = text.indexOf("\n");
    let carriageReturn = text.indexOf("\r");
    while (lineFeed >= 0 || carriageReturn >= 0) {
      const isReturn = carriageReturn >= 0 && (lineFeed < 0 || carriageReturn < lineFeed);
      const end = isReturn ? carriageReturn : lineFeed;
      if (mayBeLong && end - start > this.maxEventSize) this.#isStopped = true;
      const event = start === 0 && this.#restSize > 0
        ? this.#readLine(...this.#completeLine(text.slice(0, end)))
        : this.#readLine(text, start, end);
      if (event !== undefined) events.push(event);
      start = isReturn && lineFeed === end + 1 ? end + 2 : end + 1;
      if (isReturn) carriageReturn = text.indexOf("\r", start);
      if (lineFeed >= 0 && lineFeed < start) lineFeed = text.indexOf("\n", start);
    }
    this.#afterCarriageReturn = text.endsWith("\r");
    if (start < text.length) this.#keep(text.slice(start));
    return events;
  }

  #keep(piece: string): void {
    this.#restSize += piece.length;
    if (this.#restSize > this.maxEventSize) this.#isStopped = true;
    else this.#rest.push(piece);
  }

  #completeLine(piece: string): [text: string, start: number, end: number] {
    this.#keep(piece);
    const line = this.#rest.join("");
    this.#rest = [];
    this.#restSize = 0;
    return [line, 0, line.length];
  }

  /** Reads the line from `start` to `end`. Its first letter determines the possible field. */
  #readLine(text: string, start: number, end: number): ServerSentEvent | undefined {
    if (start === end) return this.#dispatch();
    switch (text.charCodeAt(start)) {
      case 0x64: {
        const value = valueOf("data", text, start, end);
        if (value === undefined) break;
        this.#data = this.#data === undefined ? value : `${this.#data}\n${value}`;
        if (this.#data.length > this.maxEventSize) this.#isStopped = true;
        break;
      }
      case 0x65: {
        const value = valueOf("event", text, start, end);
        if (value === undefined) break;
        this.#hasField = true;
        this.#type = value;
        break;
      }
      case 0x69: {
        const value = valueOf("id", text, start, end);
        if (value === undefined || value.includes("\0")) break;
        this.#hasField = true;
        this.#idBuffer = value;
        break;
      }
      case 0x72: {
        const value = valueOf("retry", text, start, end);
        if (value !== undefined && /^\d+$/.test(value)) this.#retryMs = Number(value);
        break;
      }
    }
    return undefined;
  }

  #dispatch(): ServerSentEvent | undefined {
    if (this.#isStopped) return undefined;
    const lastEventId = this.#lastEventId = this.#idBuffer;
    const type = this.#type;
    const data = this.#data;
    this.#type = "";
    this.#data = undefined;
    this.#hasField = false;
    return data === undefined ? undefined : { type: type || "message", data, lastEventId };
  }
}

/** Returns the value of the field `name`, if the line from `start` to `end` is that field. */
function valueOf(name: string, text: string, start: number, end: number): string | undefined {
  const colon = start + name.length;
  if (colon > end || !text.startsWith(name, start)) return undefined;
  if (colon === end) return "";
  if (text.charCodeAt(colon) !== 0x3a) return undefined;
  const hasSpace = text.charCodeAt(colon + 1) === 0x20; // never a character of the next line
  return text.slice(hasSpace ? colon + 2 : colon + 1, end);
}
