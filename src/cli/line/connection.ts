/**
 * The connection options of a command: certificates, a proxy, and the item `Host:name`, which native fetch
 * cannot send.
 *
 * @module
 */

import { denoTransport, type DenoTransportOptions } from "../../transports/deno_transport.ts";
import type { NodeTransportOptions } from "../../transports/node_transport.ts";
import type { Transport } from "../../http/transport/transport.ts";
import { builtinModule } from "../../runtime/builtin_modules.ts";
import type { HelpRow } from "../terminal/flags.ts";
import type { FlagValues, Terminal } from "../terminal/terminal.ts";
import type { Report } from "../terminal/screen.ts";
import { UsageError } from "../terminal/usage_error.ts";
import type { ItemOptions } from "./items.ts";

/** The options of the connection. */
export const CONNECTION_FLAGS = {
  proxy: { type: "string", value: "URL" },
  ca: { type: "string", value: "FILE" },
  cert: { type: "string", value: "FILE" },
  "cert-key": { type: "string", value: "FILE" },
  verify: { type: "string", value: "no" },
} as const;

/** The help of these options. */
export const CONNECTION_HELP: readonly HelpRow[] = [
  [["proxy", "verify"], "use a proxy; do not check certificates"],
  [["ca", "cert", "cert-key"], "trust this CA; client certificate"],
];

type ConnectionValues = FlagValues<typeof CONNECTION_FLAGS>;

/** The part of the runtime that decides. */
export interface Runtime {
  readonly Deno?: { readonly createHttpClient?: unknown };
  readonly Bun?: unknown;
  readonly process?: { readonly versions?: { readonly node?: string } };
}

/** Whether there is a Host item. */
export function hasHost({ headers = [] }: ItemOptions): boolean {
  return [...headers as [string, string | null][]]
    .some(([name, value]) => name.toLowerCase() === "host" && value !== null);
}

/**
 * Returns the transport that a command needs; undefined if native fetch suffices.
 *
 * @throws {UsageError} If a file cannot be read, or the runtime does not support it.
 */
export async function transportFor(
  values: ConnectionValues,
  items: ItemOptions,
  terminal: Terminal,
  runtime: Runtime = globalThis as Runtime,
): Promise<Transport | undefined> {
  const { proxy, ca, cert, "cert-key": key } = values;
  const needs = Object.entries({ "--proxy": proxy, "--ca": ca, "--cert": cert, "--cert-key": key })
    .filter(([, value]) => value !== undefined).map(([flag]) => flag);
  const sendsHost = hasHost(items);
  if (needs.length === 0 && !sendsHost) return undefined;
  const isDeno = runtime.Deno?.createHttpClient !== undefined;
  const isNode = runtime.Deno === undefined && runtime.Bun === undefined &&
    runtime.process?.versions?.node !== undefined;
  if (!isDeno && !isNode) {
    throw new UsageError(
      needs.length > 0
        ? `Cannot use ${
          needs[0]
        } on this runtime: its fetch has no such option; run the command with Deno`
        : "Cannot send the header Host: this runtime sends the host of the URL instead; run the " +
          "command with Deno, or run the command that --curl prints",
    );
  }
  if (key !== undefined && cert === undefined) {
    throw new UsageError("Cannot use --cert-key alone: add --cert FILE");
  }
  const read = async (path: string) => new TextDecoder().decode(await terminal.readBytes(path));
  const pair = cert === undefined ? undefined : await read(cert);
  const options: DenoTransportOptions & NodeTransportOptions = {
    // HTTPie puts the scheme of the requests before the URL.
    ...proxy !== undefined && { proxy: proxy.replace(/^(?:https?|all):(?=[a-z0-9]+:\/\/)/i, "") },
    ...ca !== undefined && { caCerts: [await read(ca)] },
    ...pair !== undefined && { cert: pair, key: key === undefined ? pair : await read(key) },
    ...sendsHost && { allowHost: true },
  };
  if (isDeno) return denoTransport(options);
  // undici is a package of its own; the import explains it if it is missing.
  const { nodeTransport } = await import("../../transports/node_transport.ts");
  return nodeTransport(options);
}

/** Returns the advice for a certificate that is not trusted. */
export function trustAdvice(runtime: Runtime = globalThis as Runtime): string {
  return runtime.Deno === undefined
    ? "set NODE_EXTRA_CA_CERTS=FILE to trust its issuer, or add --verify no"
    : "add --ca FILE to trust its issuer, or run deno with --unsafely-ignore-certificate-errors=HOST";
}

/**
 * Applies `--verify`. Only the command line can skip the check of certificates; the library has no such option.
 *
 * @throws {UsageError} If the runtime cannot skip the check, or the value is wrong.
 */
export function applyVerify(
  { verify }: ConnectionValues,
  report: Report,
  runtime: Runtime = globalThis as Runtime,
): void {
  if (verify === undefined || /^(?:yes|true)$/i.test(verify)) return;
  if (!/^(?:no|false)$/i.test(verify)) {
    throw new UsageError(
      `Cannot use --verify ${verify}: it must be yes or no; to trust your own CA add --ca FILE`,
    );
  }
  if (runtime.Deno !== undefined) {
    throw new UsageError(
      "Cannot use --verify no: Deno can only do this at its start; add --ca FILE to trust the " +
        "certificate, or run deno with --unsafely-ignore-certificate-errors=HOST",
    );
  }
  report([
    "red",
    "Warning: the server's certificate is not checked; the server may be an impostor",
  ]);
  builtinModule<{ env: Record<string, string> }>("node:process")!
    .env["NODE_TLS_REJECT_UNAUTHORIZED"] = "0";
}
