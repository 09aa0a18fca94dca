/**
 * `mcp`: the network for agents, over standard input and output or over HTTP on this machine.
 *
 * @module
 */

import type { APISource, NetworkPolicy } from "../../mcp/mod.ts";
import { ownOptions } from "../../options/option_names.ts";
import type { Terminal } from "../terminal/terminal.ts";
import { asTyped, UsageError } from "../terminal/usage_error.ts";
import { readFlags } from "../terminal/flags.ts";
import {
  type BotConfig,
  type CredentialConfig,
  readBot,
  readCredentials,
  secretOf,
  type SecretText,
} from "./credentials.ts";

/** How the command is used. */
export const usage: string = `Usage: mcp [options]

Serves tools to agents, over the Model Context Protocol on standard input and
output: http_get, http_request, sse_read, websocket_exchange, api_describe,
api_call. Without options: GET and HEAD to every host with a public address.

  --allow-host <host>    a host to allow; can be repeated
  --deny-host <host>     one to refuse; both take .example.com, 192.0.2.0/24
  --allow-method <name>  a method to allow in addition to GET and HEAD
  --allow-port <number>  a port to allow; all ports without it
  --allow-private        let the hosts of --allow-host have private addresses
  --api <name>=<place>   an API to offer: file or URL of its OpenAPI description
  --each-operation       a tool for each operation of the APIs, instead of
                         api_describe and api_call
  --config <file>        JSON with policy, credentials, bot, apis and http;
                         options override it
  --http <port>          serve on http://127.0.0.1:<port>/ instead
  --telemetry            record OpenTelemetry spans and metrics

Permissions on Deno: --allow-net; --allow-read for files, --allow-env=NAME for
{"env": "NAME"}.`;

const FLAGS = {
  "allow-host": { type: "string", multiple: true },
  "deny-host": { type: "string", multiple: true },
  "allow-method": { type: "string", multiple: true },
  "allow-port": { type: "string", multiple: true },
  "allow-private": { type: "boolean" },
  api: { type: "string", multiple: true },
  "each-operation": { type: "boolean" },
  config: { type: "string" },
  http: { type: "string" },
  telemetry: { type: "boolean" },
} as const;

interface MCPConfig {
  readonly policy?: NetworkPolicy;
  readonly credentials?: Readonly<Record<string, CredentialConfig>>;
  readonly bot?: BotConfig;
  readonly apis?: Readonly<Record<string, APISource>>;
  readonly http?: { readonly port?: number; readonly token?: SecretText };
}

/** More tools than that fill the context of a model before it does anything. */
const MANY_TOOLS = 50;

/** As much of Deno as is used. */
interface Platform {
  readonly Deno?: {
    readonly permissions: {
      querySync(descriptor: { name: "net"; host: string }): { readonly state: string };
    };
    serve(
      options: {
        hostname: string;
        port: number;
        onListen(address: { readonly port: number }): void;
      },
      handler: (request: Request) => Promise<Response>,
    ): { readonly finished: Promise<void> };
  };
}

/** Runs the command; gives the exit code. */
export async function run(args: readonly string[], terminal: Terminal): Promise<number> {
  const { values, positionals } = readFlags("mcp", args, FLAGS, terminal);
  if (positionals.length > 0) {
    throw new UsageError(`Cannot serve ${positionals[0]}: mcp takes options only\n\n${usage}`);
  }
  const config = values.config === undefined ? {} : await readConfig(values.config, terminal);
  // Loaded here and not above: --help works without the packages that these need.
  const mcp = await withPeer("@modelcontextprotocol/server", () => import("../../mcp/mod.ts"));
  const telemetry = values.telemetry
    ? await withPeer("@opentelemetry/api", () => import("../../telemetry/mod.ts"))
    : undefined;
  const policy: NetworkPolicy = {
    // A list of hosts that Deno allows says which names are meant: pinning them would need loopback.
    ...(isHostListed() && { resolve: false as const }),
    ...config.policy,
    ...(values["allow-host"] && { allowHosts: values["allow-host"] }),
    ...(values["deny-host"] && { denyHosts: values["deny-host"] }),
    ...(values["allow-method"] && {
      methods: ["GET", "HEAD", ...values["allow-method"].map((name) => name.toUpperCase())],
    }),
    ...(values["allow-port"] && { ports: values["allow-port"].map(Number) }),
    ...(values["allow-private"] && { private: "allow" as const }),
  };
  if (policy.private === "allow" && (policy.allowHosts ?? []).length === 0) {
    throw new UsageError(
      "Cannot use --allow-private alone: it opens private addresses for the hosts of --allow-host; add --allow-host <host>",
    );
  }
  const eachATool = values["each-operation"] ?? false;
  const apis = (values.api ?? []).map((text): [string, APISource] => {
    const [, name, description] = /^([\w.-]+)=(.+)$/s.exec(text) ?? [];
    if (description === undefined) {
      throw new UsageError(`Cannot use --api ${text}: it must be a name, =, and a file or URL`);
    }
    return [name!, { description, eachATool }];
  });
  const credentials = await asTyped(() => readCredentials(config.credentials ?? {}, terminal));
  const bot = await asTyped(() => readBot(config.bot, terminal));
  const { operation = [], exchange = [] } = telemetry?.otel() ?? {};
  const network = await asTyped(() =>
    mcp.networkTools({
      policy,
      client: { use: { operation, exchange: [...exchange, ...bot] } },
      credentials,
      apis: { ...config.apis, ...Object.fromEntries(apis) },
    })
  );
  const { length } = network.tools;
  if (length > MANY_TOOLS) {
    terminal.tell(
      `There are ${length} tools, which is more than many hosts take; choose operations with "only" in --config, or leave --each-operation out to use api_describe and api_call`,
    );
  }
  try {
    const use = telemetry === undefined ? [] : [telemetry.mcpTelemetry()];
    const port = values.http === undefined ? config.http?.port : Number(values.http);
    if (port === undefined) await mcp.serveStdio(network.tools, { use });
    else {
      const token = config.http?.token;
      const handler = mcp.httpHandler(network.tools, {
        use,
        ...(token !== undefined && { token: secretOf(token, "http.token", terminal) }),
        onError: (error) => terminal.tell(error.message),
      });
      await listen(port, handler.fetch, terminal);
    }
  } finally {
    await network.close();
  }
  return 0;
}

