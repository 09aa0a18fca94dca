/** The table of SPEC has each option of both transports, and what it says of them is true. */

import { assertEquals } from "@std/assert";
import { optionsByRuntime } from "../support/transport_options.ts";

const ROOT = new URL("../../", import.meta.url);
const read = (path: string) => Deno.readTextFile(new URL(path, ROOT));

/** The options of an interface. */
async function optionsOf(path: string, name: string): Promise<Set<string>> {
  const source = await read(path);
  const [, members = ""] = new RegExp(`interface ${name} \\{\\n(.*?)\\n\\}`, "s").exec(source) ??
    [];
  return new Set(Array.from(members.matchAll(/^ {2}readonly (\w+)\?:/gm), ([, option]) => option!));
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
  const rows = await optionsByRuntime();
  assertEquals(all.length > 10, true);
  assertEquals([...rows.keys()].sort(), all);
  for (const [option, cells] of rows) {
    const expected = [deno.has(option), node.has(option), node.has(option) && !missing.has(option)];
    assertEquals(cells, expected, option);
  }
});
