/**
 * The fields of a form for multipart/form-data, read when the call is made.
 *
 * @module
 */

import { randomHex } from "../../formats/hex.ts";

/** A file that is streamed, without being held in memory. */
export interface StreamPart {
  /** The content, or a function that returns it for each transmission. */
  readonly stream:
    | ReadableStream<Uint8Array>
    | (() => ReadableStream<Uint8Array>);
  /** The name of the file. */
  readonly filename: string;
  /**
   * The media type.
   *
   * @default {"application/octet-stream"}
   */
  readonly type?: string;
  /** The length in bytes. A stream of another length fails the call before the form is complete. */
  readonly size?: number;
}

/** A field with its own media type, such as JSON. */
export interface TypedPart {
  /** The content. */
  readonly text: string;
  /** The media type. */
  readonly type: string;
}

/** One value of a multipart form. Bytes and Blobs are sent as files. */
export type MultipartValue =
  | string
  | number
  | boolean
  | Blob
  | Uint8Array
  | StreamPart
  | TypedPart
  | null
  | undefined;

/** A multipart form in options; arrays repeat the field, `undefined` and `null` are left out. */
export type MultipartOption =
  | FormData
  | Readonly<Record<string, MultipartValue | readonly MultipartValue[]>>;

/** A field with one unchecked value. */
export type FormField = readonly [name: string, value: unknown];

/** Returns an unpredictable boundary. */
export function newBoundary(): string {
  return `----formdata-${randomHex(18)}`;
}

/**
 * Returns the fields of a form, one for each value.
 *
 * @throws {TypeError} If it is no form.
 */
export function fieldsOf(form: MultipartOption): readonly FormField[] {
  if (form instanceof FormData) return [...form];
  // A Map or URLSearchParams would be sent empty: its entries are no properties.
  if (typeof form !== "object" || form === null || Symbol.iterator in form) {
    throw new TypeError(
      `Cannot use multipart that is ${describe(form)}: pass an object of fields, or FormData`,
    );
  }
  return Object.entries(form).flatMap(([name, value]) =>
    [value].flat().map((one): FormField => [
      name,
      one instanceof Uint8Array ? new Blob([one as Uint8Array<ArrayBuffer>]) : one,
    ])
  );
}

/** Describes the type of a value for messages. */
export function describe(value: unknown): string {
  if (value === undefined || value === null) return String(value);
  if (typeof value !== "object") return `a ${typeof value}`;
  const name: unknown = value.constructor?.name;
  return `an object of class ${typeof name === "string" && name !== "" ? name : "unknown"}`;
}
