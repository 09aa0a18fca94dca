/**
 * Connection options on Deno: a proxy, trusted certificates, a client certificate, a Unix socket, HTTP/1
 * or HTTP/2 only. `denoTransport()` makes the `transport` of an `HTTPClient`, which closes it.
 *
 * @example Requests through a proxy
 * ```ts
 * import { HTTPClient } from "@codomyrmex/networking";
 * import { denoTransport } from "@codomyrmex/networking/transports/deno";
 *
 * const transport = denoTransport({ proxy: "http://127.0.0.1:1", noProxy: ["localhost"] });
 * await using client = new HTTPClient({ transport, maxRetries: 0 });
 * const error = await client.get("http://api.example/").catch((error) => error);
 * console.log(error.message.includes("the proxy http://127.0.0.1:1")); // true
 * ```
 *
 * @module
 */

export {
  type ClearTransport,
  type DenoTransport,
  denoTransport,
  type DenoTransportOptions,
} from "./deno_transport.ts";
export type { Transport } from "../http/transport/transport.ts";
