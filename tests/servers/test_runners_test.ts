/** Cassettes in the test runners of Node: node:test, Vitest and Jest, from the package for npm. */

import { buildPackage } from "../npm/build.ts";
import { installBuilt } from "../npm/consumer.ts";
import { installed } from "../runtimes/runtimes.ts";
import { assertEquals, assertMatch } from "@std/assert";

/** The same test for each: it records the first time, and replays the second time without the server. */
const BODY = `
import { createServer } from "node:http";
import { rm } from "node:fs/promises";
import { HTTPClient } from "@codomyrmex/networking";
import { cassette } from "@codomyrmex/networking/testing";

export async function recordAndReplay(path) {
  const server = createServer(async (request, response) => {
    let body = "";
    for await (const chunk of request) body += chunk;
    response.setHeader("content-type", "application/json");
    response.end(JSON.stringify({ url: request.url, body }));
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const origin = "http://127.0.0.1:" + server.address().port;
  const results = [];
  for (const mode of ["record", "replay"]) {
    const client = new HTTPClient({ transport: cassette(path, { mode }), maxRetries: 0, baseUrl: origin });
    const form = new FormData();
    form.set("a", "1");
    const answers = [
      await client.get("x?page=1"),
      await client.post("y", { a: 1 }),
      await client.post("z", new Blob(["stream"]).stream()),
      await client.post("f", form),
    ];
    results.push(JSON.stringify(answers.map(({ text, statusCode }) => [statusCode, text])));
    await client.close();
    if (mode === "record") await new Promise((resolve) => server.close(resolve));
  }
  await rm(path);
  return results;
}
`;

const NODE_TEST = `
import test from "node:test";
import assert from "node:assert";
import { recordAndReplay } from "./body.mjs";
test("cassette", async () => {
  const [recorded, replayed] = await recordAndReplay("node.json");
  assert.equal(replayed, recorded);
});
`;
const EXPECT = `
import { recordAndReplay } from "./body.mjs";
test("cassette", async () => {
  const [recorded, replayed] = await recordAndReplay("runner.json");
  expect(replayed).toBe(recorded);
});
`;

Deno.test({
  name: "cassettes work under node:test, Vitest and Jest",
  sanitizeOps: false,
  sanitizeResources: false,
  async fn(t) {
    const folder = await Deno.makeTempDir();
    const app = `${folder}/app`;
    const runners = { jest: "30.2.0", vitest: "3.2.4" };
    await installBuilt(await buildPackage(`${folder}/package`), app, runners);
    const files = {
      "body.mjs": BODY,
      "a.node.mjs": NODE_TEST,
      "a.vitest.test.mjs": `import { expect, test } from "vitest";${EXPECT}`,
      "a.jest.mjs": EXPECT,
    };
    for (const [name, text] of Object.entries(files)) {
      await Deno.writeTextFile(`${app}/${name}`, text);
    }
    const node = await installed("Node 24");
    const rows: [title: string, args: string[]][] = [
      ["node:test", ["--test", "a.node.mjs"]],
      ["Vitest", ["node_modules/vitest/vitest.mjs", "run", "a.vitest.test.mjs"]],
      [
        "Jest",
        [
          ...["--experimental-vm-modules", "node_modules/jest/bin/jest.js"],
          ...["--transform={}", "--testRegex=a\\.jest\\.mjs$"],
        ],
      ],
    ];
    for (const [title, args] of rows) {
      await t.step(title, async () => {
        const { success, stdout, stderr } = await new Deno.Command(node, {
          args,
          cwd: app,
          env: { NO_COLOR: "1", CI: "true" },
        }).output();
        const text = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes)).join("\n");
        assertEquals(success, true, text);
        assertMatch(text, /1 passed|pass 1/);
      });
    }
    await Deno.remove(folder, { recursive: true });
  },
});
