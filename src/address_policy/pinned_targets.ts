/**
 * Holds the addresses that host names are pinned to while requests need them.
 *
 * @module
 */

/** The addresses of a host name. */
export class PinnedTarget {
  /** Why the last connection failed, since the runtime reports only a failure of the proxy. */
  failure: unknown;
  addresses: readonly string[] = [];
  users = 0;
  /** Aborted when no request needs a connection any more. */
  readonly abandoned: AbortController = new AbortController();
}

/** The targets of one guard. */
export class PinnedTargets {
  readonly #targets = new Map<string, PinnedTarget>();

  /** Pins `hostname` to `addresses`, until {@linkcode PinnedTargets.release}. */
  pin(hostname: string, addresses: readonly string[]): PinnedTarget {
    const target = this.#targets.get(hostname) ?? new PinnedTarget();
    this.#targets.set(hostname, target);
    target.addresses = addresses;
    target.users++;
    return target;
  }

  /** Returns the target of a pinned name. */
  get(hostname: string): PinnedTarget | undefined {
    return this.#targets.get(hostname);
  }

  /** Reverts one {@linkcode PinnedTargets.pin}. */
  release(hostname: string): void {
    const target = this.#targets.get(hostname);
    if (target === undefined || --target.users > 0) return;
    this.#targets.delete(hostname);
    target.abandoned.abort();
  }

  /** Aborts every connection that is being opened. */
  abandon(): void {
    for (const target of this.#targets.values()) target.abandoned.abort();
  }
}
