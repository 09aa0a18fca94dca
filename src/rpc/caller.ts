/**
 * Calls, notifications and batches, over any transport.
 *
 * @module
 */

import { abortSignal, duration } from "../options/checks.ts";
import { readOptions } from "../options/read_options.ts";
import { type Answer, answerError, brokenError, request } from "./messages.ts";
import type { AnyMethods, MethodName, ParamsOf, ResultOf, RPCCallOptions } from "./types.ts";

/** A call that waits for its response. */
export interface Call {
  readonly id: number;
  readonly method: string;
  readonly promise: Promise<unknown>;
  resolve(result: unknown): void;
  reject(error: unknown): void;
}

/**
 * Sends a text and settles its calls. Resolves when the text is sent or, over HTTP, when the response
 * is read. If it rejects, its caller rejects the calls.
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

/** Returns the options of a call for its settings. */
export function callOptions(
  { timeout, signal }: { readonly timeout?: number; readonly signal?: AbortSignal },
): RPCCallOptions {
  return {
    ...(timeout !== undefined && {
      timeout: timeout === Infinity ? false : { milliseconds: timeout },
    }),
    ...(signal && { signal }),
  };
}

/** Calls the methods of a peer. */
export class RPCCaller<Methods = AnyMethods> {
  readonly #exchange: Exchange;
  #lastID = 0;

  /** Use {@linkcode rpc}. */
  constructor(exchange: Exchange) {
    this.#exchange = exchange;
  }

  /**
   * Calls a method of the peer.
   *
   * @param method The name of the method.
   * @param rest The `params`, an array or an object, and the options of the call.
   * @returns The result.
   * @throws {RPCError} If the peer returns an error.
   * @throws {NetworkingError} If there is no response: `idle_timeout` after `timeout`, or the error that
   * ended the connection or the request.
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
   * Sends a notification, which has no response. Resolves like the client's `send()`, or over HTTP when
   * the server accepted it.
   *
   * @param method The name of the method.
   * @param rest The `params`, and the options of the call.
   */
  async notify<Name extends MethodName<Methods>>(
    method: Name,
    ...rest: [...ParamsOf<Methods[Name]>, options?: RPCCallOptions]
  ): Promise<void> {
    const [params, options] = rest as readonly unknown[] as [unknown, RPCCallOptions | undefined];
    await this.#exchange(JSON.stringify(request(method, params)), [], options);
  }

  /** Starts a batch: calls and notifications in one message (section 6). */
  batch(): RPCBatch<Methods> {
    return new RPCBatch((method) => this.#newCall(method), this.#exchange);
  }

  #newCall(method: string): Call {
    return { id: ++this.#lastID, method, ...Promise.withResolvers<unknown>() };
  }
}

/** Calls and notifications in one message. */
export class RPCBatch<Methods = AnyMethods> {
  readonly #newCall: (method: string) => Call;
  readonly #exchange: Exchange;
  readonly #messages: unknown[] = [];
  readonly #calls: Call[] = [];
  #isSent = false;

  /** Use {@linkcode RPCCaller.batch}. */
  constructor(newCall: (method: string) => Call, exchange: Exchange) {
    this.#newCall = newCall;
    this.#exchange = exchange;
  }

  /** Adds a call; its promise settles after `send()`. */
  call<Name extends MethodName<Methods>>(
    method: Name,
    ...[params]: ParamsOf<Methods[Name]>
  ): Promise<ResultOf<Methods[Name]>> {
    this.#requireUnsent();
    const call = this.#newCall(method);
    this.#messages.push(request(method, params, call.id));
    this.#calls.push(call);
    call.promise.catch(() => {}); // prevents an unhandled rejection: send() may report the failure
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
   * Sends the batch, once. Resolves when every call has its result or error.
   *
   * @throws {TypeError} If it is empty or was sent before.
   * @throws {NetworkingError} If it could not be sent.
   */
  async send(options?: RPCCallOptions): Promise<void> {
    this.#requireUnsent();
    if (this.#messages.length === 0) {
      throw new TypeError("Cannot send an empty batch: add calls or notifications first");
    }
    this.#isSent = true;
    const calls = this.#calls;
    let failure: { readonly error: unknown } | undefined;
    const sent = this.#exchange(JSON.stringify(this.#messages), calls, options).catch((error) => {
      failure = { error };
      for (const call of calls) call.reject(error);
    });
    // A call may end by its timeout before its message is sent.
    await (calls.length === 0 ? sent : Promise.allSettled(calls.map(({ promise }) => promise)));
    if (failure !== undefined) throw failure.error;
  }

  #requireUnsent(): void {
    if (this.#isSent) throw new TypeError("Cannot use a batch that was sent: call batch() again");
  }
}

/** Settles a call by its response; undefined is a response that breaks the specification. */
export function settle(call: Call, answer: Answer | undefined, url: string): void {
  if (answer === undefined) {
    call.reject(brokenError(`the response to ${call.method} has no valid error`, url));
  } else if ("error" in answer) call.reject(answerError(answer.error, call.method, url));
  else call.resolve(answer.result);
}
