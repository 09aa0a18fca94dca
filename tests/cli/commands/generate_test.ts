/** The command line, as people call it, with the permissions that it says. */

import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { run as runWith, type RunOptions, start } from "../support.ts";

const SHOP = new URL("../../generate/fixtures/shop.yaml", import.meta.url).pathname;

const FILES = ["--allow-read", "--allow-write"];
const run = (args: readonly string[], options: RunOptions) =>
  runWith(args, { flags: FILES, ...options });

Deno.test("generate writes, checks, prints and refuses", async (t) => {
  const cwd = await Deno.makeTempDir();
  try {
    await t.step("a file, once", async () => {
      const first = await run(["generate", SHOP, "-o", "gen/shop.ts"], { cwd });
      assertEquals(first.code, 0, first.err);
      assertStringIncludes(first.err, "12 operations, 3 types, no warnings");
      assertStringIncludes(first.err, "1 of 1 file written");
      const again = await run(["generate", SHOP, "-o", "gen/shop.ts"], { cwd });
      assertStringIncludes(again.err, "0 of 1 file written");
    });
    // R23.2
    await t.step("--check needs no permission to write, and sees a change", async () => {
      const flags = ["--allow-read"];
      const args = ["generate", SHOP, "-o", "gen/shop.ts", "--check"];
      assertEquals((await run(args, { cwd, flags })).code, 0);
      await Deno.writeTextFile(`${cwd}/gen/shop.ts`, "// stale");
      const stale = await run(args, { cwd, flags });
      assertEquals(stale.code, 1);
      assertStringIncludes(stale.err, "gen/shop.ts is out of date");
    });
    await t.step("standard input to standard output, without permissions", async () => {
      const input = await Deno.readTextFile(SHOP);
      const flags = ["--allow-read"]; // of the modules' own cache, and the working directory
      const { code, out } = await run(["generate", "-", "--stdout", "--only", "operation:file"], {
        cwd,
        input,
        flags,
      });
      assertEquals(code, 0);
      assertStringIncludes(out, "export function file(");
      assert(!out.includes("export function watch("));
    });
    await t.step("a folder, with a configuration", async () => {
      await Deno.writeTextFile(
        `${cwd}/config.json`,
        '{"pagination":{"search":{"items":"/hits","next":{"by":"offset","param":"cursor"}}}}',
      );
      const { code, err } = await run([
        "generate",
        SHOP,
        "-o",
        "out",
        "--split",
        "--config",
        "config.json",
      ], { cwd });
      assertEquals(code, 0, err);
      assert((await Deno.stat(`${cwd}/out/mod.ts`)).isFile);
      assertStringIncludes(
        await Deno.readTextFile(`${cwd}/out/search.ts`),
        "export function searchItems(",
      );
    });
    await t.step("a folder loses what is gone, and nothing of the user's", async () => {
      const own = "// Generated from my own head.\nexport const mine = 1;\n";
      await Deno.writeTextFile(`${cwd}/out/own.ts`, own);
      const args = ["generate", SHOP, "-o", "out", "--split", "--only", "operation:file"];
      const checked = await run([...args, "--check"], { cwd });
      assertEquals(checked.code, 1);
      assertStringIncludes(checked.err, "out/search.ts is no longer in the description");
      const { code, err } = await run(args, { cwd });
      assertEquals(code, 0, err);
      assertStringIncludes(
        err,
        "Removed out/search.ts: it is no longer in the description",
      );
      const names = (await Array.fromAsync(Deno.readDir(`${cwd}/out`))).map(({ name }) => name);
      assert(!names.includes("search.ts") && names.includes("file.ts"), String(names));
      assertEquals(await Deno.readTextFile(`${cwd}/out/own.ts`), own);
      assertEquals((await run([...args, "--check"], { cwd })).code, 0);
    });
    await t.step("an overlay, and integers of any size", async () => {
      const action = { target: "$.paths['/file'].get", update: { operationId: "renamed" } };
      const overlay = { overlay: "1.1.0", info: {}, actions: [action] };
      await Deno.writeTextFile(`${cwd}/fix.json`, JSON.stringify(overlay));
      const { code, out, err } = await run(
        ["generate", SHOP, "--stdout", "--overlay", "fix.json", "--int64", "bigint"],
        { cwd },
      );
      assertEquals(code, 0, err);
      assertStringIncludes(out, "export function renamed(");
      assertStringIncludes(out, 'int64: "bigint"');
    });
    const rows: [string[], number, string][] = [
      [["generate", SHOP, "--stdout", "--int64", "text"], 2, '"number", "bigint" or "string"'],
      [["generate", SHOP, "--stdout", "--watch"], 2, "Cannot watch"],
      [["generate"], 2, "name one description"],
      [["generate", SHOP], 2, "use --output, or --stdout"],
      [["generate", SHOP, "--outpt", "x"], 2, "--outpt; did you mean --output?"],
      [["generate", "missing.yaml", "-o", "x.ts"], 1, "Cannot read the description missing.yaml"],
      [["generate", SHOP, "-o", "x.ts", "--only", "pets"], 2, "tag:x"],
      [["generate", SHOP, "-o", "x.ts", "--config", "none.json"], 2, "the file does not exist"],
    ];
    for (const [args, code, why] of rows) {
      await t.step(args.join(" ").replace(SHOP, "shop.yaml") || "nothing", async () => {
        const found = await run(args, { cwd });
        assertEquals(found.code, code, found.err);
        assertStringIncludes(found.err, why);
      });
    }
  } finally {
    await Deno.remove(cwd, { recursive: true });
  }
});

Deno.test("--watch generates again when a file that the description refers to changes, until Ctrl+C", async () => {
  const cwd = await Deno.makeTempDir();
  const write = (type: string) => Deno.writeTextFile(`${cwd}/types.yaml`, `A: { type: ${type} }\n`);
  await write("string");
  await Deno.writeTextFile(
    `${cwd}/api.yaml`,
    "openapi: 3.1.0\ninfo: { title: t, version: '1' }\npaths: {}\n" +
      "components: { schemas: { B: { type: array, items: { $ref: 'types.yaml#/A' } } } }\n",
  );
  const child = start(["generate", "api.yaml", "-o", "api.ts", "--watch"], { cwd, flags: FILES });
  const out = child.stdout.cancel();
  const lines = child.stderr.pipeThrough(new TextDecoderStream()).values();
  const seen = async (expected: string) => {
    for (let text = ""; !text.includes(expected);) {
      const { value, done } = await lines.next();
      if (done) throw new Error(`it ended with ${text}`);
      text += value;
    }
    return await Deno.readTextFile(`${cwd}/api.ts`);
  };
  try {
    assertStringIncludes(await seen("1 of 1 file written"), "type A = string");
    await write("number");
    assertStringIncludes(await seen("1 of 1 file written"), "type A = number");
    await Deno.writeTextFile(`${cwd}/api.yaml`, "openapi: [");
    await seen("neither JSON nor YAML");
    child.kill("SIGINT");
    assertEquals((await child.status).code, 0);
  } finally {
    await Promise.all([lines.return?.(), out]);
    await Deno.remove(cwd, { recursive: true });
  }
});
