/**
 * The fields of a form for multipart/form-data, as they are when the call is made.
 *
 * @module
 */

import { randomHex } from "../../formats/hex.ts";

/** A file that is sent as it comes, without being held in memory. */
export interface StreamPart {
  /** The content, or a function that makes it for each transmission. */
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

/** A field with a media type of its own, such as JSON. */
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

/** A multipart form as options take it; arrays repeat the field, `undefined` and `null` are left out. */
export type MultipartOption =
  | FormData
  | Readonly<Record<string, MultipartValue | readonly MultipartValue[]>>;

/** A field with one value, which was not looked at yet. */
export type FormField = readonly [name: string, value: unknown];

/** A boundary that nobody can predict. */
export function newBoundary(): string {
  return `----formdata-${randomHex(18)}`;
}

/**
 * The fields of a form, each value by itself.
 *
 * @throws {TypeError} If it is no form.
 */
export function fieldsOf(form: MultipartOption): readonly FormField[] {
  if (form instanceof FormData) return [...form];
  // Of a Map or URLSearchParams nothing would be sent: their entries are no properties.
  if (typeof form !== "object" || form === null || Symbol.iterator in form) {
    throw new TypeError(
      `Cannot use multipart that is ${describe(form)}: give an object of fields, or FormData`,
    );
  }
  return Object.entries(form).flatMap(([name, value]) =>
    [value].flat().map((one): FormField => [
      name,
      one instanceof Uint8Array ? new Blob([one as Uint8Array<ArrayBuffer>]) : one,
    ])
  );
}

/** What a value is, in messages. */
export function describe(value: unknown): string {
  if (value === undefined || value === null) return String(value);
  if (typeof value !== "object") return `a ${typeof value}`;
  const name: unknown = value.constructor?.name;
  return `an object of class ${typeof name === "string" && name !== "" ? name : "unknown"}`;
}