/** The command that brings an optional package along. */
function npx(name: string): string {
  const [server, api] = ["@modelcontextprotocol/server", "@opentelemetry/api"];
  const packages = ["@codomyrmex/networking", server, ...(name === api ? [api] : [])];
  const flag = name === api ? " --telemetry" : "";
  return `npx ${packages.map((one) => `-p ${one}`).join(" ")} codomyrmex-networking mcp${flag}`;
}

/**
 * Loads what needs an optional package, which npm does not install by itself.
 *
 * @throws {UsageError} If the package is not there.
 */
async function withPeer<Module>(name: string, load: () => Promise<Module>): Promise<Module> {
  try {
    return await load();
  } catch (cause) {
    // Node and Deno have the code, Bun has no more than the text.
    const { code, message = "" } = cause as { readonly code?: string; readonly message?: string };
    const isMissing =
      (code === "ERR_MODULE_NOT_FOUND" || /cannot find (?:module|package)/i.test(message)) &&
      message.includes(name);
    if (!isMissing) throw cause;
    throw new UsageError(
      `Cannot start mcp: the package ${name} is not installed; run ${npx(name)}`,
      { cause },
    );
  }
}

/** Whether Deno was given `--allow-net` with a list that loopback is not on. */
function isHostListed(): boolean {
  const { permissions } = (globalThis as Platform).Deno ?? {};
  return permissions?.querySync({ name: "net", host: "127.0.0.1" }).state === "prompt";
}

/**
 * Deno warns once of every server that looks at the signal of a request, which alone tells of a client
 * that leaves before it has its answer. Standard error is for what the operator can change.
 */
function keepSignalQuiet(): void {
  const own = console; // which Deno warns through
  const { warn } = own;
  own.warn = (...words: unknown[]) => {
    if (!String(words[0]).startsWith("Deno.serve: request.signal aborts")) warn(...words);
  };
}

async function listen(
  port: number,
  handler: (request: Request) => Promise<Response>,
  terminal: Terminal,
): Promise<void> {
  const { serve } = (globalThis as Platform).Deno ?? {};
  if (serve === undefined) {
    throw new UsageError(
      "Cannot serve over HTTP: --http needs Deno; use standard input and output",
    );
  }
  if (!Number.isInteger(port) || port < 0 || port > 65_535) {
    throw new UsageError("Cannot serve over HTTP: the port must be a number from 0 to 65535");
  }
  const onListen = (address: { readonly port: number }) =>
    terminal.tell(`Listening on http://127.0.0.1:${address.port}/`);
  keepSignalQuiet();
  await serve({ hostname: "127.0.0.1", port, onListen }, handler).finished;
}

async function readConfig(path: string, terminal: Terminal): Promise<MCPConfig> {
  const text = await terminal.readFile(path);
  if (text === undefined) {
    throw new UsageError(`Cannot use --config ${path}: there is no such file`);
  }
  let config: MCPConfig;
  try {
    config = JSON.parse(text);
  } catch (cause) {
    throw new UsageError(`Cannot use --config ${path}: it must be JSON`, { cause });
  }
  return ownOptions(
    `use --config ${path}`,
    config,
    new Set(["policy", "credentials", "bot", "apis", "http"]),
  );
}
