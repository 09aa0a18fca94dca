/**
 * Reads the file of a cassette, and HAR files of any program.
 *
 * @module
 */

import { fromBase64, toBase64 } from "../../formats/base64.ts";
import { reasonPhrase } from "../../formats/reason_phrases.ts";
import type { Files } from "../../http/download/file_system.ts";
import { isRecord } from "../../options/checks.ts";
import type {
  Chunk,
  Content,
  Exchange,
  Failure,
  Frame,
  Pairs,
  RecordedRequest,
  RecordedResponse,
  RecordedSocket,
} from "../../recording/exchange.ts";
import { fromHar } from "../../recording/from_har.ts";
import { readWhole } from "../../recording/own_file.ts";
import { contentIn, joinedLines, type Members } from "./content_forms.ts";

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
  const besides = (name: string): Promise<Uint8Array<ArrayBuffer> | undefined> => {
    if (/[/\\]/.test(name)) throw new TypeError(`the file ${name} must be next to it`);
    return readWhole(files, files.resolve(folder, name));
  };
  if (isRecord(value) && isRecord(value.log)) {
    await attach(value.log.entries, besides);
    return { exchanges: fromHar(value), others: [] };
  }
  if (!isRecord(value) || value.cassette !== 1 || !Array.isArray(value.exchanges)) {
    throw new TypeError("it is neither a cassette nor a HAR file");
  }
  const others: string[] = [];
  const content = async (members: Members): Promise<Content | undefined> => {
    const { file } = members;
    if (typeof file !== "string") return contentIn(members);
    const bytes = await besides(file);
    others.push(file);
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

/** Playwright keeps bodies in files next to the HAR file: puts them into it. */
async function attach(
  entries: unknown,
  besides: (name: string) => Promise<Uint8Array | undefined>,
): Promise<void> {
  for (const entry of Array.isArray(entries) ? entries as Members[] : []) {
    const content = Object((entry?.response as Members | undefined)?.content) as Members;
    if (typeof content._file !== "string") continue;
    const bytes = await besides(content._file);
    if (bytes !== undefined) Object.assign(content, { text: toBase64(bytes), encoding: "base64" });
  }
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
