import { assertEquals } from "@std/assert";
import { importsOf, layoutProblems, type Room, ROOMS as MAP, sourceFiles } from "./layout.ts";

// R12.5
Deno.test("every room of src leans on rooms below it, and none is too large", async () => {
  assertEquals(layoutProblems(await sourceFiles()), []);
});

// R12.5
Deno.test("SPEC.md shows the map as the table has it", async () => {
  const spec = await Deno.readTextFile(new URL("../../SPEC.md", import.meta.url));
  const shown = spec.slice(spec.indexOf("### The map of the house")).matchAll(
    /^\| `([^`]+)` +\| (.*?) +\| (.*?) +\|$/gm,
  );
  const rows = MAP.map(({ name, holds, mayImport, largeBecause }) => [
    name,
    largeBecause === undefined ? holds : `${holds} (large: ${largeBecause})`,
    mayImport.length === 0 ? "nothing" : mayImport.map((room) => `\`${room}\``).join(", "),
  ]);
  assertEquals(Array.from(shown, ([, ...row]) => row).slice(0, rows.length), rows);
});

const ROOMS: readonly Room[] = [
  { name: "top", holds: "", mayImport: ["low"] },
  { name: "low", holds: "", mayImport: [] },
  { name: "errors.ts", holds: "", mayImport: [] },
];

Deno.test("an arrow that the table does not have, a circle and a file without a room are found", () => {
  const rows: [files: Record<string, string>, problem: RegExp | undefined][] = [
    [{ "top/a.ts": 'import "../low/b.ts";', "low/b.ts": "" }, undefined],
    [{ "top/a.ts": "", "low/b.ts": 'import { a } from "../top/a.ts";' }, /low may not lean on top/],
    [{ "top/a.ts": "", "low/b.ts": 'export type { A } from "../top/a.ts";' }, /may not lean/],
    [{ "top/a.ts": "", "low/b.ts": '  await import("../top/a.ts");' }, /may not lean/],
    [{ "top/a.ts": 'import type { B } from "./b.ts";', "top/b.ts": 'import "./a.ts";' }, /circle/],
    [{ "top/a.ts": 'import "../errors.ts";', "low/b.ts": "", "errors.ts": "" }, undefined],
    [{ "top/a.ts": "", "low/b.ts": "", "attic/c.ts": "" }, /attic\/c.ts is in no room/],
    [{ "top/a.ts": "\n".repeat(451), "low/b.ts": "" }, /top\/a.ts has 451 lines/],
  ];
  for (const [files, problem] of rows) {
    const all = { "errors.ts": "", "low/z.ts": "", "top/z.ts": "", ...files };
    const found = layoutProblems(
      Object.entries(all).map(([path, text]) => ({ path, text })),
      ROOMS,
    );
    assertEquals(found.length, problem === undefined ? 0 : 1, found.join("\n"));
    if (problem !== undefined) assertEquals(problem.test(found[0]!), true, found[0]);
  }
});

Deno.test("the table may not have an arrow upwards, nor a room that is not there", () => {
  const upwards: Room[] = [{ name: "low", holds: "", mayImport: ["top"] }];
  const files = [{ path: "low/b.ts", text: "" }];
  assertEquals(layoutProblems(files, [{ name: "top", holds: "", mayImport: [] }, ...upwards]), [
    "the table lets low import top, which does not stand below it",
    "the table has the room top, and src has not",
  ]);
});

Deno.test("imports are read from statements, and not from examples or templates", () => {
  const text = [
    'import { a } from "./a.ts";',
    'import {\n  b,\n  type C,\n} from "../b.ts";',
    'export * from "./c.ts";',
    ' * import { d } from "./d.ts";',
    '  `import { e } from "./e.ts";`',
    'const f = await import("./f.ts");',
    'import "npm:g";',
  ].join("\n");
  assertEquals(importsOf({ path: "x/y.ts", text }), ["x/a.ts", "b.ts", "x/c.ts", "x/f.ts"]);
});
