/**
 * OpenTelemetry for WebSockets and event streams. Neither has semantic conventions, so the names are
 * this package's own, below `codomyrmex.stream`.
 *
 * @module
 */

import { type Attributes, context, metrics, type Span, SpanKind, trace } from "@opentelemetry/api";
import type { Hooks } from "../hooks.ts";
import { shownURL } from "../http/request/request_value.ts";
import type { MessageStream } from "../messages/message_stream.ts";
import { endSpan, NAME, serverOf } from "./spans.ts";

/** Telemetry of one client. */
export interface StreamTelemetry {
  /** Hooks for a WebSocketClient, which make a span for each handshake. */
  readonly hooks: Hooks;
  /** Counts what a WebSocketClient or an EventSourceClient does; returns the client. */
  observe<Client extends MessageStream<unknown>>(client: Client): Client;
}

const PREFIX = "codomyrmex.stream";

/** The part of both clients that this listens to. */
interface Observed {
  readonly url: string;
  on(event: string, handler: (event: Readonly<Record<string, unknown>>) => void): () => void;
}

/**
 * Makes a span for each WebSocket handshake, and counts what a client sends, receives and drops:
 *
 * | metric, below `codomyrmex.stream.` | kind | unit |
 * | --- | --- | --- |
 * | `open` | up-down counter | `{connection}` |
 * | `reconnects` | counter | `{connection}` |
 * | `messages`, `bytes` by `direction` (`sent`, `received`) | counter | `{message}`, `By` |
 * | `drops` by `queue` (`inbox`, `outbox`) | counter | `{message}` |
 * | `queued` by `queue` | gauge | `{message}` |
 *
 * All have `server.address`, `server.port` and `network.protocol.name` (`websocket`, `sse`). The
 * handshake of an event stream is an ordinary request: give its client {@linkcode otel}.
 *
 * @example
 * ```ts
 * import { WebSocketClient } from "@codomyrmex/networking";
 * import { streamTelemetry } from "@codomyrmex/networking/telemetry";
 *
 * const { hooks, observe } = streamTelemetry(); // one for each client
 * const client = observe(new WebSocketClient("wss://feed.example/", { hooks }));
 * console.log(client.state); // idle
 * ```
 *
 * Spans and points go to the global providers; set them up first.
 */
export function streamTelemetry(): StreamTelemetry {
  const tracer = trace.getTracer(NAME);
  let span: Span | undefined;
  const end = (outcome: Attributes, at?: number): void => {
    endSpan(span, outcome, at);
    span = undefined;
  };
  const hooks: Hooks = {
    onRequest({ request, attempt }) {
      const attributes = {
        "http.request.method": "GET",
        "url.full": shownURL(request),
        ...serverOf(request.url),
        ...(attempt > 1 && { "http.request.resend_count": attempt - 1 }),
      };
      const name = request.urlTemplate === undefined ? "GET" : `GET ${request.urlTemplate}`;
      span = tracer.startSpan(name, { kind: SpanKind.CLIENT, attributes }, context.active());
    },
    onResponse({ response }) {
      end({ "http.response.status_code": response.statusCode });
    },
    // Called before the next attempt: the failed one ended before the wait.
    onRetry({ statusCode, errorCode, waitedMs }) {
      const outcome = statusCode === undefined ? {} : { "http.response.status_code": statusCode };
      const type = String(statusCode ?? errorCode ?? "_OTHER");
      end({ ...outcome, "error.type": type }, Date.now() - waitedMs);
    },
    onError({ error }) {
      end({ "error.type": error.code });
    },
  };
  return {
    hooks,
    observe(client) {
      count(client as unknown as Observed);
      return client;
    },
  };
}

function count(client: Observed): void {
  const meter = metrics.getMeter(NAME);
  const counter = (name: string, unit: string) =>
    meter.createCounter(`${PREFIX}.${name}`, { unit });
  const open = meter.createUpDownCounter(`${PREFIX}.open`, { unit: "{connection}" });
  const queued = meter.createGauge(`${PREFIX}.queued`, { unit: "{message}" });
  const reconnects = counter("reconnects", "{connection}");
  const messages = counter("messages", "{message}");
  const bytes = counter("bytes", "By");
  const drops = counter("drops", "{message}");
  const isSocket = /^wss?:/.test(client.url);
  const about = {
    ...serverOf(client.url),
    "network.protocol.name": isSocket ? "websocket" : "sse",
  };
  let isOpen = false;
  const set = (value: boolean): void => {
    if (value !== isOpen) open.add(value ? 1 : -1, about);
    isOpen = value;
  };
  const moved = (direction: "sent" | "received") => (event: Readonly<Record<string, unknown>>) => {
    messages.add(1, { ...about, direction });
    bytes.add(Number(event.bytes), { ...about, direction });
    const queue = direction === "sent" ? "outbox" : "inbox";
    queued.record(Number(event.queued), { ...about, queue });
  };
  client.on("open", () => set(true));
  client.on("reconnecting", () => set(false));
  client.on("reconnected", () => {
    set(true);
    reconnects.add(1, about);
  });
  client.on("close", () => set(false));
  client.on("received", moved("received"));
  if (!isSocket) return;
  client.on("sent", moved("sent"));
  client.on("drop", ({ from }) => drops.add(1, { ...about, queue: String(from) }));
}
