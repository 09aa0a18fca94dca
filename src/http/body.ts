/**
 * Request bodies: from what the caller gave to something that can be opened once per transmission.
 * Whether it can be opened again decides whether a retry or a 307 is possible; nothing is ever
 * duplicated with `tee()`, which would buffer a whole upload.
 *
 * @module
 */

import { encodeMultipart, type MultipartOption } from "./multipart.ts";
import { mergeParams, NO_PARAMS, type ParamsOption } from "./url.ts";

/** A body that is sent as it is. */
export type RawBody =
  | string
  | URLSearchParams
  | FormData
  | Blob
  | ArrayBuffer
  | ArrayBufferView
  | ReadableStream<Uint8Array<ArrayBuffer>>;

/** Makes the body anew for each transmission, so that it can be sent again. */
export type BodyFactory = () => RawBody | Promise<RawBody>;

/**
 * What `data` takes: nothing (`undefined`, `null`), a {@linkcode RawBody} or a function that makes
 * one, or a plain object, array, number or boolean, which is sent as JSON.
 */
export type BodyData =
  | RawBody
  | BodyFactory
  | number
  | boolean
  | null
  | undefined
  | readonly unknown[]
  | { readonly [key: string]: unknown }
  | PlainObject;

/**
 * A plain object of any type, interfaces included. Functions, promises, maps and iterators are none for
 * the compiler; an instance of a class without `toJSON()` is refused when it is sent.
 */
export type PlainObject = object & {
  readonly [Symbol.iterator]?: never;
  readonly [Symbol.asyncIterator]?: never;
  readonly [Symbol.hasInstance]?: never;
  readonly then?: never;
};

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
  readonly body: Exclude<RawBody, FormData | ArrayBufferView> | ArrayBufferView<ArrayBuffer>;
  /** The Content-Type that belongs to it, if it has one. */
  readonly contentType?: string;
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
      return { replayable, contentType, open: () => ({ body: open(), contentType }) };
    }
    case "data":
      return fromData(options.data);
  }
  return undefined;
}

function fromData(data: BodyData): BodySource | undefined {
  if (data === undefined || data === null) return undefined;
  if (typeof data === "function") {
    return {
      replayable: true,
      async open() {
        const made: unknown = await data();
        const opened = isRawBody(made) ? openRaw(made) : undefined;
        if (opened === undefined) {
          throw new TypeError(
            `Cannot send what the body function made: it is ${
              describe(made)
            }, and must be ${RAW_KINDS}`,
          );
        }
        return opened;
      },
    };
  }
  if (isRawBody(data)) {
    const opened = openRaw(data);
    if (!(data instanceof ReadableStream)) return known(opened.body, opened.contentType);
    return { replayable: false, open: () => opened };
  }
  if (isJSONLike(data)) return known(toJSONText(data, "data"), "application/json");
  throw new TypeError(
    `Cannot send data that is ${
      describe(data)
    }: it must be ${RAW_KINDS}, a plain object, an array, ` +
      "a number or a boolean (those four as JSON), or a function that makes a body",
  );
}

const RAW_KINDS =
  "a string, URLSearchParams, FormData, Blob, ArrayBuffer, typed array or ReadableStream";

function known(body: OpenedBody["body"], contentType: string | undefined): BodySource {
  const opened: OpenedBody = contentType === undefined ? { body } : { body, contentType };
  return { replayable: true, open: () => opened, ...(contentType && { contentType }) };
}

function isRawBody(value: unknown): value is RawBody {
  return typeof value === "string" || value instanceof URLSearchParams ||
    value instanceof FormData || value instanceof Blob || value instanceof ArrayBuffer ||
    ArrayBuffer.isView(value) || value instanceof ReadableStream;
}

function openRaw(data: RawBody): OpenedBody {
  if (typeof data === "string") return { body: data, contentType: "text/plain;charset=UTF-8" };
  if (data instanceof FormData) {
    const { open, contentType } = encodeMultipart(data); // FormData holds no streams
    return { body: open(), contentType };
  }
  if (data instanceof URLSearchParams) {
    return {
      body: data.toString(),
      contentType: "application/x-www-form-urlencoded;charset=UTF-8",
    };
  }
  if (data instanceof Blob) {
    return data.type === "" ? { body: data } : { body: data, contentType: data.type };
  }
  if (data instanceof ReadableStream) assertUnread(data);
  return { body: ArrayBuffer.isView(data) ? unshared(data) : data };
}

/** Memory that is shared between threads is copied: the platform does not send it. */
function unshared(view: ArrayBufferView): ArrayBufferView<ArrayBuffer> {
  if (view.buffer instanceof ArrayBuffer) return view as ArrayBufferView<ArrayBuffer>;
  return new Uint8Array(new Uint8Array(view.buffer, view.byteOffset, view.byteLength));
}

/** Only the Response constructor tells whether a stream was read from; it does not touch it. */
function assertUnread(stream: ReadableStream<Uint8Array<ArrayBuffer>>): void {
  try {
    new globalThis.Response(stream);
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
  if (typeof data !== "object" || data === null) return false;
  const prototype: unknown = Object.getPrototypeOf(data);
  return prototype === Object.prototype || prototype === null ||
    typeof (data as { toJSON?: unknown }).toJSON === "function";
}

function toJSONText(value: unknown, option: string): string {
  let text: string | undefined;
  try {
    text = JSON.stringify(value);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message.split("\n", 1)[0] : String(cause);
    throw new TypeError(`Cannot send ${option} as JSON: ${reason}`, { cause });
  }
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
