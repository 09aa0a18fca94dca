/**
 * The interface of a target while a download writes to it.
 *
 * @module
 */

import type { TransferState } from "./partial_content.ts";

/** A target while it is written. */
export interface Sink {
  /** Reads the bytes of an earlier run, in chunks; returns its state, if there is one. */
  resume?(read: (chunk: Uint8Array<ArrayBuffer>) => void): Promise<TransferState | undefined>;
  /** Saves the state, so that another run can resume. */
  note?(state: TransferState): Promise<void>;
  write(chunk: Uint8Array<ArrayBuffer>): Promise<void>;
  /** Discards the written bytes; absent if the target cannot. */
  restart?(): Promise<void>;
  finish(): Promise<void>;
  /** Ends after a failure; with `keep` another run can resume. */
  abandon(error: unknown, keep: boolean): Promise<void>;
}
