/**
 * Records all requests of all transfers of a download, for its error.
 *
 * @module
 */

import { type Attempt, ConnectionError, NetworkingError, TimeoutError } from "../../errors.ts";

/** How a transfer ended. */
type Outcome = Pick<Attempt, "statusCode" | "errorCode">;

/** The requests of a download, in order, and their outcomes. */
export class Account {
  readonly #attempts: Attempt[] = [];
  #beganAt = performance.now();
  #endedAt: number | undefined;
  /** The request whose body is being read, as its call recorded it. */
  #current: Attempt | undefined;
  #answeredAt = 0;

  /** All requests so far, without the one whose body is being read. */
  get attempts(): readonly Attempt[] {
    return [...this.#attempts];
  }

  /** Records that a call begins. */
  begin(): void {
    this.#beganAt = performance.now();
  }

  /** Records the response of the call; its body follows. */
  answered(attempts: readonly Attempt[]): void {
    this.#answeredAt = performance.now();
    const numbered = this.#numbered(attempts);
    // Middleware may have returned a response without a request.
    this.#current = numbered.pop() ??
      { number: 1, elapsedMs: this.#answeredAt - this.#beganAt, waitedMs: this.#waitedMs() };
    this.#attempts.push(...numbered);
  }

  /** Records that the call failed, and adds the earlier attempts to its error. */
  failed(error: unknown): void {
    if (!(error instanceof NetworkingError) || error.attempts.length === 0) return;
    this.#attempts.push(...this.#numbered(error.attempts));
    this.#endedAt = performance.now();
    Object.assign(error, { attempts: this.attempts });
  }

  /** Records that the body ended, complete or not. */
  end({ statusCode, errorCode }: Outcome): void {
    if (this.#current === undefined) return;
    const { statusCode: _, ...current } = this.#current;
    this.#endedAt = performance.now();
    this.#attempts.push({
      ...current,
      number: this.#attempts.length + 1,
      elapsedMs: current.elapsedMs + this.#endedAt - this.#answeredAt,
      ...statusCode !== undefined && { statusCode },
      ...errorCode !== undefined && { errorCode },
    });
    this.#current = undefined;
  }

  #waitedMs(): number {
    return this.#endedAt === undefined ? 0 : this.#beganAt - this.#endedAt;
  }

  #numbered(attempts: readonly Attempt[]): Attempt[] {
    const before = this.#attempts.length;
    return attempts.map((attempt, index) => ({
      ...attempt,
      number: before + index + 1,
      ...index === 0 && before > 0 && {
        waitedMs: this.#waitedMs(),
        waitReason: "backoff" as const,
      },
    }));
  }
}

/** Returns the error of the last transfer, with the bytes that all transfers brought. */
export function brokenOff(last: NetworkingError, brought: string): NetworkingError {
  const message = `${last.message}; ${brought}`;
  const facts = { ...last, cause: last.cause };
  return last instanceof TimeoutError
    ? new TimeoutError(message, { ...facts, ...last })
    : new ConnectionError(last.code, message, facts);
}
