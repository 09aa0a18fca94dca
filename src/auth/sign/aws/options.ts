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

/** What every signature of AWS needs. */
export interface AWSSigningOptions {
  /**
   * The credentials, or a function that gives them. Those that it gives with an `expiration` are kept, and
   * renewed five minutes before it; others are asked for at every attempt.
   */
  readonly credentials: AWSCredentialsOption;
  /** The region, such as `eu-central-1`. */
  readonly region: string;
  /** The service as its signature names it: `s3`, `dynamodb`, `execute-api`, … */
  readonly service: string;
  /**
   * Whether the session token is signed, or added after signing, as a few services want it.
   *
   * @default {"signed"}
   */
  readonly sessionToken?: "signed" | "added";
  /**
   * How long a signature in a query is good, in seconds; at most `{ hours: 168 }`.
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
   * Where the signature is put: into the Authorization header, or into the query.
   *
   * @default {"header"}
   */
  readonly in?: "header" | "query";
  /**
   * Further header fields to sign, such as `range`. Always signed are `host`, `content-type`,
   * `content-md5` and all `x-amz-*`.
   */
  readonly signedHeaders?: readonly string[];
  /**
   * The origins that get signatures. When left out, it is the origin of the client's `baseUrl`; for a
   * scheme given to one call, the origin of the call's URL.
   */
  readonly origins?: readonly string[];
}

/** A part of the scope of a signature. */
const scopePart: Check<string> = that(
  (value) => typeof value === "string" && /^[\w.-]+$/.test(value),
  "letters, digits and -",
);

/** What others change on the way, or the runtime sets: a signature over it would break. */
const NEVER_SIGNED =
  /^(?:authorization|connection|content-length|cookie|expect|keep-alive|proxy-.*|te|trailer|transfer-encoding|upgrade|user-agent|x-amzn-trace-id)$/;
const signable: Check<string> = (name, value) => {
  const isName = isToken(value) && !NEVER_SIGNED.test(value.toLowerCase());
  if (isName) return value.toLowerCase();
  throw new TypeError(`Cannot use ${name}: it must be a header that stays as it is on the way`);
};

/** The checks of {@linkcode AWSSigningOptions}; the credentials are checked where they are kept. */
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

/** AWS takes no longer ones. */
const LONGEST_SECONDS = 7 * 86_400;

/**
 * The option `expires` in whole seconds.
 *
 * @throws {RangeError} If it is more than a week, or less than a second.
 */
export function expirySeconds(ms: number = 900_000): number {
  const seconds = Math.floor(ms / 1000);
  if (seconds >= 1 && seconds <= LONGEST_SECONDS) return seconds;
  throw new RangeError(
    `Cannot use expires: ${ms / 1000} s: AWS takes from 1 second to 7 days ({ hours: 168 })`,
  );
}

/**
 * A copy of the options that every signature needs, checked.
 *
 * @throws {TypeError} If one is missing.
 */
export function required<T extends Partial<AWSSigningOptions>>(
  action: string,
  options: T,
): T & Pick<AWSSigningOptions, "credentials" | "region" | "service"> {
  for (const name of ["credentials", "region", "service"] as const) {
    if (options[name] === undefined) throw new TypeError(`Cannot ${action}: give it ${name}`);
  }
  return options as T & Pick<AWSSigningOptions, "credentials" | "region" | "service">;
}
