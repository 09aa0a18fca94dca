/**
 * Reads AWS credentials from the responses of credential services. The rest of a response may be secret, so it is
 * never shown.
 *
 * @module
 */

import { NetworkingError } from "../../../errors.ts";
import { isRecord } from "../../../options/checks.ts";
import { describeURL } from "../../../redact.ts";
import type {
  AWSCredentials,
  AWSCredentialsContext,
  AWSCredentialsProvider,
} from "./credentials.ts";

/** Reads the body of a response of a side request, which is bounded. */
export function textOf(
  { body }: Awaited<ReturnType<AWSCredentialsContext["fetch"]>>,
): Promise<string> {
  return new globalThis.Response(body as BodyInit | null).text();
}

/** Returns the credentials of a response; undefined if they are incomplete. */
export function readAnswered(of: (name: string) => unknown): AWSCredentials | undefined {
  const [accessKeyId, secretAccessKey, sessionToken, expiration] = [
    ...[of("AccessKeyId"), of("SecretAccessKey"), of("SessionToken"), of("Expiration")],
  ].map((value) => typeof value === "string" ? value : "") as [string, string, string, string];
  const endsAt = new Date(expiration);
  return accessKeyId && secretAccessKey && sessionToken && !Number.isNaN(endsAt.getTime())
    ? { accessKeyId, secretAccessKey, sessionToken, expiration: endsAt }
    : undefined;
}

/** Returns the credentials in the JSON of a metadata service, which calls the session token `Token`. */
export function readJSON(method: string, url: string, text: string): AWSCredentials {
  let answer: unknown;
  try {
    answer = JSON.parse(text);
  } catch {
    // The error below reports it, without the text.
  }
  const members = isRecord(answer) ? answer : {};
  const found = readAnswered((name) => members[name === "SessionToken" ? "Token" : name]);
  if (found === undefined) {
    throw cannotGet(method, url, `its response has no credentials${codeIn(text)}`);
  }
  return found;
}

/** Returns the error code in the JSON, as {@linkcode shownCode} shows it. */
export function codeIn(text: string): string {
  const [, code] = /"[Cc]ode"\s*:\s*"([^"]*)"/.exec(text) ?? [];
  return code === "Success" ? "" : shownCode(code);
}

/** Returns an error code for a message, or nothing if it is not a plain name. */
export function shownCode(code: string | undefined): string {
  return code !== undefined && /^[\w.]{1,64}$/.test(code) ? `, ${code}` : "";
}

/** Returns the error for a response that cannot be used. */
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

/**
 * Gives a function a partition of its own: neither its options nor a URL identify the role, which the platform
 * decides. The partition is created on use: workerd allows no random numbers at module load.
 */
export function withOwnPartition(provide: AWSCredentialsProvider): AWSCredentialsProvider {
  let partition: string | undefined;
  return Object.defineProperty(provide, "partition", {
    get: () => partition ??= crypto.randomUUID(),
  });
}
