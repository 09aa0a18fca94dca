/**
 * The interfaces of transports, which send requests, and of address policies, which allow them.
 *
 * @module
 */

import type { NetworkingError } from "../../errors.ts";
import type { HTTPRequest } from "../request/http_request.ts";
import type { Answer } from "../../runtime/answer.ts";
import type { MakeSocket } from "../../runtime/web_socket.ts";

/**
 * Puts one request on the wire; `fetch` itself is a transport. Every error that it throws counts as a
 * network failure and is classified.
 */
export interface Transport {
  /** Sends the request; must honour `init.signal` and must not follow redirects. */
  (url: string, init: RequestInit): Promise<globalThis.Response>;
  /**
   * Does the same, and returns less than a `Response`, which is faster. The client uses it if no exchange
   * middleware needs a `Response`. It must remove its listener from `init.signal`, which calls share.
   */
  readonly send?: (url: string, init: RequestInit) => Promise<Answer>;
  /**
   * Returns the transport with other addresses for host names, if it supports that. An address policy uses
   * it to connect only to the addresses that it checked.
   */
  readonly pinned?: (
    addressesOf: (hostname: string) => readonly string[] | undefined,
  ) => Transport;
  /** Makes a WebSocket over the same connections, if the transport supports that. */
  readonly webSocket?: MakeSocket;
  /** Frees the resources of the transport; called when the client that it was passed to is closed. */
  close?(): void | Promise<void>;
  /**
   * Whether the transport sends a `host` header of the request; otherwise requests with one are refused.
   *
   * @default {false}
   */
  readonly sendsHost?: boolean;
}

/** Returns the addresses for a host name; undefined if it must not be reached. */
export type AddressesOf = (hostname: string) => readonly string[] | undefined;

/** What a call provides to the code that sends one of its requests. */
export interface Transmission {
  /** Ends the transmission. */
  readonly signal: AbortSignal;
  /** Waits for code that no signal can stop, until a clock runs out. */
  withinClocks<T>(promise: Promise<T>): Promise<T>;
  /** Marks an error as the library's own. */
  claimError<E extends NetworkingError>(error: E): E;
  /** Returns the error for an exception of a transport. */
  transportFailure(
    thrown: unknown,
    request: HTTPRequest,
    reading: "head" | "body",
  ): Promise<unknown>;
  /** Registers a function that runs after the response was read. */
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
  /** Closes the connections of the guard. */
  close(): Promise<void>;
}

/** What the `addressPolicy` option accepts; `addressPolicy()` of `./address-policy` returns one. */
export interface AddressPolicy {
  /** Returns a guard for a client that sends by `transport`. */
  guard(transport: Transport): AddressGuard;
}
