/**
 * The library, with `nodeTransport()` in each client that says nothing of its connections. The suite
 * imports this in the library's place for its second run on Node.
 *
 * @module
 */

import * as library from "@codomyrmex/networking";
import { nodeTransport } from "@codomyrmex/networking/transports/node";

export * from "@codomyrmex/networking";

/** The options, with a transport of their own where they have none. */
function connected<Options extends { readonly transport?: unknown; readonly webSocket?: unknown }>(
  options?: Options,
): Options {
  const isSaid = options?.transport !== undefined || options?.webSocket !== undefined;
  return isSaid ? options! : { ...options, transport: nodeTransport() } as never;
}

/** See the library. */
export class HTTPClient extends library.HTTPClient {
  constructor(options?: library.HTTPClientOptions) {
    super(connected(options));
  }
}

/** See the library. */
export class EventSourceClient extends library.EventSourceClient {
  constructor(url: string | URL, options?: library.EventSourceClientOptions) {
    super(url, connected(options));
  }
}

/** See the library. */
export class WebSocketClient extends library.WebSocketClient {
  constructor(url: string | URL, options?: library.WebSocketClientOptions) {
    super(url, connected(options));
  }
}
