/**
 * OpenTelemetry for the tools of `./mcp`: the server span and the duration metric of the conventions
 * for the Model Context Protocol.
 *
 * @module
 */

import {
  context,
  type Histogram,
  metrics,
  propagation,
  SpanKind,
  SpanStatusCode,
  trace,
} from "@opentelemetry/api";
import type { ToolMiddleware } from "../mcp/policy/tool.ts";

const NAME = "@codomyrmex/networking";
/** In seconds, as the conventions have them. */
const BOUNDARIES = [0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30, 60, 120, 300];

/**
 * A span for each call of a tool and `mcp.server.operation.duration`. The parent is what the request's
 * `_meta` names as `traceparent`; the requests that the tool sends are below it.
 *
 * @example
 * ```ts
 * import { httpHandler, networkTools } from "@codomyrmex/networking/mcp";
 * import { mcpTelemetry } from "@codomyrmex/networking/telemetry";
 *
 * await using network = await networkTools();
 * const handler = httpHandler(network.tools, { use: [mcpTelemetry()] });
 * await handler.close();
 * ```
 *
 * Spans and points go to the global providers, which the program sets up before.
 */
export function mcpTelemetry(): ToolMiddleware {
  const tracer = trace.getTracer(NAME);
  const duration: Histogram = metrics.getMeter(NAME).createHistogram(
    "mcp.server.operation.duration",
    {
      description: "Duration of operations of the Model Context Protocol, as the server sees them.",
      unit: "s",
      advice: { explicitBucketBoundaries: BOUNDARIES },
    },
  );
  return async ({ tool, requestId, meta, transport, protocolVersion }, next) => {
    const attributes = {
      "mcp.method.name": "tools/call",
      "gen_ai.operation.name": "execute_tool",
      "gen_ai.tool.name": tool,
      "network.transport": transport,
      ...(protocolVersion !== undefined && { "mcp.protocol.version": protocolVersion }),
    };
    const parent = propagation.extract(context.active(), meta);
    const span = tracer.startSpan(`tools/call ${tool}`, {
      kind: SpanKind.SERVER,
      attributes: { ...attributes, "jsonrpc.request.id": String(requestId) },
    }, parent);
    const startedMs = performance.now();
    let errorType: string | undefined;
    try {
      const result = await context.with(trace.setSpan(parent, span), next);
      if (result.isError) errorType = "tool_error";
      return result;
    } catch (error) {
      // The caller's own end is no error.
      const isAbort = error instanceof DOMException && error.name === "AbortError";
      if (!isAbort) errorType = error instanceof Error ? error.name : "_OTHER";
      throw error;
    } finally {
      const outcome = errorType === undefined ? {} : { "error.type": errorType };
      duration.record((performance.now() - startedMs) / 1000, { ...attributes, ...outcome });
      span.setAttributes(outcome);
      if (errorType !== undefined) span.setStatus({ code: SpanStatusCode.ERROR });
      span.end();
    }
  };
}
