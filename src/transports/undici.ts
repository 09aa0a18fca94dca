/**
 * The part of undici 8 that `nodeTransport()` uses, and its loader.
 *
 * @module
 */

import { builtinModule } from "../runtime/builtin_modules.ts";
import type { WebSocketLike } from "../runtime/web_socket.ts";

/** The global property of the dispatcher of Node's own fetch. */
export const NATIVE_DISPATCHER: symbol = Symbol.for("undici.globalDispatcher.1");

/** A pool of connections of undici. */
export interface Dispatcher {
  /** Sends a request; false if another one should wait. */
  dispatch(options: Readonly<Record<string, unknown>>, handler: DispatchHandler): boolean;
  /** Closes its connections immediately. */
  destroy(): Promise<void>;
}

/** Pauses and ends the response of one request. */
export interface DispatchController {
  /** Stops reading. */
  pause(): void;
  /** Resumes reading. */
  resume(): void;
  /** Ends the request; the handler gets the reason. */
  abort(reason: unknown): void;
}

/** Called with the events of one request. */
export interface DispatchHandler {
  /** The request got a connection. */
  onRequestStart(controller: DispatchController): void;
  /** A head came, also with status 1xx. */
  onResponseStart(
    controller: DispatchController,
    status: number,
    headers: Readonly<Record<string, string | string[]>>,
    statusText?: string,
  ): void;
  /** A chunk of the body came. */
  onResponseData(controller: DispatchController, chunk: Uint8Array<ArrayBuffer>): void;
  /** The body is complete. */
  onResponseEnd(): void;
  /** The request failed or was aborted. */
  onResponseError(controller: DispatchController | null, error: unknown): void;
}

/** The part of undici that is used. */
export interface Undici {
  readonly Agent: new (options: object) => Dispatcher;
  readonly ProxyAgent: new (options: object) => Dispatcher;
  readonly Socks5ProxyAgent: new (url: string, options: object) => Dispatcher;
  readonly WebSocket: new (url: string, options: object) => WebSocketLike;
}

/**
 * Loads the undici that is installed with this package.
 *
 * @throws {TypeError} If undici 8 is missing, or Node is too old for it.
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
    throw refuse(`undici 8 needs Node 22.19, and this is ${version}; update Node`);
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
  // undici replaces the dispatcher of Node's own fetch in the whole process: restore it.
  new Headers(); // makes Node set its dispatcher
  const sentBy = Reflect.get(globalThis, NATIVE_DISPATCHER);
  const undici = require("undici");
  if (sentBy !== undefined) Reflect.set(globalThis, NATIVE_DISPATCHER, sentBy);
  return undici;
}
