/**
 * Writes the file of a cassette: JSON that people can review. Members and header fields have a fixed order,
 * and large bytes are in files next to it. A name that ends in `.har` is a HAR file instead.
 *
 * @module
 */

import { toBase64 } from "../../formats/base64.ts";
import { reasonPhrase } from "../../formats/reason_phrases.ts";
import {
  type Exchange,
  field,
  type Pairs,
  type RecordedResponse,
} from "../../recording/exchange.ts";
import { toEntry, toHAR } from "../../recording/to_har.ts";
import { lines, type Members, type Put, written } from "./content_forms.ts";

/** A cassette as files. */
export interface Written {
  readonly text: string;
  /** The files next to it, by name. */
  readonly others: ReadonlyMap<string, Uint8Array<ArrayBuffer>>;
}

/** Whether the file is a HAR file. */
function isHar(path: string): boolean {
  return path.toLowerCase().endsWith(".har");
}

/** The exchanges as files; `path` is that of the main one. */
export function writeTape(path: string, exchanges: readonly Exchange[]): Written {
  const others = new Map<string, Uint8Array<ArrayBuffer>>();
  if (isHar(path)) {
    const entries = exchanges.map((exchange) => HAR_TEXTS.get(exchange, () => toEntry(exchange)));
    return { text: listed(toHAR([]), entries, 3), others };
  }
  const stem = path.replace(/^.*[/\\]/, "").replace(/\.[^.]*$/, "");
  const written = exchanges.map((exchange, index) => {
    let hasFiles = false;
    const put: Put = (bytes, type) => {
      hasFiles = true;
      const ending = /^[\w-]+\/([a-z\d]{1,8})$/.exec(type)?.[1] ?? "bin";
      const part = others.has(`${stem}.${index + 1}.${ending}`) ? `${index + 1}b` : index + 1;
      const name = `${stem}.${part}.${ending}`;
      others.set(name, bytes);
      return name;
    };
    const text = TEXTS.get(exchange, () => write(exchange, put));
    if (hasFiles) TEXTS.delete(exchange); // the names have its place in them
    return text;
  });
  return { text: listed({ cassette: 1, exchanges: [] }, written, 2), others };
}

/** Texts of exchanges: the file is written after each, and most are what they were. */
class Texts {
  readonly #texts = new WeakMap<Exchange, string>();

  get(exchange: Exchange, make: () => object): string {
    let text = this.#texts.get(exchange);
    if (text === undefined) this.#texts.set(exchange, text = JSON.stringify(make(), null, 2));
    return text;
  }

  delete(exchange: Exchange): void {
    this.#texts.delete(exchange);
  }
}

const TEXTS = new Texts();
const HAR_TEXTS = new Texts();

/** JSON with these texts in the place of its empty list. */
function listed(whole: object, texts: readonly string[], depth: number): string {
  const shown = JSON.stringify(whole, null, 2);
  if (texts.length === 0) return `${shown}\n`;
  const indent = "  ".repeat(depth);
  const items = texts.map((text) => indent + text.replaceAll("\n", `\n${indent}`)).join(",\n");
  return `${shown.replace("[]", () => `[\n${items}\n${indent.slice(2)}]`)}\n`;
}

function write({ request, response, failure, socket, waitMs }: Exchange, put: Put): Members {
  const { method, url, headers } = request;
  const asked = { url, headers: fieldsOf(headers) };
  if (socket !== undefined) {
    const { protocols, protocol, frames, close } = socket;
    return {
      socket: {
        ...asked,
        ...protocols.length > 0 && { protocols },
        ...protocol !== "" && { protocol },
      },
      frames: frames.map(({ from, ms, data }) => ({
        from,
        ms: Math.round(ms),
        ...typeof data === "string"
          ? written(data, "application/json", put)
          : { base64: toBase64(data) },
      })),
      ...close !== undefined && { close },
      ...failure !== undefined && { failure },
    };
  }
  return {
    request: { method, ...asked, ...written(request.body, contentType(headers), put) },
    ...response !== undefined && { response: writeResponse(response, waitMs, put) },
    ...failure !== undefined && { failure },
  };
}

function writeResponse(
  { status, statusText, headers, body, size, chunks, end }: RecordedResponse,
  waitMs: number | undefined,
  put: Put,
): Members {
  return {
    status,
    ...statusText !== "" && statusText !== reasonPhrase(status) && { statusText },
    headers: fieldsOf(headers),
    ...waitMs !== undefined && { waitMs: Math.round(waitMs) },
    ...chunks !== undefined
      ? { stream: chunks.map(({ ms, text }) => ({ ms: Math.round(ms), text: lines(text) })) }
      : written(body, contentType(headers), put),
    ...size !== undefined && { size },
    ...end !== undefined && { end },
  };
}

function contentType(headers: Pairs): string {
  return field(headers, "content-type") ?? "";
}

/** Header fields by name; those that come more than once in their order. */
function fieldsOf(headers: Pairs): Members {
  const fields = new Map<string, string[]>();
  for (const [name, value] of headers) fields.set(name, [...fields.get(name) ?? [], value]);
  return Object.fromEntries(
    [...fields].sort(([a], [b]) => a < b ? -1 : 1)
      .map(([name, values]) => [name, values.length === 1 ? values[0] : values]),
  );
}
