import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { NetworkingError } from "../../mod.ts";
import { ReliableClient, type ReliableStore, SessionLostError } from "../../src/reliable/mod.ts";
import { memoryState } from "../../src/shared_state/mod.ts";
import { cut, pair } from "./pair.ts";
import { seeded } from "./random.ts";
import { FakeSocket } from "./sockets.ts";
import { until } from "../support/until.ts";

/** A store in memory that JSON goes through, and that can be taken away from its client. */
class TestStore {
  readonly entries = new Map<string, { readonly text: string; readonly version: string }>();
  #writes = 0;

  /** A way to it that a process has: `crash()` lets no operation end any more. */
  open(maxWrites = Infinity): ReliableStore & {
    crash(): void;
    readonly isCrashed: boolean;
    readonly crashed: Promise<void>;
  } {
    let [isCrashed, operations] = [false, 0];
    const crashed = Promise.withResolvers<void>();
    const { entries } = this;
    const step = async (writes = 1) => {
      operations += writes;
      if (operations > maxWrites) {
        isCrashed = true;
        crashed.resolve();
      }
      if (isCrashed) await new Promise(() => {});
      await Promise.resolve();
      if (isCrashed) await new Promise(() => {});
    };
    return {
      crash: () => isCrashed = true,
      crashed: crashed.promise,
      get isCrashed() {
        return isCrashed;
      },
      async get(key) {
        await step(0);
        const entry = entries.get(key.join("\n"));
        return entry && { value: JSON.parse(entry.text), version: entry.version };
      },
      set: async (key, value) => {
        await step();
        this.#write(key, value);
      },
      compareAndSet: async (key, version, value) => {
        await step();
        return entries.get(key.join("\n"))?.version === version
          ? this.#write(key, value)
          : undefined;
      },
    };
  }

  #write(key: readonly string[], value: unknown): string {
    const version = String(++this.#writes);
    if (value === undefined) this.entries.delete(key.join("\n"));
    else this.entries.set(key.join("\n"), { text: JSON.stringify(value), version });
    return version;
  }
}

const pause = (ms = 2) => new Promise((resolve) => setTimeout(resolve, ms));

// R24.9
Deno.test("what was not acknowledged survives a restart of the client, once and in order", async () => {
  const both = pair();
  const store = new TestStore();
  const first = both.newClient({ store: store.open(), storeKey: "device", reconnect: false });
  first.on("error", () => {});
  await first.connect();
  const [session] = both.sessions;
  const bytes = new Uint8Array([0, 1, 255]);
  for (const message of ["1", bytes, "3"]) first.send(message);
  assertEquals(await session!.receive(), "1");
  const served = session!.send("for the first process");
  assertEquals(await first.receive(), "for the first process");
  await served;
  cut(both.links[0]); // it ends: nobody is told of 2 and 3 any more
  await first.closed;
  const second = both.newClient({ store: store.open(), storeKey: ["device"] });
  let gaps = 0;
  second.on("gap", () => gaps++);
  await second.connect();
  const sent = second.send("4");
  for (const message of [bytes, "3", "4"]) assertEquals(await session!.receive(), message);
  await sent;
  assertEquals([gaps, both.sessions.length], [0, 1]);
  await second.close();
  assertEquals(store.entries.size, 0);
});

// R24.9
Deno.test("nothing is sent, and no delivery acknowledged, before the store has it", async () => {
  const both = pair();
  const gate = Promise.withResolvers<void>();
  const store = new TestStore().open();
  let isSlow = false;
  const slow: ReliableStore = {
    ...store,
    async compareAndSet(key, version, value) {
      if (isSlow) await gate.promise;
      return await store.compareAndSet(key, version, value);
    },
    async set(key, value) {
      if (isSlow) await gate.promise;
      await store.set(key, value);
    },
  };
  const client = both.newClient({ store: slow });
  await client.connect();
  const [session] = both.sessions;
  isSlow = true;
  const sent = client.send("x");
  const served = session!.send("y");
  assertEquals(await client.receive(), "y");
  await pause(5);
  const { written } = both.links[0]!.client;
  assertEquals([written.length, session!.unacked.messages], [1, 1], "hello alone");
  gate.resolve();
  assertEquals(await session!.receive(), "x");
  await Promise.all([sent, served]);
  await client.close();
  await both.close();
});

// R24.10
Deno.test("close() leaves nothing in the store, or what was not acknowledged", async () => {
  const both = pair();
  const store = new TestStore();
  const client = both.newClient({ store: store.open() });
  await client.connect();
  client.send("read");
  assertEquals(await both.sessions[0]!.receive(), "read");
  both.sessions[0]!.send("read after the end");
  await pause();
  await client.close();
  assertEquals(store.entries.size, 0);
  assertEquals(await client.receive(), "read after the end");
  await pause();
  assertEquals([store.entries.size, both.server.counts.sessions], [0, 0]);

  await client.connect();
  const left = client.send("not read");
  await client.close({ timeout: { milliseconds: 20 } });
  assertEquals((await assertRejects(() => left, NetworkingError)).code, "closed");
  assertEquals([store.entries.size, both.server.counts.sessions], [2, 1]);
  await client.connect(); // resumes
  assertEquals([await both.sessions[1]!.receive(), both.sessions.length], ["not read", 2]);
  await client.close();
  assertEquals([store.entries.size, both.server.counts.sessions], [0, 0]);
});

