/**
 * Requests over a socket. The caller's `correlation` says which message answers which. Loaded by the first.
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
  /** Whether a socket has the message, whose end is then the end of its answer. */
  sent: boolean;
}

/** The requests of one client that have no answer yet. */
export class Requests<In, Out> {
  readonly #settings: WebSocketSettings<In, Out>;
  readonly #waiting = new Map<string | number, Waiting<In>>();

  constructor(settings: WebSocketSettings<In, Out>) {
    this.#settings = settings;
  }

  /** Sends a message and waits for its answer. */
  async ask(
    message: Out,
    options: SocketRequestOptions | undefined,
    send: (options: SendOptions) => Promise<boolean>,
  ): Promise<In> {
    const { correlation } = this.#settings.given;
    const { name, timeoutMs } = this.#settings.connection;
    const { timeout: limitMs = timeoutMs, signal } = readWait("request", options);
    if (correlation === undefined) {
      throw new TypeError("Cannot request: give the client the option correlation");
    }
    const key = correlation.ofRequest(message);
    if (this.#waiting.has(key)) {
      const why = `${JSON.stringify(key)} has no answer yet; give each request a key of its own`;
      throw new TypeError(`Cannot request: ${why}`);
    }
    signal?.throwIfAborted();
    const startedAt = performance.now();
    const gone = new AbortController(); // takes the message back, should it still wait
    const what = `Cannot request (${name}): no answer to ${JSON.stringify(key)} came`;
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

  /** Whether a request waits for its answer. */
  get isWaiting(): boolean {
    return this.#waiting.size > 0;
  }

  /** Resolves when no request waits any more, and after `ms` at the latest. */
  settled(ms: number): Promise<void> {
    const answers = Array.from(this.#waiting, ([, { pending }]) => pending.promise);
    return drained(Promise.allSettled(answers), ms);
  }

  /** Hands a message to the request that it answers; false if no request waits for it. */
  answer(message: In): boolean {
    const key = this.#settings.given.correlation!.ofResponse(message);
    const waiting = key === undefined ? undefined : this.#take(key);
    waiting?.pending.resolve(message);
    return waiting !== undefined;
  }

  /** The connection is gone, and with it the answers to what went over it. */
  lost({ code }: Ending): void {
    const why = `the connection ended with close code ${code} before the answer`;
    for (const [key, { sent }] of [...this.#waiting]) {
      if (!sent) continue;
      const { name } = this.#settings.connection;
      this.#reject(key, clientError("connection_closed", name, "request", why));
    }
  }

  /** There is no further connection. */
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
