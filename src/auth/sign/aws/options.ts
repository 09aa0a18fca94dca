/**
 * The options of AWS signatures.
 *
 * @module
 */

import { isToken } from "../../../formats/tokens.ts";
import {
  callable,
  type Check,
  duration,
  type DurationCheck,
  list,
  type OptionTable,
  that,
} from "../../../options/checks.ts";
import type { Duration } from "../../../options/duration.ts";
import { oneOf } from "../../../options/one_of.ts";
import { AUTH_CHECKS } from "../../credentials.ts";
import type { AWSCredentialsOption } from "./credentials.ts";

/** Options of every AWS signature. */
export interface AWSSigningOptions {
  /**
   * The credentials, or a function that returns them. Credentials with an `expiration` are cached, and renewed
   * five minutes before it; without one the function is called for each attempt.
   */
  readonly credentials: AWSCredentialsOption;
  /** The region, such as `eu-central-1`. */
  readonly region: string;
  /** The service name for signatures: `s3`, `dynamodb`, `execute-api`, … */
  readonly service: string;
  /**
   * Whether the session token is signed, or added after signing, as a few services require.
   *
   * @default {"signed"}
   */
  readonly sessionToken?: "signed" | "added";
  /**
   * How long a signature in a query is valid, in seconds; at most `{ hours: 168 }`.
   *
   * @default {900}
   */
  readonly expires?: Duration;
  /**
   * Returns the time in milliseconds since the epoch.
   *
   * @default {Date.now}
   */
  readonly now?: () => number;
}

/** Options of {@linkcode awsSigV4}. */
export interface AWSSigV4Options extends AWSSigningOptions {
  /**
   * Whether the signature is in the Authorization header or in the query.
   *
   * @default {"header"}
   */
  readonly in?: "header" | "query";
  /**
   * Additional header fields to sign, such as `range`. `host`, `content-type`, `content-md5` and all `x-amz-*` are
   * always signed.
   */
  readonly signedHeaders?: readonly string[];
  /**
   * The origins that receive signatures. When left out, it is the origin of the client's `baseUrl`; for a
   * scheme of one call, the origin of the call's URL.
   */
  readonly origins?: readonly string[];
}

/** Checks a part of the scope of a signature. */
const scopePart: Check<string> = that(
  (value) => typeof value === "string" && /^[\w.-]+$/.test(value),
  "letters, digits and -",
);

/** Fields that the runtime sets or proxies change, which would make a signature invalid. */
const NEVER_SIGNED =
  /^(?:authorization|connection|content-length|cookie|expect|keep-alive|proxy-.*|te|trailer|transfer-encoding|upgrade|user-agent|x-amzn-trace-id)$/;
const signable: Check<string> = (name, value) => {
  const isName = isToken(value) && !NEVER_SIGNED.test(value.toLowerCase());
  if (isName) return value.toLowerCase();
  throw new TypeError(
    `Cannot use ${name}: it must be a header that neither the runtime nor a proxy changes`,
  );
};

/** The checks of {@linkcode AWSSigningOptions}; `CredentialSource` checks the credentials. */
export const SIGNING_CHECKS: {
  readonly credentials: Check<AWSCredentialsOption>;
  readonly region: Check<string>;
  readonly service: Check<string>;
  readonly sessionToken: Check<"signed" | "added">;
  readonly expires: DurationCheck;
  readonly now: Check<() => number>;
} = {
  credentials: (_: string, value: unknown): AWSCredentialsOption => value as AWSCredentialsOption,
  region: scopePart,
  service: scopePart,
  sessionToken: oneOf<"signed" | "added">("signed", "added"),
  expires: duration("expires"),
  now: callable<() => number>("a function that returns milliseconds"),
} satisfies OptionTable<AWSSigningOptions>;

/** The checks of {@linkcode AWSSigV4Options}. */
export const SIG_V4_CHECKS: typeof SIGNING_CHECKS & {
  readonly in: Check<"header" | "query">;
  readonly signedHeaders: Check<readonly string[]>;
  readonly origins: Check<readonly string[]>;
} = {
  ...SIGNING_CHECKS,
  in: oneOf<"header" | "query">("header", "query"),
  signedHeaders: list(signable, "an array of header names"),
  origins: AUTH_CHECKS.origins,
} satisfies OptionTable<AWSSigV4Options>;

/** The longest validity that AWS accepts. */
const LONGEST_SECONDS = 7 * 86_400;

/**
 * Returns the option `expires` in whole seconds.
 *
 * @throws {RangeError} If it is more than a week, or less than a second.
 */
export function expirySeconds(ms: number = 900_000): number {
  const seconds = Math.floor(ms / 1000);
  if (seconds >= 1 && seconds <= LONGEST_SECONDS) return seconds;
  throw new RangeError(
    `Cannot use expires: ${ms / 1000} s: AWS accepts from 1 second to 7 days ({ hours: 168 })`,
  );
}

/**
 * Returns the options, after checking that the required ones are set.
 *
 * @throws {TypeError} If a required option is missing.
 */
export function required<T extends Partial<AWSSigningOptions>>(
  action: string,
  options: T,
): T & Pick<AWSSigningOptions, "credentials" | "region" | "service"> {
  for (const name of ["credentials", "region", "service"] as const) {
    if (options[name] === undefined) {
      throw new TypeError(`Cannot ${action}: ${name} is missing; set it`);
    }
  }
  return options as T & Pick<AWSSigningOptions, "credentials" | "region" | "service">;
}
