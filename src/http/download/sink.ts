/**
 * What a download writes into.
 *
 * @module
 */

import type { TransferState } from "./partial_content.ts";

/** A target while it is written. */
export interface Sink {
  /** What an earlier run left, its bytes given to `read` one chunk after the other. */
  resume?(read: (chunk: Uint8Array<ArrayBuffer>) => void): Promise<TransferState | undefined>;
  /** Notes what another run needs to resume. */
  note?(state: TransferState): Promise<void>;
  write(chunk: Uint8Array<ArrayBuffer>): Promise<void>;
  /** Forgets what was written; left out where it cannot be undone. */
  restart?(): Promise<void>;
  finish(): Promise<void>;
  /** After a failure; `keep` says that another run can resume there. */
  abandon(error: unknown, keep: boolean): Promise<void>;
}
