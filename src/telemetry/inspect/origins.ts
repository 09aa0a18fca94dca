/**
 * What the inspector shows of each origin: how calls to it ended, and what holds them back.
 *
 * @module
 */

import type { ClientParts } from "../../http/settings/middleware.ts";
import type { CallView } from "./call_events.ts";

/** An origin, as people see it. */
export interface OriginView {
  readonly origin: string;
  readonly calls: number;
  readonly running: number;
  readonly failures: number;
  readonly retries: number;
  /** Tokens of the retry budget. */
  readonly budget?: { readonly left: number; readonly of: number };
  readonly limiter?: {
    readonly onWire: number;
    readonly queued: number;
    readonly closedForMs: number;
  };
  readonly breaker?: { readonly state: string; readonly opensInMs: number };
}

/** How calls to an origin went. */
export class OriginCounts {
  calls = 0;
  running = 0;
  failures = 0;
  retries = 0;
}

interface Budget {
  balance(origin: string): number;
}

interface Stateful<State> {
  state(key: string): State;
}

const MOST_ORIGINS = 100;
const MOST_CLIENTS = 50;
/** A budget knows nothing of it, so that its balance is the capacity. */
const NOWHERE = "";

/** The origins, each with what holds back its calls. */
export class Origins {
  readonly #counts = new Map<string, OriginCounts>();
  readonly #budgets = new Set<Budget>();
  readonly #limiters = new Set<Stateful<NonNullable<OriginView["limiter"]>>>();
  readonly #breakers = new Set<Stateful<NonNullable<OriginView["breaker"]>>>();

  /** Takes what holds back the calls of a client; objects of the caller's own may not say it. */
  add({ retryBudget, settings: { limit, breaker } }: ClientParts): void {
    if (has<Budget>(retryBudget, "balance")) keep(this.#budgets, retryBudget);
    if (has<Stateful<never>>(limit, "state")) keep(this.#limiters, limit);
    if (has<Stateful<never>>(breaker, "state")) keep(this.#breakers, breaker);
  }

  /** A call to an origin began. */
  began(origin: string): void {
    let counts = this.#counts.get(origin);
    if (counts === undefined) {
      this.#counts.set(origin, counts = new OriginCounts());
      const [oldest] = this.#counts.keys();
      if (this.#counts.size > MOST_ORIGINS) this.#counts.delete(oldest!);
    }
    counts.calls++;
    counts.running++;
  }

  /** It ended. */
  ended({ origin, state, attempts }: CallView): void {
    const counts = this.#counts.get(origin);
    if (counts === undefined) return;
    counts.running = Math.max(0, counts.running - 1);
    counts.retries += Math.max(0, attempts - 1);
    if (state === "failed" || state === "status") counts.failures++;
  }

  /** All origins, in the order in which they were first seen. */
  views(): readonly OriginView[] {
    return [...this.#counts].map(([origin, counts]) => this.view(origin, counts));
  }

  /** One origin. Of several budgets, limiters and breakers the tightest counts. */
  view(origin: string, { calls, running, failures, retries }: OriginCounts): OriginView {
    const budgets = [...this.#budgets].map((budget) => ({
      left: budget.balance(origin),
      of: budget.balance(NOWHERE),
    })).sort((a, b) => a.left - b.left);
    const limiters = [...this.#limiters].map((one) => one.state(origin))
      .sort((a, b) => b.queued - a.queued || b.onWire - a.onWire);
    const breakers = [...this.#breakers].map((one) => one.state(origin))
      .sort((a, b) => TIGHTNESS.indexOf(b.state) - TIGHTNESS.indexOf(a.state));
    return {
      ...{ origin, calls, running, failures, retries },
      ...(budgets[0] !== undefined && { budget: budgets[0] }),
      ...(limiters[0] !== undefined && { limiter: limiters[0] }),
      ...(breakers[0] !== undefined && { breaker: breakers[0] }),
    };
  }
}

const TIGHTNESS = ["closed", "half-open", "open"];

function has<T extends object>(value: unknown, method: keyof T & string): value is T {
  return typeof (value as Record<string, unknown> | undefined)?.[method] === "function";
}

/** Adds a value; of too many the first one goes. */
function keep<T>(values: Set<T>, value: T): void {
  values.add(value);
  const [oldest] = values;
  if (values.size > MOST_CLIENTS) values.delete(oldest!);
}
