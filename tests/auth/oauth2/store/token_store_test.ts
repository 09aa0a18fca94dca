/** One token for several processes, kept in a real Deno KV. */

import { assertEquals, assertRejects, assertStrictEquals } from "@std/assert";
import {
  type KeyValueOperation,
  kvTokenStore,
} from "../../../../src/auth/oauth2/store/token_store.ts";
import { runDeno } from "../../../support/gate.ts";
import { serve } from "../../../support/server.ts";

const PROGRAM = `
import { HTTPClient } from "MOD";
import { kvTokenStore, oauth2 } from "OAUTH2";
const [path, origin, began] = Deno.args;
using kv = await Deno.openKv(path);
const store = kvTokenStore(kv, ["tokens", "reports"]);
const auth = oauth2({ tokenEndpoint: origin + "/token", clientId: "a", clientSecret: "b", store });
await using client = new HTTPClient({ baseUrl: origin, auth });
const answers = await Promise.all(Array.from({ length: 20 }, () => client.get("/")));
console.log(new Set(answers.map(({ text }) => text)).size, answers[0]?.text);
const { value } = await kv.get(["tokens", "reports", "lock"]);
console.log(value);
`;

Deno.test("isolates that share a store share one token, one refresh, and leave no lock", async () => {
  let given = 0;
  await using server = serve(async (request, path) => {
    if (path !== "/token") return new Response(request.headers.get("authorization"));
    await new Promise((resolve) => setTimeout(resolve, 100));
    return Response.json({
      "access_token": `t${++given}`,
      "token_type": "Bearer",
      "expires_in": 300,
    });
  });
  const folder = await Deno.makeTempDir();
  try {
    const script = `${folder}/program.ts`;
    const program = PROGRAM
      .replace("MOD", import.meta.resolve("../../../../mod.ts"))
      .replace("OAUTH2", import.meta.resolve("../../../../src/auth/oauth2/mod.ts"));
    await Deno.writeTextFile(script, program);
    const config = new URL("../../../../deno.json", import.meta.url).pathname;
    const flags = [
      "--quiet",
      "--unstable-kv",
      "--allow-net=127.0.0.1",
      "--allow-read",
      "--allow-write",
    ];
    const args = (check: string) => [
      "run",
      check,
      `--config=${config}`,
      ...flags,
      script,
      `${folder}/kv`,
      server.origin,
    ];
    const runs = await Promise.all(
      ["--check", "--no-check", "--no-check"].map((check) => runDeno(args(check))),
    );
    for (const { output } of runs) assertEquals(output.split("\n")[0], "1 Bearer t1");
    const { output } = await runDeno(args("--no-check"));
    assertEquals(output.trim(), "1 Bearer t1\nnull"); // nobody holds the lock any more
    assertEquals(given, 1);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("a write that finds the file in other hands is done again, any other error is given on", async () => {
  const failures: unknown[] = [];
  let written: unknown;
  const fail = () => {
    if (failures.length > 0) throw failures.shift();
  };
  const operation: KeyValueOperation = {
    check: () => operation,
    set: () => operation,
    delete: () => operation,
    commit() {
      fail();
      return Promise.resolve({ ok: true, versionstamp: "1" });
    },
  };
  const store = kvTokenStore({
    get: () => Promise.resolve({ value: written ?? null, versionstamp: null }),
    set(_key, value) {
      fail();
      written = value;
      return Promise.resolve();
    },
    atomic: () => operation,
  }, ["tokens"]);

  const locked = new TypeError("database is locked"); // what Deno 2.9 throws
  failures.push(locked, locked);
  await store.set({ accessToken: "a" });
  assertEquals(await store.get(), { accessToken: "a" });
  failures.push(locked);
  assertEquals(await store.exclusive!(() => Promise.resolve(7), new AbortController().signal), 7);
  const closed = new Error("Bad resource ID");
  failures.push(closed);
  assertStrictEquals(
    await assertRejects(async () => await store.set({ accessToken: "b" })),
    closed,
  );
  assertEquals(failures, []);
});
