/**
 * Request bodies: from what the caller gave to something that can be opened once per transmission.
 * Whether it can be opened again decides whether a retry or a 307 is possible; nothing is ever
 * duplicated with `tee()`, which would buffer a whole upload.
 *
 * @module
 */

import { bare } from "../../runtime/bare.ts";
import { mergeParams, NO_PARAMS, type ParamsOption } from "../../formats/url_params.ts";
import { type PlainObject, refuseNumber } from "../../formats/json_value.ts";
import { bodyAdvice } from "./body_advice.ts";
import { encodeMultipart, type MultipartOption } from "./multipart.ts";
import { SENDS_LENGTH, Upload } from "./upload_stream.ts";

/** A body that is sent as it is. */
export type RawBody =
  | string
  | URLSearchParams
  | FormData
  | Blob
  | ArrayBuffer
  | ArrayBufferView
  | ReadableStream<Uint8Array>;

/** A stream whose length is known, so that Content-Length can be sent; on Deno, Node and Bun. */
export interface SizedStream {
  /** The content. */
  readonly stream: ReadableStream<Uint8Array>;
  /** The length in bytes. A stream of another length fails the call before the body is complete. */
  readonly size: number;
}

/** Makes the body for each transmission, so that it can be sent again. */
export type BodyFactory = () => RawBody | SizedStream | Promise<RawBody | SizedStream>;

/**
 * What `data` takes: nothing (`undefined`, `null`), a {@linkcode RawBody}, a {@linkcode SizedStream}
 * or a function that makes one of these, or a plain object, array, number or boolean, which is sent
 * as JSON.
 */
export type BodyData =
  | RawBody
  | SizedStream
  | BodyFactory
  | number
  | boolean
  | null
  | undefined
  | readonly unknown[]
  | { readonly [key: string]: unknown }
  | PlainObject;

/** What `form` takes; arrays repeat the field, `undefined` and `null` are left out. */
export type FormOption = ParamsOption;

/** The four ways to give a body; at most one of them is used. */
export interface BodyOptions {
  /** A JSON value, sent as `application/json`. */
  readonly json?: unknown;
  /** A body by its type; see {@linkcode BodyData}. */
  readonly data?: BodyData;
  /** Fields, sent as `application/x-www-form-urlencoded`. */
  readonly form?: FormOption;
  /** Fields and files, sent as `multipart/form-data`. */
  readonly multipart?: MultipartOption;
}

/** An opened body, ready for fetch. */
export interface OpenedBody {
  /** What fetch is given. */
  readonly body:
    | Exclude<RawBody, FormData | ArrayBufferView | ReadableStream>
    | ArrayBufferView<ArrayBuffer>
    | ReadableStream<Uint8Array<ArrayBuffer>>;
  /** The Content-Type that belongs to it, if it has one. */
  readonly contentType?: string;
  /** The length of a stream, where Content-Length is to be sent with it. */
  readonly size?: number;
}

/** A body that can be opened for a transmission. */
export interface BodySource {
  /** Whether it can be opened more than once. */
  readonly replayable: boolean;
  /** The Content-Type, where it is known before opening. */
  readonly contentType?: string;
  /** Opens it; an error of a {@linkcode BodyFactory} passes unchanged. */
  open(): OpenedBody | Promise<OpenedBody>;
}

/** The names of {@linkcode BodyOptions}. */
export const BODY_OPTIONS: readonly (keyof BodyOptions)[] = ["json", "data", "form", "multipart"];

/**
 * The body that `options` ask for, or `undefined` for none.
 *
 * @throws {TypeError} If two are given, or the value cannot be sent.
 */
export function toBodySource(options: BodyOptions): BodySource | undefined {
  const given = BODY_OPTIONS.filter((name) =>
    options[name] !== undefined && !(name === "data" && options.data === null)
  );
  if (given.length > 1) {
    throw new TypeError(
      `Cannot send two bodies: ${given.join(" and ")} are given, and only one can be sent`,
    );
  }
  switch (given[0]) {
    case "json":
      return known(toJSONText(options.json, "json"), "application/json");
    case "form":
      return known(encodeForm(options.form!), "application/x-www-form-urlencoded;charset=UTF-8");
    case "multipart": {
      const { open, contentType, replayable } = encodeMultipart(options.multipart!);
      return bare({ replayable, contentType, open: () => openedAs(open(), contentType) });
    }
    case "data":
      return fromData(options.data);
  }
  return undefined;
}

function fromData(data: BodyData): BodySource | undefined {
  if (data === undefined || data === null) return undefined;
  if (typeof data === "function") {
    return bare({
      replayable: true,
      async open(): Promise<OpenedBody> {
        const made: unknown = await data();
        const opened = isRawBody(made)
          ? openRaw(made)
          : isSizedStream(made)
          ? openSized(made)
          : undefined;
        if (opened === undefined) {
          throw new TypeError(
            `Cannot send what the body function made: it is ${
              describe(made)
            }, and must be ${RAW_KINDS}${bodyAdvice(made)}`,
          );
        }
        return opened;
      },
    });
  }
  if (isRawBody(data)) {
    const opened = openRaw(data);
    if (!(data instanceof ReadableStream)) return known(opened.body, opened.contentType);
    return bare({ replayable: false, open: () => opened });
  }
  if (isSizedStream(data)) {
    const opened = openSized(data);
    if (opened instanceof Promise) opened.catch(() => {}); // open() tells
    return bare({ replayable: false, open: () => opened });
  }
  if (isJSONLike(data)) return known(toJSONText(data, "data"), "application/json");
  throw new TypeError(
    `Cannot send data that is ${
      describe(data)
    }: it must be ${RAW_KINDS}, a plain object, an array, ` +
      "a number or a boolean (those four as JSON), or a function that makes a body" +
      bodyAdvice(data),
  );
}

