/** What people of HTTPie, xh and curl type, each as a process of its own. */

import { VERSION } from "../../../src/runtime/version.ts";
import { inFolder, run, serve, start } from "../support.ts";
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import config from "../../../deno.json" with { type: "json" };

async function echo(request: Request): Promise<Response> {
  const { method, url, headers } = request;
  const { pathname, search } = new URL(url);
  if (pathname === "/login") {
    return new Response(null, { headers: { "set-cookie": "sid=c00kie; Path=/" } });
  }
  return Response.json({
    method,
    target: pathname + search,
    headers: Object.fromEntries(headers),
    body: await request.text(),
  });
}

// R23.1
Deno.test("--version is that of the package", async () => {
  assertEquals(VERSION, config.version);
  assertEquals(await run(["--version"], { flags: [] }).then(({ code, out }) => [code, out]), [
    0,
    `${config.version}\n`,
  ]);
});

// R23.5
Deno.test("a word in upper case in front of a URL is the method; another word is wrong use", async (t) => {
  await using server = serve(echo);
  const rows: [args: string[], method: string | undefined][] = [
    [["PURGE", server.url], "PURGE"],
    [["POST", server.url, "a=1"], "POST"],
    [["GET", server.url], "GET"],
    [["M-SEARCH", server.url], "M-SEARCH"],
    [["PURGE", "-v", server.url], "PURGE"],
    [["purge", server.url], undefined],
    [["Purge", server.url], undefined],
    [["PURGE"], undefined],
    [["PU(RGE", server.url], undefined],
    [["TRACE", server.url], undefined], // which fetch does not send
  ];
  for (const [args, method] of rows) {
    await t.step(args.slice(0, -1).join(" ") || args[0]!, async () => {
      const { code, out, err } = await run(args);
      assertEquals(code, method === undefined ? 2 : 0, err);
      if (method !== undefined) assertEquals(JSON.parse(out).method, method);
    });
  }
});

// R23.9, R23.17
Deno.test("digits are sent and printed as they are", async () => {
  const big = "1234567890123456789";
  await using server = serve((request) =>
    request.method === "GET"
      ? new Response(`{"rows":[{"id":${big},"x":1e400,"s":"${big}"}]}`, {
        headers: { "content-type": "application/json" },
      })
      : echo(request)
  );
  const args = ["post", server.url, `id:=${big}`, `list:=[${big}, {"a": 0.10}]`, `a[b]:=${big}`];
  const sent = JSON.parse((await run(args)).out).body;
  assertEquals(sent, `{"id":${big},"list":[${big},{"a":0.10}],"a":{"b":${big}}}`);
  const paged = await run(["get", server.url, "--paginate-items", "rows"]);
  assertEquals(paged.out, `{"id":${big},"x":1e400,"s":"${big}"}\n`);
  const shown = await run(["get", server.url, "--color", "always"]);
  assertStringIncludes(shown.out, `\x1b[33m${big}\x1b[0m`);
});

