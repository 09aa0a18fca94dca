/** What the compiler says of common mistakes: the code, and the part of the text that helps. */

import { assert, assertEquals } from "@std/assert";

const ROOT = new URL("../../", import.meta.url);

/** A mistake in a program that has `client` and `user`, and what the compiler must say of it. */
const ROWS: readonly { readonly line: string; readonly code: string; readonly says: string[] }[] = [
  {
    line: 'client.get("/x", { timout: 5 });',
    code: "TS2561",
    says: ["'timout' does not exist in type 'RequestOptions'", "Did you mean to write 'timeout'?"],
  },
  {
    line: 'client.get("/x", { body: "x" });',
    code: "TS2353",
    says: ["'body' does not exist in type 'RequestOptions'"],
  },
  {
    line: 'client.get("/x", { timeout: "5s" });',
    code: "TS2322",
    says: ["Type 'string' is not assignable to type 'false | Duration"],
  },
  {
    line: 'const found: User = (await client.get("/x")).json();',
    code: "TS2322",
    says: ["Type 'unknown' is not assignable to type 'User'"],
  },
  {
    line: '(await client.get("/x")).json().name;',
    code: "TS2571",
    says: ["Object is of type 'unknown'"],
  },
  {
    line: '(await client.get("/x")).data;',
    code: "TS2339",
    says: ["Property 'data' does not exist on type 'Response'"],
  },
  {
    line: 'client.post("/x", Symbol("x"));',
    code: "TS2345",
    says: ["Argument of type 'symbol' is not assignable to parameter of type 'BodyData'"],
  },
  {
    line: 'client.post("/x", fetch("http://a.example"));',
    code: "TS2345",
    says: ["is not assignable to parameter of type 'BodyData'", "Did you forget to use 'await'?"],
  },
  {
    line: 'client.get("/x", { params: "a=1" });',
    code: "TS2322",
    says: ["Type 'string' is not assignable to type 'ParamsOption"],
  },
  {
    line: 'new WebSocketClient("wss://a.example", { heartbeat: 30 });',
    code: "TS2559",
    says: ["Type 'number' has no properties in common with type 'HeartbeatOptions'"],
  },
];

// R4.14
Deno.test("the compiler says of a common mistake what is wrong", async (t) => {
  const folder = await Deno.makeTempDir();
  try {
    const names: string[] = [];
    for (const [index, { line }] of ROWS.entries()) {
      const name = `${folder}/row_${index}.ts`;
      await Deno.writeTextFile(
        name,
        [
          `import { HTTPClient, WebSocketClient } from "${new URL("mod.ts", ROOT)}";`,
          "interface User { readonly name: string }",
          "const client = new HTTPClient();",
          line,
          "export { type User, WebSocketClient, client };",
        ].join("\n"),
      );
      names.push(name);
    }
    const { stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["check", "--quiet", "--config", new URL("deno.json", ROOT).pathname, ...names],
      env: { NO_COLOR: "1" },
      stdout: "null",
    }).output();
    const said = new TextDecoder().decode(stderr).split(/\n(?=TS\d+ \[ERROR\])/);
    for (const [index, { line, code, says }] of ROWS.entries()) {
      await t.step(line, () => {
        const own = said.filter((text) => text.includes(`/row_${index}.ts:`)).join("\n");
        assertEquals(own.split(" ", 1)[0], code, own);
        for (const part of says) assert(own.includes(part), own);
      });
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
