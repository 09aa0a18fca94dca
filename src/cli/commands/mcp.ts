/**
 * `mcp`: serves network tools to agents, over standard input and output, or over HTTP on this machine.
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

/** The help of the command. */
export const usage: string = `Usage: mcp [options]

Serves tools to agents, over the Model Context Protocol on standard input and
output: http_get, http_request, sse_read, websocket_exchange, api_describe,
api_call. Without options: GET and HEAD to every host with a public address.

  --allow-host <host>    a host to allow; can be repeated
  --deny-host <host>     a host to refuse; both take .example.com, 192.0.2.0/24
  --allow-method <name>  a method to allow in addition to GET and HEAD
  --allow-port <number>  a port to allow; all ports without it
  --allow-private        allow private addresses for the hosts of --allow-host
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

/** More tools than this fill the context of a model. */
const MANY_TOOLS = 50;

/** The part of Deno that is used. */
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

/** Runs the command, and returns the exit code. */
export async function run(args: readonly string[], terminal: Terminal): Promise<number> {
  const { values, positionals } = readFlags("mcp", args, FLAGS, terminal);
  if (positionals.length > 0) {
    throw new UsageError(`Cannot serve ${positionals[0]}: mcp takes options only\n\n${usage}`);
  }
  const config = values.config === undefined ? {} : await readConfig(values.config, terminal);
  // Loaded here, so that --help works without the optional packages.
  const mcp = await withPeer("@modelcontextprotocol/server", () => import("../../mcp/mod.ts"));
  const telemetry = values.telemetry
    ? await withPeer("@opentelemetry/api", () => import("../../telemetry/mod.ts"))
    : undefined;
  const policy: NetworkPolicy = {
    // Deno's list of allowed hosts already limits the names: pinning them would need loopback.
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
      "Cannot use --allow-private alone: it allows private addresses for the hosts of --allow-host only; add --allow-host <host>",
    );
  }
  const eachATool = values["each-operation"] ?? false;
  const apis = (values.api ?? []).map((text): [string, APISource] => {
    const [, name, description] = /^([\w.-]+)=(.+)$/s.exec(text) ?? [];
    if (description === undefined) {
      throw new UsageError(`Cannot use --api ${text}: it must be NAME=FILE or NAME=URL`);
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
    terminal.report(
      `There are ${length} tools, more than many hosts accept; choose operations with "only" in --config, or use api_describe and api_call without --each-operation`,
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
        onError: (error) => terminal.report(error.message),
      });
      await listen(port, handler.fetch, terminal);
    }
  } finally {
    await network.close();
  }
  return 0;
}

/** Returns the command that installs an optional package too. */
function npx(name: string): string {
  const [server, api] = ["@modelcontextprotocol/server", "@opentelemetry/api"];
  const packages = ["@codomyrmex/networking", server, ...(name === api ? [api] : [])];
  const flag = name === api ? " --telemetry" : "";
  return `npx ${packages.map((one) => `-p ${one}`).join(" ")} codomyrmex-networking mcp${flag}`;
}

/**
 * Loads a module that needs an optional package, which npm does not install automatically.
 *
 * @throws {UsageError} If the package is missing.
 */
async function withPeer<Module>(name: string, load: () => Promise<Module>): Promise<Module> {
  try {
    return await load();
  } catch (cause) {
    // Node and Deno set the code; Bun has only the text.
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

/** Whether Deno runs with an `--allow-net` list that lacks loopback. */
function isHostListed(): boolean {
  const { permissions } = (globalThis as Platform).Deno ?? {};
  return permissions?.querySync({ name: "net", host: "127.0.0.1" }).state === "prompt";
}

/**
 * Suppresses Deno's warning about servers that read the signal of a request. Only this signal reports a client that
 * disconnects early, and the operator can do nothing about the warning.
 */
function keepSignalQuiet(): void {
  const own = console; // Deno warns through it
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
    terminal.report(`Listening on http://127.0.0.1:${address.port}/`);
  keepSignalQuiet();
  await serve({ hostname: "127.0.0.1", port, onListen }, handler).finished;
}

async function readConfig(path: string, terminal: Terminal): Promise<MCPConfig> {
  const text = await terminal.readFile(path);
  if (text === undefined) {
    throw new UsageError(`Cannot use --config ${path}: the file does not exist`);
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
