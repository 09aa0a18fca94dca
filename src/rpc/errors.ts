/**
 * The errors of JSON-RPC.
 *
 * @module
 */

import { brand, NetworkingError, type NetworkingErrorOptions } from "../errors.ts";

/** The options of an {@linkcode RPCError}. */
export interface RPCErrorOptions extends NetworkingErrorOptions {
  /** The code; JSON-RPC reserves -32768 to -32000 (section 5.1). */
  readonly rpcCode: number;
  /** Further data about the error. */
  readonly data?: unknown;
  /** The method that was called. */
  readonly rpcMethod?: string;
  /** The message that the peer sent. */
  readonly remoteMessage?: string;
}

/**
 * The error that the peer returned for a call. A handler throws it to send an error to the peer.
 *
 * @typeParam Data The type of `data`, which nothing checks.
 */
export class RPCError<Data = unknown> extends NetworkingError {
  static {
    brand(this, "RPCError");
  }

  /** The code of JSON-RPC, such as -32601. */
  declare readonly rpcCode: number;
  /** Further data that the peer sent. */
  declare readonly data?: Data;
  /** The method that was called. */
  declare readonly rpcMethod?: string;
  /** The message that the peer sent; undefined if the error was created here. */
  declare readonly remoteMessage?: string;

  /**
   * Creates the error.
   * @param message What failed; if a handler throws it, the message for the peer.
   * @param options The code, the data and the details of the call.
   */
  constructor(message: string, options: RPCErrorOptions) {
    super("rpc_error", message, options);
  }
}

/** The errors of the specification, section 5.1. */
export const RPC_ERRORS = {
  /** The message is not JSON. */
  parse: { code: -32700, message: "Parse error" },
  /** The message is JSON, but not a request. */
  request: { code: -32600, message: "Invalid Request" },
  /** The method does not exist. */
  method: { code: -32601, message: "Method not found" },
  /** The method does not take these params. */
  params: { code: -32602, message: "Invalid params" },
  /** The method failed. */
  internal: { code: -32603, message: "Internal error" },
  /** More concurrent requests than `maxIncoming` (a code that servers may define). */
  busy: { code: -32000, message: "Too many requests at once" },
} as const;
