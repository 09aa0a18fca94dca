/**
 * The rules for resuming a transfer that broke (RFC 9110 13.1.5, 14, 15.3.7): what may be asked for,
 * and whether what came continues what is there. Pure.
 *
 * @module
 */

import { parseHTTPDate } from "../../formats/http_date.ts";
import { isCompressed } from "../response/content_coding.ts";
import { announcedLength } from "../response/content_length.ts";

/** What is known of a transfer. */
export interface TransferState {
  /** Bytes that the target has. */
  readonly written: number;
  /** The strong validator of the representation that they are of, if it has one. */
  readonly validator?: string;
  /** The length of the whole representation, if it is known. */
  readonly total?: number;
  /** Whether an answer has to have this validator and length, since it is to another URL. */
  readonly mustProve?: true;
}

/**
 * What to do with a response: take its body from byte `skip` on, `anew` if what is there is of no use
 * any more, or refuse it.
 */
export type Continuation =
  | {
    readonly kind: "take";
    readonly skip: number;
    readonly anew: boolean;
    readonly state: TransferState;
  }
  | { readonly kind: "refuse"; readonly reason: string };

/** The header fields that ask for the rest. */
export function rangeHeaders({ written, validator }: TransferState): Record<string, string> {
  if (written === 0 || validator === undefined) return {};
  return { range: `bytes=${written}-`, "if-range": validator };
}

/**
 * What If-Range may carry: a strong ETag, or a Last-Modified that is at least a minute older than the
 * Date, so that it changes when the content does (RFC 9110 8.8.2.2).
 */
export function strongValidator(headers: Headers): string | undefined {
  if (isCompressed(headers)) return undefined; // the bytes that came are not those of the range
  const etag = headers.get("etag");
  if (etag !== null) return /^"[\x21\x23-\x7e\x80-\xff]*"$/.test(etag) ? etag : undefined;
  const lastModified = headers.get("last-modified");
  const [modified, date] = [lastModified, headers.get("date")].map((text) =>
    text === null ? undefined : parseHTTPDate(text, Date.now())
  );
  if (modified === undefined || date === undefined) return undefined;
  return date - modified >= 60_000 ? lastModified! : undefined;
}

/** Judges a response of status 2xx by what is known of the transfer. */
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
    // Of a server that does not know ranges the same bytes come again.
    const same = validator !== undefined && validator === state.validator &&
      isSameLength(total, state);
    const skip = same && (total === undefined || total >= written) ? written : 0;
    const anew = written > 0 && skip === 0;
    return { kind: "take", skip, anew, state: { written: skip, validator, total } };
  }
  if (written === 0) return refuse("it sent a part although the whole was asked for");
  if (isCompressed(headers)) return refuse("the part is content-encoded");
  const range = /^bytes (\d{1,15})-(\d{1,15})\/(\d{1,15}|\*)$/i.exec(
    headers.get("content-range") ?? "",
  );
  if (range === null) return refuse("its Content-Range is missing or malformed");
  const [first, last] = [Number(range[1]), Number(range[2])];
  const announced = range[3] === "*" ? undefined : Number(range[3]);
  const total = announced ?? state.total;
  const length = headers.get("content-length");
  if (first !== written) return refuse(`the part begins at byte ${first}, and not at ${written}`);
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
  return { kind: "take", skip: 0, anew: false, state: { ...state, total } };
}

/** Whether a length that a response announces, or does not, is that of the transfer. */
function isSameLength(announced: number | undefined, { total, mustProve }: TransferState): boolean {
  if (announced === undefined) return mustProve !== true;
  return total === undefined || announced === total;
}
