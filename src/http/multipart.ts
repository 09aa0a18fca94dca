/**
 * multipart/form-data as WHATWG writes it (HTML, "multipart/form-data encoding algorithm"; RFC 7578),
 * serialised here because the platform's boundary comes from `Math.random()`, which an attacker who
 * sees one can predict and close a part with (the class of CVE-2025-7783). The result is a Blob:
 * its length is known, and it can be sent again.
 *
 * @module
 */

/** One value of a multipart form. Bytes and Blobs are sent as files. */
export type MultipartValue =
  | string
  | number
  | boolean
  | Blob
  | Uint8Array<ArrayBuffer>
  | null
  | undefined;

/** A multipart form as options take it; arrays repeat the field, `undefined` and `null` are left out. */
export type MultipartOption =
  | FormData
  | Readonly<Record<string, MultipartValue | readonly MultipartValue[]>>;

/** An encoded form. */
export interface EncodedMultipart {
  /** The body. */
  readonly body: Blob;
  /** The Content-Type with the boundary. */
  readonly contentType: string;
}

/** Encodes `form` with `boundary`, which must be unpredictable. */
export function encodeMultipart(
  form: MultipartOption,
  boundary: string = randomBoundary(),
): EncodedMultipart {
  const pieces: BlobPart[] = [];
  for (const [name, value] of formEntries(form)) {
    const head = `--${boundary}\r\nContent-Disposition: form-data; name="${
      escapeName(normaliseNewlines(name))
    }"`;
    if (typeof value === "string") {
      pieces.push(`${head}\r\n\r\n${normaliseNewlines(value)}\r\n`);
    } else {
      const filename = escapeName(value instanceof File ? value.name : "blob");
      // Blob keeps control characters out of its type; a subclass or a polyfill may not.
      const type = /^[\x20-\x7e]+$/.test(value.type) ? value.type : "application/octet-stream";
      pieces.push(
        `${head}; filename="${filename}"\r\nContent-Type: ${type}\r\n\r\n`,
        value,
        "\r\n",
      );
    }
  }
  pieces.push(`--${boundary}--\r\n`);
  return { body: new Blob(pieces), contentType: `multipart/form-data; boundary=${boundary}` };
}

function randomBoundary(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(18));
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return `----formdata-${hex}`;
}

function* formEntries(form: MultipartOption): Generator<[string, string | Blob]> {
  if (form instanceof FormData) {
    yield* form;
    return;
  }
  // Of a Map or URLSearchParams nothing would be sent: their entries are no properties.
  if (typeof form !== "object" || form === null || Symbol.iterator in form) {
    const kind = form === null ? "null" : typeof form;
    throw new TypeError(
      `Cannot use multipart that is ${
        kind === "object" ? `an object of class ${form.constructor.name}` : kind
      }: give an object of fields, or FormData`,
    );
  }
  for (const [name, value] of Object.entries(form)) {
    const values: readonly unknown[] = Array.isArray(value) ? value : [value];
    for (const one of values) {
      if (one !== undefined && one !== null) yield [name, formValue(name, one)];
    }
  }
}

function formValue(name: string, value: unknown): string | Blob {
  if (typeof value === "string" || value instanceof Blob) return value;
  if (typeof value === "number" || typeof value === "boolean") return String(value);
  if (value instanceof Uint8Array) return new Blob([value as Uint8Array<ArrayBuffer>]);
  throw new TypeError(
    `Cannot use the multipart field ${
      JSON.stringify(name)
    }: its value is of type ${typeof value}, and must be a string, number, boolean, Blob, File, Uint8Array or an array of those`,
  );
}

function normaliseNewlines(text: string): string {
  return text.replace(/\r\n|\r|\n/g, "\r\n");
}

function escapeName(name: string): string {
  return name.replaceAll("\n", "%0A").replaceAll("\r", "%0D").replaceAll('"', "%22");
}
