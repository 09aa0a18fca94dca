import * as stdAssert from "@std/assert";
import * as stdAsync from "@std/async";
import * as stdHttp from "@std/http";
import { assert, assertEquals, assertThrows } from "@std/assert";
import { delay } from "@std/async/delay";
import { exportName, linkedFiles, packageConfig, STD_PACKAGES } from "./linked_std.ts";
import { jsrAnswers, readFiles } from "./setup.ts";

/** The least that linkedFiles() accepts: a `mod.js` for every package. */
function sources(more: Record<string, string> = {}): Map<string, string> {
  const httpMod = `export * from "./etag.js";\nexport * from "./file_server.js";\n`;
  return new Map([
    ...Object.keys(STD_PACKAGES).map((name) => [`${name.replace("-", "_")}/mod.js`, ""] as const),
    ["http/mod.js", `export * from "./status.js";\n${httpMod}`],
    ...Object.entries(more),
  ]);
}

Deno.test("exportName() turns file names into the subpaths that JSR has", () => {
  const rows: [file: string, name: string | undefined][] = [
    ["mod.js", "."],
    ["retry.js", "./retry"],
    ["server_sent_event_stream.js", "./server-sent-event-stream"],
    ["_util.js", undefined],
    ["_negotiation/language.js", undefined],
    ["retry.d.ts", undefined],
    ["README.md", undefined],
  ];
  for (const [file, name] of rows) assertEquals(exportName(file), name, file);
});

Deno.test("packageConfig() names the package, its version and its public files", () => {
  const text = packageConfig("async", ["retry.js", "_util.js", "mod.js", "all_keyed.js"]);
  assertEquals(JSON.parse(text), {
    name: "@std/async",
    version: "1.5.0",
    exports: { "./all-keyed": "./all_keyed.js", ".": "./mod.js", "./retry": "./retry.js" },
  });
});

Deno.test("linkedFiles() puts the types beside their source and points the source at them", () => {
  const files = linkedFiles(
    sources({ "async/retry.js": "export const retry = 1;\n" }),
    new Map([["async/retry.d.ts", "export const retry: 1;\n"]]),
  );
  const pointer = `/* @ts-self-types="./retry.d.ts" */`;
  assertEquals(files.get("async/retry.js"), `${pointer}\nexport const retry = 1;\n`);
  assertEquals(files.get("async/retry.d.ts"), "export const retry: 1;\n");
  assertEquals(files.get("async/mod.js"), "");
});

Deno.test("linkedFiles() names folders as the imports between packages expect them", () => {
  const files = linkedFiles(sources({ "data_structures/deque.js": "" }), new Map());
  assert(files.has("data-structures/deque.js"));
  assertEquals([...files.keys()].filter((path) => path.startsWith("data_structures")), []);
});

Deno.test("linkedFiles() leaves out what would draw in further packages, and its exports", () => {
  const files = linkedFiles(sources({ "http/file_server.js": "", "http/etag.js": "" }), new Map());
  assertEquals(files.get("http/mod.js"), `export * from "./status.js";\n`);
  assertEquals(files.has("http/file_server.js"), false);
  assertEquals(files.has("http/etag.js"), false);
});

Deno.test("linkedFiles() refuses sources and types that do not belong together", () => {
  const none = new Map<string, string>();
  const withoutAsync = sources();
  withoutAsync.delete("async/mod.js");
  assertThrows(() => linkedFiles(withoutAsync, none), Error, "Cannot find the sources");
  const typesOnly = new Map([["async/gone.d.ts", ""]]);
  assertThrows(() => linkedFiles(sources(), typesOnly), Error, "async/gone.d.ts");
  const changed = sources({ "http/mod.js": "" });
  assertThrows(() => linkedFiles(changed, none), Error, "no such export");
});

Deno.test("the types of our own writing name nothing that @std does not have", async () => {
  const modules: Record<string, object> = { assert: stdAssert, async: stdAsync, http: stdHttp };
  const types = await readFiles(`${import.meta.dirname}/std_types`, ".d.ts");
  let compared = 0;
  for (const [path, text] of types) {
    const module = modules[path.slice(0, path.indexOf("/"))];
    for (const [, name] of text.matchAll(/^export (?:function|class|const) (\w+)/gm)) {
      assert(module !== undefined && name !== undefined && name in module, `${path}: ${name}`);
      compared += 1;
    }
  }
  assert(compared > 40, `compared only ${compared} names`);
});

Deno.test("jsrAnswers() believes a registry, and nothing that only looks like one", async (t) => {
  const metadata = () => Response.json({ versions: {} });
  const rows: [name: string, answer: () => Response | Promise<Response>, expected: boolean][] = [
    ["package metadata", metadata, true],
    ["a page of a proxy", () => new Response("<html>Please log in</html>"), false],
    ["JSON of something else", () => Response.json({ error: "blocked" }), false],
    ["an error", () => Response.json({ versions: {} }, { status: 503 }), false],
    ["an answer that comes too late", () => delay(400).then(metadata), false],
  ];
  for (const [name, answer, expected] of rows) {
    await t.step(name, async () => {
      const paths: string[] = [];
      const options = { hostname: "127.0.0.1", port: 0, onListen: () => {} };
      const server = Deno.serve(options, (request) => {
        paths.push(new URL(request.url).pathname);
        return answer();
      });
      const base = `http://127.0.0.1:${server.addr.port}/`;
      assertEquals(await jsrAnswers(base, 200), expected);
      assertEquals(paths, ["/@std/async/meta.json"]);
      await server.shutdown();
    });
  }
  await t.step("an address that is none", async () => {
    assertEquals(await jsrAnswers("no address", 200), false);
  });
  await t.step("nobody there", async () => {
    const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    listener.close();
    assertEquals(await jsrAnswers(`http://127.0.0.1:${listener.addr.port}`, 200), false);
  });
});
