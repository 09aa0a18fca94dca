/**
 * OpenTelemetry for HTTP: spans and the duration metric of the stable semantic conventions for HTTP
 * clients. It uses the API package alone, and does nothing without an SDK.
 *
 * @module
 */

import type { RetrySkipped } from "../errors.ts";
import { builtinModule } from "../runtime/builtin_modules.ts";
import type {
  ExchangeMiddleware,
  MiddlewareLists,
  OperationMiddleware,
} from "../http/settings/middleware.ts";
import { shownURL, withHeaders } from "../http/request/request_value.ts";
import type { HTTPRequest } from "../http/request/http_request.ts";
import type { OptionTable } from "../options/checks.ts";
import { oneOf } from "../options/one_of.ts";
import { readOptions } from "../options/read_options.ts";
import { endedBy } from "./record.ts";
import { endSpan, NAME, serverOf } from "./spans.ts";
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
  trace,
  type Tracer,
  type TracerProvider,
} from "@opentelemetry/api";

/** Options of {@linkcode otel}. */
export interface OtelOptions {
  /**
   * `client`: a CLIENT span for each request on the wire, and `traceparent` on it. `internal`: one
   * INTERNAL span for the operation, for runtimes that make spans for fetch themselves. `auto`:
   * `internal` if Deno's own OpenTelemetry or an instrumentation of undici is on, else `client`.
   *
   * @default {"auto"}
   */
  readonly spans?: "auto" | "client" | "internal" | "off";
}

const TABLE = {
  spans: oneOf<NonNullable<OtelOptions["spans"]>>("auto", "client", "internal", "off"),
} satisfies OptionTable<OtelOptions>;

/** The methods that the conventions know. */
const METHODS: ReadonlySet<string> = new Set(
  ["CONNECT", "DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT", "QUERY", "TRACE"],
);

/** In seconds, from the conventions. */
const BOUNDARIES = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10];

/**
 * Makes spans and records `http.client.request.duration` for the requests of a client. A span ends with
 * the head of the response. URLs are redacted. A status of 400 and above is an error, an abort by the
 * caller is not. A request that follows another has an event with the reason (`retry`, `redirect`,
 * `auth`). A retry that was not made is `retry_skipped` on the caller's span, or the operation's.
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
 * Spans and points go to the global providers; set them up first. Without providers it returns empty
 * lists, which cost nothing.
 *
 * @param options Which spans to make.
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
        noteSkipped(trace.getActiveSpan(), response);
        return response;
      } catch (error) {
        noteSkipped(trace.getActiveSpan(), error);
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

/** Makes an INTERNAL span around each operation. */
function around(tracer: Tracer): OperationMiddleware {
  return (request, next) => {
    const span = tracer.startSpan(nameOf(request), { kind: SpanKind.INTERNAL });
    return context.with(trace.setSpan(context.active(), span), async () => {
      let outcome: Attributes = {};
      try {
        const response = await next(request);
        for (const { number, waitedMs, statusCode, errorCode } of response.attempts.slice(1)) {
          span.addEvent("retry", {
            number,
            waitedMs,
            ...(statusCode && { statusCode }),
            ...(errorCode && { errorCode }),
          });
        }
        for (const { statusCode } of response.history) span.addEvent("redirect", { statusCode });
        noteSkipped(span, response);
        outcome = answered(response.statusCode);
        return response;
      } catch (error) {
        noteSkipped(span, error);
        outcome = failed(error);
        throw error;
      } finally {
        endSpan(span, outcome);
      }
    });
  };
}

/** Adds an event for a retry that was worth it and was not made: the budget was empty, for example. */
function noteSkipped(span: Span | undefined, outcome: unknown): void {
  const { retrySkipped } = Object(outcome) as { readonly retrySkipped?: RetrySkipped };
  if (retrySkipped !== undefined) span?.addEvent("retry_skipped", { reason: retrySkipped });
}

/** Whether no provider is set. */
function isNoop(provider: TracerProvider): boolean {
  return provider instanceof ProxyTracerProvider &&
    provider.getDelegate() === new ProxyTracerProvider().getDelegate();
}

/** Runs an exchange, and records its duration and its end. */
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
    outcome = answered(response.status);
    return response;
  } catch (error) {
    outcome = failed(error);
    throw error;
  } finally {
    duration.record((performance.now() - startedMs) / 1000, { ...attributes, ...outcome });
    endSpan(span, outcome);
  }
}

function answered(status: number): Attributes {
  return {
    "http.response.status_code": status,
    ...(status >= 400 && { "error.type": String(status) }),
  };
}

function failed(error: unknown): Attributes {
  const by = endedBy(error);
  return by === "caller" ? {} : { "error.type": by };
}

/** The method, with the template of the path; paths themselves are too many. */
function nameOf({ method, urlTemplate }: HTTPRequest): string {
  const known = METHODS.has(method) ? method : "HTTP";
  return urlTemplate === undefined ? known : `${known} ${urlTemplate}`;
}

function attributesOf({ method, url }: HTTPRequest): Attributes {
  return {
    ...(METHODS.has(method)
      ? { "http.request.method": method }
      : { "http.request.method": "_OTHER", "http.request.method_original": method }),
    ...serverOf(url),
  };
}

interface DenoRuntime {
  readonly Deno?: { readonly telemetry?: { readonly tracerProvider?: unknown } };
}

/** Whether the runtime itself makes spans for fetch and puts `traceparent` on requests. */
function isInstrumented(): boolean {
  const builtIn = (globalThis as DenoRuntime).Deno?.telemetry?.tracerProvider;
  if (builtIn !== undefined && trace.getTracerProvider() === builtIn) return true;
  const channels = builtinModule<{ hasSubscribers(name: string): boolean }>(
    "node:diagnostics_channel",
  );
  return channels?.hasSubscribers("undici:request:create") ?? false;
}
