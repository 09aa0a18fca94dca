/**
 * OpenTelemetry for HTTP: spans and the duration metric of the stable semantic conventions for HTTP
 * clients, through the API package alone. Without an SDK it costs nothing to speak of.
 *
 * @module
 */

import {
  type Attributes,
  context,
  type Histogram,
  metrics,
  propagation,
  type Span,
  SpanKind,
  SpanStatusCode,
  trace,
} from "@opentelemetry/api";
import { NetworkingError } from "../errors.ts";
import { builtinModule } from "../http/builtin.ts";
import type { ExchangeMiddleware, OperationMiddleware } from "../http/middleware.ts";
import { type HTTPRequest, shownURL } from "../http/request.ts";
import { ownOptions } from "../option_names.ts";

/** Options of {@linkcode otel}. */
export interface OtelOptions {
  /**
   * `client`: a CLIENT span for each request on the wire, and `traceparent` on it. `internal`: one
   * INTERNAL span for the operation, for runtimes that make spans for fetch by themselves. `auto`:
   * `internal` where Deno's own OpenTelemetry or an instrumentation of undici is on, else `client`.
   *
   * @default {"auto"}
   */
  readonly spans?: "auto" | "client" | "internal" | "off";
}

/** What {@linkcode otel} puts around requests. */
export interface OtelMiddleware {
  /** Goes to `use.operation` of a client. */
  readonly operation: OperationMiddleware;
  /** Goes to `use.exchange` of a client. */
  readonly exchange: ExchangeMiddleware;
}

const NAME = "@codomyrmex/networking";
const MODES = ["auto", "client", "internal", "off"];

/** What the conventions call known. */
const METHODS: ReadonlySet<string> = new Set(
  ["CONNECT", "DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT", "QUERY", "TRACE"],
);

/** In seconds, as the conventions have them. */
const BOUNDARIES = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10];

/**
 * Spans and `http.client.request.duration` for the requests of a client. A span ends when the head of
 * the response is there. URLs are redacted; a status of 400 and above is an error, an abort by the caller
 * is none.
 *
 * @example
 * ```ts
 * import { HTTPClient } from "@codomyrmex/networking";
 * import { otel } from "@codomyrmex/networking/telemetry";
 * import { MockTransport } from "@codomyrmex/networking/testing";
 *
 * const transport = new MockTransport().on("GET", "/", { body: "hello" });
 * const { operation, exchange } = otel();
 * const use = { operation: [operation], exchange: [exchange] };
 * await using client = new HTTPClient({ transport, use });
 * console.log((await client.get("http://a.example/")).text); // hello
 * ```
 *
 * Spans and points go to the global providers, which the program sets up before.
 *
 * @param options Which spans are made.
 * @throws {TypeError} If an option cannot be used.
 */
