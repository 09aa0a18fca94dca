/**
 * The errors of the tree in `errors.ts` that only HTTP and what stands on it can meet.
 *
 * @module
 */

import {
  brand,
  NetworkingError,
  type NetworkingErrorCode,
  type NetworkingErrorOptions,
} from "./errors.ts";

/** What a {@linkcode DecodeError} can be given besides the common facts. */
export interface DecodeErrorOptions extends NetworkingErrorOptions {
  /** The first characters of the body, 200 at most. */
  readonly snippet: string;
}

/** The body cannot be decoded as expected, such as HTML where JSON was expected. */
export class DecodeError extends NetworkingError {
  static {
    brand(this, "DecodeError");
  }

  /** The first characters of the body, 200 at most. Not in the message, since bodies hold secrets. */
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
  /** Where in the value, if the schema says so. */
  readonly path?: ReadonlyArray<PropertyKey | { readonly key: PropertyKey }>;
}

/** The value is well-formed, but the schema given to `json(schema)` does not accept it. */
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

/**
 * A redirect that the client does not follow: from https to http, to a scheme other than http(s),
 * with a body to another origin, with a body that cannot be sent again, or in a loop.
 */
export class RedirectError extends NetworkingError {
  static {
    brand(this, "RedirectError");
  }

  /** The status code of the redirect. */
  declare readonly statusCode: number;

  /**
   * Makes the error.
   * @param message Why the redirect is not followed.
   * @param options The status code, and the facts of the request.
   * @param code For subclasses.
   */
  constructor(
    message: string,
    options: NetworkingErrorOptions & { readonly statusCode: number },
    code: NetworkingErrorCode = "redirect_refused",
  ) {
    super(code, message, options);
  }
}

/** More redirects than `maxRedirects` allows. */
export class TooManyRedirectsError extends RedirectError {
  static {
    brand(this, "TooManyRedirectsError");
  }

  /**
   * Makes the error.
   * @param message How many redirects were followed, and where they led.
   * @param options The status code, and the facts of the request.
   */
  constructor(
    message: string,
    options: NetworkingErrorOptions & { readonly statusCode: number },
  ) {
    super(message, options, "too_many_redirects");
  }
}

/** The decoded body is larger than `maxResponseSize`. Nothing beyond the limit was kept. */
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

/** What an {@linkcode AddressError} can be given besides the common facts. */
export type AddressErrorOptions = NetworkingErrorOptions & Pick<AddressError, "rule" | "range">;

/** The client's `addressPolicy` does not allow the address of the URL. Nothing was sent there. */
export class AddressError extends NetworkingError {
  static {
    brand(this, "AddressError");
  }

  /** The rule that does not allow it, such as `denyHosts`. */
  declare readonly rule?: string;
  /** What the address is for the rule `private`, such as `loopback`. */
  declare readonly range?: string;

  /**
   * Makes the error.
   * @param message Which rule does not allow it.
   * @param options The rule, and the facts of the request.
   */
  constructor(message: string, options: AddressErrorOptions = {}) {
    super("address_refused", message, options);
  }
}
