/**
 * Requests over a socket. The caller's `correlation` matches responses to requests. Loaded by the first request.
 *
 * @module
 */

import { drained } from "../options/drained.ts";
import { clientError } from "./settings/client_errors.ts";
import type { SendOptions, SocketRequestOptions } from "./settings/options.ts";
import { lateError, Pending, readWait } from "../messages/pending.ts";
import type { Ending } from "./connection/reconnect_policy.ts";
import type { WebSocketSettings } from "./settings/settings.ts";

interface Waiting<In> {
  readonly pending: Pending<In>;
  /** Whether a socket has the message. If that socket is lost, so is the response. */
  sent: boolean;
}

/** The requests of one client that have no response yet. */
export class Requests<In, Out> {
  readonly #settings: WebSocketSettings<In, Out>;
  readonly #waiting = new Map<string | number, Waiting<In>>();

  constructor(settings: WebSocketSettings<In, Out>) {
    this.#settings = settings;
  }

  /** Sends a message and waits for its response. */
  async request(
    message: Out,
    options: SocketRequestOptions | undefined,
    send: (options: SendOptions) => Promise<boolean>,
  ): Promise<In> {
    const { correlation } = this.#settings.given;
    const { name, timeoutMs } = this.#settings.connection;
    const { timeout: limitMs = timeoutMs, signal } = readWait("request", options);
    if (correlation === undefined) {
      throw new TypeError("Cannot request: the client has no correlation; set this option");
    }
    const key = correlation.ofRequest(message);
    if (this.#waiting.has(key)) {
      const why = `${JSON.stringify(key)} is still waiting; use a unique key for each request`;
      throw new TypeError(`Cannot request: ${why}`);
    }
    signal?.throwIfAborted();
    const startedAt = performance.now();
    const gone = new AbortController(); // withdraws the message, if it still waits
    const what = `Cannot request (${name}): no response to ${JSON.stringify(key)} came`;
    const pending: Pending<In> = new Pending(
      { signal, limitMs },
      () => pending.reject(lateError(name, limitMs, startedAt, what)),
      () => this.#waiting.delete(key),
    );
    const waiting = { pending, sent: false };
    this.#waiting.set(key, waiting);
    const failed = (error: unknown) => {
      if (this.#waiting.get(key) === waiting) this.#reject(key, error); // the key may be another's now
    };
    const dropped = "the overflow policy of the outbox discarded it";
    send({ signal: gone.signal }).then((handedOver) => {
      waiting.sent = true;
      if (!handedOver) failed(clientError("queue_full", name, "request", dropped));
    }, failed);
    try {
      return await pending.promise;
    } finally {
      gone.abort();
    }
  }

  /** Whether a request waits for its response. */
  get isWaiting(): boolean {
    return this.#waiting.size > 0;
  }

  /** Resolves when no request waits any more, or after `ms`. */
  settled(ms: number): Promise<void> {
    const answers = Array.from(this.#waiting, ([, { pending }]) => pending.promise);
    return drained(Promise.allSettled(answers), ms);
  }

  /** Resolves the request that a message responds to. Returns false if no request waits for it. */
  answer(message: In): boolean {
    const key = this.#settings.given.correlation!.ofResponse(message);
    const waiting = key === undefined ? undefined : this.#take(key);
    waiting?.pending.resolve(message);
    return waiting !== undefined;
  }

  /** Rejects the requests that a lost connection carried: their responses are lost too. */
  lost({ code }: Ending): void {
    const why = `the connection ended with close code ${code} before the response`;
    for (const [key, { sent }] of [...this.#waiting]) {
      if (!sent) continue;
      const { name } = this.#settings.connection;
      this.#reject(key, clientError("connection_closed", name, "request", why));
    }
  }

  /** Rejects all requests: there is no further connection. */
  fail(error: unknown): void {
    for (const key of [...this.#waiting.keys()]) this.#reject(key, error);
  }

  #reject(key: string | number, error: unknown): void {
    this.#take(key)?.pending.reject(error);
  }

  #take(key: string | number): Waiting<In> | undefined {
    const waiting = this.#waiting.get(key);
    this.#waiting.delete(key);
    return waiting;
  }
}
