/** What every shared state does, whatever holds it. */

import { assert, assertEquals, assertRejects, assertStrictEquals } from "@std/assert";
import { kvState, memoryState, type SharedState } from "../../src/shared_state/mod.ts";
import { whileLeased } from "../../src/shared_state/lease.ts";
import { FakeClock } from "../../src/testing/mod.ts";
import { FakeKV } from "../support/fake_kv.ts";

/** Each kind, by a clock of its own, as two processes see it. */
const KINDS: readonly (readonly [string, (now: () => number) => [SharedState, SharedState]])[] = [
  ["memory", (now) => {
    const state = memoryState(now);
    return [state, state];
  }],
  ["Deno KV", (now) => {
    const kv = new FakeKV();
    return [kvState(kv, now), kvState(kv, now)];
  }],
];

for (const [name, make] of KINDS) {
  // R16.43
  Deno.test(`${name}: a value is what was set, until it expires`, async () => {
    let now = 1000;
    const [one, other] = make(() => now);
    assertEquals(await one.get("a"), undefined);
    for (const value of ["text", 0, false, null, "", [1], { a: { b: 1 } }, { $shared: 1 }]) {
      for (const options of [undefined, {}, { expireIn: 5 }]) {
        await one.set(["group", "a"], value, options);
        assertEquals((await other.get(["group", "a"]))?.value, value);
      }
    }
    now += 4999;
    assert(await other.get(["group", "a"]) !== undefined);
    now += 1;
    assertEquals(await other.get(["group", "a"]), undefined);
    await one.set("a", 1);
    assertEquals((await one.get(["a"]))?.value, 1);
    await one.set("a", undefined);
    assertEquals(await other.get("a"), undefined);
  });

  // R16.43
  Deno.test(`${name}: compareAndSet() writes when the version is the one that was read`, async () => {
    let now = 0;
    const [one, other] = make(() => now);
    const first = await one.compareAndSet("a", undefined, 1);
    assert(first !== undefined);
    assertEquals(await other.compareAndSet("a", undefined, 2), undefined);
    assertEquals(await other.compareAndSet("a", "another", 2), undefined);
    const read = await other.get("a");
    assertEquals(read, { value: 1, version: first });
    const second = await other.compareAndSet("a", first, 2, { expireIn: 1 });
    assert(second !== undefined && second > first);
    assertEquals(await one.compareAndSet("a", first, 3), undefined);
    assertEquals((await one.get("a"))?.value, 2);
    now = 1000; // what has expired is as if it were gone
    const third = await one.compareAndSet("a", undefined, 3);
    assert(third !== undefined);
    assert(await one.compareAndSet("a", third, undefined) !== undefined);
    assertEquals(await other.get("a"), undefined);
  });

  Deno.test(`${name}: of many who compare and set at the same time, one wins each round`, async () => {
    const [one, other] = make(() => 0);
    const add = async (state: SharedState): Promise<void> => {
      while (true) {
        const read = await state.get("count");
        const next = Number(read?.value ?? 0) + 1;
        if (await state.compareAndSet("count", read?.version, next) !== undefined) return;
      }
    };
    await Promise.all(Array.from({ length: 40 }, (_, id) => add(id % 2 ? one : other)));
    assertEquals((await one.get("count"))?.value, 40);
  });

  // R16.44
  Deno.test(`${name}: a lease has one holder, and ends when it is not renewed`, async () => {
    const clock = new FakeClock();
    using _installed = clock.install();
    const [one, other] = make(() => Date.now());
    const first = await one.lease("job", { for: 2 });
    let taken = 0;
    const second = other.lease("job", { for: 2 }).then((lease) => {
      taken = clock.now();
      return lease;
    });
    await clock.advance(1.5);
    assertEquals(await first.renew(), true);
    await clock.advance(1.5);
    assertEquals(taken, 0);
    await clock.advance(1);
    assert(taken >= 3500 && taken <= 3600, String(taken));
    assertEquals(await first.renew(), false);
    await first.release(); // it is somebody else's
    assert((await second).version > first.version);
    assertEquals(await (await second).renew(), true);
    await (await second).release();
    const third = await one.lease("job", { for: { minutes: 2 } });
    await third.release();
    assertEquals(clock.pending, 0);
  });

  Deno.test(`${name}: waiting for a lease can be given up`, async () => {
    const [one, other] = make(() => Date.now());
    const held = await one.lease("job", { for: 10 });
    const controller = new AbortController();
    const reason = new Error("mine");
    const { signal } = controller;
    const waiting = other.lease("job", { for: 10, signal }).catch((error) => error);
    controller.abort(reason);
    assertStrictEquals(await waiting, reason);
    await held.release();
    await (await other.lease("job", { for: 1 })).release();
  });

  Deno.test(`${name}: whileLeased() holds the lease as long as the action runs, and gives it back`, async () => {
    const clock = new FakeClock();
    using _installed = clock.install();
    const [one, other] = make(() => Date.now());
    const { promise, resolve } = Promise.withResolvers<void>();
    const running = whileLeased(one, "job", { for: 1 }, () => promise);
    await clock.advance(0);
    let isTaken = false;
    const waiting = other.lease("job", { for: 1 }).then((lease) => {
      isTaken = true;
      return lease.release();
    });
    await clock.advance(4);
    assertEquals(isTaken, false);
    resolve();
    await running;
    await clock.advance(1);
    await waiting;
    const failed = whileLeased(one, "job", { for: 1 }, () => Promise.reject(new Error("no")));
    await assertRejects(() => failed, Error, "no");
    await (await one.lease("job", { for: 1 })).release();
    assertEquals(clock.pending, 0);
  });

  Deno.test(`${name}: wrong options are refused`, async () => {
    const [state] = make(() => 0);
    for (const wrong of [{ expireIn: -1 }, { expireIn: 5000 }, { expireIn: "1" }, { ttl: 1 }]) {
      await assertRejects(() => state.set("a", 1, wrong as object));
      await assertRejects(() => state.compareAndSet("a", undefined, 1, wrong as object));
    }
    for (const wrong of [{ for: 0 }, { for: false }, { for: 5000 }, { for: 1, signal: 1 }]) {
      await assertRejects(() => state.lease("a", wrong as unknown as { for: number }));
    }
  });
}

Deno.test("Deno KV: values without expiry are stored as they are, and one that is locked is written again", async () => {
  const kv = new FakeKV();
  const state = kvState(kv);
  const tokens = { accessToken: "a" };
  await state.set(["tokens"], tokens);
  assertEquals((await kv.get(["tokens"])).value, tokens);
  kv.failures.push(new TypeError("database is locked"), new TypeError("database is locked"));
  await state.set("a", 1);
  assertEquals((await state.get("a"))?.value, 1);
  const broken = new Error("Bad resource ID");
  kv.failures.push(broken);
  assertStrictEquals(await assertRejects(() => state.set("a", 2)), broken);
  kv.failures.push(...Array.from({ length: 8 }, () => new TypeError("database is locked")));
  await assertRejects(() => state.set("a", 2), TypeError, "database is locked"); // no RetryError
});
