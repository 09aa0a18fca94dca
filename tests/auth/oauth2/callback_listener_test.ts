/** The listener for a user's return, over loopback. */

import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { listenForCallback } from "../../../src/auth/oauth2/mod.ts";

async function get(url: string, init: RequestInit = {}): Promise<number> {
  const response = await fetch(url, init);
  await response.body?.cancel();
  return response.status;
}

/** The status of a request that is sent as it is. */
async function raw(port: number, head: string): Promise<number> {
  const connection = await Deno.connect({ hostname: "127.0.0.1", port });
  try {
    await connection.write(new TextEncoder().encode(`${head}\r\n\r\n`));
    const answer = new Uint8Array(1024);
    const size = await connection.read(answer);
    return Number(new TextDecoder().decode(answer.subarray(0, size ?? 0)).split(" ")[1]);
  } finally {
    connection.close();
  }
}

// R16.33
Deno.test("the request with the state, the host and the path is the return; every other is refused and changes nothing", async (t) => {
  for (const query of ["code=c0de&state=s1", "error=access_denied&state=s1", "state=s1&code=a?b"]) {
    await t.step(query, async () => {
      await using listener = await listenForCallback({ path: "/back" });
      const { redirectUri } = listener;
      const { origin, pathname, hostname, host, port } = new URL(redirectUri);
      assertEquals([hostname, pathname], ["127.0.0.1", "/back"]);
      const callback = listener.callback({ state: "s1" });
      const right = `/back?${query}`;
      const refused: [string, Promise<number>][] = [
        ["another path", get(`${origin}/favicon.ico?${query}`)],
        ["no query", get(redirectUri)],
        ["another method", get(`${redirectUri}?${query}`, { method: "POST" })],
        ["HEAD", get(`${redirectUri}?${query}`, { method: "HEAD" })],
        ["an error without state", get(`${redirectUri}?error=access_denied`)],
        ["a code without state", get(`${redirectUri}?code=c0de`)],
        ["another state", get(`${redirectUri}?code=c0de&state=s2`)],
        ["an empty state", get(`${redirectUri}?code=c0de&state=`)],
        ["two states", get(`${redirectUri}?${query}&state=s2`)],
        ["the state alone", get(`${redirectUri}?state=s1`)],
        ["another host", raw(+port, `GET ${right} HTTP/1.1\r\nHost: evil.example:${port}`)],
        ["another port", raw(+port, `GET ${right} HTTP/1.1\r\nHost: 127.0.0.1:1`)],
        ["localhost", raw(+port, `GET ${right} HTTP/1.1\r\nHost: localhost:${port}`)],
        ["no host", raw(+port, `GET ${right} HTTP/1.0`)],
        ["an absolute target", raw(+port, `GET ${origin}${right} HTTP/1.1\r\nHost: ${host}`)],
        [
          "a target of another host",
          raw(+port, `GET http://evil.example${right} HTTP/1.1\r\nHost: ${host}`),
        ],
        ["a path that only ends so", raw(+port, `GET //evil${right} HTTP/1.1\r\nHost: ${host}`)],
        ["dots in the path", raw(+port, `GET /x/..${right} HTTP/1.1\r\nHost: ${host}`)],
      ];
      for (const [name, status] of refused) {
        const found = await status;
        assert(found >= 400 && found < 500, `${name}: ${found}`);
      }
      assertEquals(await get(`${redirectUri}?${query}`), 200);
      assertEquals(await get(`${redirectUri}?code=late&state=s2`), 400);
      assertEquals((await callback).href, `${redirectUri}?${query}`);
    });
  }
});

Deno.test("a return that comes before anybody waits counts, and others before it do not", async () => {
  await using listener = await listenForCallback();
  const { redirectUri } = listener;
  assertEquals(await get(`${redirectUri}?error=access_denied`), 400);
  for (const state of ["other", "mine", "third"]) await get(`${redirectUri}?code=c&state=${state}`);
  await get(`${redirectUri}?code=second&state=mine`);
  const url = await listener.callback({ state: "mine" });
  assertEquals(url.search, "?code=c&state=mine");
});

Deno.test("two sign-ins can wait for their returns at the same time", async () => {
  await using listener = await listenForCallback();
  const waiting = ["a", "b"].map((state) => listener.callback({ state }));
  for (const state of ["b", "x", "a"]) await get(`${listener.redirectUri}?code=1&state=${state}`);
  const states = (await Promise.all(waiting)).map((url) => url.searchParams.get("state"));
  assertEquals(states, ["a", "b"]);
});

Deno.test("without a state the first return counts", async () => {
  await using listener = await listenForCallback();
  const callback = listener.callback();
  assertEquals(await get(`${listener.redirectUri}?code=1`), 400);
  assertEquals(await get(`${listener.redirectUri}?code=1&state=s`), 200);
  assertEquals((await callback).search, "?code=1&state=s");
});

Deno.test("waiting can be given up, and a port that is taken is an error", async () => {
  await using listener = await listenForCallback();
  await assertRejects(
    () => listener.callback({ signal: AbortSignal.abort(new Error("mine")) }),
    Error,
    "mine",
  );
  const port = Number(new URL(listener.redirectUri).port);
  const error = await assertRejects(() => listenForCallback({ port }), Error);
  assertStringIncludes(error.message, "EADDRINUSE");
});

Deno.test("a wrong path is refused, and so is an option that is none", async () => {
  await assertRejects(() => listenForCallback({ path: "back" }), TypeError, "path");
  await assertRejects(() => listenForCallback({ ports: 1 } as object), TypeError, "port");
  await using listener = await listenForCallback();
  for (const wrong of [{ state: "" }, { state: 1 }, { State: "s" }, { signal: {} }]) {
    await assertRejects(() => listener.callback(wrong as object), TypeError);
  }
});