// R24.9
Deno.test("a gap after a restart hands over what nobody awaits any more, and empties the store of it", async () => {
  const both = pair();
  const store = new TestStore();
  const first = both.newClient({ store: store.open(), reconnect: false });
  first.on("error", () => {});
  await first.connect();
  first.send("a");
  first.send(new Uint8Array([7]));
  await pause(5);
  both.restart(); // the server forgets the session, and the client ends
  await first.closed;
  const second = both.newClient({ store: store.open() });
  const gaps: unknown[] = [];
  second.on("gap", (gap) => gaps.push(gap));
  await second.connect();
  assertEquals(gaps, [{ rejected: 2, restored: ["a", new Uint8Array([7])] }]);
  second.send("b");
  assertEquals(await both.sessions[1]!.receive(), "b");
  const third = second.send("c");
  await pause(5);
  both.restart();
  await assertRejects(() => third, SessionLostError);
  await until(() => gaps.length === 2, "another gap");
  assertEquals(gaps[1], { rejected: 1, restored: [] }, "its send() has told");
  await second.close();
  assertEquals(store.entries.size, 0);
  await both.close();
});

// R24.10
Deno.test("a store that fails ends the client with its error; a key that two use is told", async () => {
  const both = pair();
  const store = new TestStore().open();
  const client = both.newClient({
    store: { ...store, compareAndSet: () => Promise.reject(new Error("disk full")) },
  });
  client.on("error", () => {});
  await client.connect();
  client.send("x");
  await client.closed;
  await assertRejects(() => client.send("y"), Error, "disk full");

  const shared = new TestStore();
  const [one, other] = [
    both.newClient({ store: shared.open() }),
    both.newClient({ store: shared.open() }),
  ];
  for (const client of [one, other]) {
    client.on("error", () => {});
    await client.connect();
  }
  one.send("x");
  other.send("x");
  await Promise.race([one.closed, other.closed]);
  await one.close({ timeout: { milliseconds: 1 } });
  await other.close({ timeout: { milliseconds: 1 } });
  await both.close();
});

// R24.9
Deno.test("a client that crashes anywhere loses nothing that the store has, and sends nothing twice", async () => {
  const random = seeded(7);
  const both = pair();
  const store = new TestStore();
  const got: number[] = [];
  const acknowledged = new Set<number>();
  let [next, servedNext] = [0, 0];
  for (let life = 0; life < 60; life++) {
    const isLast = life === 59;
    const own = store.open(isLast ? Infinity : 2 + Math.floor(random() * 60));
    const end = new AbortController();
    const { signal } = end;
    const client = both.newClient({ store: own, storeKey: "device", signal });
    const seen: number[] = [];
    client.on("message", ({ message }) => {
      if (!own.isCrashed) seen.push(Number(message)); // a process that is gone gets nothing
    });
    client.on("error", () => {});
    await Promise.race([client.connect(), own.crashed]);
    for (const session of both.sessions) {
      if (session.state === "open") session.send(String(servedNext++)).catch(() => {});
    }
    for (let count = 0; count < 8 && !own.isCrashed; count++) {
      const number = next++;
      client.send(String(number)).then(() => acknowledged.add(number), () => {});
      if (random() < 0.5) await pause(1);
      if (random() < 0.3) cut(both.links.at(-1));
      if (random() < 0.5) {
        for (const session of both.sessions) await drain(session, got);
      }
    }
    if (isLast) {
      await until(() => {
        for (const session of both.sessions) void drain(session, got);
        return client.unacked.messages === 0;
      }, "all");
    }
    own.crash();
    both.isUp = false; // what is left of the client cannot come back
    cut(both.links.at(-1));
    end.abort(new Error("crashed"));
    await pause(3);
    both.isUp = true;
    assertEquals(seen, [...new Set(seen)].sort((a, b) => a - b), "a life gets nothing twice");
  }
  for (const session of both.sessions) await drain(session, got);
  assertEquals(got, [...new Set(got)].sort((a, b) => a - b), "in order, none twice");
  for (const number of acknowledged) assert(got.includes(number), `${number} was acknowledged`);
  assert(got.length > 100, `too little happened: ${got.length}`);
  await both.close();
});

async function drain(
  session: { receive(options: object): Promise<unknown> },
  got: number[],
): Promise<void> {
  while (true) {
    const message = await session.receive({ timeout: { milliseconds: 1 } }).catch(() => null);
    if (message === null) return;
    got.push(Number(message));
  }
}

Deno.test("a shared state of the library is a store", async () => {
  const both = pair();
  const store = memoryState();
  const first = both.newClient({ store, storeKey: "device", reconnect: false });
  first.on("error", () => {});
  await first.connect();
  first.send("kept");
  await pause(5);
  cut(both.links[0]);
  await first.closed;
  const second = both.newClient({ store, storeKey: "device" });
  await second.connect();
  assertEquals(await both.sessions[0]!.receive(), "kept");
  await second.close();
  assertEquals(await store.get("device"), undefined);
});

Deno.test("store and storeKey are checked", () => {
  const wrong: [object, RegExp][] = [
    [{ store: {} }, /store .*get\(\), set\(\) and compareAndSet\(\)/],
    [{ store: new TestStore().open(), storeKey: [] }, /storeKey/],
    [{ store: new TestStore().open(), storeKey: 1 }, /storeKey/],
  ];
  for (const [options, message] of wrong) {
    const make = () => new ReliableClient("ws://localhost", { webSocket: FakeSocket, ...options });
    assert(message.test(assertThrows(make, TypeError).message));
  }
});
