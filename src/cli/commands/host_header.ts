/**
 * The item `Host:name`: which site a server with several is asked for. Native fetch sends the host of
 * the URL in its place, so it takes a transport that can send it.
 *
 * @module
 */

import { denoTransport } from "../../transports/deno_transport.ts";
import { HTTPClient } from "../../http/http_client.ts";
import type { Transport } from "../../http/transport/transport.ts";
import type { ItemOptions } from "./items.ts";
import { UsageError } from "../terminal/usage_error.ts";

/** Whether there is a Host item. */
export function hasHost({ headers = [] }: ItemOptions): boolean {
  return [...headers as [string, string | null][]]
    .some(([name, value]) => name.toLowerCase() === "host" && value !== null);
}

/** As much of the runtime as decides. */
interface Runtime {
  readonly Deno?: { readonly createHttpClient?: unknown };
}

/**
 * The client that sends the requests of a command.
 *
 * @throws {UsageError} If there is a Host item, and nothing here can send it.
 */
export function clientFor(
  items: ItemOptions,
  runtime: Runtime = globalThis as Runtime,
): HTTPClient {
  if (!hasHost(items)) return new HTTPClient();
  if (runtime.Deno?.createHttpClient === undefined) {
    throw new UsageError(
      "Cannot send the header Host: this runtime sends the host of the URL in its place; run the " +
        "command with Deno, or give --curl and run what it prints",
    );
  }
  return new HTTPClient({ transport: denoTransport({ allowHost: true }) });
}

/** A client whose exchange middleware answers; nothing is sent, so a Host item can be shown. */
export function unsent(): Transport {
  const transport = () => Promise.reject(new Error("nothing is sent"));
  return Object.assign(transport, { sendsHost: true });
}
