/**
 * The errors of the tree in `errors.ts` that only HTTP and protocols on top of it can throw.
 *
 * @module
 */

import { brand, NetworkingError, type NetworkingErrorOptions } from "./errors.ts";

/** What a {@linkcode DecodeError} accepts besides the common facts. */
export interface DecodeErrorOptions extends NetworkingErrorOptions {
  /** The first characters of the body, 200 at most. */
  readonly snippet: string;
}

/** The body cannot be decoded as expected, such as HTML where JSON was expected. */
export class DecodeError extends NetworkingError {
  static {
    brand(this, "DecodeError");
  }

  /**
   * The first characters of the body, 200 at most. The message does not contain them, since bodies hold
   * secrets.
   */
  declare readonly snippet: string;

  /**
   * Makes the error.
   * @param message What could not be decoded.
   * @param options The snippet, and the facts of the request.
   */
  constructor(message: string, options: DecodeErrorOptions) {
    super("decode_failed", message, options);
  }
}

/** One thing that a schema found wrong (Standard Schema 1.0, `Issue`). */
export interface SchemaIssue {
  /** What is wrong. */
  readonly message: string;
  /** The path to the faulty part of the value, if the schema reports it. */
  readonly path?: ReadonlyArray<PropertyKey | { readonly key: PropertyKey }>;
}

/** The value is well-formed, but the schema passed to `json(schema)` does not accept it. */
export class SchemaError extends NetworkingError {
  static {
    brand(this, "SchemaError");
  }

  /** What the schema reported. */
  declare readonly issues: readonly SchemaIssue[];

  /**
   * Makes the error.
   * @param message What was validated.
   * @param options The issues, and the facts of the request.
   */
  constructor(
    message: string,
    options: NetworkingErrorOptions & { readonly issues: readonly SchemaIssue[] },
  ) {
    super("schema_mismatch", message, options);
  }
}

/** The decoded body is larger than `maxResponseSize`. Nothing above the limit was kept. */
export class ResponseTooLargeError extends NetworkingError {
  static {
    brand(this, "ResponseTooLargeError");
  }

  /** The limit, in bytes after content decoding. */
  declare readonly limitBytes: number;

  /**
   * Makes the error.
   * @param message What was too large.
   * @param options The limit, and the facts of the request.
   */
  constructor(
    message: string,
    options: NetworkingErrorOptions & { readonly limitBytes: number },
  ) {
    super("response_too_large", message, options);
  }
}
