/**
 * The options of verifying signatures, and what comes of it.
 *
 * @module
 */

import {
  type Check,
  duration,
  isRecord,
  type OptionTable,
  that,
  wholeNumber,
  withMethods,
} from "../../options/checks.ts";
import type { Duration } from "../../options/duration.ts";
import type { SharedState } from "../../shared_state/state.ts";
import type { FieldType } from "./components.ts";
import {
  clockOption,
  componentsOption,
  fieldTypesOption,
  labelOption,
  parameterText,
} from "./http_signature.ts";
import type { SignedMessage } from "./signed_message.ts";
import type { SignatureAlgorithm, SignatureKey } from "./signing_key.ts";

/** A key to verify with, and what it is for where that does not show. */
export type VerificationKey =
  | SignatureKey
  | { readonly key: SignatureKey; readonly algorithm: SignatureAlgorithm };

/** Returns the key of an identifier, or undefined for one that is not known. */
export type KeyFinder = (
  keyId: string,
  signature: Omit<VerifiedSignature, "algorithm" | "body">,
) => VerificationKey | undefined | Promise<VerificationKey | undefined>;

/** Options of {@linkcode verifySignature}. */
export interface VerifySignatureOptions {
  /** The keys by their identifiers, or a function that finds one. */
  readonly keys: Readonly<Record<string, VerificationKey>> | KeyFinder;
  /** The name of the signature, where a message may have several. */
  readonly label?: string;
  /** What the signature must be for; another is passed over. */
  readonly tag?: string;
  /**
   * The components that must be signed. When left out they are `@method` and `@target-uri` of a request,
   * `@status` of a response, and `content-digest` if there is content.
   */
  readonly required?: readonly string[];
  /**
   * How old a signature may be, in seconds; `false` for any age, until it expires.
   *
   * @default {300}
   */
  readonly maxAge?: Duration | false;
  /**
   * Remembers what was accepted: a signature then needs a nonce, and is accepted once. Give it what all
   * processes share.
   */
  readonly seen?: SharedState;
  /** The request that a response answers, where that is signed too. */
  readonly request?: SignedMessage;
  /** The types of structured fields that are signed with `;sf`, where they are not well known. */
  readonly fieldTypes?: Readonly<Record<string, FieldType>>;
  /**
   * Most bytes of the content that are read for its digest.
   *
   * @default {1048576}
   */
  readonly maxSize?: number;
  /**
   * Returns the time in milliseconds since the epoch.
   *
   * @default {Date.now}
   */
  readonly now?: () => number;
}

/** What a signature says, when it is right. */
export interface VerifiedSignature {
  /** Its name in the message. */
  readonly label: string;
  /** The identifier of the key. */
  readonly keyId: string;
  /** The algorithm of the key. */
  readonly algorithm: SignatureAlgorithm;
  /** What is signed; nothing else of the message is. */
  readonly components: readonly string[];
  /** When it was made. */
  readonly created?: Date;
  /** When it ends. */
  readonly expires?: Date;
  /** The random text that makes it one of its own. */
  readonly nonce?: string;
  /** What it is for. */
  readonly tag?: string;
  /** The content, if its digest is signed and was right; the message's own was read for it. */
  readonly body?: Uint8Array<ArrayBuffer>;
}

const keysOption: Check<VerifySignatureOptions["keys"]> = (name, value) => {
  if (typeof value === "function" || isRecord(value)) {
    return value as VerifySignatureOptions["keys"];
  }
  throw new TypeError(`Cannot use ${name}: it must be an object of keys, or a function`);
};
const messageOption: Check<SignedMessage> = that(
  (value) => typeof value === "object" && value !== null && "headers" in value,
  "a Request, or an object with method, url and headers",
);

/** The checks of {@linkcode VerifySignatureOptions}. */
export const VERIFY_CHECKS: {
  readonly [Name in keyof Required<VerifySignatureOptions>]: Name extends "maxAge"
    ? ReturnType<typeof duration>
    : Check<Required<VerifySignatureOptions>[Name]>;
} = {
  keys: keysOption,
  label: labelOption,
  tag: parameterText,
  required: componentsOption,
  maxAge: duration("maxAge", { off: true }),
  seen: withMethods<SharedState>("a shared state such as memoryState()", "compareAndSet"),
  request: messageOption,
  fieldTypes: fieldTypesOption,
  maxSize: wholeNumber(),
  now: clockOption,
} satisfies OptionTable<VerifySignatureOptions>;
