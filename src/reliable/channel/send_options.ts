/**
 * The options of `send()` and `close()` in a session.
 *
 * @module
 */

import { abortSignal, duration } from "../../options/checks.ts";
import type { DrainOptions } from "../../options/drain_options.ts";
import type { Duration } from "../../options/duration.ts";
import { readOptions } from "../../options/read_options.ts";

/** How long to wait for the acknowledgement of one message. */
export interface ReliableSendOptions {
  /** The limit in seconds; by default there is none. The message may still arrive after it. */
  readonly timeout?: Duration;
  /** Withdraws the message while it waits to be sent; later it only ends the wait. */
  readonly signal?: AbortSignal;
}

const SEND = { timeout: duration("timeout"), signal: abortSignal };
const CLOSE_OPTIONS = { timeout: duration("closeTimeout"), drain: duration("drain") };

/** Reads the options of one message. */
export function readSendOptions(
  options: ReliableSendOptions | undefined,
): { readonly timeout?: number; readonly signal?: AbortSignal } {
  return readOptions("send", options, SEND);
}

/** Reads the options of `close()`, in milliseconds. */
export function readCloseTimeout(
  options: DrainOptions & { readonly timeout?: Duration },
): number | undefined {
  const { timeout, drain } = readOptions("close", options, CLOSE_OPTIONS);
  return timeout ?? drain;
}
