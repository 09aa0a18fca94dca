/**
 * The rules for resuming a broken transfer (RFC 9110 13.1.5, 14, 15.3.7), as pure functions: which range to
 * request, and whether a response continues the bytes of the target.
 *
 * @module
 */

import { parseHTTPDate } from "../../formats/http_date.ts";
import { isCompressed } from "../response/content_coding.ts";
import { announcedLength } from "../response/content_length.ts";

/** The state of a transfer. */
export interface TransferState {
  /** The number of bytes that the target has. */
  readonly written: number;
  /** The strong validator of their representation, if it has one. */
  readonly validator?: string;
  /** The length of the whole representation, if it is known. */
  readonly total?: number;
  /** Whether a response must have this validator and length, since it has another URL. */
  readonly mustProve?: true;
}

/**
 * How to handle a response: take its body from byte `skip` on, or refuse it. `restarts` first discards the
 * bytes of the target.
 */
export type Continuation =
  | {
    readonly kind: "take";
    readonly skip: number;
    readonly restarts: boolean;
    readonly state: TransferState;
  }
  | { readonly kind: "refuse"; readonly reason: string };

/** Returns the header fields that request the rest. */
export function rangeHeaders({ written, validator }: TransferState): Record<string, string> {
  if (written === 0 || validator === undefined) return {};
  return { range: `bytes=${written}-`, "if-range": validator };
}

/**
 * Returns the value for If-Range: a strong ETag, or a Last-Modified at least a minute older than the Date
 * (RFC 9110 8.8.2.2).
 */
export function strongValidator(headers: Headers): string | undefined {
  if (isCompressed(headers)) return undefined; // ranges count encoded bytes
  const etag = headers.get("etag");
  if (etag !== null) return /^"[\x21\x23-\x7e\x80-\xff]*"$/.test(etag) ? etag : undefined;
  const lastModified = headers.get("last-modified");
  const [modified, date] = [lastModified, headers.get("date")].map((text) =>
    text === null ? undefined : parseHTTPDate(text, Date.now())
  );
  if (modified === undefined || date === undefined) return undefined;
  return date - modified >= 60_000 ? lastModified! : undefined;
}

/** Compares a response of status 2xx with the state of the transfer. */
export function continuation(
  statusCode: number,
  headers: Headers,
  state: TransferState,
): Continuation {
  const refuse = (reason: string): Continuation => ({ kind: "refuse", reason });
  const { written } = state;
  const validator = strongValidator(headers);
  if (statusCode !== 206) {
    const total = isCompressed(headers) ? undefined : announcedLength(headers);
    // A server without ranges sends the same bytes again.
    const same = validator !== undefined && validator === state.validator &&
      isSameLength(total, state);
    const skip = same && (total === undefined || total >= written) ? written : 0;
    const restarts = written > 0 && skip === 0;
    return { kind: "take", skip, restarts, state: { written: skip, validator, total } };
  }
  if (written === 0) return refuse("it sent a part, but the whole was requested");
  if (isCompressed(headers)) return refuse("the part is content-encoded");
  const range = /^bytes (\d{1,15})-(\d{1,15})\/(\d{1,15}|\*)$/i.exec(
    headers.get("content-range") ?? "",
  );
  if (range === null) return refuse("its Content-Range is missing or malformed");
  const [first, last] = [Number(range[1]), Number(range[2])];
  const announced = range[3] === "*" ? undefined : Number(range[3]);
  const total = announced ?? state.total;
  const length = headers.get("content-length");
  if (first !== written) return refuse(`the part begins at byte ${first}, not at ${written}`);
  if (last < first || (total !== undefined && last >= total)) {
    return refuse("its range is malformed");
  }
  if (!isSameLength(announced, state)) return refuse("the length has changed");
  if (length !== null && Number(length) !== last - first + 1) {
    return refuse("Content-Length and Content-Range disagree");
  }
  const field = state.validator?.startsWith('"') ? "etag" : "last-modified";
  const shown = headers.get(field);
  if (shown === null ? state.mustProve : shown !== state.validator) {
    return refuse(`the ${field === "etag" ? "ETag" : "Last-Modified"} has changed`);
  }
  return { kind: "take", skip: 0, restarts: false, state: { ...state, total } };
}

/** Whether the length that a response announces, if any, is that of the transfer. */
function isSameLength(announced: number | undefined, { total, mustProve }: TransferState): boolean {
  if (announced === undefined) return mustProve !== true;
  return total === undefined || announced === total;
}
