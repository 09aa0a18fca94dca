/**
 * The error that a peer answers a call with.
 *
 * @module
 */

import { brand, NetworkingError, type NetworkingErrorOptions } from "../errors.ts";

/** What an {@linkcode RPCError} can be given beside the common facts. */
export interface RPCErrorOptions extends NetworkingErrorOptions {
  /** The code of JSON-RPC: -32768 to -32000 are its own (section 5.1), the rest the program's. */
  readonly rpcCode: number;
  /** Whatever else the program says. */
  readonly data?: unknown;
  /** The method that was called. */
  readonly rpcMethod?: string;
  /** The message as the peer sent it. */
  readonly remoteMessage?: string;
}

/**
 * The peer answered a call with an error. Thrown by a handler, it is what the peer gets.
 *
 * @typeParam Data What the caller believes `data` to be.
 */
export class RPCError<Data = unknown> extends NetworkingError {
  static {
    brand(this, "RPCError");
  }

  /** The code of JSON-RPC, such as -32601. */
  declare readonly rpcCode: number;
  /** What else the peer said. */
  declare readonly data?: Data;
  /** The method that was called. */
  declare readonly rpcMethod?: string;
  /** The message as the peer sent it; absent in an error that was not sent by a peer. */
  declare readonly remoteMessage?: string;

  /**
   * Makes the error.
   * @param message What failed; in an error of a handler, what the peer is told.
   * @param options Code and data, and the facts of the call.
   */
  constructor(message: string, options: RPCErrorOptions) {
    super("rpc_error", message, options);
  }
}

/** The errors of the specification, section 5.1. */
export const RPC_ERRORS = {
  /** What came is not JSON. */
  parse: { code: -32700, message: "Parse error" },
  /** What came is JSON, and no request. */
  request: { code: -32600, message: "Invalid Request" },
  /** There is no such method. */
  method: { code: -32601, message: "Method not found" },
  /** The method does not take these params. */
  params: { code: -32602, message: "Invalid params" },
  /** The method failed. */
  internal: { code: -32603, message: "Internal error" },
  /** More requests at once than are taken (a code that servers may define). */
  busy: { code: -32000, message: "Too many requests at once" },
} as const;
