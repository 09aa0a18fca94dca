/** Stores of responses: bounds, restarts, kills, and files of others. */

import { assert, assertEquals, assertThrows } from "@std/assert";
import { bearerAuth, HTTPClient } from "../../mod.ts";
import {
  type CacheEntry,
  type CacheStore,
  httpCache,
  memoryCacheStore,
  sqliteCacheStore,
} from "../../src/cache/mod.ts";
import { builtinModule } from "../../src/runtime/builtin_modules.ts";

interface SQLite {
  readonly DatabaseSync: new (path: string) => { exec(sql: string): void; close(): void };
}
const { DatabaseSync } = builtinModule<SQLite>("node:sqlite")!;

function entry(id: string, bytes: number, status = 200): CacheEntry {
  return {
    ...{ id, status, reason: "OK", requestTime: 1, responseTime: 2, vary: { accept: null } },
    headers: [["a", "1"], ["set-cookie", "x"], ["set-cookie", "y"]],
    body: new Uint8Array(bytes).fill(7),
  };
}

async function inFolder(work: (folder: string) => Promise<void> | void): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await work(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

const STORES: Record<string, (folder: string) => CacheStore & Partial<Disposable>> = {
  memory: () => memoryCacheStore(),
  SQLite: (folder) => sqliteCacheStore(`${folder}/cache.db`),
};

for (const [name, make] of Object.entries(STORES)) {
  Deno.test(`${name}: keeps, replaces, removes, and invalidates a URL in all partitions`, async () => {
    await inFolder(async (folder) => {
      const store = make(folder);
      const [one, two] = [{ url: "http://a/", partition: "" }, {
        url: "http://a/",
        partition: "f",
      }];
      await store.put(one, entry("x", 10), 1e6);
      await store.put(one, entry("y", 0), 1e6);
      await store.put(one, entry("x", 20, 404), 1e6);
      await store.put(two, entry("x", 10), 1e6);
      const found = [...await store.get(one)].sort((a, b) => a.id < b.id ? -1 : 1);
      assertEquals(found, [entry("x", 20, 404), entry("y", 0)]);
      await store.delete(one, "x");
      assertEquals((await store.get(one)).map(({ id }) => id), ["y"]);
      assertEquals((await store.get(two)).length, 1);
      await store.invalidate("http://a/");
      assertEquals([...await store.get(one), ...await store.get(two)], []);
      assertEquals((await store.secret()).byteLength, 32);
      store[Symbol.dispose]?.();
    });
  });

  Deno.test(`${name}: evicts what was written first when the bytes are too many`, async () => {
    await inFolder(async (folder) => {
      const store = make(folder);
      const key = (at: number) => ({ url: `http://a/${at}`, partition: "" });
      for (let at = 0; at < 20; at++) await store.put(key(at), entry("x", 10_000), 55_000);
      const left: number[] = [];
      for (let at = 0; at < 20; at++) if ((await store.get(key(at))).length > 0) left.push(at);
      assertEquals(left, [15, 16, 17, 18, 19]);
      await store.put(key(0), entry("x", 60_000), 55_000);
      assertEquals(await store.get(key(0)), []);
      for (let at = 0; at < 20; at++) await store.put(key(1), entry(`${at}`, 10_000), 55_000);
      assertEquals((await store.get(key(1))).length, 5);
      store[Symbol.dispose]?.();
    });
  });
}

// R27.19
Deno.test("memory: evicts by last use", () => {
  const store = memoryCacheStore();
  const key = (at: number) => ({ url: `http://a/${at}`, partition: "" });
  for (let at = 0; at < 5; at++) store.put(key(at), entry("x", 10_000), 55_000);
  store.get(key(0));
  store.put(key(5), entry("x", 10_000), 55_000);
  const left = [0, 1, 2, 3, 4, 5].filter((at) => (store.get(key(at)) as CacheEntry[]).length > 0);
  assertEquals(left, [0, 2, 3, 4, 5]);
});

Deno.test("a response survives a restart, for the same credential alone", async () => {
  await inFolder(async (folder) => {
    let sent = 0;
    const transport = () => {
      sent++;
      return Promise.resolve(new Response("x", { headers: { "cache-control": "max-age=60" } }));
    };
    const status = async (token?: string) => {
      using store = sqliteCacheStore(`${folder}/cache.db`);
      const client = new HTTPClient({
        baseUrl: "http://a.example",
        transport,
        cache: httpCache({ store }),
        ...(token !== undefined && { auth: bearerAuth(token) }),
      });
      return (await client.get("/")).cache?.status;
    };
    assertEquals(await status(), "miss");
    assertEquals(await status(), "hit");
    assertEquals(await status("ada"), "miss");
    assertEquals(await status("bob"), "miss");
    assertEquals(await status("ada"), "hit");
    assertEquals(sent, 3);
  });
});

// R27.5, R27.7
Deno.test("a store that lasts keeps nothing of a scheme that does not say whom it stands for", async () => {
  await inFolder(async (folder) => {
    using store = sqliteCacheStore(`${folder}/cache.db`);
    const transport = () =>
      Promise.resolve(new Response("x", { headers: { "cache-control": "max-age=60" } }));
    const scheme = (partition?: string) => ({
      name: "Own",
      ...(partition !== undefined && { partition }),
      async *authenticate(request: Parameters<ReturnType<typeof bearerAuth>["authenticate"]>[0]) {
        yield request;
      },
    });
    const statuses = async (auth: ReturnType<typeof scheme>) => {
      const options = { baseUrl: "http://a.example", transport, auth };
      const client = new HTTPClient({ ...options, cache: httpCache({ store }) });
      return [(await client.get("/")).cache?.status, (await client.get("/")).cache?.status];
    };
    assertEquals(await statuses(scheme()), ["bypass", "bypass"]);
    assertEquals(await statuses(scheme("ada")), ["miss", "hit"]);
    assertEquals(await statuses(scheme("ada")), ["hit", "hit"]);
    assertEquals(await statuses(scheme("bob")), ["miss", "hit"]);
  });
});

// R27.22
Deno.test("a torn or foreign entry is a miss, and the others are not", async () => {
  await inFolder((folder) => {
    const path = `${folder}/cache.db`;
    const heads = ["", "{", "null", "[]", '{"status":"200"}', '{"status":200,"headers":[["a"]]}'];
    using store = sqliteCacheStore(path);
    const key = { url: "http://a/", partition: "" };
    store.put(key, entry("whole", 10), 1e6);
    store.put(key, entry("cut", 10), 1e6);
    const database = new DatabaseSync(path);
    database.exec("UPDATE entries SET body = x'0707' WHERE id = 'cut'");
    for (const [at, head] of heads.entries()) {
      database.exec(
        `INSERT INTO entries VALUES ('http://a/', '', '${at}', '${head}', x'00', 1, 1)`,
      );
    }
    database.close();
    assertEquals((store.get(key) as CacheEntry[]).map(({ id }) => id), ["whole"]);
  });
});

// R27.22
Deno.test("the file of another program is refused, and left as it is", async () => {
  await inFolder(async (folder) => {
    await Deno.writeTextFile(
      `${folder}/text`,
      "not a database, and longer than its header is ".repeat(9),
    );
    const database = new DatabaseSync(`${folder}/other.db`);
    database.exec("CREATE TABLE entries (a)");
    database.close();
    for (const name of ["text", "other.db"]) {
      const before = await Deno.readFile(`${folder}/${name}`);
      assertThrows(() => sqliteCacheStore(`${folder}/${name}`), TypeError, "choose another file");
      assertEquals(await Deno.readFile(`${folder}/${name}`), before);
    }
  });
});

// R27.22
Deno.test("the file is for its user alone", async () => {
  if (Deno.build.os === "windows") return;
  await inFolder(async (folder) => {
    using _store = sqliteCacheStore(`${folder}/cache.db`);
    assertEquals((await Deno.stat(`${folder}/cache.db`)).mode! & 0o777, 0o600);
  });
});

/** Writes entries for ever, and says which are whole. */
const WRITER = `
const [module, path] = Deno.args;
const { sqliteCacheStore } = await import(module);
const store = sqliteCacheStore(path);
const headers = [["a", "1"]];
for (let at = 0;; at++) {
  const body = new Uint8Array(200_000).fill(at % 256);
  const head = { status: 200, reason: "OK", headers, requestTime: at, responseTime: at, vary: {} };
  store.put({ url: "http://a/" + at, partition: "" }, { id: "x", ...head, body }, 1e9);
  console.log(at);
}
`;

// R27.22
Deno.test("a process that is killed in mid-write loses at most the entry that it writes", async () => {
  await inFolder(async (folder) => {
    const writer = `${folder}/writer.ts`;
    await Deno.writeTextFile(writer, WRITER);
    const module = new URL("../../src/cache/mod.ts", import.meta.url).href;
    const config = new URL("../../deno.json", import.meta.url).pathname;
    for (let round = 0; round < 3; round++) {
      const path = `${folder}/${round}.db`;
      const flags = ["run", "--no-check", "--no-prompt", "--allow-read", "--allow-write"];
      const child = new Deno.Command(Deno.execPath(), {
        args: [...flags, `--config=${config}`, writer, module, path],
        stdout: "piped",
        stderr: "null",
      }).spawn();
      let said = "";
      let isKilled = false;
      for await (const chunk of child.stdout.pipeThrough(new TextDecoderStream())) {
        said += chunk;
        if (isKilled || said.split("\n").length <= 20 + 7 * round) continue;
        child.kill("SIGKILL");
        isKilled = true;
      }
      await child.status;
      const written = said.split("\n").slice(0, -1).map(Number);
      assert(written.length >= 20, said);
      using store = sqliteCacheStore(path);
      for (const at of written) {
        const [found] = store.get({ url: `http://a/${at}`, partition: "" }) as CacheEntry[];
        assertEquals(found?.body.byteLength, 200_000, `entry ${at} of ${written.length}`);
        assert(found!.body.every((byte) => byte === at % 256));
      }
    }
  });
});
