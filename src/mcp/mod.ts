/**
 * The network for agents: tools that fetch, read event streams, exchange WebSocket messages and call
 * APIs, under a policy, and a server for the Model Context Protocol.
 *
 * ```sh
 * deno run --allow-net jsr:@codomyrmex/networking/cli mcp
 * ```
 *
 * Tools are plain objects, for use without the server as well. Everything that they reach is judged by
 * the policy at every hop; nothing is written anywhere; what was sent as a credential is not shown. Put
 * them on a server with `serveStdio()` or `httpHandler()`, and `mcpTelemetry()` of `./telemetry` around.
 *
 * @module
 */

import { bare } from "../runtime/bare.ts";
import { type OptionTable, record } from "../options/checks.ts";
import { readOptions } from "../options/read_options.ts";
import type { APISource } from "./tools/api_operations.ts";
import { eventTool } from "./tools/event_tool.ts";
import { httpTools } from "./tools/http_tools.ts";
import { Gate, GATE_CHECKS, type GateOptions } from "./policy/policy.ts";
import { socketTool } from "./tools/socket_tool.ts";
import type { Tool } from "./policy/tool.ts";

export type { APISource } from "./tools/api_operations.ts";
export { type HTTPHandler, httpHandler, type HTTPHandlerOptions } from "./server/http_handler.ts";
export type { GateOptions, NetworkPolicy } from "./policy/policy.ts";
export { type ServerOptions, serveStdio } from "./server/server.ts";
export type {
  JSONSchema,
  Tool,
  ToolAnnotations,
  ToolCall,
  ToolContext,
  ToolMiddleware,
  ToolResult,
} from "./policy/tool.ts";

/** Options of {@linkcode networkTools}. */
export interface NetworkToolsOptions extends GateOptions {
  /** APIs with a description, by the name that agents use for them. */
  readonly apis?: Readonly<Record<string, APISource>>;
}

/** The tools, and what they share. */
export interface NetworkTools extends AsyncDisposable {
  /** The tools, always in the same order. */
  readonly tools: readonly Tool[];
  /** Ends the calls that are not done, and closes the connections. */
  close(): Promise<void>;
}

const CHECKS = {
  ...GATE_CHECKS,
  apis: record,
} satisfies OptionTable<NetworkToolsOptions>;

/**
 * Makes the tools: `http_get`, `http_request` where the policy has a method for it, `sse_read`,
 * `websocket_exchange`, and for APIs `api_describe` and `api_call` or a tool for each operation.
 *
 * @example
 * ```ts
 * import { networkTools } from "@codomyrmex/networking/mcp";
 * import { MockTransport } from "@codomyrmex/networking/testing";
 *
 * const transport = new MockTransport().on("GET", "/", { json: { hello: "agent" } });
 * const policy = { resolve: false } as const; // no DNS for this example
 * await using network = await networkTools({ policy, client: { transport } });
 * const [httpGet] = network.tools;
 * const { structuredContent } = await httpGet!.run({ url: "https://api.example/" });
 * console.log(structuredContent?.json); // { hello: "agent" }
 * const { text } = await httpGet!.run({ url: "http://169.254.169.254/" });
 * console.log(text.includes("address is not public")); // true
 * ```
 *
 * @param options The policy, the credentials, the APIs.
 * @throws {TypeError | RangeError} If an option cannot be used; the message names it.
 * @throws {DescriptionError} If the description of an API cannot be read.
 */
export async function networkTools(options?: NetworkToolsOptions): Promise<NetworkTools> {
  readOptions("make the tools", options, CHECKS);
  const { apis = {}, ...own } = bare({ ...options });
  const gate = new Gate(own);
  const tools = [...httpTools(gate)];
  if (gate.methods.includes("GET")) tools.push(eventTool(gate), socketTool(gate));
  const sources = Object.entries(apis);
  if (sources.length > 0) {
    // What reads descriptions takes longer to load than all the rest.
    const { loadAPI } = await import("./tools/api_operations.ts");
    const { apiTools } = await import("./tools/api_tools.ts");
    const loaded = await Promise.all(sources.map(([name, source]) => loadAPI(name, source, gate)));
    tools.push(...apiTools(loaded, gate));
  }
  const close = () => gate.close();
  return { tools, close, [Symbol.asyncDispose]: close };
}