export function otel(options?: OtelOptions): OtelMiddleware {
  const { spans = "auto" } = ownOptions("trace", options, new Set(["spans"]));
  if (!MODES.includes(spans)) {
    throw new TypeError(`Cannot trace with spans ${spans}: it must be one of ${MODES.join(", ")}`);
  }
  const mode = spans === "auto" ? isInstrumented() ? "internal" : "client" : spans;
  const tracer = trace.getTracer(NAME);
  const duration = metrics.getMeter(NAME).createHistogram("http.client.request.duration", {
    description: "Duration of HTTP client requests.",
    unit: "s",
    advice: { explicitBucketBoundaries: BOUNDARIES },
  });
  /** How many requests an operation has put on the wire, by the context that is its own. */
  const sent = new WeakMap<object, number>();
  return {
    operation(request, next) {
      const call = { ...request, context: { ...request.context } };
      sent.set(call.context, 0);
      if (mode !== "internal") return next(call);
      const span = tracer.startSpan(nameOf(request), { kind: SpanKind.INTERNAL });
      return context.with(trace.setSpan(context.active(), span), async () => {
        try {
          const response = await next(call);
          span.setAttribute("http.response.status_code", response.statusCode);
          for (const { number, waitedMs, statusCode, errorCode } of response.attempts.slice(1)) {
            const facts = {
              number,
              waitedMs,
              ...(statusCode && { statusCode }),
              ...(errorCode && { errorCode }),
            };
            span.addEvent("retry", facts);
          }
          if (response.statusCode >= 400) fail(span, String(response.statusCode));
          return response;
        } catch (error) {
          if (!isAbort(error)) fail(span, typeOf(error));
          throw error;
        } finally {
          span.end();
        }
      });
    },
    exchange(request, next) {
      const before = sent.get(request.context) ?? 0;
      sent.set(request.context, before + 1);
      if (mode !== "client") return measured(request, duration, () => next(request));
      const span = tracer.startSpan(nameOf(request), {
        kind: SpanKind.CLIENT,
        attributes: {
          ...attributesOf(request),
          "url.full": shownURL(request),
          ...(request.urlTemplate !== undefined && { "url.template": request.urlTemplate }),
          ...(before > 0 && { "http.request.resend_count": before }),
        },
      });
      const active = trace.setSpan(context.active(), span);
      const headers = { ...request.headers };
      propagation.inject(active, headers);
      return context.with(
        active,
        () => measured(request, duration, () => next({ ...request, headers }), span),
      );
    },
  };
}

/** Runs an exchange, and tells how long it took and how it ended. */
async function measured(
  request: HTTPRequest,
  duration: Histogram,
  run: () => Promise<globalThis.Response>,
  span?: Span,
): Promise<globalThis.Response> {
  const startedMs = performance.now();
  let outcome: Attributes = {};
  try {
    const response = await run();
    const { status } = response;
    outcome = {
      "http.response.status_code": status,
      ...(status >= 400 && { "error.type": String(status) }),
    };
    return response;
  } catch (error) {
    if (!isAbort(error)) outcome = { "error.type": typeOf(error) };
    throw error;
  } finally {
    duration.record((performance.now() - startedMs) / 1000, {
      ...attributesOf(request),
      ...outcome,
    });
    span?.setAttributes(outcome);
    if (outcome["error.type"] !== undefined) span?.setStatus({ code: SpanStatusCode.ERROR });
    span?.end();
  }
}

function fail(span: Span, type: string): void {
  span.setAttribute("error.type", type);
  span.setStatus({ code: SpanStatusCode.ERROR });
}

/** Never the path itself: there are too many. */
function nameOf({ method, urlTemplate }: HTTPRequest): string {
  const known = METHODS.has(method) ? method : "HTTP";
  return urlTemplate === undefined ? known : `${known} ${urlTemplate}`;
}

function attributesOf({ method, url }: HTTPRequest): Attributes {
  const { hostname, port, protocol } = new URL(url);
  return {
    ...(METHODS.has(method)
      ? { "http.request.method": method }
      : { "http.request.method": "_OTHER", "http.request.method_original": method }),
    "server.address": hostname,
    "server.port": Number(port) || (protocol === "https:" ? 443 : 80),
  };
}

/** The caller's own end is no error. */
function isAbort(error: unknown): boolean {
  return error instanceof DOMException && error.name === "AbortError";
}

function typeOf(error: unknown): string {
  if (error instanceof NetworkingError) return error.code;
  if (typeof error === "symbol") return "timeout"; // the mark of a clock, before it is an error
  return error instanceof Error ? error.name : "_OTHER";
}

interface DenoRuntime {
  readonly Deno?: { readonly telemetry?: { readonly tracerProvider?: unknown } };
}

/** Whether the runtime makes spans for fetch, and puts `traceparent` on requests, by itself. */
function isInstrumented(): boolean {
  const builtIn = (globalThis as DenoRuntime).Deno?.telemetry?.tracerProvider;
  if (builtIn !== undefined && trace.getTracerProvider() === builtIn) return true;
  const channels = builtinModule<{ hasSubscribers(name: string): boolean }>(
    "node:diagnostics_channel",
  );
  return channels?.hasSubscribers("undici:request:create") ?? false;
}
