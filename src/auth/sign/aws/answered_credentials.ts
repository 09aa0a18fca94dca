/**
 * AWS credentials in the answers of services that give them. What else an answer says may be secret, and is
 * not shown.
 *
 * @module
 */

import { NetworkingError } from "../../../errors.ts";
import { isRecord } from "../../../options/checks.ts";
import { describeURL } from "../../../redact.ts";
import type { AWSCredentials } from "./credentials.ts";

/** The credentials of an answer, if it has all that belongs to them. */
export function readAnswered(of: (name: string) => unknown): AWSCredentials | undefined {
  const [accessKeyId, secretAccessKey, sessionToken, expiration] = [
    ...[of("AccessKeyId"), of("SecretAccessKey"), of("SessionToken"), of("Expiration")],
  ].map((value) => typeof value === "string" ? value : "") as [string, string, string, string];
  const endsAt = new Date(expiration);
  return accessKeyId && secretAccessKey && sessionToken && !Number.isNaN(endsAt.getTime())
    ? { accessKeyId, secretAccessKey, sessionToken, expiration: endsAt }
    : undefined;
}

/** The same of JSON, as metadata services answer: they call the session token `Token`. */
export function readJSON(method: string, url: string, text: string): AWSCredentials {
  let answer: unknown;
  try {
    answer = JSON.parse(text);
  } catch {
    // It is said below, without the text.
  }
  const members = isRecord(answer) ? answer : {};
  const found = readAnswered((name) => members[name === "SessionToken" ? "Token" : name]);
  if (found === undefined) {
    throw cannotGet(method, url, `its answer has no credentials${codeIn(text)}`);
  }
  return found;
}

/** The code of an error in JSON, if it is a plain name. */
export function codeIn(text: string): string {
  const [, code] = /"[Cc]ode"\s*:\s*"([\w.]{1,64})"/.exec(text) ?? [];
  return code === undefined || code === "Success" ? "" : `, ${code}`;
}

/** The error for an answer that cannot be used. */
export function cannotGet(
  method: string,
  url: string,
  why: string,
  cause?: unknown,
): NetworkingError {
  return new NetworkingError(
    "auth_failed",
    `Cannot get AWS credentials from ${describeURL(url)}: ${why}`,
    { method, url, cause },
  );
}
