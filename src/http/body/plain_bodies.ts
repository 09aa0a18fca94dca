/**
 * Bodies that need no stream: text, bytes, Blobs, fields and JSON.
 *
 * @module
 */

import { refuseNumber } from "../../formats/json_value.ts";
import { mergeParams, NO_PARAMS } from "../../formats/url_params.ts";
import { bare } from "../../runtime/bare.ts";
import { describe } from "./form_fields.ts";
import type { FormOption, OpenedBody } from "./body_types.ts";

/** Returns an opened body without undefined members. */
export function openedAs(
  body: OpenedBody["body"],
  contentType?: string,
  size?: number,
): OpenedBody {
  return bare({
    body,
    ...(contentType !== undefined && { contentType }),
    ...(size !== undefined && { size }),
  });
}

/** Opens a body that needs no stream; returns undefined for another. */
export function openPlain(data: unknown): OpenedBody | undefined {
  if (typeof data === "string") return openedAs(data, "text/plain;charset=UTF-8");
  if (data instanceof URLSearchParams) {
    return openedAs(data.toString(), "application/x-www-form-urlencoded;charset=UTF-8");
  }
  if (data instanceof Blob) return openedAs(data, data.type || undefined);
  if (ArrayBuffer.isView(data)) return openedAs(unshared(data));
  return data instanceof ArrayBuffer ? openedAs(data) : undefined;
}

/** Copies shared memory, which the platform does not send. */
function unshared(view: ArrayBufferView): ArrayBufferView<ArrayBuffer> {
  if (view.buffer instanceof ArrayBuffer) return view as ArrayBufferView<ArrayBuffer>;
  return new Uint8Array(new Uint8Array(view.buffer, view.byteOffset, view.byteLength));
}

/** Whether `data` is sent as JSON. */
export function isJSONLike(data: unknown): boolean {
  if (typeof data === "number" || typeof data === "boolean" || Array.isArray(data)) return true;
  return isPlainObject(data) ||
    (typeof data === "object" && data !== null &&
      typeof (data as { toJSON?: unknown }).toJSON === "function");
}

/** Whether a value is a plain object. */
export function isPlainObject(value: unknown): value is object {
  if (typeof value !== "object" || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

/** Opens a value as JSON. */
export function openJSON(value: unknown, option: string): OpenedBody {
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
  return openedAs(text, "application/json");
}

/** Encodes the fields of a form. */
export function encodeForm(form: FormOption): URLSearchParams {
  const search = new URLSearchParams();
  for (const [name, values] of mergeParams(NO_PARAMS, form, "form")) {
    for (const value of values) search.append(name, value);
  }
  return search;
}
