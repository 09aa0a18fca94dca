/**
 * Lets `https://api.example` and `wss://api.example` lead to a service on loopback, on every runtime.
 *
 * @module
 */

/** Replaces `fetch` and `WebSocket`; anything else that is asked for is an error. */
export function redirectTo(port: number): void {
  const here = (url: string | URL): URL => {
    const target = new URL(url);
    if (target.hostname !== "api.example") throw new Error(`no example asks for ${target.origin}`);
    target.protocol = target.protocol.replace("s:", ":");
    target.host = `127.0.0.1:${port}`;
    return target;
  };
  const { fetch, WebSocket } = globalThis;
  globalThis.fetch = (input, init) =>
    fetch(here(input instanceof Request ? input.url : input), init);
  globalThis.WebSocket = class extends WebSocket {
    constructor(url: string | URL, options?: ConstructorParameters<typeof WebSocket>[1]) {
      super(here(url), options);
    }
  };
}
