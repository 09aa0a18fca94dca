/**
 * Problem details (RFC 9457): what an API says of its error in `application/problem+json`.
 *
 * @module
 */

import { isRecord } from "../../options/checks.ts";
import { redactURLs } from "../../redact.ts";

/** A problem that a server describes (RFC 9457 3). Members of a wrong type are left out. */
export interface Problem {
  /** A URI reference that identifies the kind of the problem, as the server wrote it; `about:blank` without one. */
  readonly type: string;
  /** The kind of the problem in a few words. */
  readonly title?: string;
  /** The status code of the response, whatever the body says. */
  readonly status: number;
  /** What went wrong this time. */
  readonly detail?: string;
  /** A URI reference that identifies this occurrence. */
  readonly instance?: string;
  /** What this kind of problem has besides, such as `errors`; nothing checks it. */
  readonly [extension: string]: unknown;
}

/** The problem that the body of a response describes. */
export function toProblem(data: unknown, status: number): Problem | undefined {
  if (!isRecord(data)) return undefined;
  const members = { ...data };
  for (const name of ["type", "title", "detail", "instance"]) {
    if (typeof data[name] !== "string") delete members[name];
  }
  return { type: "about:blank", ...members, status };
}

/** A text of a server in a message: one line without hidden characters and secrets of URLs, and short. */
export function shownText(text: string = ""): string {
  return redactURLs(text).replace(/[\p{C}\p{Z}]+/gu, " ").trim().match(/^.{0,300}/u)![0];
}
