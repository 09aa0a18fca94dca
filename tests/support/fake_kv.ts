/** A Deno KV in memory: versions, atomic operations, and expiry that comes late or never. */

import type { KeyValueOperation, KeyValueStore } from "../../src/shared_state/mod.ts";

interface Entry {
  readonly value: unknown;
  readonly versionstamp: string;
}

/** One database that several "processes" open. */
export class FakeKV implements KeyValueStore {
  readonly entries: Map<string, Entry> = new Map();
  /** What commits and sets throw, one after the other. */
  readonly failures: unknown[] = [];
  #commits = 0;

  async get(key: readonly string[]): Promise<{ value: unknown; versionstamp: string | null }> {
    await undefined;
    return this.entries.get(JSON.stringify(key)) ?? { value: null, versionstamp: null };
  }

  async set(key: readonly string[], value: unknown): Promise<unknown> {
    await undefined;
    return this.write(JSON.stringify(key), value);
  }

  atomic(): KeyValueOperation {
    const checks: [string, string | null][] = [];
    const changes: [string, unknown][] = [];
    const operation: KeyValueOperation = {
      check({ key, versionstamp }) {
        checks.push([JSON.stringify(key), versionstamp]);
        return operation;
      },
      set(key, value) {
        changes.push([JSON.stringify(key), value]);
        return operation;
      },
      delete(key) {
        changes.push([JSON.stringify(key), undefined]);
        return operation;
      },
      commit: async () => {
        await undefined;
        if (this.failures.length > 0) throw this.failures.shift();
        const isSame = checks.every(([key, version]) =>
          (this.entries.get(key)?.versionstamp ?? null) === version
        );
        if (!isSame) return { ok: false };
        let versionstamp = "";
        for (const [key, value] of changes) versionstamp = this.write(key, value);
        return { ok: true, versionstamp };
      },
    };
    return operation;
  }

  write(key: string, value: unknown): string {
    if (this.failures.length > 0) throw this.failures.shift();
    const versionstamp = String(++this.#commits).padStart(20, "0");
    if (value === undefined) this.entries.delete(key);
    else this.entries.set(key, { value: structuredClone(value), versionstamp });
    return versionstamp;
  }
}
