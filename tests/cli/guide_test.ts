/** What the guides of `./generate` and `./cli` say of commands. */

import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { docComment } from "../support/doc_comments.ts";
import { runDeno } from "../support/gate.ts";
import { run } from "./support.ts";

const ROOT = new URL("../../", import.meta.url);

Deno.test("two commands of the guide lead to a typed call", async () => {
  const text = await docComment("src/generate/mod.ts");
  const [yaml, sh, ts] = ["yaml", "sh", "ts ignore"].map((kind) =>
    new RegExp(`\`\`\`${kind}\n([\\s\\S]*?)\`\`\``).exec(text)![1]!
  );
  const folder = await Deno.makeTempDir();
  try {
    await Deno.writeTextFile(`${folder}/pets.yaml`, yaml!);
    await Deno.writeTextFile(`${folder}/main.ts`, ts!);
    const { imports } = JSON.parse(await Deno.readTextFile(new URL("deno.json", ROOT)));
    // What is published is here: its names lead to these files.
    const { exports } = JSON.parse(await Deno.readTextFile(new URL("deno.json", ROOT)));
    const own = Object.entries<string>(exports).map(([name, path]) => [
      `@codomyrmex/networking${name.slice(1)}`,
      new URL(path, ROOT).href,
    ]);
    const std = await Array.fromAsync(Deno.readDir(new URL(".std", ROOT))).catch(() => []);
    const links = std.filter(({ isDirectory }) => isDirectory)
      .map(({ name }) => new URL(`.std/${name}`, ROOT).pathname);
    await Deno.writeTextFile(
      `${folder}/deno.json`,
      JSON.stringify({ imports: { ...imports, ...Object.fromEntries(own) }, links, lock: false }),
    );
    const commands = sh!.trim().replaceAll(/ \\\n\s*/g, " ").split("\n");
    assertEquals(commands.length, 2);
    let output = "";
    for (const command of commands) {
      const [program, ...args] = command.split(" ");
      assertEquals(program, "deno");
      const given = args.map((arg) =>
        arg === "jsr:@codomyrmex/networking/cli" ? new URL(exports["./cli"], ROOT).href : arg
      );
      const [run, ...rest] = given;
      const result = await runDeno([run!, "--check", "--no-prompt", ...rest], { cwd: folder });
      assertEquals(result.success, true, result.output);
      output = result.output;
    }
    assertStringIncludes(output, "Rex\nNo such pet\nNo such pet\n");
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("the guide of ./cli has the options that help shows for requests and streams, and no other", async () => {
  const guide = await docComment("src/cli/mod.ts");
  const listed = guide.match(/^\| `-.*\|$/gm)!.flatMap((row) =>
    row.split("|")[1]!.match(/--[a-z][\w-]*/g)!
  );
  const shown = new Set<string>();
  for (const command of ["get", "ws", "events"]) {
    const { out } = await run([command, "--help"], { flags: [] });
    for (const name of out.match(/--[a-z][\w-]*/g) ?? []) shown.add(name);
  }
  assert(shown.size > 30, `${shown.size}`);
  assertEquals(new Set(listed), shown);
});
