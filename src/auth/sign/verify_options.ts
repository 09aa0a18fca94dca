/**
 * The options and the result of verifying a signature.
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

/** A key to verify with, with its algorithm if the key does not have one. */
export type VerificationKey =
  | SignatureKey
  | { readonly key: SignatureKey; readonly algorithm: SignatureAlgorithm };

/** Returns the key of an identifier, or undefined if it is unknown. */
export type KeyFinder = (
  keyId: string,
  signature: Omit<VerifiedSignature, "algorithm" | "body">,
) => VerificationKey | undefined | Promise<VerificationKey | undefined>;

/** Options of {@linkcode verifySignature}. */
export interface VerifySignatureOptions {
  /** The keys by their identifiers, or a function that finds one. */
  readonly keys: Readonly<Record<string, VerificationKey>> | KeyFinder;
  /** The name of the signature, for messages that may have several. */
  readonly label?: string;
  /** The required `tag` of the signature; signatures with other tags are ignored. */
  readonly tag?: string;
  /**
   * The components that must be signed. Default: `@method` and `@target-uri` of a request, `@status` of a
   * response, and `content-digest` if there is content.
   */
  readonly required?: readonly string[];
  /**
   * How old a signature may be, in seconds; `false` for any age, until it expires.
   *
   * @default {300}
   */
  readonly maxAge?: Duration | false;
  /**
   * Remembers accepted signatures: each then needs a nonce, and is accepted once. Use a store that all
   * processes share.
   */
  readonly seen?: SharedState;
  /** The request of a response, if components of the request are signed too. */
  readonly request?: SignedMessage;
  /** The types of other structured fields that are signed with `;sf`; those of the standards are known. */
  readonly fieldTypes?: Readonly<Record<string, FieldType>>;
  /**
   * Maximum size of the content that is read for its digest, in bytes.
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

/** A valid signature. */
export interface VerifiedSignature {
  /** The name of the signature in the message. */
  readonly label: string;
  /** The identifier of the key. */
  readonly keyId: string;
  /** The algorithm of the key. */
  readonly algorithm: SignatureAlgorithm;
  /** The signed components; no other part of the message is signed. */
  readonly components: readonly string[];
  /** When the signature was created. */
  readonly created?: Date;
  /** When the signature expires. */
  readonly expires?: Date;
  /** The random text that makes the signature unique. */
  readonly nonce?: string;
  /** The purpose of the signature. */
  readonly tag?: string;
  /** The content, if its digest is signed; verifying reads it from the message. */
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
