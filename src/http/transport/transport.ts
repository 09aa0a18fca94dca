/**
 * What puts one request on the wire, and the contract of what decides whether it may be sent.
 *
 * @module
 */

import type { NetworkingError } from "../../errors.ts";
import type { HTTPRequest } from "../request/http_request.ts";
import type { Answer } from "../../runtime/answer.ts";
import type { MakeSocket } from "../../runtime/web_socket.ts";

/**
 * Puts one request on the wire; `fetch` itself is one. Whatever it throws counts as a failure of
 * the network and is classified.
 */
export interface Transport {
  /** Sends the request; must honour `init.signal` and must not follow redirects. */
  (url: string, init: RequestInit): Promise<globalThis.Response>;
  /**
   * Does the same, and answers with less than a `Response`, which is faster. Used where no exchange
   * middleware wants a `Response`. It takes its listener off `init.signal` again, which calls share.
   */
  readonly send?: (url: string, init: RequestInit) => Promise<Answer>;
  /**
   * The same connections, with the addresses of host names from elsewhere, where the transport can: an
   * address policy has them lead to what it judged.
   */
  readonly pinned?: (
    addressesOf: (hostname: string) => readonly string[] | undefined,
  ) => Transport;
  /** Makes a WebSocket over the same connections, where the transport can. */
  readonly webSocket?: MakeSocket;
  /** Frees what the transport holds; called when the client that was given it is closed. */
  close?(): void | Promise<void>;
  /**
   * Whether it sends a `host` header that it is given; where not, requests with one are refused.
   *
   * @default {false}
   */
  readonly sendsHost?: boolean;
}

/** The addresses that a host name is to lead to; undefined if it is to lead nowhere. */
export type AddressesOf = (hostname: string) => readonly string[] | undefined;

/** What a call lends to the code that sends one of its requests. */
export interface Transmission {
  /** Ends the transmission. */
  readonly signal: AbortSignal;
  /** Waits for code that no signal can stop, as long as the clocks allow. */
  withinClocks<T>(promise: Promise<T>): Promise<T>;
  /** Marks an error as the library's own. */
  claimError<E extends NetworkingError>(error: E): E;
  /** The error for what a transport threw. */
  transportFailure(
    thrown: unknown,
    request: HTTPRequest,
    reading: "head" | "body",
  ): Promise<unknown>;
  /** Frees something when the response was read. */
  atAttemptEnd(cleanup: () => void): void;
}

/** Applies an address policy to the requests of one client. */
export interface AddressGuard {
  /**
   * Returns the transport for a request.
   *
   * @throws {AddressError} If the policy refuses it.
   */
  transportFor(request: HTTPRequest, transmission: Transmission): Promise<Transport>;
  /** Closes what the guard opened. */
  close(): Promise<void>;
}

/** What the `addressPolicy` option takes; `addressPolicy()` of `./address-policy` makes one. */
export interface AddressPolicy {
  /** A guard for a client that sends by `transport`. */
  guard(transport: Transport): AddressGuard;
}
