/**
 * What happened, for people and programs: log lines, a summary, and one record for each operation. None
 * of it shows a secret.
 *
 * @module
 */

export { logHooks, type LogHooksOptions, type LogLevel, type LogSink } from "./log_hooks.ts";
export { mcpTelemetry } from "./mcp_telemetry.ts";
export { otel, type OtelOptions } from "./otel.ts";
export {
  type DropSource,
  type Outcomes,
  outcomes,
  type OutcomesOptions,
  type TodoItem,
  type TodoQueue,
} from "./outcomes.ts";
export type { OutcomeRecord } from "./record.ts";
export { type StreamTelemetry, streamTelemetry } from "./stream_telemetry.ts";
export { type OriginSummary, type Summary, summary } from "./summary.ts";
