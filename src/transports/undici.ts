/**
 * As much of undici 8 as `nodeTransport()` uses, and how it is found.
 *
 * @module
 */

import { builtinModule } from "../runtime/builtin_modules.ts";
import type { WebSocketLike } from "../runtime/web_socket.ts";

/** Where Node has what its own fetch sends by. */
export const NATIVE_DISPATCHER: symbol = Symbol.for("undici.globalDispatcher.1");

/** A pool of connections of undici. */
export interface Dispatcher {
  /** Sends a request; false if another one should wait. */
  dispatch(options: Readonly<Record<string, unknown>>, handler: DispatchHandler): boolean;
  /** Closes its connections at once. */
  destroy(): Promise<void>;
}

/** What stops the response of one request, and ends it. */
export interface DispatchController {
  /** Stops reading. */
  pause(): void;
  /** Reads again. */
  resume(): void;
  /** Ends the request; the handler gets the reason. */
  abort(reason: unknown): void;
}

/** What is told of one request. */
export interface DispatchHandler {
  /** It goes over a connection now. */
  onRequestStart(controller: DispatchController): void;
  /** A head came; also one of status 1xx. */
  onResponseStart(
    controller: DispatchController,
    status: number,
    headers: Readonly<Record<string, string | string[]>>,
    statusText?: string,
  ): void;
  /** A piece of the body came. */
  onResponseData(controller: DispatchController, chunk: Uint8Array<ArrayBuffer>): void;
  /** The body is whole. */
  onResponseEnd(): void;
  /** It failed, or was ended. */
  onResponseError(controller: DispatchController | null, error: unknown): void;
}

/** As much of undici as is used. */
export interface Undici {
  readonly Agent: new (options: object) => Dispatcher;
  readonly ProxyAgent: new (options: object) => Dispatcher;
  readonly Socks5ProxyAgent: new (url: string, options: object) => Dispatcher;
  readonly WebSocket: new (url: string, options: object) => WebSocketLike;
}

/**
 * The undici that is installed with this package, on a Node that undici 8 supports.
 *
 * @throws {TypeError} If there is none.
 */
export function loadUndici(): Undici {
  const refuse = (why: string, cause?: unknown) =>
    new TypeError(`Cannot create nodeTransport: ${why}`, { cause });
  const { Deno, process } = globalThis as {
    readonly Deno?: unknown;
    readonly process?: { readonly versions?: { readonly node?: string } };
  };
  if (Deno !== undefined) throw refuse("this runtime is Deno; use denoTransport()");
  const version = process?.versions?.node;
  const modules = builtinModule<{
    createRequire(from: string): { (name: "undici"): Undici; (name: string): unknown };
  }>("node:module");
  if (version === undefined || modules === undefined) {
    throw refuse("this runtime is neither Node nor Bun; use the default transport");
  }
  const [major = 0, minor = 0] = version.split(".").map(Number);
  if (major < 22 || (major === 22 && minor < 19)) {
    throw refuse(`undici 8 needs Node 22.19, and this is ${version}; use a later Node`);
  }
  const require = modules.createRequire(import.meta.url);
  let found: string;
  try {
    found = (require("undici/package.json") as { readonly version: string }).version;
  } catch (cause) {
    throw refuse("undici is not installed; run npm install undici@8", cause);
  }
  if (Number(found.split(".")[0]) < 8) {
    throw refuse(`it needs undici 8, and ${found} is installed; run npm install undici@8`);
  }
  // undici takes the place of what Node's own fetch sends by, for all of the process: put that back.
  new Headers(); // Node has it from here on
  const sentBy = Reflect.get(globalThis, NATIVE_DISPATCHER);
  const undici = require("undici");
  if (sentBy !== undefined) Reflect.set(globalThis, NATIVE_DISPATCHER, sentBy);
  return undici;
}
