/**
 * The table of SPEC that says which runtime has which connection option.
 *
 * @module
 */

/** The options, and whether Deno, Node and Bun have each. */
export async function optionsByRuntime(): Promise<ReadonlyMap<string, readonly boolean[]>> {
  const spec = await Deno.readTextFile(new URL("../../SPEC.md", import.meta.url));
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
