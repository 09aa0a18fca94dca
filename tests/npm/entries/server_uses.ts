/**
 * The same for the entries that pages do not have.
 *
 * @module
 */

import { runCommand } from "@codomyrmex/networking/cli";
import { type NetworkTools, networkTools } from "@codomyrmex/networking/mcp";
import type { Use } from "./page_uses.ts";

export const SERVER_USES: Readonly<Record<string, Use>> = {
  "./cli": ["0", async () => String(await runCommand(["--version"]))],
  "./mcp": ["http_get true", async () => {
    const tools: NetworkTools = await networkTools();
    const [first] = tools.tools;
    const { isError } = await first!.run({ url: "http://127.0.0.1:1/" });
    await tools.close();
    return `${first!.name} ${isError}`;
  }],
};
