/**
 * Network tools for agents, under a policy, and a server for the Model Context Protocol. The tools fetch pages, read
 * event streams, exchange WebSocket messages and call APIs. By default they only GET from public addresses, and
 * never read or write files.
 *
 * ```sh
 * deno run --allow-net jsr:@codomyrmex/networking/cli mcp
 * npm install @codomyrmex/networking @modelcontextprotocol/server # on Node
 * npx codomyrmex-networking mcp
 * ```
 *
 * | tool                       | what it does                                                                    |
 * | -------------------------- | ------------------------------------------------------------------------------- |
 * | `http_get`                 | GET or HEAD; pages as markdown, pictures, long bodies in slices with a cursor   |
 * | `http_request`             | other methods, with flags such as `--allow-method POST`                         |
 * | `sse_read`                 | events of a stream, up to a number of events, bytes or seconds                  |
 * | `websocket_exchange`       | connects, sends (with `--allow-method POST`), collects messages, closes         |
 * | `api_describe`, `api_call` | the operations of the APIs of `--api name=openapi.yaml`, or a tool for each     |
 *
 * Every result has a schema. It reports what cut it short and how to continue, and marks text from others as data.
 * An error says what to change. A cancelled call ends its request.
 *
 * ## How do I add it to a host?
 *
 * Add it to the host's configuration file (`.mcp.json`, `claude_desktop_config.json`, `.cursor/mcp.json`; in VS Code
 * write `servers` instead of `mcpServers`):
 *
 * ```json
 * {
 *   "mcpServers": {
 *     "networking": {
 *       "command": "deno",
 *       "args": [
 *         "run",
 *         "--allow-net",
 *         "jsr:@codomyrmex/networking/cli",
 *         "mcp"
 *       ]
 *     }
 *   }
 * }
 * ```
 *
 * Hosts become slow with many tools: the command warns above 50. Then use `api_describe` and `api_call` instead of
 * `--each-operation`, or choose operations with `only` in the file of `--config`.
 *
 * ## How do I allow a private service, or another method?
 *
 * ```sh
 * cli mcp --allow-private --allow-host 127.0.0.1 --allow-port 8080 \
 *   --allow-method POST
 * ```
 *
 * `--allow-private` allows private addresses for the named hosts only. Cloud metadata services and link-local addresses
 * need the address itself in `--allow-host`.
 *
 * ## How do I configure credentials?
 *
 * `--config` reads policy, credentials and APIs from a file, which needs `--allow-read`:
 *
 * ```json
 * {
 *   "policy": {
 *     "methods": ["GET", "HEAD", "POST"],
 *     "allowHosts": ["api.github.com"]
 *   },
 *   "credentials": {
 *     "github": {
 *       "bearer": { "env": "GITHUB_TOKEN" },
 *       "origins": ["https://api.github.com"]
 *     }
 *   },
 *   "apis": {
 *     "github": {
 *       "description": "api.github.com.json",
 *       "credential": "github"
 *     }
 *   }
 * }
 * ```
 *
 * A credential is one of `bearer`, `basic`, `digest`, `apiKey`, `oauth2` (client credentials), `aws`
 * (Signature Version 4) and `signature` (RFC 9421), with the fields of the scheme's options. Every secret can
 * be `{ "env": "NAME" }`. `"bot": { "key": { "env": "KEY" }, "agent": "https://bot.example" }` signs every
 * request, and every handshake of a WebSocket, by Web Bot Auth. A key is PEM or the text of a JSON Web Key.
 *
 * Agents name a credential and never see it. It is sent to its origins only, and hidden in responses that echo it, in
 * all usual encodings. A reversed or hashed credential, and one shorter than four bytes, is not hidden.
 *
 * ## How do I use the tools in a program?
 *
 * The tools are plain objects, for any SDK:
 *
 * ```ts
 * import { networkTools } from "@codomyrmex/networking/mcp";
 *
 * const local = { hostname: "localhost", port: 0 };
 * await using server = Deno.serve(local, () => {
 *   return Response.json({ open: 3 });
 * });
 * await using network = await networkTools({
 *   policy: { private: "allow", allowHosts: ["localhost"] },
 * });
 * const httpGet = network.tools.find(({ name }) => name === "http_get")!;
 * const url = `http://localhost:${server.addr.port}/`;
 * const { structuredContent } = await httpGet.run({ url });
 * console.log(structuredContent?.json); // { open: 3 }
 *
 * const refused = await httpGet.run({ url: "http://2852039166/latest/" });
 * console.log(refused.text); // Cannot GET http://169.254.169.254/…
 * ```
 *
 * ## How do I serve them over HTTP?
 *
 * `--http 8000` serves on 127.0.0.1. It checks Host and Origin, and the bearer `token` of the configuration. In a program
 * {@linkcode httpHandler} returns a `fetch()` for any server, and {@linkcode serveStdio} uses standard input and output.
 * Both use the official SDK, with the protocol of 2026-07-28 and earlier versions.
 *
 * ```ts
 * import { httpHandler, networkTools } from "@codomyrmex/networking/mcp";
 *
 * await using network = await networkTools();
 * const handler = httpHandler(network.tools, { token: "long-random-text" });
 * const request = new Request("http://localhost/mcp", { method: "POST" });
 * const refused = await handler.fetch(request); // without the token
 * console.log(refused.status); // 401
 * await handler.close();
 * ```
 *
 * ## What does an agent get?
 *
 * A result has at most `max_bytes` (32 KiB by default) plus 2 KiB, header fields included. `left_out` lists what did not
 * fit.
 *
 * | format     | what it returns                                                                        |
 * | ---------- | -------------------------------------------------------------------------------------- |
 * | `auto`     | text; JSON as a value (as text if numbers would lose digits); otherwise type and size  |
 * | `text`     | the source                                                                             |
 * | `json`     | the value, or an error                                                                 |
 * | `markdown` | the readable text of an HTML page, without scripts and hidden elements                 |
 * | `base64`   | the bytes                                                                              |
 * | `image`    | a whole picture, which the host shows to the model                                     |
 *
 * A longer body comes in slices: pass `next_cursor` of a result as `cursor` of the next call. A notice before text from
 * others marks it as data, also in errors. Scripts of a page are not run.
 *
 * ## What keeps an agent from my network?
 *
 * The policy checks the address of every hop, and the connection goes to the checked address. On runtimes other than
 * Deno, Node and Bun the names are checked and not pinned. Deno itself can block private IPv4:
 *
 * ```sh
 * deno run --allow-net \
 *   --deny-net=127.0.0.0/8,10.0.0.0/8,172.16.0.0/12,192.168.0.0/16 \
 *   --deny-net=169.254.0.0/16,100.64.0.0/10,0.0.0.0/8 \
 *   "--deny-net=[::1],[::],[fd00:ec2::254],[fd20:ce::254]" \
 *   jsr:@codomyrmex/networking/cli mcp
 * ```
 *
 * Connections are then not pinned. Deno has no IPv6 ranges, so a name that changes its address can still reach other
 * private IPv6.
 *
 * An agent can put a method into a query or a form (`_method=DELETE`), and no client can prevent it: allow POST only for
 * hosts that agents may write to.
 *
 * ## Limits and errors
 *
 * {@linkcode NetworkPolicy} has all limits: bytes, time, redirects, calls per minute. Wrong input and failures are results
 * with `isError` and a text for the agent. Only an abort by the caller rejects.
 *
 * ## Related entries
 *
 * `mcpTelemetry()` of {@linkcode [telemetry]} records spans of the calls. {@linkcode [address-policy]} has the rules for addresses, and
 * {@linkcode [generate]} makes the clients behind `api_call`. SPEC.md section 22 has the rules.
 *
 * @module
 */

