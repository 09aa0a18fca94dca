/**
 * OpenTelemetry for the tools of `./mcp`: the server span and the duration metric of the semantic
 * conventions for the Model Context Protocol.
 *
 * @module
 */

import {
  type Attributes,
  context,
  type Histogram,
  metrics,
  propagation,
  SpanKind,
  trace,
} from "@opentelemetry/api";
import type { ToolMiddleware } from "../mcp/policy/tool.ts";
import { endedBy } from "./record.ts";
import { endSpan, NAME } from "./spans.ts";

/** In seconds, from the conventions. */
const BOUNDARIES = [0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30, 60, 120, 300];

/**
 * Makes a span for each tool call, and records `mcp.server.operation.duration`. The span's parent is
 * the `traceparent` in the request's `_meta`; requests that the tool sends are below the span.
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
 * Spans and points go to the global providers; set them up first.
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
    let outcome: Attributes = {};
    try {
      const result = await context.with(trace.setSpan(parent, span), next);
      if (result.isError) outcome = { "error.type": "tool_error" };
      return result;
    } catch (error) {
      const by = endedBy(error);
      if (by !== "caller") outcome = { "error.type": by };
      throw error;
    } finally {
      duration.record((performance.now() - startedMs) / 1000, { ...attributes, ...outcome });
      endSpan(span, outcome);
    }
  };
}
