/**
 * A socket in memory for JSON-RPC: a test says what comes, and sees what is sent.
 *
 * @module
 */

import type { RPCSocket } from "../../src/rpc/mod.ts";

/** The socket. */
export class FakeRPCSocket implements RPCSocket {
  readonly sent: string[] = [];
  /** Answers what is sent. */
  answer: ((message: { id?: number; method: string; params?: unknown }[]) => void) | undefined;
  /** What `send()` gives. */
  outcome: () => Promise<unknown> = () => Promise.resolve(true);
  readonly #handlers = new Map<string, ((event: never) => unknown)[]>();

  send(message: string, _options?: { readonly signal?: AbortSignal }): Promise<unknown> {
    this.sent.push(message);
    queueMicrotask(() => this.answer?.([JSON.parse(message)].flat()));
    return this.outcome();
  }

  on(event: string, handler: (event: never) => unknown): () => void {
    const all = this.#handlers.get(event) ?? [];
    all.push(handler);
    this.#handlers.set(event, all);
    return () => void all.splice(all.indexOf(handler), 1);
  }

  /** How many listen, to anything. */
  get listeners(): number {
    return [...this.#handlers.values()].flat().length;
  }

  emit(event: string, value: object): void {
    for (const handler of [...this.#handlers.get(event) ?? []]) handler(value as never);
  }

  /** A message comes. */
  receive(message: unknown): void {
    this.emit("message", {
      message: typeof message === "string" || message instanceof Uint8Array
        ? message
        : JSON.stringify(message),
    });
  }
}
