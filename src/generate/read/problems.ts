/**
 * What a description gets wrong, or what the generator leaves out: told with the place, and with what was
 * done instead.
 *
 * @module
 */

import type { Place } from "./documents.ts";

/** Something about a description that is not as it must be. */
export interface Warning {
  /** What kind of thing it is. */
  readonly kind: "broken_reference" | "invalid" | "unsupported" | "renamed";
  /** What is wrong, and what was done instead. */
  readonly message: string;
  /** The file or URL, with the line where it is known. */
  readonly file: string;
  /** JSON Pointer (RFC 6901) to the place. */
  readonly pointer: string;
}

/** Thrown when a description cannot be used at all, or when `strict` makes a warning an error. */
export class DescriptionError extends Error {
  /** What was wrong. */
  readonly warnings: readonly Warning[];

  /**
   * Makes the error.
   *
   * @param message What could not be done, and why.
   * @param warnings What was wrong, in order.
   * @param cause The error that caused this one.
   */
  constructor(message: string, warnings: readonly Warning[] = [], cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = "DescriptionError";
    this.warnings = warnings;
  }
}

/** Collects warnings, each once. */
export class Problems {
  readonly #warnings = new Map<string, Warning>();

  /** All of them, in the order in which they were found. */
  get warnings(): Warning[] {
    return [...this.#warnings.values()];
  }

  /** Tells of something at a place. */
  warn(kind: Warning["kind"], place: Place, message: string): void {
    const { document, pointer } = place;
    const key = `${document.uri}#${pointer} ${message}`;
    if (this.#warnings.has(key)) return;
    const line = document.lineOf(pointer);
    const file = line === undefined ? document.uri : `${document.uri}:${line}`;
    this.#warnings.set(key, { kind, message, file, pointer });
  }
}
