/** The listener for a user's return, over loopback. */

import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { listenForCallback } from "../../../src/auth/oauth2/mod.ts";

async function get(url: string, init: RequestInit = {}): Promise<number> {
  const response = await fetch(url, init);
  await response.body?.cancel();
  return response.status;
}

Deno.test("the first GET of the path with a code or an error is the return", async (t) => {
  for (const query of ["code=c0de&state=s", "error=access_denied&state=s"]) {
    await t.step(query, async () => {
      await using listener = await listenForCallback({ path: "/back" });
      const { redirectUri } = listener;
      const { origin, pathname, hostname } = new URL(redirectUri);
      assertEquals([hostname, pathname], ["127.0.0.1", "/back"]);
      const callback = listener.callback();
      assertEquals(await get(`${origin}/favicon.ico?${query}`), 404);
      assertEquals(await get(redirectUri), 404);
      assertEquals(await get(`${redirectUri}?${query}`, { method: "POST" }), 404);
      assertEquals(await get(`${redirectUri}?${query}`), 200);
      assertEquals(await get(`${redirectUri}?code=late`), 200);
      assertEquals((await callback).href, `${redirectUri}?${query}`);
    });
  }
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
});