Deno.test("JSON of megabytes is laid out whole", async () => {
  const rows = Array.from({ length: 100_000 }, (_, id) => ({ id, name: `name ${id}` }));
  await using server = serve(() => Response.json(rows));
  const { code, out, err } = await run(["get", server.url, "--color", "always", "--body"]);
  assertEquals([code, err], [0, ""]);
  // deno-lint-ignore no-control-regex -- colours are taken away
  assertEquals(JSON.parse(out.replace(/\x1b\[\d+m/g, "")), rows);
});

// R23.22
Deno.test("text that is JSON is laid out, other text is shown as it comes", async (t) => {
  const rows: [type: string, body: string, shown: string][] = [
    ["text/plain", '{"a":[1]}', '{\n  "a": [\n    1\n  ]\n}\n'],
    ["text/plain", " [ true ]\n", "[\n  true\n]\n"],
    ["text/plain", "[2026-11-28] started\n", "[2026-11-28] started\n"],
    ["text/plain", '{"a":1}\n{"b":2}\n', '{"a":1}\n{"b":2}\n'],
    ["text/plain", '{"a":', '{"a":\n'],
    ["text/plain", "plain", "plain\n"],
    ["text/plain", "{", "{\n"],
    ["text/html", '{"a":1}', '{"a":1}\n'],
    ["application/json", "no JSON", "no JSON\n"],
  ];
  for (const [type, body, shown] of rows) {
    await t.step(JSON.stringify(body), async () => {
      await using server = serve(() => new Response(body, { headers: { "content-type": type } }));
      const { out } = await run(["get", server.url, "--color", "always", "-b"]);
      // deno-lint-ignore no-control-regex -- colours are taken away
      assertEquals(out.replace(/\x1b\[\d+m/g, ""), shown);
    });
  }
});

// R23.11
Deno.test("a URL alone does not read standard input, and says so", async () => {
  await using server = serve(echo);
  const { code, out, err } = await run([server.url], { input: "data" });
  assertEquals([code, JSON.parse(out).method, JSON.parse(out).body], [0, "GET", ""]);
  assertStringIncludes(err, "Standard input is not sent");
  await using get = start(["get", server.url], { input: new ReadableStream() }); // never ends
  const [{ code: ended }, told] = await Promise.all([
    get.status,
    new Response(get.stderr).text(),
    get.stdout.cancel(),
  ]);
  assertEquals([ended, told], [0, ""]);
  await get.stdin.abort().catch(() => {});
  const none = await run(["post", server.url]); // /dev/null
  assertEquals(JSON.parse(none.out).body, "");
  const json = JSON.parse((await run(["post", server.url], { input: ' {"a": 1}\n' })).out);
  assertEquals([json.body, json.headers["content-type"]], [' {"a": 1}\n', "application/json"]);
});

// R23.15
Deno.test("--print shows the parts that are asked for, --offline the request alone", async (t) => {
  let requests = 0;
  await using server = serve((request) => {
    requests++;
    return echo(request);
  });
  const post = ["post", server.url, "a=1", "X-Api-Key:s3cret"];
  const head = `POST ${server.url}/\nx-api-key: [redacted]\ncontent-type: application/json\n\n`;
  const body = '{"a":"1"}\n';
  await t.step("H", async () => assertEquals((await run([...post, "--print", "H"])).out, head));
  await t.step("B", async () => assertEquals((await run([...post, "--print", "B"])).out, body));
  await t.step(
    "h",
    async () =>
      assertMatch((await run([...post, "--print", "h"])).out, /^200 OK\ncontent-length: /),
  );
  await t.step("HBhb", async () => {
    const { out } = await run([...post, "--print=HBhb"]);
    assert(out.startsWith(`${head}${body}200 OK\n`), out);
    assertStringIncludes(out, '\n\n{"method":"POST"');
  });
  await t.step("secrets", async () => {
    const { out } = await run([...post, "--print", "H", "--secrets"]);
    assertStringIncludes(out, "x-api-key: s3cret\n");
  });
  await t.step("nothing", async () => assertEquals((await run([...post, "--print="])).out, ""));
  const before = requests;
  await t.step("--offline", async () => {
    const { code, out } = await run([...post, "--offline"], { flags: [] });
    assertEquals([code, out], [0, head + body]);
    assertEquals(requests, before);
  });
  for (const wrong of [["--print", "x"], ["--print", "h", "-b"], ["--offline", "--curl"]]) {
    await t.step(
      wrong.join(" "),
      async () => assertEquals((await run([...post, ...wrong])).code, 2),
    );
  }
});

Deno.test("--curl with a body that no argument can hold names its file, or says so", async () => {
  await inFolder(async (cwd) => {
    await Deno.writeFile(`${cwd}/it's.bin`, new Uint8Array([1, 0, 2]));
    const options = { cwd, flags: ["-R"] };
    const url = "http://127.0.0.1:9/";
    const named = await run(["post", url, "@it's.bin", "--curl"], options);
    assertEquals(named.err, "");
    assertStringIncludes(named.out, `--data-binary '@it'\\''s.bin'\n`);
    const piped = await run(["post", url, "--curl"], { input: "a\0b", flags: [] });
    assertStringIncludes(piped.out, "--data-binary '@body'\n");
    assertStringIncludes(piped.err, "zero byte");
  });
});

// R23.21
Deno.test("-o - is standard output, and nothing but the body goes there", async () => {
  const body = new Uint8Array([0, 1, 2, 255]);
  await using server = serve(() =>
    new Response(body, { headers: { "content-type": "image/png" } })
  );
  await inFolder(async (cwd) => {
    for (
      const args of [["-o", "-"], ["--output=-"], ["-d", "-o", "-"], ["-o", "-", "--color=always"]]
    ) {
      const { code, bytes } = await run(["get", server.url, ...args], { cwd });
      assertEquals([code, bytes], [0, body], args.join(" "));
    }
    assertEquals((await run(["get", server.url, "-o", "-", "--resume"], { cwd })).code, 2);
    assertEquals(await Array.fromAsync(Deno.readDir(cwd)), []);
  });
});

// R23.8
Deno.test("a part of a form can have a media type", async () => {
  await using server = serve(echo);
  await inFolder(async (cwd) => {
    await Deno.writeTextFile(`${cwd}/a.txt`, "a;b");
    const options = { cwd, flags: ["-N", "-R"] };
    const args = ["post", server.url, "--multipart", "up@a.txt;type=text/csv"];
    const part = JSON.parse((await run(args, options)).out).body;
    assertStringIncludes(
      part.toLowerCase(),
      'filename="a.txt"\r\ncontent-type: text/csv\r\n\r\na;b',
    );
    const whole = await run(["post", server.url, "@a.txt;type=text/csv"], options);
    assertEquals(JSON.parse(whole.out).headers["content-type"], "text/csv");
  });
});

// R23.18
Deno.test("--session keeps headers, credentials and cookies for their host alone", async () => {
  await using server = serve(echo);
  await using other = serve(echo);
  await inFolder(async (cwd) => {
    const options = { cwd, flags: ["-N", "-R", "-W"] };
    const session = ["--session", "me"];
    const first = [
      `${server.url}/login`,
      ...session,
      "X-Team:7",
      "Content-Type:a/b",
      "-a",
      "ada:engine",
    ];
    assertEquals((await run(["get", ...first], options)).code, 0);
    const { headers } = JSON.parse((await run(["get", server.url, ...session], options)).out);
    assertEquals([
      headers["x-team"],
      headers.cookie,
      headers.authorization,
      headers["content-type"],
    ], [
      "7",
      "sid=c00kie",
      `Basic ${btoa("ada:engine")}`,
      undefined,
    ]);
    const elsewhere = JSON.parse((await run(["get", other.url, ...session], options)).out).headers;
    assertEquals([elsewhere["x-team"], elsewhere.cookie, elsewhere.authorization], [
      undefined,
      undefined,
      undefined,
    ]);
    const changed = [server.url, ...session, "X-Team:8", "-a", "t", "-A", "bearer"];
    await run(["get", ...changed], options);
    const later = JSON.parse((await run(["get", server.url, ...session], options)).out).headers;
    assertEquals([later["x-team"], later.authorization], ["8", "Bearer t"]);
    assertEquals(await Deno.readTextFile(`${cwd}/.networking/.gitignore`), "*\n");
    const folder = `${cwd}/.networking/sessions`;
    for await (const { name } of Deno.readDir(folder)) {
      const { mode } = await Deno.stat(`${folder}/${name}/me.json`);
      assertEquals(mode! & 0o777, 0o600);
    }
    for (const name of ["../x", "a/b", "..", ".x", "", "a\\b", "x".repeat(65)]) {
      const { code, err } = await run(["get", server.url, `--session=${name}`], options);
      assertEquals([code, err.startsWith("Cannot use --session")], [2, true], name);
    }
    await Deno.writeTextFile(
      `${folder}/${new URL(server.url).host.replace(":", "_")}/bad.json`,
      "{",
    );
    const bad = await run(["get", server.url, "--session=bad"], options);
    assertEquals(bad.code, 2);
    assertStringIncludes(bad.err, "is not a session");
  });
});

// R23.14
Deno.test("--total-timeout ends all of a command, its retries and its body", async (t) => {
  await using server = serve((request) => {
    if (request.url.endsWith("/busy")) return new Response(null, { status: 503 });
    return new Response(
      new ReadableStream({ start: (controller) => controller.enqueue(new Uint8Array(9)) }),
    );
  });
  for (const path of ["/busy", "/body"]) {
    await t.step(path, async () => {
      const args = ["get", server.url + path, "--total-timeout", "0.3"];
      const { code, err } = await run([...args, "--color=never"]);
      assertEquals(code, 1);
      assertMatch(err, /^Cannot finish .* longer than 0\.3 s; raise --total-timeout\n$/);
    });
  }
  assertEquals((await run(["get", server.url, "--total-timeout", "0"])).code, 2);
});

// R23.3, R23.14
Deno.test("advice is about flags", async (t) => {
  await using server = serve(({ signal }) =>
    new Promise((resolve) => signal.addEventListener("abort", () => resolve(new Response())))
  );
  const rows: [args: string[], code: number, part: string][] = [
    [["--timeout", "0.2", "--max-retries", "0"], 1, "; raise --timeout if the server is slow"],
    [["--max-retries", "-1"], 2, "Cannot use --max-retries -1: it must be a number, zero or more"],
    [["--max-retries", "-x"], 2, "--max-retries"],
  ];
  for (const [args, code, part] of rows) {
    await t.step(args.join(" "), async () => {
      const found = await run(["get", server.url, ...args]);
      assertEquals(found.code, code);
      assertStringIncludes(found.err, part);
    });
  }
});
