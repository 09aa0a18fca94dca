/**
 * Writes and reads the frames of the subprotocol `reliable.v1`, whose contract is the module doc of the
 * entry.
 *
 * @module
 */

import { NetworkingError } from "../../errors.ts";

/** The subprotocol that both sides agree on. */
export const RELIABLE_PROTOCOL = "reliable.v1";

/** A received message: text or bytes. A frame on the wire is either as well. */
export type Payload = string | Uint8Array<ArrayBuffer>;

/** A message to send: text, or bytes, which are copied. */
export type Sendable = string | Uint8Array;

/** A frame. */
export type Frame =
  | { readonly type: "data"; readonly n: number; readonly a: number; readonly payload: Payload }
  | { readonly type: "ack"; readonly a: number }
  | { readonly type: "hello"; readonly sid: string | null; readonly rx: number }
  | {
    readonly type: "welcome";
    readonly sid: string;
    readonly rx: number;
    readonly resumed: boolean;
  }
  | { readonly type: "ping" | "pong" | "bye" };

/** The close codes, and why a connection or a session ends. */
export const CLOSE = {
  /** This side goes away; the session stays if it can. */
  away: 4000,
  /** Another connection has the session now. */
  takenOver: 4001,
  /** The peer broke the contract. */
  protocol: 4002,
  /** The session belongs to another user. */
  refused: 4003,
  /** More messages than the program reads. */
  full: 4008,
  /** A message above `maxMessageSize`. */
  tooLarge: 4009,
} as const;

/** The peer broke the contract of `reliable.v1`. */
export function contractError(why: string): NetworkingError {
  return new NetworkingError("protocol_error", `Cannot follow ${RELIABLE_PROTOCOL}: ${why}`);
}

const PING = { type: "ping" } as const;
const PONG = { type: "pong" } as const;
const BYE = { type: "bye" } as const;
const DATA = 1;
const HEADER_BYTES = 17;
const TWO_32 = 2 ** 32;

/** Frames up to this many bytes share a buffer: allocating one would take longer than all the rest. */
const SMALL = 4096;
const SLAB_BYTES = 65_536;
let slab = new ArrayBuffer(0);
let used = 0;

/** Allocates the bytes of one frame. */
function allocate(bytes: number): Uint8Array<ArrayBuffer> {
  if (bytes > SMALL) return new Uint8Array(bytes);
  if (used + bytes > slab.byteLength) {
    slab = new ArrayBuffer(SLAB_BYTES);
    used = 0;
  }
  const frame = new Uint8Array(slab, used, bytes);
  used += bytes;
  return frame;
}

/** Writes the frame of a message; `a` 0 acknowledges nothing. Bytes are copied. */
export function dataFrame(n: number, payload: Sendable, a: number): Payload {
  if (typeof payload === "string") {
    const head = a === 0 ? `{"n":${n},"d":` : `{"n":${n},"a":${a},"d":`;
    return `${head}${JSON.stringify(payload)}}`;
  }
  const frame = allocate(HEADER_BYTES + payload.byteLength);
  frame[0] = DATA;
  writeNumber(frame, 1, n);
  if (a > 0) writeNumber(frame, 9, a);
  frame.set(payload, HEADER_BYTES);
  return frame;
}

/** Writes any other frame. */
export function controlFrame(frame: Exclude<Frame, { type: "data" }>): string {
  return frame.type === "ack" ? `{"a":${frame.a}}` : JSON.stringify(frame);
}

/**
 * Reads a frame.
 *
 * @throws {NetworkingError} `protocol_error` if it is not one.
 */
export function readFrame(data: Payload): Frame {
  if (typeof data !== "string") {
    if (data[0] !== DATA || data.byteLength < HEADER_BYTES) {
      throw contractError(`a binary frame of ${data.byteLength} bytes has no message header`);
    }
    const n = number("n", readNumber(data, 1), 1);
    return {
      type: "data",
      n,
      a: number("a", readNumber(data, 9)),
      payload: data.slice(HEADER_BYTES),
    };
  }
  let read: unknown;
  try {
    read = JSON.parse(data);
  } catch (cause) {
    throw Object.assign(contractError("a frame is not JSON"), { cause });
  }
  if (typeof read !== "object" || read === null) throw contractError("a frame is not an object");
  const { type, n, a, d, sid, rx, resumed } = read as Record<string, unknown>;
  if (type === undefined) {
    if (n === undefined) return { type: "ack", a: number("a", a, 1) };
    if (typeof d !== "string") throw contractError("d of a message is not a string");
    const acknowledged = a === undefined ? 0 : number("a", a);
    return { type: "data", n: number("n", n, 1), a: acknowledged, payload: d };
  }
  switch (type) {
    case "hello":
      if (sid !== null && typeof sid !== "string") throw contractError("sid is not a string");
      return { type: "hello", sid, rx: number("rx", rx) };
    case "welcome":
      if (typeof sid !== "string") throw contractError("sid is not a string");
      if (typeof resumed !== "boolean") throw contractError("resumed is not a boolean");
      return { type: "welcome", sid, rx: number("rx", rx), resumed };
    case "ping":
      return PING;
    case "pong":
      return PONG;
    case "bye":
      return BYE;
  }
  throw contractError("the type of a frame is unknown");
}

function number(name: string, value: unknown, least = 0): number {
  if (Number.isSafeInteger(value) && (value as number) >= least) return value as number;
  throw contractError(`${name} is not a whole number of at least ${least}`);
}

/** Reads 64 bits, unsigned and big-endian. A number above 2^53 - 1 is refused later. */
function readNumber(bytes: Uint8Array, at: number): number {
  let number = 0;
  for (let index = at; index < at + 8; index++) number = number * 256 + bytes[index]!;
  return number;
}

function writeNumber(bytes: Uint8Array, at: number, value: number): void {
  let [high, low] = [Math.floor(value / TWO_32), value % TWO_32];
  for (let index = 3; index >= 0; index--) {
    bytes[at + 4 + index] = low & 255;
    bytes[at + index] = high & 255;
    low >>>= 8;
    high >>>= 8;
  }
}
