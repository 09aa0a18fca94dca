/**
 * The account of a download: every request of every transfer, for the error that it ends with.
 *
 * @module
 */

import { type Attempt, ConnectionError, NetworkingError, TimeoutError } from "../../errors.ts";

/** How a transfer ended. */
type Outcome = Pick<Attempt, "statusCode" | "errorCode">;

/** What was asked for, one call after the other, and what came of it. */
export class Account {
  readonly #attempts: Attempt[] = [];
  #beganAt = performance.now();
  #endedAt: number | undefined;
  /** The request whose body is being read, as its call has noted it. */
  #current: Attempt | undefined;
  #answeredAt = 0;

  /** Every request so far; that of a body that is being read is not among them. */
  get attempts(): readonly Attempt[] {
    return [...this.#attempts];
  }

  /** A call begins. */
  begin(): void {
    this.#beganAt = performance.now();
  }

  /** The call has an answer, whose body is still to come. */
  answered(attempts: readonly Attempt[]): void {
    this.#answeredAt = performance.now();
    const own = this.#numbered(attempts);
    // Middleware may have answered by itself.
    this.#current = own.pop() ??
      { number: 1, elapsedMs: this.#answeredAt - this.#beganAt, waitedMs: this.#waitedMs() };
    this.#attempts.push(...own);
  }

  /** The call has failed, and this has its attempts: those before are added to it. */
  failed(error: unknown): void {
    if (!(error instanceof NetworkingError) || error.attempts.length === 0) return;
    this.#attempts.push(...this.#numbered(error.attempts));
    this.#endedAt = performance.now();
    Object.assign(error, { attempts: this.attempts });
  }

  /** The body has ended, or what there was of it. */
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

/** The error of the last transfer, which says what all of them brought. */
export function brokenOff(last: NetworkingError, brought: string): NetworkingError {
  const message = `${last.message}; ${brought}`;
  const facts = { ...last, cause: last.cause };
  return last instanceof TimeoutError
    ? new TimeoutError(message, { ...facts, ...last })
    : new ConnectionError(last.code, message, facts);
}
