/**
 * The public types of JSON-RPC. Methods are an interface whose members are functions from `params` to
 * the result.
 *
 * @module
 */

import type { Duration } from "../options/duration.ts";

/** The `params` of JSON-RPC 2.0: by position, or by name (section 4.2). */
export type RPCParams = readonly unknown[] | { readonly [name: string]: unknown };

/** Methods without a type. */
export interface AnyMethods {
  /** The methods by name. */
  readonly [method: string]: (params?: RPCParams) => unknown;
}

/** The names of methods. */
export type MethodName<Methods> = keyof Methods & string;

/** The result of a method. */
export type ResultOf<Method> = Method extends (...given: never) => infer Result ? Awaited<Result>
  : never;

/** The `params` of a method; optional if the method takes none. */
export type ParamsOf<Method> = Method extends (...given: infer Given) => unknown
  ? Given extends [] ? [params?: undefined]
  : undefined extends Given[0] ? [params?: Given[0]]
  : [params: Given[0]]
  : never;

/** Options of one call. */
export interface RPCCallOptions {
  /**
   * How long to wait for the response, in seconds; `false` for no limit. Over HTTP it is the `timeout` of
   * the request, and defaults to the client's.
   *
   * @default {30}
   */
  readonly timeout?: Duration | false;
  /** Ends the wait with the signal's reason; the peer is not notified. */
  readonly signal?: AbortSignal;
}

/** The second argument of a handler. */
export interface RPCContext {
  /** The name of the called method. */
  readonly method: string;
  /** Whether the peer expects no response. */
  readonly isNotification: boolean;
  /** Aborts when the connection is lost, since the response cannot reach the peer then. */
  readonly signal: AbortSignal;
}

/**
 * The methods that the peer can call, by name. The function's result, awaited, is sent to the peer. So is
 * a thrown {@linkcode RPCError}; for other errors the peer receives "Internal error", without their text.
 */
export type RPCHandlers = Readonly<
  Record<string, (params: never, context: RPCContext) => unknown>
>;

/**
 * The socket of a peer: a WebSocketClient, a ReliableClient or a ReliableSession. It must have no
 * `codec`, since messages are JSON text.
 */
export interface RPCSocket {
  /** The URL, for error messages. */
  readonly url?: string;
  /** Whether messages survive the loss of a connection; calls are then not rejected. */
  readonly resumes?: true;
  /** Sends text; the signal withdraws it while it waits. */
  send(message: string, options?: { readonly signal?: AbortSignal }): Promise<unknown>;
  /** Adds a handler for messages. It is also called for `close`, `reconnecting` and `gap`. */
  on(
    event: "message",
    handler: (event: { readonly message: string | Uint8Array<ArrayBuffer> }) => unknown,
  ): () => void;
}

/** The events of a peer. */
export interface RPCPeerEvents {
  /** A handler failed, a message is not JSON-RPC, or a response belongs to no call. */
  readonly error: { readonly error: unknown };
}

/** Options of a subscription. */
export interface RPCSubscribeOptions<Item> extends RPCCallOptions {
  /** The method of its notifications, such as `eth_subscription`. */
  readonly notification: string;
  /** The method that ends it, called with its ID in an array; by default none is called. */
  readonly unsubscribe?: string;
  /**
   * Returns the subscription ID of a notification.
   *
   * @default {({ subscription }) => subscription}
   */
  readonly idOf?: (params: never) => unknown;
  /**
   * Returns the item of a notification, for the stream.
   *
   * @default {({ result }) => result}
   */
  readonly itemOf?: (params: never) => Item;
}
