/**
 * The types of methods: an interface whose members are functions from `params` to the result.
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
   * How long to wait for the answer, in seconds; `false` for no limit. Over HTTP it is the `timeout` of
   * the request, whose default is the client's.
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
  /** Whether the peer expects no answer. */
  readonly isNotification: boolean;
  /** Aborts when the connection is lost, so that the answer cannot reach the peer. */
  readonly signal: AbortSignal;
}

/**
 * The methods that the peer can call, by name. The result of the function, or of its promise, is the
 * answer. A thrown {@linkcode RPCError} is sent to the peer; other errors are answered with "Internal
 * error", without their text.
 */
export type RPCHandlers = Readonly<
  Record<string, (params: never, context: RPCContext) => unknown>
>;
