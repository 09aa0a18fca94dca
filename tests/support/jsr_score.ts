/**
 * The score that JSR will give, computed as it does (each item with its points; 18 in all, of which 17
 * are the whole score). What is set on the package's page is judged by what it needs from here: a
 * description that fits, runtimes that are proven, a workflow that may vouch for the origin.
 *
 * @module
 */

import { type Outcome, runDeno } from "./gate.ts";

const FULL = 17;
/** As much as the page takes. */
const LONGEST_DESCRIPTION = 250;
const DOCUMENTED = 0.8;

interface Documentation {
  readonly nodes: Readonly<
    Record<string, {
      readonly module_doc?: { readonly doc?: string };
      readonly symbols: readonly {
        readonly name: string;
        readonly declarations: readonly { readonly jsDoc?: { readonly doc?: string } }[];
      }[];
    }>
  >;
}

/** What is read of deno.json. */
export interface ScoredConfig {
  readonly description: string;
  readonly exports: Readonly<Record<string, string>>;
}

/** The score, item by item; a success when nothing is missing. `published` is the dry run's outcome. */
export async function jsrScore(config: ScoredConfig, published: Outcome): Promise<Outcome> {
  const { success, output } = await runDeno([
    ...["doc", "--json", "--quiet"],
    ...Object.values(config.exports),
  ]);
  if (!success) return { success, output };
  const { nodes }: Documentation = JSON.parse(output.slice(output.indexOf("{")));
  const entries = Object.values(nodes);
  const symbols = entries.flatMap((entry) => entry.symbols);
  const documented = symbols.filter(({ declarations }) =>
    declarations.some(({ jsDoc }) => (jsDoc?.doc ?? "") !== "")
  );
  const share = documented.length / symbols.length;
  const readme = await Deno.readTextFile("README.md");
  const spec = await Deno.readTextFile("SPEC.md");
  const workflow = await Deno.readTextFile(".github/workflows/ci.yml");
  const runtimes = ["Deno 2.9", "Node 22", "Bun 1", "Chromium"].filter((title) =>
    spec.includes(`| ${title} `)
  );
  const items: readonly (readonly [what: string, points: number, of: number])[] = [
    ["README.md", readme === "" ? 0 : 2, 2],
    ["an example", /```ts/.test(readme) ? 1 : 0, 1],
    [
      `a module doc in each of ${entries.length} entries`,
      entries.length === Object.keys(config.exports).length &&
        entries.every(({ module_doc }) => (module_doc?.doc ?? "") !== "")
        ? 1
        : 0,
      1,
    ],
    [
      `${documented.length} of ${symbols.length} symbols documented`,
      Math.min(5, Math.floor(5 * share / DOCUMENTED)),
      5,
    ],
    ["no slow types, which the dry run refuses", published.success ? 5 : 0, 5],
    ["provenance: the workflow has an identity", /id-token: write/.test(workflow) ? 1 : 0, 1],
    [
      `a description of ${config.description.length} characters`,
      config.description !== "" && config.description.length <= LONGEST_DESCRIPTION ? 1 : 0,
      1,
    ],
    ["a runtime", Math.min(runtimes.length, 1), 1],
    ["a second one", runtimes.length > 1 ? 1 : 0, 1],
  ];
  const sum = Math.min(FULL, items.reduce((sum, [, points]) => sum + points, 0));
  const isWhole = items.every(([, points, of]) => points === of);
  const lines = items.map(([what, points, of]) => `${points} of ${of}  ${what}`);
  return { success: isWhole, output: [...lines, `JSR score: ${sum} of ${FULL}`].join("\n") };
}
