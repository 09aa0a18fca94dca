/**
 * The answers and faults of a `FakeServer`, and how they are sent.
 *
 * @module
 */

import { STATUS_TEXT, type StatusCode } from "@std/http/status";
import type { Duration } from "../options/duration.ts";
import {
  type Check,
  duration,
  flag,
  type OptionTable,
  record,
  that,
  wholeNumber,
} from "../options/checks.ts";
import { oneOf } from "../options/one_of.ts";
import { options, readOptions } from "../options/read_options.ts";
import { joined } from "../recording/read_all.ts";
import { JSON_VALUE } from "./recorded.ts";
import type { RecordedRequest } from "./wire.ts";

/**
 * The faults, in the order of an exchange. "Disconnect" ends the connection in order (FIN), "reset"
 * breaks it (RST), "stall" keeps it open and sends nothing more. "At start" is when a connection is
 * accepted, or when the next request begins on a kept one; that request is not recorded. A request
 * that is read in part is recorded as far as it was read. "During" a body is in its middle.
 */
export type FakeFault =
  | "disconnect_at_start"
  | "stall_at_start"
  | "disconnect_during_request_body"
  | "answer_before_request_body"
  | "disconnect_after_request"
  | "reset_after_request"
  | "half_close_after_request"
  | "no_response"
  | "disconnect_during_response_body"
  | "reset_during_response_body"
  | "stall_during_response_body"
  | "bad_chunk"
  | "disconnect_after_response"
  | "half_close_after_response";

/** One answer. Without a fault the connection stays open for the next request. */
export interface FakeAnswer {
  /**
   * The status code.
   *
   * @default {200}
   */
  readonly status?: number;
  /** The header fields; a Content-Length here replaces the right one. */
  readonly headers?: Readonly<Record<string, string>>;
  /** The body as a JSON value, instead of `body`. */
  readonly json?: unknown;
  /** The body as text or bytes. */
  readonly body?: string | Uint8Array;
  /** Whether the body is sent in two chunks, without a Content-Length. */
  readonly chunked?: boolean;
  /** All bytes of the answer, instead of the fields above; they need not be HTTP. */
  readonly raw?: string | Uint8Array;
  /** The delay before the answer begins, in seconds. */
  readonly delay?: Duration;
  /** Sends the body slowly: `bytes` at a time, `every` so often. */
  readonly throttle?: { readonly bytes: number; readonly every: Duration };
  /** The fault. */
  readonly fault?: FakeFault;
}

/** Does not compile when one is missing. */
const FAULTS = {
  ...{ disconnect_at_start: 0, stall_at_start: 0, disconnect_during_request_body: 0 },
  ...{ answer_before_request_body: 0, disconnect_after_request: 0, reset_after_request: 0 },
  ...{ half_close_after_request: 0, no_response: 0, disconnect_during_response_body: 0 },
  ...{ reset_during_response_body: 0, stall_during_response_body: 0, bad_chunk: 0 },
  ...{ disconnect_after_response: 0, half_close_after_response: 0 },
} satisfies Record<FakeFault, 0>;

const DATA: Check<string | Uint8Array> = that(
  (value) => typeof value === "string" || value instanceof Uint8Array,
  "a string or a Uint8Array",
);
const TABLE = {
  status: wholeNumber({ min: 100, max: 999 }),
  headers: record as Check<Readonly<Record<string, string>>>,
  json: JSON_VALUE,
  body: DATA,
  chunked: flag,
  raw: DATA,
  delay: duration("delay", { zero: true }),
  throttle: options(
    {
      bytes: wholeNumber({ min: 1 }),
      every: duration("throttle.every", { zero: true }),
    } satisfies OptionTable<NonNullable<FakeAnswer["throttle"]>>,
  ),
  fault: oneOf(...Object.keys(FAULTS) as FakeFault[]),
} satisfies OptionTable<FakeAnswer>;

/** Checks an answer. */
export function checkFakeAnswer(answer: FakeAnswer): void {
  readOptions("answer", answer, TABLE);
}

