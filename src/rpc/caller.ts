/**
 * Calls, notifications and batches, whatever carries them.
 *
 * @module
 */

import { abortSignal, duration } from "../options/checks.ts";
import { readOptions } from "../options/read_options.ts";
import { type Answer, answerError, brokenError, request } from "./messages.ts";
import type { AnyMethods, MethodName, ParamsOf, ResultOf, RPCCallOptions } from "./types.ts";

/** A call that waits for its answer. */
export interface Call {
  readonly id: number;
  readonly method: string;
  readonly promise: Promise<unknown>;
  resolve(result: unknown): void;
  reject(error: unknown): void;
}

/**
 * Sends a text, and settles its calls. Resolves when the text is sent and, over HTTP, answered. When
 * it rejects, who called it rejects the calls.
 */
export type Exchange = (
  text: string,
  calls: readonly Call[],
  options: RPCCallOptions | undefined,
) => Promise<void>;

const CALL = { timeout: duration("timeout", { off: true }), signal: abortSignal };

/** Reads the options of one call. */
export function readCallOptions(
  options: RPCCallOptions | undefined,
): { readonly timeout?: number; readonly signal?: AbortSignal } {
  return readOptions("call", options, CALL);
}

/** Calls the methods of a peer. */
export class RPCCaller<Methods = AnyMethods> {
  readonly #exchange: Exchange;
  #lastID = 0;

  /** For {@linkcode rpc}. */
  constructor(exchange: Exchange) {
    this.#exchange = exchange;
  }

  /**
   * Calls a method of the peer.
   *
   * @param method Its name.
   * @param rest Its `params`, an array or an object, and the options of the call.
   * @returns The result.
   * @throws {RPCError} If the peer answers with an error.
   * @throws {NetworkingError} If there is no answer: `idle_timeout` after `timeout`, or what ended the
   * connection or the request.
   */
  async call<Name extends MethodName<Methods>>(
    method: Name,
    ...rest: [...ParamsOf<Methods[Name]>, options?: RPCCallOptions]
  ): Promise<ResultOf<Methods[Name]>> {
    const [params, options] = rest as readonly unknown[] as [unknown, RPCCallOptions | undefined];
    const call = this.#newCall(method);
    const text = JSON.stringify(request(method, params, call.id));
    this.#exchange(text, [call], options).catch(call.reject);
    return await call.promise as ResultOf<Methods[Name]>;
  }

  /**
   * Sends a notification, which nobody answers. Resolves when it was sent as the client's `send()`
   * says, or over HTTP when the server took it.
   *
   * @param method Its name.
   * @param rest Its `params`, and the options of the call.
   */
  async notify<Name extends MethodName<Methods>>(
    method: Name,
    ...rest: [...ParamsOf<Methods[Name]>, options?: RPCCallOptions]
  ): Promise<void> {
    const [params, options] = rest as readonly unknown[] as [unknown, RPCCallOptions | undefined];
    await this.#exchange(JSON.stringify(request(method, params)), [], options);
  }

  /** Begins a batch: calls and notifications that go as one message (section 6). */
  batch(): RPCBatch<Methods> {
    return new RPCBatch((method) => this.#newCall(method), this.#exchange);
  }

  #newCall(method: string): Call {
    return { id: ++this.#lastID, method, ...Promise.withResolvers<unknown>() };
  }
}

/** Calls and notifications that go as one message. */
export class RPCBatch<Methods = AnyMethods> {
  readonly #newCall: (method: string) => Call;
  readonly #exchange: Exchange;
  readonly #messages: unknown[] = [];
  readonly #calls: Call[] = [];
  #isSent = false;

  /** For {@linkcode RPCCaller.batch}. */
  constructor(newCall: (method: string) => Call, exchange: Exchange) {
    this.#newCall = newCall;
    this.#exchange = exchange;
  }

  /** Adds a call; the promise settles after `send()`, each by itself. */
  call<Name extends MethodName<Methods>>(
    method: Name,
    ...[params]: ParamsOf<Methods[Name]>
  ): Promise<ResultOf<Methods[Name]>> {
    this.#requireUnsent();
    const call = this.#newCall(method);
    this.#messages.push(request(method, params, call.id));
    this.#calls.push(call);
    call.promise.catch(() => {}); // send() tells of what nobody awaits
    return call.promise as Promise<ResultOf<Methods[Name]>>;
  }

  /** Adds a notification. */
  notify<Name extends MethodName<Methods>>(
    method: Name,
    ...[params]: ParamsOf<Methods[Name]>
  ): void {
    this.#requireUnsent();
    this.#messages.push(request(method, params));
  }

  /**
   * Sends the batch, once. Resolves when each call has its answer, an error or not.
   *
   * @throws {TypeError} If there is nothing in it, or it was sent before.
   * @throws {NetworkingError} If it could not be sent.
   */
  async send(options?: RPCCallOptions): Promise<void> {
    this.#requireUnsent();
    if (this.#messages.length === 0) {
      throw new TypeError("Cannot send a batch of nothing: add calls or notifications first");
    }
    this.#isSent = true;
    const calls = this.#calls;
    let failure: { readonly error: unknown } | undefined;
    const sent = this.#exchange(JSON.stringify(this.#messages), calls, options).catch((error) => {
      failure = { error };
      for (const call of calls) call.reject(error);
    });
    // A call may be over before its message is sent: by its timeout.
    await (calls.length === 0 ? sent : Promise.allSettled(calls.map(({ promise }) => promise)));
    if (failure !== undefined) throw failure.error;
  }

  #requireUnsent(): void {
    if (this.#isSent) throw new TypeError("Cannot use a batch again that was sent: begin another");
  }
}

/** Settles a call by its answer; one without a value breaks the specification. */
export function settle(call: Call, answer: Answer | undefined, url: string): void {
  if (answer === undefined) {
    call.reject(brokenError(`the answer to ${call.method} has no valid error`, url));
  } else if ("error" in answer) call.reject(answerError(answer.error, call.method, url));
  else call.resolve(answer.result);
}
