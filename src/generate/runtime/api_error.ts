/**
 * The error of an operation: a status other than success, with the body decoded.
 *
 * @module
 */

import { brand } from "../../errors.ts";
import { parseContentType } from "../../formats/content_type.ts";
import { HTTPError, type Response } from "../../http/response/response.ts";
import { own } from "./arguments.ts";
import type { Operation } from "./operation.ts";

/**
 * An answer that is no success. Tell it apart with `isAPIError(error, operation)`: then `status`
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
  /** The operation that was called, where its description has this status and this media type. */
  readonly operation: Operation | undefined;

  /**
   * Makes the error.
   *
   * @param response The answer.
   * @param body Its body, decoded.
   * @param operation The operation, if its description has this answer.
   */
  constructor(response: Response, body: Body, operation?: Operation) {
    super(response);
    const said = problemText(response, body);
    if (said !== "") {
      const { message, stack } = this;
      this.message = `${message}: ${said}`;
      // The stack was written with the message as it was.
      if (stack !== undefined) this.stack = stack.replace(message, () => this.message);
    }
    this.status = response.statusCode as Code;
    this.body = body;
    this.operation = operation;
  }
}

/** Longer texts of a server are cut in a message. */
const LONGEST_TEXT = 300;

/** The title and detail of a problem (RFC 9457 section 3.1). No other body is meant to be shown. */
function problemText(response: Response, body: unknown): string {
  const { essence } = parseContentType(response.headers.get("content-type"));
  if (essence !== "application/problem+json") return "";
  return ["title", "detail"].map((name) => own(body, name))
    .filter((text) => typeof text === "string" && text.trim() !== "")
    .map((text) => String(text).replace(/\p{C}+/gu, " ").trim().slice(0, LONGEST_TEXT))
    .join(": ");
}

/** The errors among the results of an operation. */
export type ErrorOf<Result> = Result extends { status: infer Code extends number; body: infer Body }
  ? `${Code}` extends `2${string}` ? never : APIError<Code, Body>
  : never;

/**
 * Whether the error is an answer that the description of `operation` has; its `status` then narrows
 * its `body`.
 */
export function isAPIError<Result>(
  error: unknown,
  operation: Operation<unknown, Result>,
): error is ErrorOf<Result> {
  return error instanceof APIError && error.operation === operation;
}
