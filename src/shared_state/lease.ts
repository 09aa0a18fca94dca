/**
 * Leases: the exclusive right to do something for a limited time. They use compare-and-set, so every
 * store has them.
 *
 * @module
 */

import { abortSignal, duration, type OptionTable } from "../options/checks.ts";
import { readOptions } from "../options/read_options.ts";
import type { Lease, LeaseOptions, SharedState, StateKey } from "./state.ts";
import { delay } from "@std/async/delay";

const TABLE = {
  for: duration("for"),
  signal: abortSignal,
} satisfies OptionTable<LeaseOptions>;

/** How often a waiting caller tries to take the lease. */
const POLL_MS = 50;

/** Implements {@linkcode SharedState.lease} for a store that has compare-and-set. */
export async function acquireLease(
  state: Pick<SharedState, "compareAndSet">,
  key: StateKey,
  options: LeaseOptions,
): Promise<Lease> {
  const { for: heldMs = NaN, signal } = readOptions("take a lease", options, TABLE);
  const held = { expireIn: { milliseconds: heldMs } };
  const holder = crypto.randomUUID();
  while (true) {
    signal?.throwIfAborted();
    const version = await state.compareAndSet(key, undefined, holder, held);
    if (version !== undefined) return leaseOf(version);
    await delay(POLL_MS, signal && { signal });
  }

  function leaseOf(version: string): Lease {
    let current: string | undefined = version;
    return {
      version,
      async renew() {
        if (current !== undefined) {
          current = await state.compareAndSet(key, current, holder, held);
        }
        return current !== undefined;
      },
      async release() {
        const last = current;
        current = undefined;
        if (last !== undefined) await state.compareAndSet(key, last, undefined);
      },
    };
  }
}

/**
 * Takes a lease, runs `action`, and renews the lease until the action ends.
 *
 * @param state The store of the lease.
 * @param key The name of the lease.
 * @param options How to take the lease; it is renewed after each third of its time.
 * @param action Receives the lease, to check it before a step that cannot be undone.
 */
export async function whileLeased<T>(
  state: SharedState,
  key: StateKey,
  options: LeaseOptions,
  action: (lease: Lease) => Promise<T>,
): Promise<T> {
  const everyMs = TABLE.for("for", options.for) / 3;
  const lease = await state.lease(key, options);
  // One change at a time: each compares with the version that the previous one wrote.
  let last: Promise<unknown> = Promise.resolve();
  const inTurn = <R>(step: () => Promise<R>): Promise<R> => {
    const next = last.then(step);
    last = next.catch(() => {}); // the caller of `next` handles it
    return next;
  };
  let timer: ReturnType<typeof setTimeout> | undefined;
  let isOver = false;
  const arm = () => {
    if (isOver) return;
    timer = setTimeout(() => {
      // The next renewal may succeed; otherwise the action notices when it checks the lease.
      inTurn(() => lease.renew()).then((held) => held && arm(), arm);
    }, everyMs);
  };
  try {
    arm();
    return await action({
      version: lease.version,
      renew: () => inTurn(() => lease.renew()),
      release: () => inTurn(() => lease.release()),
    });
  } finally {
    isOver = true;
    clearTimeout(timer);
    // A lease that cannot be released expires; that must not lose the result of the action.
    await inTurn(() => lease.release()).catch(() => {});
  }
}