/** The connection, for a script. No method fails when the client is gone. */
export interface FakeConnection {
  /** Sends text (UTF-8) or bytes; resolves when the kernel has them. */
  write(data: string | Uint8Array): Promise<void>;
  /** Ends the connection in order (FIN) after the bytes that were written. */
  close(): void;
  /** Ends the server's half (FIN), and continues to read. */
  halfClose(): void;
  /** Breaks the connection (RST). */
  reset(): void;
  /** Waits, until the connection ends at most. */
  pause(ms: number): Promise<void>;
  /** Resolves when the connection ends, on either side, or when the server is closed. */
  readonly closed: Promise<void>;
}

/** Answers a request, as far as the fault allows. */
export async function sendAnswer(
  answer: FakeAnswer,
  { method }: RecordedRequest,
  connection: FakeConnection,
): Promise<void> {
  const { delay, throttle, fault } = readOptions("answer", answer, TABLE);
  if (delay !== undefined) await connection.pause(delay);
  if (fault === "no_response") return;
  if (fault === "disconnect_during_request_body" || fault === "disconnect_after_request") {
    return connection.close();
  }
  if (fault === "reset_after_request") return connection.reset();
  if (fault === "half_close_after_request") return connection.halfClose();

  const [head, whole] = encode(answer, method);
  const cut = fault?.endsWith("_during_response_body") === true;
  const body = cut ? whole.subarray(0, whole.length >> 1) : whole;
  if (throttle === undefined) {
    await connection.write(joined([head, body]));
  } else {
    await connection.write(head);
    const { bytes: step = 1, every = 0 } = throttle;
    for (let sent = 0; sent < body.length; sent += step) {
      if (sent > 0) await connection.pause(every);
      await connection.write(body.subarray(sent, sent + step));
    }
  }
  if (fault === "stall_during_response_body") return await connection.closed;
  if (fault === "reset_during_response_body") connection.reset();
  else if (fault === "half_close_after_response") connection.halfClose();
  else if (fault !== undefined) connection.close();
}

function encode(answer: FakeAnswer, method: string): [head: Uint8Array, body: Uint8Array] {
  const { status = 200, headers = {}, json, raw, fault } = answer;
  if (raw !== undefined) return [new Uint8Array(), bytes(raw)];
  const content = bytes(json === undefined ? answer.body ?? "" : JSON.stringify(json));
  // RFC 9110 6.4.1: these have no body; HEAD still announces its length.
  const hasNone = method === "HEAD" || status === 204 || status === 304;
  const chunked = answer.chunked === true || fault === "bad_chunk";
  const framing: Record<string, string> = chunked
    ? { "Transfer-Encoding": "chunked" }
    : status === 204
    ? {}
    : { "Content-Length": String(content.length) };
  if (json !== undefined) framing["Content-Type"] = "application/json";
  const given = new Set(Object.keys(headers).map((name) => name.toLowerCase()));
  const fields = [
    ...Object.entries(framing).filter(([name]) => !given.has(name.toLowerCase())),
    ...Object.entries(headers),
  ].map(([name, value]) => `${name}: ${value}\r\n`);
  const reason = STATUS_TEXT[status as StatusCode] ?? "";
  const head = bytes(`HTTP/1.1 ${status} ${reason}\r\n${fields.join("")}\r\n`);
  if (hasNone) return [head, new Uint8Array()];
  return [head, chunked ? inChunks(content, fault === "bad_chunk") : content];
}

/** Two chunks; a bad answer has a line without a size in place of the second. */
function inChunks(content: Uint8Array, bad: boolean): Uint8Array {
  const half = Math.ceil(content.length / 2);
  const chunk = (part: Uint8Array) =>
    part.length === 0 ? part : joined([bytes(`${part.length.toString(16)}\r\n`), part, CRLF]);
  const rest = bad ? bytes("no size\r\n") : joined([chunk(content.subarray(half)), LAST_CHUNK]);
  return joined([chunk(content.subarray(0, half)), rest]);
}

function bytes(data: string | Uint8Array): Uint8Array {
  return typeof data === "string" ? new TextEncoder().encode(data) : data;
}

const CRLF = bytes("\r\n");
const LAST_CHUNK = bytes("0\r\n\r\n");
