/**
 * Problem details (RFC 9457): an API's description of its error, in `application/problem+json`.
 *
 * @module
 */

import { isRecord } from "../../options/checks.ts";
import { redactURLs } from "../../redact.ts";

/** A problem that a server describes (RFC 9457 3). Members of a wrong type are left out. */
export interface Problem {
  /**
   * A URI reference that identifies the kind of problem, as the server wrote it; `about:blank` if missing.
   */
  readonly type: string;
  /** A short description of the kind of problem. */
  readonly title?: string;
  /** The status code of the response; a status in the body is ignored. */
  readonly status: number;
  /** What went wrong this time. */
  readonly detail?: string;
  /** A URI reference that identifies this occurrence. */
  readonly instance?: string;
  /** Further members of this kind of problem, such as `errors`; they are not checked. */
  readonly [extension: string]: unknown;
}

/** Returns the problem that the body of a response describes. */
export function toProblem(data: unknown, status: number): Problem | undefined {
  if (!isRecord(data)) return undefined;
  const members = { ...data };
  for (const name of ["type", "title", "detail", "instance"]) {
    if (typeof data[name] !== "string") delete members[name];
  }
  return { type: "about:blank", ...members, status };
}

/**
 * Returns a server's text for a message: one line of at most 300 characters, without hidden characters and
 * with URLs redacted.
 */
export function shownText(text: string = ""): string {
  return redactURLs(text).replace(/[\p{C}\p{Z}]+/gu, " ").trim().match(/^.{0,300}/u)![0];
}
