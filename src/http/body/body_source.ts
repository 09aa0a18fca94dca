/**
 * Converts the caller's body to a source that is opened once per transmission. A retry or a 307 is possible
 * only if it can be opened again. No body is duplicated with `tee()`, which would buffer a whole upload.
 *
 * @module
 */

import { bare } from "../../runtime/bare.ts";
import {
  BODY_OPTIONS,
  type BodyData,
  type BodyOptions,
  type BodySource,
  type OpenedBody,
} from "./body_types.ts";
import { fieldsOf, type MultipartOption, newBoundary } from "./form_fields.ts";
import type { EncodedMultipart } from "./multipart.ts";
import { UPLOADS } from "./parts.ts";
import { encodeForm, isJSONLike, openedAs, openJSON, openPlain } from "./plain_bodies.ts";
import type { ProgressListener } from "./progress_meter.ts";

/**
 * Returns the body in `options`, or `undefined` for none.
 *
 * @throws {TypeError} If two bodies are set, or the value has no JSON form.
 */
export function toBodySource(options: BodyOptions): BodySource | undefined {
  const [name, other] = BODY_OPTIONS.filter((name) =>
    options[name] !== undefined && !(name === "data" && options.data === null)
  );
  if (other !== undefined) {
    throw new TypeError(`Cannot send two bodies: ${name} and ${other} are set; set one`);
  }
  switch (name) {
    case "json":
      return known(openJSON(options.json, "json"));
    case "form":
      return known(openPlain(encodeForm(options.form!))!);
    case "multipart":
      return fromForm(options.multipart!);
    case "data":
      return fromData(options.data);
  }
  return undefined;
}

/** Whether `data` can be sent as a body. */
export function isSendable(data: unknown): boolean {
  return typeof data === "function" || data instanceof ReadableStream ||
    data instanceof FormData || isJSONLike(data) || openPlain(data) !== undefined;
}

/** Returns the body with each transmission reported to a listener. */
export function withProgress(source: BodySource, listener: ProgressListener): BodySource {
  const open = async () => {
    const { counted } = UPLOADS.now ?? await UPLOADS.load();
    return counted(await source.open(), listener);
  };
  return bare({ ...source, open });
}

function fromData(data: BodyData): BodySource {
  const opened = openPlain(data);
  if (opened !== undefined) return known(opened);
  if (data instanceof FormData) return fromForm(data);
  if (isJSONLike(data) && !(Object(data).stream instanceof ReadableStream)) {
    return known(openJSON(data, "data"));
  }
  return later(typeof data === "function", ({ openOther }) => openOther(data));
}

/** Returns a form as a body, with its present fields. */
function fromForm(form: MultipartOption): BodySource {
  const boundary = newBoundary();
  const fields = fieldsOf(form);
  let encoded: EncodedMultipart | undefined;
  const replayable = !fields.some(([, value]) => Object(value).stream instanceof ReadableStream);
  const source = later(replayable, ({ encodeMultipart }) => {
    encoded ??= encodeMultipart(form, boundary, fields);
    return openedAs(encoded.open(), encoded.contentType);
  });
  return Object.assign(source, { contentType: `multipart/form-data; boundary=${boundary}` });
}

/** Returns a body that the lazy part `UPLOADS` opens. */
function later(
  replayable: boolean,
  open: (part: typeof import("./uploads.ts")) => OpenedBody | Promise<OpenedBody>,
): BodySource {
  return bare({
    replayable,
    open: async () => open(UPLOADS.now ?? await UPLOADS.load()),
  });
}

/** The key of the synchronous `open()` of a body that is no stream. */
const AT_HAND: unique symbol = Symbol("at hand");

/** Opens a body synchronously, if possible. */
export function openAtHand(
  body: BodySource & { [AT_HAND]?: () => OpenedBody },
): OpenedBody | undefined {
  // A copy may have another open().
  return body[AT_HAND] === body.open ? body[AT_HAND]?.() : undefined;
}

function known(opened: OpenedBody): BodySource {
  const { contentType } = opened;
  const open = () => opened;
  const more = contentType && { contentType };
  return bare({ replayable: true, open, [AT_HAND]: open, ...more });
}
