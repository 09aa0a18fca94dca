/** The table of SPEC has each option of both transports, and what it says of them is true. */

import { assertEquals } from "@std/assert";

const ROOT = new URL("../../", import.meta.url);
const read = (path: string) => Deno.readTextFile(new URL(path, ROOT));

/** The options of an interface. */
async function optionsOf(path: string, name: string): Promise<Set<string>> {
  const source = await read(path);
  const [, members = ""] = new RegExp(`interface ${name} \\{\\n(.*?)\\n\\}`, "s").exec(source) ??
    [];
  return new Set(Array.from(members.matchAll(/^ {2}readonly (\w+)\?:/gm), ([, option]) => option!));
}

/** The options of the table, and whether Deno, Node and Bun have each. */
function rowsOf(spec: string): Map<string, boolean[]> {
  const [, table = ""] = /^\| options +\| Deno +\| Node +\| Bun +\|\n((?:\|.*\n)+)/m.exec(spec) ??
    [];
  const rows = table.trim().split("\n").slice(1).map((line) =>
    line.split("|").slice(1, -1).map((cell) => cell.trim())
  );
  return new Map(
    rows.flatMap(([options, ...cells]) =>
      options!.replaceAll("`", "").split(", ").map((option) =>
        [option, cells.map((cell) => !/^no\b/.test(cell))] as const
      )
    ),
  );
}

// R8.6
Deno.test("the table of options by runtime is what the types have, and Bun refuses the others", async () => {
  const deno = await optionsOf("src/transports/deno_transport.ts", "DenoTransportOptions");
  const node = await optionsOf("src/transports/node_transport.ts", "NodeTransportOptions");
  const [, list = ""] = /const MISSING = \[(.*?)\]/s.exec(
    await read("src/transports/bun_transport.ts"),
  ) ?? [];
  const missing = new Set(list.match(/\w+/g));
  const all = [...new Set([...deno, ...node])].sort();
  const rows = rowsOf(await read("SPEC.md"));
  assertEquals(all.length > 10, true);
  assertEquals([...rows.keys()].sort(), all);
  for (const [option, cells] of rows) {
    const expected = [deno.has(option), node.has(option), node.has(option) && !missing.has(option)];
    assertEquals(cells, expected, option);
  }
});

Deno.test("each option that a runtime has is in a test that runs there", async () => {
  const onDeno = await read("tests/transports/deno_transport_test.ts") +
    await read("tests/servers/http2_test.ts");
  const onNode = await read("tests/servers/node_transport_test.ts") +
    await read("tests/servers/http2_program.ts");
  for (const [option, [isOnDeno, isOnNode]] of rowsOf(await read("SPEC.md"))) {
    const name = new RegExp(`\\b${option}\\b`);
    assertEquals([option, isOnDeno && !name.test(onDeno)], [option, false]);
    assertEquals([option, isOnNode && !name.test(onNode)], [option, false]);
  }
});
