/**
 * The errors for requests that are not allowed: by the rules for redirects, an address policy, or the
 * runtime's permissions.
 *
 * @module
 */

import {
  brand,
  NetworkingError,
  type NetworkingErrorCode,
  type NetworkingErrorOptions,
} from "./errors.ts";

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

/** What an {@linkcode AddressError} accepts besides the common facts. */
export type AddressErrorOptions = NetworkingErrorOptions & Pick<AddressError, "rule" | "range">;

/** The client's `addressPolicy` does not allow the address of the URL. Nothing was sent there. */
export class AddressError extends NetworkingError {
  static {
    brand(this, "AddressError");
  }

  /** The rule that does not allow it, such as `denyHosts`. */
  declare readonly rule?: string;
  /** The kind of address that the rule `private` found, such as `loopback`. */
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

/** The runtime's permission system does not allow the connection (Deno: `--allow-net`). */
export class PermissionError extends NetworkingError {
  static {
    brand(this, "PermissionError");
  }

  /** The permission to add, such as `--allow-net=api.example.com:443`. */
  declare readonly flag: string;

  /**
   * Makes the error.
   * @param message What was not allowed.
   * @param options The flag to add, and the facts of the request.
   */
  constructor(message: string, options: NetworkingErrorOptions & { readonly flag: string }) {
    super("permission_denied", message, options);
  }
}
