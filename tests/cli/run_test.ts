/** Help, wrong use and exit codes. */

import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { run, serve } from "./support.ts";

const COMMANDS = ["get", "post", "head", "ws", "events", "generate", "mcp", "demo"];

// R23.1
Deno.test("help is printed when asked for, and fits a screen of 24 lines of 80 characters", async () => {
  const { code, out } = await run(["--help"], { flags: [] });
  assertEquals(code, 0);
  const lines = out.trimEnd().split("\n");
  assert(lines.length <= 23, `${lines.length} lines`);
  for (const line of lines) assert(line.length <= 80, line);
  for (const command of COMMANDS.filter((name) => name !== "head")) {
    assertStringIncludes(out, command);
  }
  assertEquals((await run(["help"], { flags: [] })).out, out);
  assertEquals((await run(["-h"], { flags: [] })).out, out);
});

// R23.1
Deno.test("every command has help that fits a screen", async () => {
  for (const command of COMMANDS) {
    const { code, out } = await run([command, "--help"], { flags: [] });
    assertEquals(code, 0);
    assertStringIncludes(out, "Usage: ");
    const lines = out.trimEnd().split("\n");
    assert(lines.length <= 24, `${command}: ${lines.length} lines`);
    assertEquals(lines.filter((line) => line.length > 80), [], command);
    assertEquals((await run(["help", command], { flags: [] })).out, out);
  }
});

// R23.2, R23.3
Deno.test("a wrong use exits with 2, and one line says what to do", async (t) => {
  const url = "http://127.0.0.1:9/";
  const rows: [args: string[], why: string][] = [
    [["genrate"], "There is no command genrate; did you mean generate?"],
    [["xyzzy"], "There is no command xyzzy; --help lists all"],
    [["get"], "Cannot run get: the URL is missing; see get --help"],
    [["ws"], "Cannot run ws: the URL is missing; see ws --help"],
    [["events"], "Cannot run events: the URL is missing; see events --help"],
    [["get", url, "--tmeout", "3"], "unknown option --tmeout; did you mean --timeout?"],
    [["get", url, "--xyzzy"], "unknown option --xyzzy; get --help lists all"],
    [["get", url, "--timeout"], "Option --timeout <value> argument missing"],
    [["get", url, "--timeout", "soon"], "Cannot use --timeout soon: it must be a number"],
    [
      ["get", url, "--max-retries", "1.5"],
      "Cannot use --max-retries 1.5: it must be a whole number",
    ],
    [["get", url, "--color", "sometimes"], "Cannot use --color sometimes: it must be auto"],
    [["get", url, "--auth", "ada"], "Cannot use --auth: it must be USER:PASSWORD"],
    [["get", url, "--auth-type", "basic"], "add --auth"],
    [["get", url, "-a", "a:b", "-A", "ntlm"], "Cannot use --auth-type ntlm"],
    [["get", url, "-a", "a:b", "-A", "aws"], "aws:REGION:SERVICE"],
    [["get", url, "-a", "a", "-A", "aws:r:s"], "KEY_ID:SECRET"],
    [["get", url, "-a", "a", "-A", "webhook:own"], "the schemes are standard, github"],
    [["get", url, "-a", "short", "-A", "webhook:github"], "Cannot use --auth"],
    [["get", url, "-a", "short", "-A", "sign"], "Cannot use --auth: the text is not PEM"],
    [["get", url, "-a", "{short", "-A", "bot:https://a.example"], "its JSON is malformed"],
    [["get", url, "-a", "short", "-A", "bot:http://a.example"], "sign:KEY_ID or bot:URL"],
    [["get", url, "a=b"], "write query parameters as name==value, or use post"],
    [["get", url, "nonsense"], "Cannot use the item nonsense"],
    [["get", url, "X A:b"], "X A"],
    [["get", url, "-h", "-b"], "Cannot use --headers with --body"],
    [["post", url, "-f", "--multipart"], "Cannot use --form with --multipart"],
    [["get", url, "--resume"], "it needs --download"],
    [["post", url, "--download"], "they need get"],
    [["get", url, "--download", "--curl"], "use one of them"],
    [["ws", url, "a=b"], "send messages as lines of standard input"],
    [["get", url, "@missing"], "Cannot read the file missing: it does not exist"],
  ];
  for (const [args, why] of rows) {
    await t.step(args.join(" "), async () => {
      const { code, err, out } = await run(args, { flags: ["-N", "-R"] });
      assertEquals([code, out], [2, ""], err);
      assertStringIncludes(err, why);
      assertEquals(err.trimEnd().split("\n").length, 1, err);
    });
  }
  const bare = await run([], { flags: [] });
  assertEquals(bare.code, 2);
  assertStringIncludes(bare.err, "Usage: <command>");
});

// R23.2
Deno.test("the exit code says what the status was", async (t) => {
  await using server = serve((request) => {
    const status = Number(new URL(request.url).pathname.slice(1));
    return new Response(status === 204 || status === 304 ? null : "body", { status });
  });
  for (const [status, code] of [[200, 0], [204, 0], [302, 3], [304, 3], [404, 4], [503, 5]]) {
    await t.step(`${status} is ${code}`, async () => {
      const args = ["get", `${server.url}/${status}`, "--max-retries", "0"];
      const found = await run(args);
      assertEquals(found.code, code);
      if (code! > 0) assertStringIncludes(found.err, String(status));
      assertEquals((await run([...args, "--no-check-status"])).code, 0);
    });
  }
});

// R23.2, R23.3
Deno.test("a failure of the network exits with 1, and one line says why", async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr;
  listener.close();
  for (const command of ["get", "ws", "events"]) {
    const { code, err, out } = await run([command, `:${port}`, "--max-retries", "0"]);
    assertEquals([code, out], [1, ""], err);
    assertStringIncludes(err, `localhost:${port}/`);
    assertEquals(err.trimEnd().split("\n").length, 1, err);
  }
});

// R23.3
Deno.test("a missing permission is told with the flag to add", async () => {
  const net = await run(["get", "http://127.0.0.1:8080/"], { flags: [] });
  assertEquals(net.code, 1);
  assertStringIncludes(net.err, "--allow-net");
  const read = await run(["post", "http://127.0.0.1:9/", "@some.txt"]);
  assertEquals(read.code, 1);
  assertStringIncludes(read.err, "--allow-read");
});
