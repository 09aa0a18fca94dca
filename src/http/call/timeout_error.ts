/**
 * The error of a clock that ran out, with its message.
 *
 * @module
 */

import { TimeoutError, type TimeoutErrorOptions } from "../../errors.ts";
import { describeURL } from "../../redact.ts";

const OPTION_OF = { attempt: "timeout", total: "totalTimeout", idle: "idleTimeout" } as const;

/**
 * Returns the error of a clock.
 *
 * @param facts The request, the clock, its limit and the time spent.
 * @param attempt The number of the attempt.
 * @param upload The stream that the attempt sends or sent.
 */
export function timeoutError(
  facts: TimeoutErrorOptions & { readonly method: string; readonly url: string },
  attempt: number,
  upload: { readonly waitsForSource: boolean } | undefined,
): TimeoutError {
  const { method, url, clock, limitMs, elapsedMs } = facts;
  const spent = `${Math.round(elapsedMs)} ms`;
  const sent = upload !== undefined && clock === "attempt" ? " after its body was sent" : "";
  const what = clock === "total"
    ? `the call was not finished after ${spent}`
    : clock === "attempt"
    ? `attempt ${attempt} was not finished ${sent === "" ? "after " : ""}${spent}${sent}`
    : upload?.waitsForSource
    ? `the stream to send produced no bytes for ${spent}`
    : `the server took no bytes of the body for ${spent}`;
  const option = OPTION_OF[clock];
  const slow = clock === "idle" ? "it is that slow" : "the server needs longer";
  const why = `${what} (${option}: ${limitMs / 1000} s); raise ${option} if ${slow}`;
  return new TimeoutError(`Cannot ${method} ${describeURL(url)}: ${why}`, facts);
}
