/**
 * `deno task publish:check`: publishes to JSR without publishing. Inside the project the files of `.std/`
 * would count as modules that the package lacks, so it runs on a copy of what would be published.
 *
 * @module
 */
// deno-lint-ignore-file no-console -- printing is what it is for

import { copy, withTempDir } from "./files.ts";
import { type Outcome, runDeno } from "./gate.ts";
import type { ScoredConfig } from "./jsr_score.ts";

const ROOT = new URL("../../", import.meta.url).pathname;

/** What is read of deno.json. */
export interface PublishedConfig extends ScoredConfig {
  readonly publish: { readonly include: readonly string[] };
}

/** What `deno publish --dry-run` says of the package. */
export function publishDryRun(config: PublishedConfig): Promise<Outcome> {
  return withTempDir(async (folder) => {
    for (const path of config.publish.include) await copy(ROOT + path, `${folder}/${path}`);
    const linked = { ...config, links: [`${ROOT}.std/*`] };
    await Deno.writeTextFile(`${folder}/deno.json`, JSON.stringify(linked));
    return await runDeno(["publish", "--dry-run", "--allow-dirty"], { cwd: folder });
  });
}

if (import.meta.main) {
  const config = JSON.parse(await Deno.readTextFile(`${ROOT}deno.json`));
  const { success, output } = await publishDryRun(config);
  console.log(output.trimEnd());
  Deno.exit(success ? 0 : 1);
}
