/**
 * The calls to a peer that wait for their responses.
 *
 * @module
 */

import { WebSocketError } from "../websocket_error.ts";
import { lateError, Pending } from "../messages/pending.ts";
import { type Call, readCallOptions, settle } from "./caller.ts";
import { type Answer, brokenError, type RPCID } from "./messages.ts";
import type { RPCCallOptions } from "./types.ts";

/** Sends a text; the signal withdraws it while it waits. Resolves with false if it was discarded. */
export type SendText = (
  text: string,
  options: { readonly signal?: AbortSignal },
) => Promise<unknown>;

/** The calls without a response. */
export class Calls {
  readonly #name: string;
  readonly #timeoutMs: number;
  readonly #send: SendText;
  readonly #waiting = new Map<number, { readonly call: Call; isSent: boolean }>();
  #lastID = 0;

  constructor(name: string, timeoutMs: number, send: SendText) {
    this.#name = name;
    this.#timeoutMs = timeoutMs;
    this.#send = send;
  }

  /** Sends the text of some calls, or of notifications only, and starts the timeouts of the calls. */
  async send(
    text: string,
    calls: readonly Call[],
    options: RPCCallOptions | undefined,
  ): Promise<void> {
    const { timeout: limitMs = this.#timeoutMs, signal } = readCallOptions(options);
    signal?.throwIfAborted();
    const entries = calls.map((call) => {
      const entry = { call, isSent: false };
      this.#waiting.set(call.id, entry);
      this.#lastID = Math.max(this.#lastID, call.id);
      return entry;
    });
    const gone = new AbortController(); // withdraws the message if it still waits
    const limited = calls.map((call) => this.#limit(call, limitMs, signal));
    if (calls.length > 0) void Promise.allSettled(limited).then(() => gone.abort());
    try {
      const sent = await this.#send(text, {
        ...(calls.length > 0 ? { signal: gone.signal } : signal && { signal }),
      });
      for (const entry of entries) entry.isSent = true;
      if (sent !== false) return;
    } catch (error) {
      if (gone.signal.aborted) return; // each call has its own reason
      this.#forget(calls);
      throw error;
    }
    this.#forget(calls);
    const why = "the overflow policy of the outbox discarded the message";
    throw new WebSocketError("queue_full", `Cannot call (${this.#name}): ${why}`);
  }

  /** Settles the call of a response; throws if the ID belongs to no call. */
  settle(id: RPCID, value: Answer | undefined): void {
    const entry = this.#waiting.get(id as number);
    if (entry !== undefined) {
      this.#waiting.delete(id as number);
      return settle(entry.call, value, this.#name);
    }
    if (typeof id === "number" && id > 0 && id <= this.#lastID) return; // the call has ended
    const what = value !== undefined && "error" in value
      ? `${value.error.message} (code ${value.error.code})`
      : "a result";
    throw brokenError(`a response belongs to no call: ${what}`, this.#name);
  }

  /** Settles when all waiting calls have settled. */
  settled(): Promise<unknown> {
    return Promise.allSettled([...this.#waiting.values()].map(({ call }) => call.promise));
  }

  /** Rejects all calls, or only those that were sent; the others wait for the next connection. */
  reject(error: unknown, all: boolean): void {
    for (const [id, { call, isSent }] of [...this.#waiting]) {
      if (!isSent && !all) continue;
      this.#waiting.delete(id);
      call.reject(error);
    }
  }

  #forget(calls: readonly Call[]): void {
    for (const { id } of calls) this.#waiting.delete(id);
  }

  /** Starts the timeout of a call and listens to its signal; settles when the call does. */
  #limit(call: Call, limitMs: number, signal: AbortSignal | undefined): Promise<unknown> {
    const startedAt = performance.now();
    const what = `Cannot call ${call.method}: ${this.#name} did not answer`;
    const pending: Pending<unknown> = new Pending<unknown>(
      { signal, limitMs },
      () => pending.reject(lateError(this.#name, limitMs, startedAt, what)),
      () => this.#waiting.delete(call.id),
    );
    call.promise.then(pending.resolve.bind(pending), pending.reject.bind(pending));
    return pending.promise.catch(call.reject);
  }
}
