/** What the tests of the WebSocket client share: a server of Deno's own, and options that do not wait. */

import { assert } from "@std/assert";
import type { WebSocketClientOptions } from "../../mod.ts";

// Deno 2.9 loads its timers with the first one, and its check for leaks then misses that this one is cleared.
clearTimeout(setTimeout(() => {}, 0));

/** Deno's server; `use` gets each socket. */
export function serveSockets(
  use: (socket: WebSocket, request: Request) => void,
  protocol?: string,
): { readonly url: string } & AsyncDisposable {
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen() {} },
    (request) => {
      const { socket, response } = Deno.upgradeWebSocket(
        request,
        protocol === undefined ? {} : { protocol },
      );
      use(socket, request);
      return response;
    },
  );
  return {
    url: `ws://127.0.0.1:${server.addr.port}`,
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}

/** Sends back what comes. */
export function echo(socket: WebSocket): void {
  socket.onmessage = ({ data }) => socket.send(data);
}

/** Options that wait little. */
export const FAST: WebSocketClientOptions = {
  retryBackoff: { milliseconds: 5 },
  closeTimeout: { milliseconds: 100 },
};

/** One attempt, and no reconnect. */
export const ONCE: WebSocketClientOptions = { ...FAST, maxRetries: 0, reconnect: false };

/** What the promise rejected with. */
export async function failure(promise: Promise<unknown>): Promise<unknown> {
  return await promise.then(() => assert(false, "it did not fail"), (error) => error);
}
