/**
 * URLs with an AWS signature, which allow another user one kind of request.
 *
 * @module
 */

import { type HeadersOption, mergeHeaders, NO_HEADERS } from "../../../http/request/headers.ts";
import { checkMethod } from "../../../http/request/method.ts";
import { type Check, type OptionTable, text } from "../../../options/checks.ts";
import { readOptions } from "../../../options/read_options.ts";
import { describeURL } from "../../../redact.ts";
import { sha256Hex } from "../../web_crypto.ts";
import { type AWSSigningOptions, expirySeconds, required, SIGNING_CHECKS } from "./options.ts";
import { CredentialSource, DaySigner } from "./credentials.ts";
import { isS3, signQuery, UNSIGNED } from "./sign_request.ts";

/** Options of {@linkcode awsPresignedURL}. */
export interface AWSPresignedURLOptions extends AWSSigningOptions {
  /**
   * The method that the URL allows.
   *
   * @default {"GET"}
   */
  readonly method?: string;
  /** Header fields that the request must have, with these values. */
  readonly headers?: HeadersOption;
}

const headerFields: Check<HeadersOption> = (_, value) => value as HeadersOption;

const CHECKS = {
  ...SIGNING_CHECKS,
  method: text,
  headers: headerFields,
} satisfies OptionTable<AWSPresignedURLOptions>;

const ACTION = "make a presigned URL";

/**
 * Returns the URL with a signature in its query. Anyone with the URL can send that kind of request until it
 * expires; for S3 with any content. The whole URL is a secret.
 *
 * @param url The URL of the object or the operation.
 * @param options The credentials, region and service, and how long the URL is valid.
 * @throws {TypeError} If the URL is not one, or an option is missing, unknown or of the wrong type.
 * @throws {RangeError} If `expires` is more than a week.
 *
 * @example
 * ```ts
 * import { awsPresignedURL } from "@codomyrmex/networking/auth/sign";
 *
 * const url = await awsPresignedURL("https://examplebucket.s3.amazonaws.com/test.txt", {
 *   credentials: {
 *     accessKeyId: "AKIAIOSFODNN7EXAMPLE",
 *     secretAccessKey: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
 *   },
 *   region: "us-east-1",
 *   service: "s3",
 *   expires: { hours: 24 },
 *   now: () => Date.UTC(2013, 4, 24),
 * });
 * console.log(new URL(url).searchParams.get("X-Amz-Signature")?.slice(0, 16)); // aeeed9bbccd4d02e
 * ```
 */
export async function awsPresignedURL(
  url: string | URL,
  options: AWSPresignedURLOptions,
): Promise<string> {
  const given = required(ACTION, readOptions(ACTION, options, CHECKS));
  const { credentials, region, service, method = "GET", headers = {}, now = Date.now } = given;
  const seconds = expirySeconds(given.expires);
  if (!URL.canParse(url)) {
    throw new TypeError(`Cannot ${ACTION}: "${describeURL(String(url))}" is not an absolute URL`);
  }
  const fields = mergeHeaders(NO_HEADERS, headers);
  const target = { method: checkMethod(method), url: new URL(url).href, headers: fields };
  const signed = await signQuery(target, {
    credentials: await new CredentialSource(ACTION, credentials, now).get(),
    signer: new DaySigner(),
    region,
    service,
    at: now(),
    signsToken: given.sessionToken !== "added",
    also: new Set(Object.keys(fields)),
    payload: isS3(service) ? UNSIGNED : await sha256Hex(""),
  }, seconds);
  return signed.url;
}