const RAW_KINDS =
  "a string, URLSearchParams, FormData, Blob, ArrayBuffer, typed array, ReadableStream or " +
  "{ stream, size }";

function known(body: OpenedBody["body"], contentType: string | undefined): BodySource {
  const opened = openedAs(body, contentType);
  return bare({ replayable: true, open: () => opened, ...(contentType && { contentType }) });
}

function openedAs(body: OpenedBody["body"], contentType?: string, size?: number): OpenedBody {
  return bare({
    body,
    ...(contentType !== undefined && { contentType }),
    ...(size !== undefined && { size }),
  });
}

function isRawBody(value: unknown): value is RawBody {
  return typeof value === "string" || value instanceof URLSearchParams ||
    value instanceof FormData || value instanceof Blob || value instanceof ArrayBuffer ||
    ArrayBuffer.isView(value) || value instanceof ReadableStream;
}

function openRaw(data: RawBody): OpenedBody {
  if (typeof data === "string") return openedAs(data, "text/plain;charset=UTF-8");
  if (data instanceof FormData) {
    const { open, contentType } = encodeMultipart(data); // FormData holds no streams
    return openedAs(open(), contentType);
  }
  if (data instanceof URLSearchParams) {
    return openedAs(data.toString(), "application/x-www-form-urlencoded;charset=UTF-8");
  }
  if (data instanceof Blob) return openedAs(data, data.type || undefined);
  if (data instanceof ReadableStream) return openedAs(unread(data));
  return openedAs(ArrayBuffer.isView(data) ? unshared(data) : data);
}

/** Memory that is shared between threads is copied: the platform does not send it. */
function unshared(view: ArrayBufferView): ArrayBufferView<ArrayBuffer> {
  if (view.buffer instanceof ArrayBuffer) return view as ArrayBufferView<ArrayBuffer>;
  return new Uint8Array(new Uint8Array(view.buffer, view.byteOffset, view.byteLength));
}

/** Nothing but these two: anything more is a value of the caller's, which is sent as JSON. */
function isSizedStream(value: unknown): value is SizedStream {
  if (!isPlainObject(value) || Object.keys(value).length !== 2) return false;
  return Object.hasOwn(value, "size") && Object.hasOwn(value, "stream") &&
    (value as SizedStream).stream instanceof ReadableStream;
}

function openSized({ stream, size }: SizedStream): OpenedBody | Promise<OpenedBody> {
  if (!Number.isSafeInteger(size) || size < 0) {
    const shown = typeof size === "number" ? size : describe(size);
    const ErrorType = typeof size === "number" ? RangeError : TypeError;
    throw new ErrorType(
      `Cannot send the stream: its size is ${shown}, and must be a whole number, zero or more`,
    );
  }
  if (!SENDS_LENGTH) {
    throw new TypeError(
      "Cannot send a stream of a given size: this runtime sends no Content-Length with a stream; " +
        "give the stream alone, or a Blob (openAsBlob() of node:fs makes one of a file)",
    );
  }
  const fresh = unread(stream);
  return size === 0 ? openEmpty(fresh) : openedAs(fresh, undefined, size);
}

/** What has a size of zero goes out as no bytes, after the stream has shown that it has none. */
async function openEmpty(stream: ReadableStream<Uint8Array<ArrayBuffer>>): Promise<OpenedBody> {
  await new Upload(stream, 0).body.getReader().read();
  return openedAs(new Uint8Array(0));
}

/** Only the Response constructor tells whether a stream was read from; it does not touch it. */
function unread(stream: ReadableStream<Uint8Array>): ReadableStream<Uint8Array<ArrayBuffer>> {
  const fresh = stream as ReadableStream<Uint8Array<ArrayBuffer>>;
  try {
    new globalThis.Response(fresh);
    return fresh;
  } catch (cause) {
    throw new TypeError(
      `Cannot send the stream: it ${
        stream.locked ? "is locked to another reader" : "was read from already"
      }; give a fresh stream, or a function that makes one`,
      { cause },
    );
  }
}

function isJSONLike(data: unknown): boolean {
  if (typeof data === "number" || typeof data === "boolean" || Array.isArray(data)) return true;
  return isPlainObject(data) ||
    (typeof data === "object" && data !== null &&
      typeof (data as { toJSON?: unknown }).toJSON === "function");
}

function isPlainObject(value: unknown): value is object {
  if (typeof value !== "object" || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

function toJSONText(value: unknown, option: string): string {
  let text: string | undefined;
  try {
    text = JSON.stringify(value);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message.split("\n", 1)[0] : String(cause);
    throw new TypeError(`Cannot send ${option} as JSON: ${reason}`, { cause });
  }
  if (text === "null") refuseNumber(value, option);
  if (text === undefined) {
    throw new TypeError(`Cannot send ${option} as JSON: ${describe(value)} has no JSON form`);
  }
  return text;
}

function encodeForm(form: FormOption): string {
  const search = new URLSearchParams();
  for (const [name, values] of mergeParams(NO_PARAMS, form, "form")) {
    for (const value of values) search.append(name, value);
  }
  return search.toString();
}

function describe(value: unknown): string {
  if (value === undefined || value === null) return String(value);
  if (typeof value !== "object") return `a ${typeof value}`;
  const name: unknown = value.constructor?.name;
  return `an object of class ${typeof name === "string" && name !== "" ? name : "unknown"}`;
}
