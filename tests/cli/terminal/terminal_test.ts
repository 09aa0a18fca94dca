/** What a terminal gets: a real one, made by `script` of util-linux, where that is installed. */
// deno-lint-ignore-file no-control-regex -- control characters are what this is about

import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { denoArgs, inFolder, serve } from "../support.ts";

const HAS_SCRIPT = await new Deno.Command("script", {
  args: ["--version"],
  stdout: "piped",
  stderr: "null",
})
  .output().then(
    ({ stdout }) => new TextDecoder().decode(stdout).includes("util-linux"),
    () => false,
  );

/** Runs it in a terminal; gives all that the terminal got. */
async function inTerminal(
  args: readonly string[],
  { input, flags, cwd, env = {} }: {
    readonly input?: readonly string[];
    readonly flags?: readonly string[];
    readonly cwd?: string;
    readonly env?: Readonly<Record<string, string>>;
  } = {},
): Promise<{ readonly code: number; readonly shown: string }> {
  const quote = (text: string) => `'${text.replaceAll("'", `'\\''`)}'`;
  const command = [Deno.execPath(), ...denoArgs(args, flags)].map(quote).join(" ");
  const child = new Deno.Command("script", {
    args: ["-qec", command, "/dev/null"],
    env: { NO_COLOR: "", ...env },
    ...cwd !== undefined && { cwd },
    stdin: "piped",
    stdout: "piped",
    stderr: "null",
  }).spawn();
  const writer = child.stdin.getWriter();
  const pending = [...input ?? []];
  const decoder = new TextDecoder();
  let shown = "";
  for await (const chunk of child.stdout) {
    shown += decoder.decode(chunk, { stream: true });
    // Each line of input waits for the output that is to come before it.
    const [before = "", line = ""] = pending[0]?.split("|") ?? [];
    if (pending.length > 0 && shown.includes(before)) {
      pending.shift();
      await writer.write(new TextEncoder().encode(line));
    }
  }
  const { code } = await child.status;
  await writer.abort().catch(() => {});
  return { code, shown: shown.replaceAll("\r\n", "\n") };
}

const options = { ignore: !HAS_SCRIPT };

// R23.22
Deno.test("a terminal gets the head and laid out JSON, in colours", options, async () => {
  await using server = serve(() => Response.json({ a: [1, "x"] }, { headers: { "x-a": "b" } }));
  const { code, shown } = await inTerminal(["get", server.url]);
  assertEquals(code, 0);
  assertStringIncludes(shown, "\x1b[32m200 OK\x1b[0m\n");
  assertStringIncludes(shown, "\x1b[36mx-a\x1b[0m: b\n");
  const body =
    '\n\n{\n  \x1b[36m"a"\x1b[0m: [\n    \x1b[33m1\x1b[0m,\n    \x1b[32m"x"\x1b[0m\n  ]\n}\n';
  assertStringIncludes(shown, body);
  for (const given of [{ env: { NO_COLOR: "1" } }, { args: ["--color", "never"] }]) {
    const { args = [], env = {} } = given as { args?: string[]; env?: Record<string, string> };
    const plain = await inTerminal(["get", server.url, ...args], { env });
    assertStringIncludes(plain.shown, '{\n  "a": [\n    1,\n    "x"\n  ]\n}\n');
    assert(!plain.shown.includes("\x1b["), JSON.stringify(plain.shown));
  }
});

// R23.23
Deno.test(
  "nothing that a server sends reaches a terminal as a control character",
  options,
  async () => {
    const evil = "\x1b]0;owned\x07\x9b2J\u202e\b\x7f\x00";
    const shown = /\\x1b\]0;owned\\x07\\x9b2J\\u202e\\x08\\x7f/;
    await using server = serve((request) => {
      const { pathname } = new URL(request.url);
      if (pathname === "/json") {
        // Raw C1 controls are well-formed JSON.
        return new Response('{"\x9b2J":"\x7f\u202e","a":"\\u001b[2J"}', {
          headers: { "content-type": "application/json" },
        });
      }
      if (pathname === "/events") {
        const text = `id: ${evil.slice(0, -1)}\nevent: ${evil}\ndata: ${evil}\n\n`;
        return new Response(text, { headers: { "content-type": "text/event-stream" } });
      }
      if (request.headers.get("upgrade") === "websocket") {
        const { socket, response } = Deno.upgradeWebSocket(request);
        socket.onopen = () => socket.send(evil);
        socket.onmessage = () => socket.close(1011, "\x1b[2J");
        return response;
      }
      const headers = { "content-type": "text/plain", "x-evil": "\x9b2J" };
      return new Response(evil.slice(0, -1), { headers });
    });
    const rows: [args: string[], shown: RegExp, input?: string[]][] = [
      [["get", server.url, "-v"], shown],
      [["get", server.url, "-v"], /x-evil\x1b\[0m: \\x9b2J\n/],
      [["get", `${server.url}/json`], /"\\x9b2J".*: .*"\\x7f\\u202e".*\n.*"\\u001b\[2J"/],
      [["events", `${server.url}/events`, "--count", "1"], shown],
      [["ws", server.url.replace("http", "ws")], shown, ["\\x7f|line\n"]],
    ];
    for (const [args, expected, input = []] of rows) {
      const result = await inTerminal(args, { input });
      assertMatch(result.shown, expected);
      // What is left without our own colours has no control character but the newline and the return.
      const rest = result.shown.replace(/\x1b\[\d*m/g, "").match(
        /[\0-\x09\x0b-\x1f\x7f-\x9f\u202e]/g,
      );
      assertEquals(rest, null, JSON.stringify(result.shown));
    }
  },
);

// R23.22
Deno.test("a terminal is told that a body is binary, and how to save it", options, async () => {
  await using server = serve((request) =>
    new Response(new Uint8Array([0, 27, 255]), {
      headers: request.url.endsWith("/png") ? { "content-type": "image/png" } : {},
    })
  );
  for (const path of ["/png", "/unknown"]) {
    const { code, shown } = await inTerminal(["get", server.url + path]);
    assertEquals(code, 0);
    assertStringIncludes(shown, "The body is binary and is not shown; save it with -o FILE");
    assert(!shown.includes("\0") && !shown.includes("\ufffd"));
  }
});

Deno.test("a terminal sees how far a download is", options, async () => {
  const total = 30_000;
  await using server = serve((request) => {
    let sent = 0;
    const body = new ReadableStream({
      async pull(controller) {
        await new Promise((resolve) => setTimeout(resolve, 60));
        controller.enqueue(new Uint8Array(10_000));
        if ((sent += 10_000) === total) controller.close();
      },
    });
    const known = { "content-length": String(total) };
    return new Response(body, { headers: request.url.endsWith("/known") ? known : {} });
  });
  await inFolder(async (cwd) => {
    const flags = ["-N", "-R", "-W"];
    for (
      const [path, line] of [["/known", /\r\s*\d+ % \[#+\.*\]/], [
        "/unknown",
        /\r\d.*KiB\/s/,
      ]] as const
    ) {
      const { code, shown } = await inTerminal(["get", server.url + path, "-d"], { flags, cwd });
      assertEquals(code, 0, shown);
      assertMatch(shown, line);
      assertStringIncludes(shown, `Saved 29.3 KiB to ${path.slice(1)}`);
    }
  });
});

Deno.test("ws in a terminal is a conversation, which Ctrl+D ends", options, async () => {
  await using server = serve((request) => {
    const { socket, response } = Deno.upgradeWebSocket(request);
    socket.onmessage = ({ data }) => socket.send(`echo ${data}`);
    return response;
  });
  const input = ["Connected|one\n", "echo one|two\n", "echo two|\x04"];
  const args = ["ws", server.url.replace("http", "ws"), "--wait", "0.05"];
  const { code, shown } = await inTerminal(args, { input });
  assertEquals(code, 0, shown);
  assertStringIncludes(shown, "< \x1b[0mecho one\n");
  assertStringIncludes(shown, "< \x1b[0mecho two\n");
});
