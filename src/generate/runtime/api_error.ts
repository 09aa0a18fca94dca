/**
 * The error of an operation: a status other than success, with the body decoded.
 *
 * @module
 */

import { brand } from "../../errors.ts";
import { shownText } from "../../http/response/problem.ts";
import { HTTPError, type Response } from "../../http/response/response.ts";
import type { Operation } from "./operation.ts";

/**
 * The error of a response that is not 2xx. Check it with `isAPIError(error, operation)`: then `status`
 * narrows `body`.
 */
export class APIError<Code extends number = number, Body = unknown> extends HTTPError {
  static {
    brand(this, "APIError");
  }

  /** The status code. */
  readonly status: Code;
  /** The body, decoded by its Content-Type. */
  readonly body: Body;
  /** The operation that was called, if its description has this status and media type. */
  readonly operation: Operation | undefined;

  /**
   * Makes the error.
   *
   * @param response The response.
   * @param body Its body, decoded.
   * @param operation The operation, if its description has this response.
   */
  constructor(response: Response, body: Body, operation?: Operation) {
    super(response);
    const detail = shownText(this.problem?.detail);
    if (detail !== "") {
      const { message, stack } = this;
      this.message = `${message}: ${detail}`;
      // The stack contains the old message.
      if (stack !== undefined) this.stack = stack.replace(message, () => this.message);
    }
    this.status = response.statusCode as Code;
    this.body = body;
    this.operation = operation;
  }
}

/** The errors among the results of an operation. */
export type ErrorOf<Result> = Result extends { status: infer Code extends number; body: infer Body }
  ? `${Code}` extends `2${string}` ? never : APIError<Code, Body>
  : never;

/**
 * Whether the error is a described response of `operation`; its `status` then narrows its `body`.
 */
export function isAPIError<Result>(
  error: unknown,
  operation: Operation<unknown, Result>,
): error is ErrorOf<Result> {
  return error instanceof APIError && error.operation === operation;
}