import { bare } from "../runtime/bare.ts";
import { type OptionTable, record } from "../options/checks.ts";
import { readOptions } from "../options/read_options.ts";
import type { APISource } from "./tools/api_operations.ts";
import { eventTool } from "./tools/event_tool.ts";
import { httpTools } from "./tools/http_tools.ts";
import { ToolPolicy } from "./policy/tool_policy.ts";
import { TOOL_POLICY_CHECKS, type ToolPolicyOptions } from "./policy/tool_policy_options.ts";
import { socketTool } from "./tools/socket_tool.ts";
import type { Tool } from "./policy/tool.ts";

export type { APISource } from "./tools/api_operations.ts";
export { type HTTPHandler, httpHandler, type HTTPHandlerOptions } from "./server/http_handler.ts";
export type { NetworkPolicy, ToolPolicyOptions } from "./policy/tool_policy_options.ts";
export { type ServerOptions, serveStdio } from "./server/server.ts";
export type {
  JSONSchema,
  Tool,
  ToolAnnotations,
  ToolCall,
  ToolContext,
  ToolImage,
  ToolMiddleware,
  ToolResult,
} from "./policy/tool.ts";

/** Options of {@linkcode networkTools}. */
export interface NetworkToolsOptions extends ToolPolicyOptions {
  /** APIs with a description, by the name that agents use for them. */
  readonly apis?: Readonly<Record<string, APISource>>;
}

/** The tools and their shared connections. */
export interface NetworkTools extends AsyncDisposable {
  /** The tools, always in the same order. */
  readonly tools: readonly Tool[];
  /** Ends running calls, and closes the connections. */
  close(): Promise<void>;
}

const CHECKS = {
  ...TOOL_POLICY_CHECKS,
  apis: record,
} satisfies OptionTable<NetworkToolsOptions>;

/**
 * Makes the tools: `http_get`, `http_request` if the policy allows a method for it, `sse_read`,
 * `websocket_exchange`, and for APIs `api_describe` and `api_call`, or a tool for each operation.
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
  const policy = new ToolPolicy(own);
  const tools = [...httpTools(policy)];
  if (policy.methods.includes("GET")) tools.push(eventTool(policy), socketTool(policy));
  const sources = Object.entries(apis);
  if (sources.length > 0) {
    // The reader of descriptions takes longer to load than all the rest.
    const { loadAPI } = await import("./tools/api_operations.ts");
    const { apiTools } = await import("./tools/api_tools.ts");
    const loaded = await Promise.all(
      sources.map(([name, source]) => loadAPI(name, source, policy)),
    );
    tools.push(...apiTools(loaded, policy, tools.map(({ name }) => name)));
  }
  const close = () => policy.close();
  return { tools, close, [Symbol.asyncDispose]: close };
}
