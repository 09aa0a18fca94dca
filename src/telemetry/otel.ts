/**
 * OpenTelemetry for HTTP: spans and the duration metric of the stable semantic conventions for HTTP
 * clients, through the API package alone. Without an SDK it costs nothing to speak of.
 *
 * @module
 */

import { NetworkingError, type RetrySkipped } from "../errors.ts";
import { builtinModule } from "../runtime/builtin_modules.ts";
import type {
  ExchangeMiddleware,
  MiddlewareLists,
  OperationMiddleware,
} from "../http/settings/middleware.ts";
import { shownURL, withHeaders } from "../http/request/request_value.ts";
import type { HTTPRequest } from "../http/request/http_request.ts";
import { oneOf, type OptionTable } from "../options/checks.ts";
import { readOptions } from "../options/read_options.ts";
import {
  type Attributes,
  context,
  createNoopMeter,
  type Histogram,
  metrics,
  propagation,
  ProxyTracerProvider,
  type Span,
  SpanKind,
  SpanStatusCode,
  trace,
  type Tracer,
  type TracerProvider,
} from "@opentelemetry/api";

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

const NAME = "@codomyrmex/networking";
const TABLE = {
  spans: oneOf<NonNullable<OtelOptions["spans"]>>("auto", "client", "internal", "off"),
} satisfies OptionTable<OtelOptions>;

/** What the conventions call known. */
const METHODS: ReadonlySet<string> = new Set(
  ["CONNECT", "DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT", "QUERY", "TRACE"],
);

/** In seconds, as the conventions have them. */
const BOUNDARIES = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10];

/**
 * Spans and `http.client.request.duration` for the requests of a client. A span ends when the head of
 * the response is there. URLs are redacted; a status of 400 and above is an error, an abort by the caller
 * is none. A request that is sent because of another has an event that says why (`retry`, `redirect`,
 * `auth`); a retry that was not made is `retry_skipped` on the span of the caller, or of the operation.
 *
 * @example
 * ```ts
 * import { HTTPClient } from "@codomyrmex/networking";
 * import { otel } from "@codomyrmex/networking/telemetry";
 * import { MockTransport } from "@codomyrmex/networking/testing";
 *
 * const transport = new MockTransport().on("GET", "/", { body: "hello" });
 * await using client = new HTTPClient({ transport, use: otel() });
 * console.log((await client.get("http://a.example/")).text); // hello
 * ```
 *
 * Spans and points go to the global providers, which the program sets up before; without any the lists
 * are empty, and nothing is spent.
 *
 * @param options Which spans are made.
 * @throws {TypeError} If an option cannot be used.
 */
export function otel(options?: OtelOptions): MiddlewareLists {
  const { spans = "auto" } = readOptions("trace", options, TABLE);
  const meter = metrics.getMeter(NAME);
  const isTraced = spans !== "off" && !isNoop(trace.getTracerProvider());
  if (!isTraced && meter === createNoopMeter()) return {};
  const mode = spans === "auto" ? isInstrumented() ? "internal" : "client" : spans;
  const tracer = trace.getTracer(NAME);
  const duration = meter.createHistogram("http.client.request.duration", {
    description: "Duration of HTTP client requests.",
    unit: "s",
    advice: { explicitBucketBoundaries: BOUNDARIES },
  });
  const measure: ExchangeMiddleware = (request, next) =>
    measured(attributesOf(request), duration, () => next(request));
  if (!isTraced) return { exchange: [measure] };
  if (mode === "internal") return { operation: [around(tracer)], exchange: [measure] };
  return {
    operation: [async (request, next) => {
      try {
        const response = await next(request);
        tellSkipped(trace.getActiveSpan(), response);
        return response;
      } catch (error) {
        tellSkipped(trace.getActiveSpan(), error);
        throw error;
      }
    }],
    exchange: [(request, next) => {
      const attributes = attributesOf(request);
      const span = tracer.startSpan(nameOf(request), {
        kind: SpanKind.CLIENT,
        attributes: {
          ...attributes,
          "url.full": shownURL(request),
          ...(request.urlTemplate !== undefined && { "url.template": request.urlTemplate }),
          ...(request.resends > 0 && { "http.request.resend_count": request.resends }),
        },
      });
      if (request.resentFor !== undefined) span.addEvent(request.resentFor);
      const active = trace.setSpan(context.active(), span);
      const headers = { ...request.headers };
      propagation.inject(active, headers);
      const send = () => next(withHeaders(request, headers));
      return context.with(active, () => measured(attributes, duration, send, span));
    }],
  };
}

/** An INTERNAL span around each operation. */
function around(tracer: Tracer): OperationMiddleware {
  return (request, next) => {
    const span = tracer.startSpan(nameOf(request), { kind: SpanKind.INTERNAL });
    return context.with(trace.setSpan(context.active(), span), async () => {
      try {
        const response = await next(request);
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
        for (const { statusCode } of response.history) span.addEvent("redirect", { statusCode });
        tellSkipped(span, response);
        if (response.statusCode >= 400) fail(span, String(response.statusCode));
        return response;
      } catch (error) {
        tellSkipped(span, error);
        if (!isAbort(error)) fail(span, typeOf(error));
        throw error;
      } finally {
        span.end();
      }
    });
  };
}

/** An event for a retry that was worth it and was not made: the budget was empty, for example. */
function tellSkipped(span: Span | undefined, outcome: unknown): void {
  const { retrySkipped } = Object(outcome) as { readonly retrySkipped?: RetrySkipped };
  if (retrySkipped !== undefined) span?.addEvent("retry_skipped", { reason: retrySkipped });
}

/** Whether nobody set a provider. */
function isNoop(provider: TracerProvider): boolean {
  return provider instanceof ProxyTracerProvider &&
    provider.getDelegate() === new ProxyTracerProvider().getDelegate();
}

/** Runs an exchange, and tells how long it took and how it ended. */
async function measured(
  attributes: Attributes,
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
    duration.record((performance.now() - startedMs) / 1000, { ...attributes, ...outcome });
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
