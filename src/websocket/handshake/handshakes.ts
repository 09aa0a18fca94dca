/**
 * Prepares each socket: calls the provider functions, prepares headers and protocols, calls the hooks. The only
 * place that handles credentials.
 *
 * @module
 */

import {
  type Attempt,
  completeError,
  NetworkingError,
  type NetworkingErrorCode,
} from "../../errors.ts";
import { NO_HOOKS } from "../../hooks.ts";
import { checkHost, mergeHeaders } from "../../http/request/headers.ts";
import { lazy } from "../../runtime/lazy.ts";
import type { SocketTarget } from "../connection/socket_types.ts";
import type { ConnectContext, Provider } from "../settings/options.ts";
import type { ShownHandshake } from "./shown_handshake.ts";
import type { WebSocketSettings } from "../settings/settings.ts";

/** For hooks and auth schemes: a client without them never loads it. */
const SHOWN = /* @__PURE__ */ lazy(() => import("./shown_handshake.ts"));

/** The handshakes of one client. */
export class Handshakes<In, Out> {
  readonly #settings: WebSocketSettings<In, Out>;
  #startedAt = 0;
  #beganAt = 0;
  #endedAt = 0;
  #waitedMs = 0;
  #attempts: Attempt[] = [];
  #shown: ShownHandshake | undefined;
  #attempt = 1;

  constructor(settings: WebSocketSettings<In, Out>) {
    this.#settings = settings;
  }

  /** Prepares an attempt. Errors of provider functions and hooks pass through unchanged. */
  async prepare(
    { attempt, refresh }: { readonly attempt: number; readonly refresh: boolean },
    signal: AbortSignal,
  ): Promise<SocketTarget> {
    this.#beganAt = performance.now();
    this.#waitedMs = attempt === 1 ? 0 : this.#beganAt - this.#endedAt;
    if (attempt === 1) this.#attempts = [];
    const { url, given, common, connection } = this.#settings;
    const context: ConnectContext = { attempt, refresh, signal };
    const headers = mergeHeaders(common.headers, await valueOf(given.headers, context) ?? {});
    checkHost(headers);
    const protocols = [await valueOf(given.protocols, context) ?? []].flat();
    const plain = { url: String(await valueOf(url, context)), headers };
    let shown: ShownHandshake | undefined;
    if (given.auth || common.hooks !== NO_HOOKS) {
      const { showHandshake } = await SHOWN.load();
      shown = await showHandshake(plain, given.auth || undefined, common.hooks, context);
    }
    const target: SocketTarget = {
      url: shown?.url ?? plain.url,
      name: connection.name,
      headers: shown?.headers ?? headers,
      protocols,
    };
    signal.throwIfAborted(); // a provider was slow: hooks are not called for a handshake that is not sent
    if (attempt === 1) this.#startedAt = this.#beganAt;
    this.#attempt = attempt;
    this.#shown = shown;
    await shown?.begun(this.#startedAt, this.#waitedMs, this.#attempts.at(-1));
    return target;
  }

  /** Calls the hooks after the handshake. */
  async done(protocol: string): Promise<void> {
    await this.#shown?.done(protocol);
  }

  /** Records an attempt that failed, or whose connection was lost. */
  ended(error: unknown): void {
    this.#endedAt = performance.now();
    const { code, statusCode } = (error instanceof NetworkingError ? error : {}) as {
      code?: NetworkingErrorCode;
      statusCode?: number;
    };
    this.#attempts = [...this.#attempts.slice(-99), {
      number: this.#attempt,
      elapsedMs: this.#endedAt - this.#beganAt,
      waitedMs: this.#waitedMs,
      ...(this.#attempt > 1 && { waitReason: "backoff" as const }),
      ...(statusCode !== undefined ? { statusCode } : code !== undefined && { errorCode: code }),
    }];
  }

  /** Completes the last error, and calls the hooks for it: no attempt follows. */
  async gaveUp(error: unknown): Promise<void> {
    if (!(error instanceof NetworkingError)) return;
    // A provider may have thrown the error of a call of its own, which is complete already.
    if (error.attempts.length === 0) completeError(error, { attempts: this.#attempts });
    await this.#shown?.gaveUp(error);
  }
}

async function valueOf<T>(provider: Provider<T>, context: ConnectContext): Promise<T> {
  return await (typeof provider === "function"
    ? (provider as (context: ConnectContext) => T | Promise<T>)(context)
    : provider);
}
