/** What a cassette does by the environment: in a process of its own, with the permissions that it says. */

import { assertEquals, assertStringIncludes } from "@std/assert";

const ROOT = new URL("../../", import.meta.url);
const PROGRAM = `
import { HTTPClient } from "${new URL("mod.ts", ROOT)}";
import { cassette, MockTransport } from "${new URL("src/testing/mod.ts", ROOT)}";
const transport = new MockTransport().on("GET", "/x", { body: Deno.args[2] });
const tape = cassette(Deno.args[0], { mode: Deno.args[1], transport });
const client = new HTTPClient({ transport: tape, maxRetries: 0 });
try {
  console.log((await client.get("http://a.example/x")).text, tape.mode, tape.changed.length);
} catch (error) {
  console.log(error.code, error.message);
}
await client.close();
`;

async function run(
  args: readonly string[],
  env: Readonly<Record<string, string>>,
  flags: readonly string[] = ["--allow-env=CI,CASSETTE"],
): Promise<string> {
  const file = `${args[0]!.replace(/[^/]*$/, "")}program.ts`;
  await Deno.writeTextFile(file, PROGRAM);
  const config = `--config=${new URL("deno.json", ROOT).pathname}`;
  const { stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      ...["run", "--quiet", "--no-check", config, "--allow-read", "--allow-write"],
      ...[...flags, file, ...args],
    ],
    env: { CI: "", CASSETTE: "", ...env },
    stdin: "null", // nobody could answer a question
  }).output();
  return new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr);
}

// R13.6
Deno.test("the environment decides where it may be read, and nobody is asked for it", async () => {
  const folder = await Deno.makeTempDir();
  let count = 0;
  const fresh = () => `${folder}/${++count}.json`;
  const path = fresh();
  assertEquals(await run([path, "auto", "one"], {}), "one record 0\n");
  assertEquals(await run([path, "auto", "two"], {}), "one replay 0\n");
  assertEquals(await run([path, "auto", "two"], { CI: "true" }), "one replay 0\n");
  assertEquals(await run([path, "replay", "two"], { CASSETTE: "refresh" }), "two refresh 1\n");
  assertEquals(await run([path, "auto", "three"], { CASSETTE: "record" }), "three record 0\n");
  assertEquals(await run([fresh(), "auto", "one"], { CI: "false" }), "one record 0\n");
  for (
    const [env, flags] of [
      [{ CI: "1" }, undefined], // nothing is recorded in CI
      [{}, []],
      [{}, ["--allow-env=CI"]],
      [{ CASSETTE: "record" }, ["--allow-env=CI"]],
    ] as const
  ) {
    const said = await run([fresh(), "auto", "one"], env, flags);
    assertStringIncludes(said, "no_recording Cannot use the cassette");
    assertStringIncludes(said, "it does not exist; to record,");
  }
  assertEquals(await run([fresh(), "record", "one"], {}, []), "one record 0\n");
  assertStringIncludes(
    await run([path, "auto", "x"], { CASSETTE: "rec" }),
    "the environment has CASSETTE=rec; it must be one of auto, replay, record, refresh",
  );
  await Deno.remove(folder, { recursive: true });
});

Deno.test("a missing permission is named, for the folder where the file is written", async () => {
  const folder = await Deno.makeTempDir();
  await Deno.writeTextFile(`${folder}/program.ts`, PROGRAM);
  const config = `--config=${new URL("deno.json", ROOT).pathname}`;
  const record = async (...flags: string[]) => {
    const { stdout } = await new Deno.Command(Deno.execPath(), {
      args: [
        ...["run", "--quiet", "--no-check", "--no-prompt", config, ...flags],
        ...[`${folder}/program.ts`, `${folder}/tape.json`, "record", "one"],
      ],
    }).output();
    return new TextDecoder().decode(stdout);
  };
  assertStringIncludes(await record(), `add --allow-read=${folder}/tape.json`);
  const read = `--allow-read=${folder}/tape.json`;
  const both = [`--allow-read=${folder}`, `--allow-write=${folder}`];
  for (const flags of [[read], [read, both[1]!]]) {
    assertStringIncludes(await record(...flags), `add ${both.join(" ")}`);
  }
  assertEquals(await record(...both), "one record 0\n");
  await Deno.remove(folder, { recursive: true });
});
