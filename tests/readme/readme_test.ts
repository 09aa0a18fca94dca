/** README.md: short enough to be read, every example runs as it stands, and every link leads somewhere. */

import { assert } from "@std/assert";
import { runDeno } from "../support/gate.ts";
import { EXAMPLES, isPromised, README } from "./examples.ts";

const ROOT = new URL("../../", import.meta.url);
Deno.test("README.md has at most 250 lines", () => {
  const { length } = README.trimEnd().split("\n");
  assert(length <= 250, `${length} lines`);
});

Deno.test("each example of README.md has at most eight lines, runs as it stands, and prints what it says", async (t) => {
  assert(EXAMPLES.length >= 6);
  const { exports } = JSON.parse(await Deno.readTextFile(new URL("deno.json", ROOT)));
  const world = new URL("world.ts", import.meta.url).href;
  const folder = await Deno.makeTempDir();
  try {
    const flags = ["--quiet", `--config=${new URL("deno.json", ROOT).pathname}`];
    for (const { line, code } of EXAMPLES) {
      const own = code.replace(
        /"@codomyrmex\/networking(\/[\w/-]+)?"/g,
        (_, path = "") => JSON.stringify(new URL(exports[`.${path}`], ROOT).href),
      );
      await Deno.writeTextFile(
        `${folder}/line_${line}.ts`,
        `import ${JSON.stringify(world)};\n${own}`,
      );
    }
    const files = EXAMPLES.map(({ line }) => `line_${line}.ts`);
    const checked = await runDeno(["check", ...flags, ...files], { cwd: folder });
    assert(checked.success, checked.output);
    for (const example of EXAMPLES) {
      await t.step(`line ${example.line}`, async () => {
        const lines = example.code.trim().split("\n").filter((one) => !/^import |^$/.test(one));
        assert(lines.length <= 8, `${lines.length} lines besides imports`);
        const run = ["run", "--no-check", "--no-prompt", "--allow-net=127.0.0.1", ...flags];
        const file = `line_${example.line}.ts`;
        const { success, output } = await runDeno([...run, file], { cwd: folder });
        assert(success && isPromised(example, output), output);
      });
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

/** The anchors of the headings of a page, as GitHub makes them. */
function anchors(page: string): Set<string> {
  return new Set(
    [...page.matchAll(/^#+ (.*)$/gm)].map(([, text = ""]) =>
      text.toLowerCase().replace(/[^\w\- ]/g, "").replaceAll(" ", "-")
    ),
  );
}

Deno.test("every link of README.md leads to a file or a heading that is there", async () => {
  const links = [...README.matchAll(/\]\(([^)\s]+)\)/g)].map(([, to = ""]) => to);
  assert(links.length > 15);
  for (const link of links.filter((link) => !/^https?:/.test(link))) {
    const [path, anchor] = link.split("#") as [string, string?];
    const page = path === "" ? README : await Deno.readTextFile(new URL(path, ROOT));
    if (anchor !== undefined) assert(anchors(page).has(anchor), link);
  }
});
