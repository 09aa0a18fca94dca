/**
 * Encodes multipart/form-data (HTML, "multipart/form-data encoding algorithm"; RFC 7578). It does not use
 * the platform's encoder, whose boundary comes from `Math.random()`: an attacker who sees one can predict
 * the next and close a part with it (the class of CVE-2025-7783). The result is a Blob, which has a length
 * and can be sent again, unless a part is a stream.
 *
 * @module
 */

import { bodyAdvice } from "./body_advice.ts";
import {
  fieldsOf,
  type FormField,
  type MultipartOption,
  type StreamPart,
  type TypedPart,
} from "./form_fields.ts";
import { Sources, streamOf } from "../../runtime/byte_streams.ts";

/** An encoded form. */
export interface EncodedMultipart {
  /** The Content-Type with the boundary. */
  readonly contentType: string;
  /** Opens the body; a stream is created once per transmission. */
  readonly open: () => Blob | ReadableStream<Uint8Array<ArrayBuffer>>;
  /** Whether it can be opened again. */
  readonly replayable: boolean;
}

/**
 * Encodes a form.
 *
 * @param boundary An unpredictable boundary.
 * @param fields The fields that the form had when the call was made.
 */
export function encodeMultipart(
  form: MultipartOption,
  boundary: string,
  fields: readonly FormField[] = fieldsOf(form),
): EncodedMultipart {
  const pieces: (BlobPart | StreamPart)[] = [];
  for (const [name, value] of formEntries(fields)) {
    const head = `--${boundary}\r\nContent-Disposition: form-data; name="${
      escapeName(normaliseNewlines(name))
    }"`;
    if (typeof value === "string") {
      pieces.push(`${head}\r\n\r\n${normaliseNewlines(value)}\r\n`);
    } else if (isTypedPart(value)) {
      pieces.push(`${head}\r\nContent-Type: ${value.type}\r\n\r\n${value.text}\r\n`);
    } else {
      const own = value instanceof File
        ? value.name
        : value instanceof Blob
        ? "blob"
        : value.filename;
      // Blob removes control characters from its type; a subclass or a polyfill may not.
      const { type = "" } = value;
      const shown = /^[\x20-\x7e]+$/.test(type) ? type : "application/octet-stream";
      pieces.push(
        `${head}; filename="${escapeName(own)}"\r\nContent-Type: ${shown}\r\n\r\n`,
        value,
        "\r\n",
      );
    }
  }
  pieces.push(`--${boundary}--\r\n`);
  const streams = pieces.filter(isStreamPart);
  const blob = streams.length === 0 ? new Blob(pieces as BlobPart[]) : undefined;
  return {
    contentType: `multipart/form-data; boundary=${boundary}`,
    open: () => blob ?? inOrder(pieces),
    replayable: streams.every(({ stream }) => typeof stream === "function"),
  };
}

/** Returns the parts of the form as one stream, in order. */
function inOrder(
  pieces: readonly (BlobPart | StreamPart)[],
): ReadableStream<Uint8Array<ArrayBuffer>> {
  type Given = ReadableStream<Uint8Array<ArrayBuffer>>;
  const given = pieces.filter(isStreamPart).map(({ stream }) => stream as Given | (() => Given));
  const sources = new Sources(given.filter((stream) => typeof stream !== "function"));
  async function* chunks(): AsyncGenerator<Uint8Array<ArrayBuffer>, void, undefined> {
    for (const piece of pieces) {
      if (sources.isOver) return;
      if (!isStreamPart(piece)) {
        yield* sources.read(new Blob([piece]).stream());
        continue;
      }
      const { stream, filename, size } = piece;
      let sent = 0;
      const source = (typeof stream === "function" ? stream() : stream) as Given;
      for await (const chunk of sources.read(source)) {
        sent += chunk.length;
        if (size !== undefined && sent > size) break;
        yield chunk;
      }
      if (size === undefined || sent === size || sources.isOver) continue;
      throw new RangeError(
        `Cannot send the file ${JSON.stringify(filename)}: its stream has ${
          sent > size ? "more" : `${sent} bytes, fewer`
        } than its size, ${size}; set the right size, or none`,
      );
    }
  }
  return streamOf(sources, chunks());
}

function isStreamPart(piece: unknown): piece is StreamPart {
  return typeof piece === "object" && piece !== null && "stream" in piece &&
    !(piece instanceof Blob);
}

type Field = string | Blob | StreamPart | TypedPart;

/** Whether a part has text and a type; a type that could end its header field is not accepted. */
function isTypedPart(value: unknown): value is TypedPart {
  return typeof value === "object" && value !== null && "text" in value && "type" in value &&
    typeof value.text === "string" && typeof value.type === "string" &&
    /^[\x20-\x7e]+$/.test(value.type);
}

function* formEntries(fields: readonly FormField[]): Generator<[string, Field]> {
  for (const [name, value] of fields) {
    if (value !== undefined && value !== null) yield [name, formValue(name, value)];
  }
}

function formValue(name: string, value: unknown): Field {
  if (typeof value === "string" || value instanceof Blob) return value;
  if (typeof value === "number" || typeof value === "boolean") return String(value);
  if (isStreamPart(value)) return checkStreamPart(name, value);
  if (isTypedPart(value)) return value;
  throw new TypeError(
    `Cannot use the multipart field ${
      JSON.stringify(name)
    }: its value is of type ${typeof value}, and must be a string, number, boolean, Blob, File, Uint8Array, { stream, filename }, { text, type } or an array of those${
      bodyAdvice(value)
    }`,
  );
}

function checkStreamPart(name: string, part: StreamPart): StreamPart {
  const { stream, filename, type, size } = part;
  const isStream = typeof stream === "function" ||
    (stream instanceof ReadableStream && !stream.locked);
  const wrong = !isStream
    ? "stream must be an unlocked ReadableStream, or a function that returns one" +
      bodyAdvice(stream)
    : typeof filename !== "string"
    ? "filename must be a string"
    : type !== undefined && typeof type !== "string"
    ? "type must be a string"
    : size !== undefined && !(Number.isSafeInteger(size) && size >= 0)
    ? "size must be a whole number, zero or more"
    : undefined;
  if (wrong === undefined) return part;
  throw new TypeError(`Cannot use the multipart field ${JSON.stringify(name)}: its ${wrong}`);
}

function normaliseNewlines(text: string): string {
  return text.replace(/\r\n|\r|\n/g, "\r\n");
}

function escapeName(name: string): string {
  return name.replaceAll("\n", "%0A").replaceAll("\r", "%0D").replaceAll('"', "%22");
}
