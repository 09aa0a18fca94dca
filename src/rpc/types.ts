/**
 * The types of methods: an interface whose members are functions from `params` to the result.
 *
 * @module
 */

import type { Duration } from "../options/duration.ts";

/** What JSON-RPC 2.0 allows as `params`: by position, or by name (section 4.2). */
export type RPCParams = readonly unknown[] | { readonly [name: string]: unknown };

/** Methods that nobody has described. */
export interface AnyMethods {
  /** By name. */
  readonly [method: string]: (params?: RPCParams) => unknown;
}

/** The names of methods. */
export type MethodName<Methods> = keyof Methods & string;

/** What a method gives. */
export type ResultOf<Method> = Method extends (...given: never) => infer Result ? Awaited<Result>
  : never;

/** The `params` of a method, which may be left out where the method takes none. */
export type ParamsOf<Method> = Method extends (...given: infer Given) => unknown
  ? Given extends [] ? [params?: undefined]
  : undefined extends Given[0] ? [params?: Given[0]]
  : [params: Given[0]]
  : never;

/** What can be said of one call. */
export interface RPCCallOptions {
  /**
   * Seconds to wait for the answer; `false` switches it off. Over HTTP it is the `timeout` of the
   * request, whose default is the client's.
   *
   * @default {30}
   */
  readonly timeout?: Duration | false;
  /** Ends the wait, with the signal's own reason; the peer is not told. */
  readonly signal?: AbortSignal;
}

/** What a handler is told beside `params`. */
export interface RPCContext {
  /** The name that was called. */
  readonly method: string;
  /** Whether nobody waits for an answer. */
  readonly isNotification: boolean;
  /** Aborted when the connection, and with it who waits for the answer, is gone. */
  readonly signal: AbortSignal;
}

/**
 * What the peer can call, by name. The result, or what its promise gives, is the answer. An
 * {@linkcode RPCError} that is thrown is answered as it is; anything else as "Internal error", with
 * nothing of what it says.
 */
export type RPCHandlers = Readonly<
  Record<string, (params: never, context: RPCContext) => unknown>
>;
