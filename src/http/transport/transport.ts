/**
 * What puts one request on the wire.
 *
 * @module
 */

/**
 * Puts one request on the wire; `fetch` itself is one. Whatever it throws counts as a failure of
 * the network and is classified.
 */
export interface Transport {
  /** Sends the request; must honour `init.signal` and must not follow redirects. */
  (url: string, init: RequestInit): Promise<globalThis.Response>;
  /** Frees what the transport holds; called when the client that was given it is closed. */
  close?(): void | Promise<void>;
  /**
   * Whether it sends a `host` header that it is given; where not, requests with one are refused.
   *
   * @default {false}
   */
  readonly sendsHost?: boolean;
}
