/**
 * Writes exchanges as a HAR file.
 *
 * @module
 */

import { VERSION } from "../runtime/version.ts";
import {
  type CallFacts,
  type Exchange,
  field,
  type Pairs,
  type RecordedResponse,
  type RecordedSocket,
  sizeOf,
  textOf,
} from "./exchange.ts";
import type { HAREntry, HARFile, HARPair } from "./har_file.ts";

/** Converts exchanges to HAR. They are not redacted here: redact them before. */
export function toHAR(exchanges: readonly Exchange[]): HARFile {
  return {
    log: {
      version: "1.2",
      creator: { name: "@codomyrmex/networking", version: VERSION },
      entries: exchanges.map(toEntry),
    },
  };
}

/** Converts one exchange to an entry. */
export function toEntry(exchange: Exchange): HAREntry {
  const { request, response, socket, failure, facts } = exchange;
  const { waitedMs = 0, queuedMs = 0 } = facts ?? {};
  const [wait, receive] = [round(exchange.waitMs), round(exchange.receiveMs)];
  const blocked = round(waitedMs + queuedMs);
  const { url, method, headers, body } = request;
  const end = response?.end;
  const error = failure ?? (typeof end === "object" ? end : undefined);
  return {
    startedDateTime: new Date(exchange.startedAt ?? 0).toISOString(),
    time: round(blocked + wait + receive),
    request: {
      method,
      url,
      httpVersion: "HTTP/1.1",
      cookies: cookiesOf(headers, "cookie"),
      headers: harPairs(headers),
      queryString: queryOf(url),
      ...body !== undefined && {
        postData: {
          mimeType: field(headers, "content-type") ?? "",
          text: textOf(body),
          ...typeof body !== "string" && { _encoding: "base64" },
        },
      },
      headersSize: -1,
      bodySize: request.size ?? sizeOf(body),
    },
    response: {
      ...responseOf(response, socket),
      ...error !== undefined && { _error: `${error.code}: ${error.message}` },
    },
    cache: cacheOf(facts),
    timings: { blocked, dns: -1, connect: -1, ssl: -1, send: 0, wait, receive },
    ...ownFields(exchange),
  };
}

function responseOf(
  response: RecordedResponse | undefined,
  socket: RecordedSocket | undefined,
): HAREntry["response"] {
  const { status, statusText, headers, body, size }: RecordedResponse = response ??
    (socket === undefined
      ? { status: 0, statusText: "", headers: [] }
      : { status: 101, statusText: "Switching Protocols", headers: protocolField(socket) });
  return {
    status,
    statusText,
    httpVersion: "HTTP/1.1",
    cookies: cookiesOf(headers, "set-cookie"),
    headers: harPairs(headers),
    content: {
      size: size ?? sizeOf(body),
      mimeType: field(headers, "content-type") ?? "x-unknown",
      ...body !== undefined && { text: textOf(body) },
      ...body !== undefined && typeof body !== "string" && { encoding: "base64" },
    },
    redirectURL: field(headers, "location") ?? "",
    headersSize: -1,
    bodySize: -1,
  };
}

function protocolField({ protocol }: RecordedSocket): Pairs {
  return protocol === "" ? [] : [["sec-websocket-protocol", protocol]];
}

function cacheOf(facts: CallFacts | undefined): Readonly<Record<string, unknown>> {
  const { cache } = facts ?? {};
  if (cache === undefined || !/^(?:hit|stale|revalidated)$/.test(cache.status)) return {};
  const date = new Date().toISOString();
  return { beforeRequest: { lastAccess: date, eTag: "", hitCount: 1 }, comment: cache.status };
}

/** Returns the additional fields of an entry. */
function ownFields({ facts, socket, response }: Exchange): Record<`_${string}`, unknown> {
  const { call, attempt, hop, resentFor, waitedMs, waitReason, queuedMs, cache } = facts ?? {};
  const fields: Record<`_${string}`, unknown> = {
    _callId: call,
    _attempt: attempt,
    _hop: hop,
    _resentFor: resentFor,
    _waitedMs: waitedMs === undefined ? undefined : round(waitedMs),
    _waitReason: waitReason,
    _queuedMs: queuedMs === undefined ? undefined : round(queuedMs),
    _attempts: facts?.attempts,
    _retrySkipped: facts?.retrySkipped,
    _cache: cache?.status,
    _fromCache: cache?.status === "hit" || cache?.status === "stale" ? "memory" : undefined,
    _deduplicated: facts?.deduplicated || undefined,
    _chunks: response?.chunks?.map(({ ms, text }) => ({ ms: round(ms), length: text.length })),
    _end: response?.end === "left" ? "left" : undefined,
    _resourceType: socket && "websocket",
    _webSocketProtocols: socket?.protocols.length ? socket.protocols : undefined,
    _webSocketClose: socket?.close,
    _webSocketMessages: socket?.frames.map(({ from, ms, data }) => ({
      type: from === "client" ? "send" : "receive",
      time: ms / 1000,
      opcode: typeof data === "string" ? 1 : 2,
      data: textOf(data),
    })),
  };
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}

function round(ms = 0): number {
  return Math.round(Math.max(0, ms) * 1000) / 1000;
}

function harPairs(pairs: Pairs): HARPair[] {
  return pairs.map(([name, value]) => ({ name, value }));
}

function queryOf(url: string): HARPair[] {
  return harPairs([...URL.parse(url)?.searchParams ?? []]);
}

function cookiesOf(headers: Pairs, name: "cookie" | "set-cookie"): HARPair[] {
  const values = headers.filter(([found]) => found.toLowerCase() === name).map(([, value]) =>
    value
  );
  const pairs = name === "cookie"
    ? values.flatMap((value) => value.split(/; */))
    : values.map((value) => value.split(";", 1)[0]!);
  return pairs.filter((pair) => pair !== "").map((pair) => {
    const equals = pair.indexOf("=");
    return { name: pair.slice(0, Math.max(0, equals)), value: pair.slice(equals + 1) };
  });
}
