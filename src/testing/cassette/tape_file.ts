/**
 * The file of a cassette: JSON that people can review. Members and header fields have a fixed order, a
 * body is JSON or lines of text where it is that, and large bytes are in files next to it. A name that
 * ends in `.har` is a HAR file instead.
 *
 * @module
 */

import { fromBase64, toBase64 } from "../../formats/base64.ts";
import { isJSON, parseContentType } from "../../formats/content_type.ts";
import { reasonPhrase } from "../../formats/reason_phrases.ts";
import type { Files } from "../../http/download/file_system.ts";
import { isRecord } from "../../options/checks.ts";
import {
  type Chunk,
  type Content,
  type Exchange,
  type Failure,
  field,
  type Frame,
  type Pairs,
  type RecordedRequest,
  type RecordedResponse,
  type RecordedSocket,
} from "../../recording/exchange.ts";
import { fromHar } from "../../recording/from_har.ts";
import { readWhole } from "../../recording/own_file.ts";
import { toHar } from "../../recording/to_har.ts";

type Members = Record<string, unknown>;

/** More bytes than this are in a file of their own. */
const MOST_INLINE = 4096;

/** A cassette as files. */
export interface Written {
  readonly text: string;
  /** The files next to it, by name. */
  readonly others: ReadonlyMap<string, Uint8Array<ArrayBuffer>>;
}

/** Whether the file is a HAR file. */
export function isHar(path: string): boolean {
  return path.toLowerCase().endsWith(".har");
}

/** The exchanges as files; `path` is that of the main one. */
export function writeTape(path: string, exchanges: readonly Exchange[]): Written {
  const others = new Map<string, Uint8Array<ArrayBuffer>>();
  if (isHar(path)) return { text: `${JSON.stringify(toHar(exchanges), null, 2)}\n`, others };
  const stem = path.replace(/^.*[/\\]/, "").replace(/\.[^.]*$/, "");
  const written = exchanges.map((exchange, index) =>
    write(exchange, (bytes, type) => {
      const ending = /^[\w-]+\/([a-z\d]{1,8})$/.exec(type)?.[1] ?? "bin";
      const part = others.has(`${stem}.${index + 1}.${ending}`) ? `${index + 1}b` : index + 1;
      const name = `${stem}.${part}.${ending}`;
      others.set(name, bytes);
      return name;
    })
  );
  return { text: `${JSON.stringify({ cassette: 1, exchanges: written }, null, 2)}\n`, others };
}

type Put = (bytes: Uint8Array<ArrayBuffer>, type: string) => string;

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

function lines(text: string): string | string[] {
  return text.includes("\n") ? text.split("\n") : text;
}

function written(content: Content | undefined, type: string, put: Put): Members {
  if (content === undefined) return {};
  if (typeof content !== "string") {
    return content.length > MOST_INLINE
      ? { file: put(content, parseContentType(type).essence) }
      : { base64: toBase64(content) };
  }
  const layout = isJSON(parseContentType(type)) ? layoutOf(content) : undefined;
  if (layout === undefined) return { text: lines(content) };
  return { json: JSON.parse(content), ...layout !== "compact" && { layout } };
}

/** The usual ways to write JSON, of JavaScript and Python, with or without a newline at the end. */
const LAYOUTS: Readonly<Record<string, (value: unknown) => string>> = {
  compact: (value) => JSON.stringify(value),
  spaces: (value) => JSON.stringify(value, null, 1).replace(/,\n */g, ", ").replace(/\n */g, ""),
  indent2: (value) => JSON.stringify(value, null, 2),
  indent4: (value) => JSON.stringify(value, null, 4),
  tabs: (value) => JSON.stringify(value, null, "\t"),
};

/** The way in which a JSON text is written, if writing it again gives the same text. */
function layoutOf(text: string): string | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined; // no JSON, whatever its type says
  }
  const bare = text.replace(/\n$/, "");
  const name = Object.keys(LAYOUTS).find((name) => LAYOUTS[name]!(value) === bare);
  return name && (bare === text ? name : `${name}+newline`);
}

