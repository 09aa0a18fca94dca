/**
 * The types of the package as its users see them, in the oldest TypeScript that is supported and the newest:
 * a browser's project, and one of Node's without the DOM library.
 *
 * @module
 */

import { generate } from "../../src/generate/mod.ts";
import { type Outcome, runDeno } from "../support/gate.ts";
import { PAGE_USES } from "./entries/page_uses.ts";
import { USES } from "./entries/all_uses.ts";
import type { DenoConfig } from "./package_json.ts";

/** The floor that README.md names, and the newest. */
// R11.4
const TYPESCRIPTS = ["5.7.3", "7.0.2"];

const OPTIONS = {
  ...{ module: "NodeNext", target: "ES2022", strict: true, noEmit: true },
  ...{ skipLibCheck: false, exactOptionalPropertyTypes: true, allowImportingTsExtensions: true },
};

/** Each has all entry points that can be used there, and the programs that use them. */
const PROJECTS = {
  "a browser": {
    ...{ lib: ["ES2022", "DOM"], types: [] as string[] },
    ...{ entries: Object.keys(PAGE_USES), programs: ["page_uses.ts"] },
  },
  "Node without DOM": {
    ...{ lib: ["ES2023"], types: ["node"] },
    ...{ entries: Object.keys(USES), programs: ["all_uses.ts"] },
  },
};

/**
 * The steps; `consumer` is a folder with the programs, where the package and the types of Node are
 * installed.
 */
export async function typeSteps(
  { name }: DenoConfig,
  consumer: string,
): Promise<[title: string, run: () => Promise<Outcome>][]> {
  // What the generator makes is checked as its users would.
  const shop = new URL("../generate/fixtures/shop.yaml", import.meta.url).pathname;
  const { files } = await generate(shop);
  await Deno.writeTextFile(`${consumer}/shop.ts`, files.get("api.ts")!);
  const steps: [title: string, run: () => Promise<Outcome>][] = [];
  for (const [project, { lib, types, entries, programs }] of Object.entries(PROJECTS)) {
    const key = project.replaceAll(" ", "_");
    const all = entries.map((entry, index) =>
      `export * as entry${index} from "${name}${entry.slice(1)}";\n`
    );
    await Deno.writeTextFile(`${consumer}/${key}.ts`, all.join(""));
    const tsconfig = `${consumer}/tsconfig.${key}.json`;
    const compilerOptions = { ...OPTIONS, lib, types };
    const files = [`${key}.ts`, ...programs, "shop.ts"];
    await Deno.writeTextFile(tsconfig, JSON.stringify({ compilerOptions, files }));
    for (const version of TYPESCRIPTS) {
      steps.push([`the types in ${project}, TypeScript ${version}`, () =>
        runDeno([
          ...["run", "--quiet", "--allow-all", "--no-config", `npm:typescript@${version}/tsc`],
          ...["--project", tsconfig],
        ])]);
    }
  }
  return steps;
}
