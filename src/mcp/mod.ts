/**
 * The network for agents: tools that fetch pages, read event streams, exchange WebSocket messages and call
 * APIs, under a policy, and a server for the Model Context Protocol. Without options an agent may GET what
 * has a public address, and nothing else; no file is read or written.
 *
 * ```sh
 * deno run --allow-net jsr:@codomyrmex/networking/cli mcp
 * npx -p @codomyrmex/networking -p @modelcontextprotocol/server codomyrmex-networking mcp # Node
 * ```
 *
 * | tool                       | what it does                                                                    |
 * | -------------------------- | ------------------------------------------------------------------------------- |
 * | `http_get`                 | GET or HEAD; pages as markdown, pictures, long bodies in slices with a cursor   |
 * | `http_request`             | other methods, if `--allow-method POST` and the like allow them                 |
 * | `sse_read`                 | events of a stream, up to a count, an amount or a time                          |
 * | `websocket_exchange`       | connects, sends with `--allow-method POST`, collects until enough, closes       |
 * | `api_describe`, `api_call` | the operations of APIs that `--api name=openapi.yaml` gives, or a tool for each |
 *
 * Every result has a schema, says what cut it short and how to continue, and marks what others wrote as data;
 * an error says what to change. A cancelled call ends its request.
 *
 * ## How do I add it to a host?
 *
 * For the hosts that read such a file
 * (`.mcp.json`, `claude_desktop_config.json`, `.cursor/mcp.json`; VS Code has `servers` instead of
 * `mcpServers`):
 *
 * ```json
 * {
 *   "mcpServers": {
 *     "networking": {
 *       "command": "deno",
 *       "args": ["run", "--allow-net", "jsr:@codomyrmex/networking/cli", "mcp"]
 *     }
 *   }
 * }
 * ```
 *
 * Hosts become slow with many tools: with more than 50 the command says so. Then use `api_describe` and `api_call`
 * instead of `--each-operation`, or name the operations with `only` in the file of `--config`.
 *
 * ## How do I open a private service, or another method?
 *
 * ```sh
 * cli mcp --allow-private --allow-host 127.0.0.1 --allow-port 8080 --allow-method POST
 * ```
 *
 * `--allow-private` opens the private addresses of the named hosts and no others. Metadata services of clouds and
 * link-local addresses need the address itself in `--allow-host`.
 *
 * ## How do I give credentials?
 *
 * `--config` takes policy, credentials and APIs from a file, which needs `--allow-read`:
 *
 * ```json
 * {
 *   "policy": { "methods": ["GET", "HEAD", "POST"], "allowHosts": ["api.github.com"] },
 *   "credentials": {
 *     "github": { "bearer": { "env": "GITHUB_TOKEN" }, "origins": ["https://api.github.com"] }
 *   },
 *   "apis": { "github": { "description": "api.github.com.json", "credential": "github" } }
 * }
 * ```
 *
 * A credential is one of `bearer`, `basic`, `digest`, `apiKey`, `oauth2` (client credentials), `aws`
 * (Signature Version 4) and `signature` (RFC 9421), with the fields of the scheme's options; every secret may
 * be `{ "env": "NAME" }`. `"bot": { "key": { "env": "KEY" }, "agent": "https://bot.example" }` signs every
 * request by Web Bot Auth. A key is PEM or the text of a JSON Web Key.
 * Agents name a credential and never see it: it goes to its origins alone, and what a server echoes of it is
 * hidden in each usual spelling. A server that reverses or hashes it is not seen through, and values of less than four
 * bytes are not hidden.
 *
 * ## How do I use the tools in a program?
 *
 * They are plain objects, for any SDK:
 *
 * ```ts
 * import { networkTools } from "@codomyrmex/networking/mcp";
 *
 * await using server = Deno.serve({ hostname: "localhost", port: 0, onListen() {} }, () => {
 *   return Response.json({ open: 3 });
 * });
 * await using network = await networkTools({
 *   policy: { private: "allow", allowHosts: ["localhost"] },
 * });
 * const httpGet = network.tools.find(({ name }) => name === "http_get")!;
 * const { structuredContent } = await httpGet.run({ url: `http://localhost:${server.addr.port}/` });
 * console.log(structuredContent?.json); // { open: 3 }
 * const refused = await httpGet.run({ url: "http://2852039166/latest/meta-data/" });
 * console.log(refused.isError, refused.text); // true Cannot GET http://169.254.169.254/…
 * ```
 *
 * ## How do I serve them over HTTP?
 *
 * `--http 8000` serves on 127.0.0.1, with checks of Host and Origin and, from the file, a bearer `token`. In a program
 * {@linkcode httpHandler} returns a `fetch()` for any server, and {@linkcode serveStdio} uses standard input and output.
 * Both speak the protocol of 2026-07-28 and those before, by the official SDK.
 *
 * ```ts
 * import { httpHandler, networkTools } from "@codomyrmex/networking/mcp";
 *
 * await using network = await networkTools();
 * const handler = httpHandler(network.tools, { token: "a-long-random-text" });
 * const refused = await handler.fetch(new Request("http://localhost/mcp", { method: "POST" }));
 * console.log(refused.status); // 401
 * await handler.close();
 * ```
 *
 * ## What does an agent get?
 *
 * A result has at most `max_bytes` (32 KiB unless the call asks for more) and 2 KiB more, header fields included, and
 * says in `left_out` what had no room.
 *
 * | format     | what it returns                                                                        |
 * | ---------- | -------------------------------------------------------------------------------------- |
 * | `auto`     | text; JSON as a value, or as text where its numbers would lose digits; else type and size |
 * | `text`     | the source                                                                             |
 * | `json`     | the value, or an error                                                                 |
 * | `markdown` | the readable text of an HTML page, without scripts and what the page hides             |
 * | `base64`   | the bytes                                                                              |
 * | `image`    | a whole picture, which the host shows to the model                                     |
 *
 * A longer body comes in slices: `next_cursor` of a result is `cursor` of the next call. Text of
 * others stands behind a notice that it is data, in errors as well. Scripts of a page are not run.
 *
 * ## What keeps an agent from my network?
 *
 * The policy judges the address of every hop, and connections go to the address that was judged; on other
 * runtimes than Deno, Node and Bun names are judged and not pinned. Deno itself can keep
 * private IPv4 out: `--deny-net=127.0.0.0/8,10.0.0.0/8,172.16.0.0/12,192.168.0.0/16,169.254.0.0/16,100.64.0.0/10,0.0.0.0/8,[::1],[::],[fd00:ec2::254],[fd20:ce::254]`
 * (the permission set `mcp` of deno.json; `deno task mcp` runs under it). Connections are then not pinned,
 * and since Deno takes no IPv6 ranges, other private IPv6 stays open to a name that changes its address.
 *
 * An agent can put a method into a query or a form (`_method=DELETE`), which no client can stop: allow POST only for
 * hosts that may be written to.
 *
 * ## Limits and errors
 *
 * {@linkcode NetworkPolicy} has all limits: bytes, time, redirects, calls in a minute. Wrong input and failures are results
 * with `isError` and a text for the agent; only an abort by the caller rejects.
 *
 * ## Neighbors
 *
 * `mcpTelemetry()` of `./telemetry` makes spans of the calls, `./address-policy` has the rules for addresses,
 * `./generate` the clients behind `api_call`. SPEC.md, section 22, has the rules.
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

/** The tools, and what they share. */
export interface NetworkTools extends AsyncDisposable {
  /** The tools, always in the same order. */
  readonly tools: readonly Tool[];
  /** Ends the calls that are not done, and closes the connections. */
  close(): Promise<void>;
}

const CHECKS = {
  ...TOOL_POLICY_CHECKS,
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
  const policy = new ToolPolicy(own);
  const tools = [...httpTools(policy)];
  if (policy.methods.includes("GET")) tools.push(eventTool(policy), socketTool(policy));
  const sources = Object.entries(apis);
  if (sources.length > 0) {
    // What reads descriptions takes longer to load than all the rest.
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
