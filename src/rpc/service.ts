/**
 * Serves the requests of a peer: calls the handlers and writes the responses.
 *
 * @module
 */

import { RPC_ERRORS, RPCError } from "./errors.ts";
import { type AnswerError, brokenError, type Incoming, type RPCID } from "./messages.ts";
import type { RPCHandlers } from "./types.ts";

/** The settings of a service. */
export interface ServiceSettings {
  readonly methods: RPCHandlers;
  readonly maxIncoming: number;
}

/** Serves the requests of one peer. */
export class Service {
  readonly #settings: ServiceSettings;
  readonly #name: string;
  readonly #failed: (error: unknown) => void;
  #life = new AbortController();
  #running = 0;

  /** @param failed Called with errors of handlers that are not sent to the peer. */
  constructor(settings: ServiceSettings, name: string, failed: (error: unknown) => void) {
    this.#settings = settings;
    this.#name = name;
    this.#failed = failed;
  }

  /** Aborts when the current connection is lost. */
  get signal(): AbortSignal {
    return this.#life.signal;
  }

  /** Serves a request; returns the text of the response, or undefined for a notification. */
  async serve(request: Incoming & { kind: "request" }): Promise<string | undefined> {
    const { id, method, params } = request;
    const isNotification = id === undefined;
    const { methods, maxIncoming } = this.#settings;
    if (!Object.hasOwn(methods, method)) {
      return isNotification ? undefined : errorMessage(id, RPC_ERRORS.method);
    }
    if (this.#running >= maxIncoming) {
      this.#failed(brokenError(`more than ${maxIncoming} requests at once`, this.#name));
      return isNotification ? undefined : errorMessage(id, RPC_ERRORS.busy);
    }
    this.#running++;
    const { signal } = this.#life;
    try {
      const result = await methods[method]!(params as never, { method, isNotification, signal });
      return isNotification ? undefined : resultMessage(id, result ?? null, method);
    } catch (error) {
      const isForPeer = error instanceof RPCError && error.remoteMessage === undefined;
      if (!isForPeer || isNotification) this.#failed(error);
      if (isNotification) return undefined;
      if (!isForPeer) return errorMessage(id, RPC_ERRORS.internal);
      return this.#errorOf(id, error);
    } finally {
      this.#running--;
    }
  }

  #errorOf(id: RPCID, { rpcCode: code, message, data }: RPCError): string {
    try {
      return errorMessage(id, { code, message, ...(data !== undefined && { data }) });
    } catch (cause) { // JSON cannot represent the data
      this.#failed(cause);
      return errorMessage(id, RPC_ERRORS.internal);
    }
  }

  /** Aborts the requests of a lost connection. */
  abort(reason: unknown): void {
    this.#life.abort(reason);
    this.#life = new AbortController();
  }
}

/** Returns the text of an error response. */
export function errorMessage(id: RPCID, error: AnswerError): string {
  return JSON.stringify({ jsonrpc: "2.0", error, id });
}

/** Returns the text of a response; throws a TypeError if JSON cannot represent the result. */
function resultMessage(id: RPCID, result: unknown, method: string): string {
  const text: string | undefined = JSON.stringify(result);
  if (text !== undefined) return `{"jsonrpc":"2.0","result":${text},"id":${JSON.stringify(id)}}`;
  throw new TypeError(
    `Cannot respond to ${method}: its result is a ${typeof result}, which JSON cannot represent`,
  );
}
