/**
 * Warnings about faults of a description and about what the generator does not support, each with its place
 * and with what was generated instead.
 *
 * @module
 */

import type { Place } from "./documents.ts";

/** A fault of a description, or a feature that is not supported. */
export interface Warning {
  /** The kind of warning. */
  readonly kind: "broken_reference" | "invalid" | "unsupported" | "renamed";
  /** The fault, and what was generated instead. */
  readonly message: string;
  /** The file or URL, with the line if it is known. */
  readonly file: string;
  /** JSON Pointer (RFC 6901) to the place. */
  readonly pointer: string;
}

/** Thrown when a description cannot be used at all, or when `strict` makes a warning an error. */
export class DescriptionError extends Error {
  /** The warnings. */
  readonly warnings: readonly Warning[];

  /**
   * Makes the error.
   *
   * @param message The failed action, and the reason.
   * @param warnings The warnings, in order.
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

  /** Adds a warning about a place. */
  warn(kind: Warning["kind"], place: Place, message: string): void {
    const { document, pointer } = place;
    const key = `${document.uri}#${pointer} ${message}`;
    if (this.#warnings.has(key)) return;
    const line = document.lineOf(pointer);
    const file = line === undefined ? document.uri : `${document.uri}:${line}`;
    this.#warnings.set(key, { kind, message, file, pointer });
  }
}
