/**
 * Reads HAR files of this library, of developer tools and of Playwright.
 *
 * @module
 */

import { isRecord } from "../options/checks.ts";
import {
  type Content,
  contentOfBase64,
  type Exchange,
  type Failure,
  field,
  type Frame,
  type Pairs,
  type RecordedRequest,
  type RecordedResponse,
  type RecordedSocket,
} from "./exchange.ts";

/**
 * Returns the exchanges of a HAR file of any program, without pseudo fields of HTTP/2.
 *
 * @param har The parsed file.
 * @throws {TypeError} If it is no HAR file.
 */
export function fromHar(har: unknown): Exchange[] {
  const log = isRecord(har) ? har.log : undefined;
  const entries = isRecord(log) ? log.entries : undefined;
  if (!Array.isArray(entries)) throw new TypeError("it has no log.entries");
  return entries.map(fromEntry);
}

type Loose = Readonly<Record<string, unknown>>;

function fromEntry(entry: unknown, index: number): Exchange {
  const { request, response, startedDateTime, timings, ...own }: Loose = isRecord(entry)
    ? entry
    : {};
  if (!isRecord(request) || typeof request.url !== "string") {
    throw new TypeError(`entry ${index + 1} has no request with a URL`);
  }
  const times = isRecord(timings) ? timings : {};
  const facts = {
    startedAt: Date.parse(String(startedDateTime)) || 0,
    waitMs: numberOf(times.wait),
    receiveMs: numberOf(times.receive),
  };
  const recorded = requestOf(request);
  if (Array.isArray(own._webSocketMessages)) {
    return { request: recorded, socket: socketOf(own, response), ...facts };
  }
  const { status, _error } = isRecord(response) ? response : {};
  if (!isRecord(response) || !(Number(status) > 0)) {
    return { request: recorded, failure: failureOf(_error ?? own._error), ...facts };
  }
  return { request: recorded, response: responseIn(response, own), ...facts };
}

function requestOf({ method, url, headers, postData }: Loose): RecordedRequest {
  const body = isRecord(postData) ? bodyOf(postData) : undefined;
  const fields = pairsOf(headers);
  const type = isRecord(postData) && typeof postData.mimeType === "string" ? postData.mimeType : "";
  const lacksType = body !== undefined && type !== "" &&
    field(fields, "content-type") === undefined;
  return {
    method: String(method ?? "GET").toUpperCase(),
    url: String(url),
    headers: lacksType ? [...fields, ["content-type", type]] : fields,
    body,
  };
}

/** Firefox writes only the fields of a form, without its text. */
function bodyOf({ text, params, _encoding, encoding }: Loose): Content | undefined {
  if (typeof text === "string" && (text !== "" || !Array.isArray(params) || params.length === 0)) {
    return (_encoding ?? encoding) === "base64" ? contentOfBase64(text) : text;
  }
  if (!Array.isArray(params) || params.length === 0) return undefined;
  return new URLSearchParams(params.map(({ name, value }) => [String(name), String(value ?? "")]))
    .toString();
}

function responseIn(
  { status, statusText, headers, content, _error }: Loose,
  { _chunks, _end }: Loose,
): RecordedResponse {
  const { text, encoding, size }: Loose = isRecord(content) ? content : {};
  const body = typeof text !== "string"
    ? undefined
    : encoding === "base64"
    ? contentOfBase64(text)
    : text;
  const chunks = typeof body === "string" ? chunksOf(body, _chunks) : undefined;
  // The file has decoded bodies, except bytes that the runtime could not decode.
  const isDecoded = body === undefined || typeof body === "string";
  const fields = pairsOf(headers).filter(([name]) =>
    !(isDecoded && /^content-(?:encoding|length)$/i.test(name))
  );
  const end = _error !== undefined ? failureOf(_error) : _end === "left" ? _end : undefined;
  return {
    status: Number(status),
    statusText: String(statusText ?? ""),
    headers: fields,
    body,
    // A body without text cannot be replayed, unless it was empty.
    ...body === undefined && Number(size) > 0 && { size: Number(size) },
    ...chunks !== undefined && { chunks },
    ...end !== undefined && { end },
  };
}

function chunksOf(body: string, lengths: unknown): RecordedResponse["chunks"] {
  if (!Array.isArray(lengths)) return undefined;
  let at = 0;
  return lengths.map(({ ms, length }) => ({
    ms: numberOf(ms),
    text: body.slice(at, at += numberOf(length)),
  }));
}

function socketOf(own: Loose, response: unknown): RecordedSocket {
  const { _webSocketMessages: messages, _webSocketClose: close, _webSocketProtocols: offered } =
    own;
  const frames = (messages as readonly Loose[]).map((message): Frame => {
    const { type, time, opcode, data } = message;
    const bytes = opcode === 2 ? contentOfBase64(String(data)) : undefined;
    return {
      from: type === "send" ? "client" : "server",
      ms: numberOf(time) * 1000,
      data: bytes === undefined
        ? String(data)
        : typeof bytes === "string"
        ? new TextEncoder().encode(bytes)
        : bytes,
    };
  });
  const start = frames[0]?.ms ?? 0;
  const headers = isRecord(response) ? pairsOf(response.headers) : [];
  return {
    protocols: Array.isArray(offered) ? offered.map(String) : [],
    protocol: field(headers, "sec-websocket-protocol") ?? "",
    // Chromium writes seconds since 1970.
    frames: frames.map((frame) => start < 1e11 ? frame : { ...frame, ms: frame.ms - start }),
    ...isRecord(close) && { close: close as unknown as RecordedSocket["close"] },
  };
}

function failureOf(error: unknown): Failure {
  const text = String(error ?? "the recording has no response");
  const [, code = "connection_failed", message = text] = /^([a-z]+_[a-z_]+): (.*)$/s.exec(text) ??
    [];
  return { code, message };
}

/** Returns header fields without the pseudo fields of HTTP/2, which begin with a colon. */
function pairsOf(list: unknown): Pairs {
  if (!Array.isArray(list)) return [];
  return list.filter(isRecord)
    .map(({ name, value }): [string, string] => [String(name).toLowerCase(), String(value ?? "")])
    .filter(([name]) => !name.startsWith(":"));
}

function numberOf(value: unknown): number {
  return typeof value === "number" && value > 0 ? value : 0;
}
