/** The client against nginx: keep-alive, compression, chunked bodies, dropped connections. */

import { assertEquals, assertRejects } from "@std/assert";
import { basicAuth, bearerAuth, ConnectionError, HTTPClient, negotiate } from "../../mod.ts";
import { isInstalled, nginx, start } from "./independent.ts";

const NGINX = nginx(`
  location = /drop { return 444; }
  location = /limited { add_header Retry-After 0 always; return 429 "slow down"; }
  location = /moved { return 308 /large.txt; }
  location /private/ { auth_basic "r"; auth_basic_user_file users; alias ./; }
`);

Deno.test({
  name: "nginx",
  ignore: !await isInstalled(NGINX),
  async fn(t) {
    await using server = await start(NGINX);
    await using client = new HTTPClient({
      baseUrl: server.origin,
      retryBackoff: { milliseconds: 5 },
    });

    await t.step("a megabyte comes whole, compressed and chunked", async () => {
      const response = await client.get("large.txt");
      assertEquals(response.headers.get("content-encoding"), "gzip");
      assertEquals(response.text, "0123456789".repeat(100_000));
      assertEquals(response.toWeb().headers.has("content-encoding"), false);
    });
    await t.step("the same over plain Content-Length", async () => {
      const response = await client.get("large.txt", {
        headers: { "accept-encoding": "identity" },
      });
      assertEquals(response.headers.get("content-length"), "1000000");
      assertEquals(response.content.length, 1_000_000);
    });
    await t.step("a connection that is dropped without an answer is tried again", async () => {
      const error = await assertRejects(
        () => client.get("drop", { maxRetries: 1 }),
        ConnectionError,
      );
      assertEquals([error.code, error.attempts.length], ["connection_reset", 2]);
      const write = await assertRejects(() => client.post("drop", "x"), ConnectionError);
      assertEquals([write.retrySkipped, write.attempts.length], ["method_not_idempotent", 1]);
    });
    await t.step("429 with Retry-After is tried again, 308 is followed", async () => {
      assertEquals((await client.get("limited", { maxRetries: 2 })).attempts.length, 3);
      assertEquals((await client.get("moved")).history.length, 1);
    });
    await t.step("Basic authentication, at once or when it is asked for", async () => {
      const right = basicAuth("ann", "s€cret");
      for (
        const [auth, status, requests] of [
          [right, 200, 1],
          [negotiate(bearerAuth("t0ken"), right), 200, 2],
          [basicAuth("ann", "secret"), 401, 1],
          [bearerAuth("t0ken"), 401, 1],
        ] as const
      ) {
        let sent = 0;
        const hooks = { onRequest: () => void sent++ };
        const { statusCode } = await client.get("private/large.txt", { auth, hooks });
        assertEquals([statusCode, sent], [status, requests]);
      }
    });
    await t.step("a hundred calls at once", async () => {
      const calls = Array.from({ length: 100 }, () => client.get("large.txt"));
      const sizes = (await Promise.all(calls)).map((response) => response.content.length);
      assertEquals(new Set(sizes), new Set([1_000_000]));
    });
  },
});
