/**
 * Leases: who may do something alone, for a limited time. Made of compare-and-set, so that every store
 * has them.
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

/** How long who waits for a lease sleeps between two looks. */
const POLL_MS = 50;

/** {@linkcode SharedState.lease} for a store that has compare-and-set. */
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
 * Runs `action` while a lease is held, and renews it as long as the action runs.
 *
 * @param state Where the lease is.
 * @param key Its name.
 * @param options How it is taken; a renewal comes after a third of its time.
 * @param action Is given the lease, to be sure of it before what cannot be undone.
 */
export async function whileLeased<T>(
  state: SharedState,
  key: StateKey,
  options: LeaseOptions,
  action: (lease: Lease) => Promise<T>,
): Promise<T> {
  const everyMs = TABLE.for("for", options.for) / 3;
  const lease = await state.lease(key, options);
  // One change at a time: the version that one writes is what the next one must find.
  let last: Promise<unknown> = Promise.resolve();
  const inTurn = <R>(step: () => Promise<R>): Promise<R> => {
    const next = last.then(step);
    last = next.catch(() => {}); // told to who asked for it
    return next;
  };
  let timer: ReturnType<typeof setTimeout> | undefined;
  let isOver = false;
  const arm = () => {
    if (isOver) return;
    timer = setTimeout(() => {
      // A renewal that fails may work the next time; if not, the action finds out by asking.
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
    // One that cannot be given back ends by itself, and is no reason to lose what the action brought.
    await inTurn(() => lease.release()).catch(() => {});
  }
}
