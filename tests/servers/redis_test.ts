/** A real Redis, by both clients that people have: state, leases, one rate for four processes, and losses. */

import { HTTPClient } from "../../mod.ts";
import { Limiter } from "../../src/limits/mod.ts";
import { redisState, type SharedState } from "../../src/shared_state/mod.ts";
import { isInstalled, REDIS, start } from "./independent.ts";
import { assert, assertEquals } from "@std/assert";

/** As much of the clients as is used. Their own types would bring others of Node into every check. */
interface Client {
  on(event: "error", listener: () => void): void;
  connect(): Promise<unknown>;
  sendCommand(args: string[]): Promise<unknown>;
  call(command: string, ...args: string[]): Promise<unknown>;
  destroy(): void;
  disconnect(): void;
}
const load = (name: string) => import(name);
const { Redis } = await load("npm:ioredis@5.8.0") as {
  Redis: new (port: number, host: string) => Client;
};
const { createClient } = await load("npm:redis@5.8.2") as {
  createClient: (options: { url: string }) => Client;
};

const ignore = !await isInstalled(REDIS);

/** A connected client of each kind, and what ends it. */
async function connect(kind: string, origin: string): Promise<[SharedState, () => unknown]> {
  const port = Number(new URL(origin).port);
  if (kind === "ioredis") {
    const client = new Redis(port, "127.0.0.1");
    client.on("error", () => {}); // it connects again by itself
    return [redisState(client, { prefix: "ioredis:" }), () => client.disconnect()];
  }
  const client = createClient({ url: `redis://127.0.0.1:${port}` });
  client.on("error", () => {});
  await client.connect();
  return [redisState(client, { prefix: "redis:" }), () => client.destroy()];
}

const sanitize = { sanitizeOps: false, sanitizeResources: false }; // the clients keep timers of their own

for (const kind of ["redis", "ioredis"]) {
  Deno.test(`${kind}: values, versions and expiry`, { ignore, ...sanitize }, async () => {
    await using server = await start(REDIS);
    const [state, end] = await connect(kind, server.origin);
    const [other, endOther] = await connect(kind, server.origin);
    try {
      assertEquals(await state.get("a"), undefined);
      for (const value of ["text", 0, false, null, "", [1], { a: { b: "é\0" } }]) {
        await state.set(["group", "a"], value);
        assertEquals((await other.get(["group", "a"]))?.value, value);
      }
      const first = await state.compareAndSet("c", undefined, 1);
      assert(first !== undefined);
      assertEquals(await other.compareAndSet("c", undefined, 2), undefined);
      assertEquals(await other.get("c"), { value: 1, version: first });
      const second = await other.compareAndSet("c", first, 2, { expireIn: { milliseconds: 80 } });
      assert(second !== undefined && second > first);
      assertEquals(await state.compareAndSet("c", first, 3), undefined);
      await new Promise((resolve) => setTimeout(resolve, 100));
      assertEquals(await state.get("c"), undefined);
      const add = async (who: SharedState): Promise<void> => {
        while (true) {
          const read = await who.get("n");
          const next = Number(read?.value ?? 0) + 1;
          if (await who.compareAndSet("n", read?.version, next) !== undefined) return;
        }
      };
      await Promise.all(Array.from({ length: 40 }, (_, id) => add(id % 2 ? state : other)));
      assertEquals((await state.get("n"))?.value, 40);
      const lease = await state.lease("job", { for: 5 });
      const waits = other.lease("job", { for: 5 });
      assertEquals(await lease.renew(), true);
      await lease.release();
      assert((await waits).version > lease.version);
      await (await waits).release();
    } finally {
      await Promise.all([end(), endOther()]);
    }
  });

  for (const loss of ["SIGKILL", "SIGSTOP"] as const) {
    Deno.test(
      `${kind}: no call fails when Redis gets ${loss}`,
      { ignore, ...sanitize },
      async () => {
        await using server = await start(REDIS);
        const [store, end] = await connect(kind, server.origin);
        await using api = Deno.serve(
          { hostname: "127.0.0.1", port: 0, onListen() {} },
          () => new Response("ok"),
        );
        const told: string[] = [];
        const limit = new Limiter({
          rate: { requests: 200, per: 1, burst: 1 },
          store,
          onStoreFailure: (message) => told.push(message),
        });
        await using client = new HTTPClient({
          baseUrl: `http://127.0.0.1:${api.addr.port}`,
          limit,
          timeout: 2,
        });
        const calls = [];
        for (let call = 0; call < 200; call++) {
          if (call === 50) Deno.kill(server.pid, loss);
          calls.push(client.get("/"));
          await new Promise((resolve) => setTimeout(resolve, 5));
        }
        const responses = await Promise.all(calls);
        assert(responses.every(({ ok }) => ok));
        assertEquals(told.length, 1);
        if (loss === "SIGSTOP") Deno.kill(server.pid, "SIGCONT");
        await end();
      },
    );
  }
}

Deno.test("four processes with one Redis keep one rate of 50 a second within 5 %", {
  ignore,
  ...sanitize,
}, async () => {
  await using server = await start(REDIS);
  const [startAt, forMs] = [Date.now() + 3_000, 6_000];
  const script = new URL("limiter_process.ts", import.meta.url).pathname;
  const args = ["run", "--allow-all", "--quiet", script, server.origin.replace("http", "redis")];
  const outputs = await Promise.all(
    Array.from(
      { length: 4 },
      () =>
        new Deno.Command(Deno.execPath(), { args: [...args, String(startAt), String(forMs)] })
          .output(),
    ),
  );
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  assertEquals(outputs.map(({ stderr }) => text(stderr)), ["", "", "", ""]);
  const times = outputs.flatMap(({ stdout }) => JSON.parse(text(stdout)) as number[]);
  const perSecond = times.filter((at) => at < startAt + forMs).length / (forMs / 1000);
  assert(perSecond >= 47.5 && perSecond <= 52.5, `${perSecond} a second`);
});