/** What a read file has. */
export interface ReadTape {
  readonly exchanges: readonly Exchange[];
  /** The names of the files next to it. */
  readonly others: readonly string[];
}

/**
 * Reads a cassette or a HAR file.
 *
 * @param folder Where the files next to it are.
 * @throws {TypeError} If it is neither.
 */
export async function readTape(text: string, folder: string, files: Files): Promise<ReadTape> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new TypeError("it is not JSON", { cause });
  }
  if (isRecord(value) && isRecord(value.log)) return { exchanges: fromHar(value), others: [] };
  if (!isRecord(value) || value.cassette !== 1 || !Array.isArray(value.exchanges)) {
    throw new TypeError("it is neither a cassette nor a HAR file");
  }
  const others: string[] = [];
  const content = async (members: Members): Promise<Content | undefined> => {
    const { file } = members;
    if (typeof file !== "string") return contentIn(members);
    if (/[/\\]/.test(file)) throw new TypeError(`the file ${file} must be next to it`);
    others.push(file);
    const bytes = await readWhole(files, files.resolve(folder, file));
    if (bytes === undefined) throw new TypeError(`the file ${file} next to it is missing`);
    return bytes;
  };
  const exchanges: Exchange[] = [];
  for (const [index, one] of value.exchanges.entries()) {
    if (!isRecord(one) || !isRecord(one.request ?? one.socket)) {
      throw new TypeError(`exchange ${index + 1} has no request`);
    }
    exchanges.push(await read(one, content));
  }
  return { exchanges, others };
}

type Get = (members: Members) => Promise<Content | undefined>;

async function read(members: Members, content: Get): Promise<Exchange> {
  const { socket, frames, close, failure, request, response } = members as Record<string, Members>;
  const broken = failure === undefined ? {} : { failure: failure as unknown as Failure };
  if (socket !== undefined) {
    const { protocols = [], protocol = "" } = socket;
    return {
      request: requestOf({ ...socket, method: "GET" }, undefined),
      socket: {
        protocols: protocols as string[],
        protocol: protocol as string,
        frames: (frames as unknown as Members[]).map((frame): Frame => ({
          from: frame.from === "client" ? "client" : "server",
          ms: Number(frame.ms),
          data: typeof frame.base64 === "string"
            ? fromBase64(frame.base64) ?? new Uint8Array()
            : contentIn(frame)!,
        })),
        close: close as unknown as RecordedSocket["close"],
      },
      ...broken,
    };
  }
  const asked = requestOf(request!, await content(request!));
  if (response === undefined) return { request: asked, ...broken };
  const { status, statusText, headers, waitMs, stream, size, end } = response;
  const chunks = stream === undefined
    ? undefined
    : (stream as Members[]).map(({ ms, text }): Chunk => ({
      ms: Number(ms),
      text: joinedLines(text),
    }));
  return {
    request: asked,
    waitMs: waitMs as number | undefined,
    response: {
      status: Number(status),
      statusText: typeof statusText === "string" ? statusText : reasonPhrase(Number(status)),
      headers: pairsOf(headers),
      body: chunks?.map(({ text }) => text).join("") ?? await content(response),
      size: size as number | undefined,
      chunks,
      end: end as RecordedResponse["end"],
    },
  };
}

function requestOf({ method, url, headers }: Members, body: Content | undefined): RecordedRequest {
  return { method: String(method), url: String(url), headers: pairsOf(headers), body };
}

function pairsOf(fields: unknown): Pairs {
  return Object.entries(Object(fields) as Members).flatMap(([name, values]) =>
    [values].flat().map((value) => [name, String(value)] as const)
  );
}

function contentIn({ json, layout = "compact", text, base64 }: Members): Content | undefined {
  if (text !== undefined) return joinedLines(text);
  if (typeof base64 === "string") return fromBase64(base64);
  if (json === undefined) return undefined;
  const [name = "", newline] = String(layout).split("+");
  return (LAYOUTS[name] ?? LAYOUTS.compact!)(json) + (newline === undefined ? "" : "\n");
}

function joinedLines(text: unknown): string {
  return Array.isArray(text) ? text.join("\n") : String(text);
}
