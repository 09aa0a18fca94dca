/** The edge function of the guide of `./shared-state`, as two isolates that share a database would run it. */

import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { docComment } from "../support/doc_comments.ts";
import { drip, serve } from "../support/server.ts";

const EXAMPLE = new URL("edge.ts", import.meta.url);
const ROOT = new URL("../../", import.meta.url).pathname;

/** Serves the function in a process of its own; gives where, and what ends it. */
async function isolate(env: Record<string, string>, folder: string) {
  const process = new Deno.Command(Deno.execPath(), {
    args: [
      ...["serve", "--no-prompt", "--unstable-kv", "--host=127.0.0.1", "--port=0"],
      ...[
        "--allow-net=127.0.0.1",
        "--allow-env",
        `--allow-read=${folder}`,
        `--allow-write=${folder}`,
      ],
      EXAMPLE.pathname,
    ],
    cwd: ROOT,
    env: { ...env, NO_COLOR: "1" },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const found = Promise.withResolvers<string>();
  const read = async (stream: ReadableStream<Uint8Array<ArrayBuffer>>) => {
    let text = "";
    for await (const chunk of stream.pipeThrough(new TextDecoderStream())) {
      text += chunk;
      const port = /:(\d+)\/?\s/.exec(text)?.[1];
      if (port !== undefined) found.resolve(`http://127.0.0.1:${port}`);
    }
    found.reject(new Error(text));
  };
  const done = Promise.all([read(process.stdout), read(process.stderr)]);
  found.promise.catch(() => {});
  return {
    origin: await found.promise,
    async [Symbol.asyncDispose]() {
      process.kill("SIGTERM");
      await process.status;
      await done;
    },
  };
}

Deno.test("an edge function proxies with retries and one shared token, and streams events", async (t) => {
  let tokens = 0;
  let busy = 1;
  await using identity = serve(() =>
    Response.json({ access_token: `t${++tokens}`, token_type: "Bearer", expires_in: 3600 })
  );
  await using api = serve((request, path) => {
    if (request.headers.get("authorization") !== "Bearer t1") {
      return new Response("", { status: 401 });
    }
    if (path === "/v1/busy" && busy-- > 0) return new Response("", { status: 503 });
    if (path === "/v1/events") {
      return new Response(drip("data: tick\n\n", 10, 3), {
        headers: { "content-type": "text/event-stream" },
      });
    }
    if (path === "/v1/gone") return new Response("gone", { status: 410 });
    return Response.json({ path });
  });
  const folder = await Deno.makeTempDir();
  try {
    const env = {
      API_URL: `${api.origin}/v1/`,
      TOKEN_URL: `${identity.origin}/token`,
      CLIENT_ID: "edge",
      CLIENT_SECRET: "s3cret",
      KV_PATH: `${folder}/kv`,
    };
    await using one = await isolate(env, folder);
    await using other = await isolate(env, folder);
    await t.step("both isolates answer, with one token", async () => {
      const calls = Array.from({ length: 20 }, (_, index) => index % 2 === 0 ? one : other);
      const answers = await Promise.all(
        calls.map(async ({ origin }, index) =>
          await (await fetch(`${origin}/rows/${index}?page=1`)).json()
        ),
      );
      assertEquals(answers, calls.map((_, index) => ({ path: `/v1/rows/${index}` })));
      assertEquals(tokens, 1);
    });
    await t.step("a server that is busy is asked again", async () => {
      assertEquals(
        (await fetch(`${one.origin}/busy`).then((response) => response.json())).path,
        "/v1/busy",
      );
      assertEquals(api.requests.filter((line) => line === "GET /v1/busy").length, 2);
    });
    await t.step("a status is passed on", async () => {
      const response = await fetch(`${other.origin}/gone`);
      assertEquals([response.status, await response.text()], [410, "gone"]);
    });
    await t.step("events come through as a stream", async () => {
      const response = await fetch(`${one.origin}/events`, {
        headers: { accept: "text/event-stream" },
      });
      assertMatch(response.headers.get("content-type")!, /^text\/event-stream/);
      assertEquals(await response.text(), "data: tick\n\n".repeat(3));
    });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("the guide of ./shared-state has this very function", async () => {
  const guide = await docComment("src/shared_state/mod.ts");
  assertStringIncludes(guide, (await Deno.readTextFile(EXAMPLE)).trim());
});
