/** The client against httpbin, which tells what it received. */

import { assertEquals, assertRejects } from "@std/assert";
import {
  type AuthScheme,
  basicAuth,
  bearerAuth,
  HTTPClient,
  negotiate,
  TimeoutError,
} from "../../mod.ts";
import { digestAuth } from "../../src/auth/digest.ts";
import { CookieJar } from "../../src/cookies/mod.ts";
import { HTTPBIN, isInstalled, start } from "./independent.ts";

/** What httpbin says of a request. */
interface Echo {
  readonly method: string;
  readonly args: Record<string, string | string[]>;
  readonly headers: Record<string, string>;
  readonly data: string;
  readonly form: Record<string, string>;
  readonly files: Record<string, string>;
  readonly json: unknown;
}

Deno.test({
  name: "httpbin",
  ignore: !await isInstalled(HTTPBIN),
  async fn(t) {
    await using server = await start(HTTPBIN);
    await using client = new HTTPClient({
      baseUrl: server.origin,
      retryBackoff: { milliseconds: 5 },
      headers: { "x-team": "ants" },
    });

    await t.step("receives every method with its query and headers", async () => {
      for (const method of ["GET", "POST", "PUT", "PATCH", "DELETE"]) {
        const response = await client.request(method, "anything", {
          params: { a: "ü &", b: [1, 2] },
        });
        const echo = response.json<Echo>();
        assertEquals(echo.method, method);
        assertEquals(echo.args, { a: "ü &", b: ["1", "2"] });
        assertEquals(echo.headers["X-Team"], "ants");
      }
    });
    await t.step("receives JSON, forms, text and files", async () => {
      assertEquals((await client.post("anything", { a: [1, null] })).json<Echo>().json, {
        a: [1, null],
      });
      const form = { "a b": "ü&=", c: "1" };
      assertEquals((await client.post("anything", null, { form })).json<Echo>().form, form);
      assertEquals((await client.put("anything", "text ü")).json<Echo>().data, "text ü");
      const file = new File(["inside"], 'a "quoted" name.txt', { type: "text/plain" });
      const sent = (await client.post("anything", null, { multipart: { note: "n", file } }))
        .json<Echo>();
      assertEquals([sent.form, sent.files], [{ note: "n" }, { file: "inside" }]);
    });
    await t.step(
      "takes the credentials of each scheme, and asks negotiate() for Basic",
      async () => {
        const basic = basicAuth("ann", "s:cret");
        const rows: [string, AuthScheme, number][] = [
          ["basic-auth/ann/s%3Acret", basic, 200],
          ["basic-auth/ann/other", basic, 401],
          ["basic-auth/ann/s%3Acret", negotiate(bearerAuth("t"), basic), 200],
          ["bearer", bearerAuth("t0ken"), 200],
          ["bearer", negotiate(basic, bearerAuth("t0ken")), 200],
        ];
        for (const [path, auth, status] of rows) {
          assertEquals((await client.get(path, { auth })).statusCode, status, path);
        }
      },
    );
    await t.step("asks digestAuth() by every algorithm and quality it has", async () => {
      // It compares with the decoded path: nothing in it is to need an escape.
      const right = digestAuth("ann", "secret");
      for (const algorithm of ["MD5", "SHA-256", "SHA-512"]) {
        for (const qop of ["auth", "auth-int"]) {
          const path = `digest-auth/${qop}/ann/secret/${algorithm}`;
          for (const auth of [right, negotiate(basicAuth("ann", "secret"), right)]) {
            assertEquals((await client.get(path, { auth })).statusCode, 200, path);
          }
          const auth = digestAuth("ann", "wrong");
          assertEquals((await client.get(path, { auth })).statusCode, 401, path);
        }
      }
    });
    await t.step("tells digestAuth() that a nonce is stale", async () => {
      const paths: string[] = [];
      await using own = new HTTPClient({
        baseUrl: server.origin,
        auth: digestAuth("ann", "secret"),
        cookies: new CookieJar(), // it counts the uses there
        hooks: { onResponse: ({ response }) => void paths.push(String(response.statusCode)) },
      });
      for (let count = 0; count < 4; count++) {
        assertEquals((await own.get("digest-auth/auth/ann/secret/SHA-256/1")).statusCode, 200);
      }
      assertEquals(paths.filter((status) => status === "401").length > 1, true, paths.join());
    });
    await t.step("every status is a response", async () => {
      for (const status of [200, 204, 400, 404, 418, 501]) {
        assertEquals((await client.get(`status/${status}`)).statusCode, status);
      }
      const busy = await client.get("status/503", { maxRetries: 2 });
      assertEquals(busy.attempts.length, 3);
    });
    await t.step("redirects are followed, absolute and relative", async () => {
      for (const path of ["redirect/3", "absolute-redirect/3", "relative-redirect/3"]) {
        const response = await client.get(path);
        assertEquals([response.statusCode, response.history.length], [200, 3]);
      }
    });
    await t.step("gzip and brotli are decoded", async () => {
      assertEquals((await client.get("gzip")).json<{ gzipped: boolean }>().gzipped, true);
      assertEquals((await client.get("brotli")).json<{ brotli: boolean }>().brotli, true);
    });
    await t.step("userinfo in the URL authenticates", async () => {
      const url = new URL("/basic-auth/ann/s%3Acret", server.origin);
      url.username = "ann";
      url.password = "s:cret";
      assertEquals((await client.get(url)).statusCode, 200);
    });
    await t.step("a slow answer is cut off by timeout", async () => {
      await assertRejects(
        () => client.get("delay/5", { timeout: { milliseconds: 200 }, maxRetries: 0 }),
        TimeoutError,
      );
    });
    await t.step("Link, ETag and 304", async () => {
      const first = await client.get("etag/abc");
      assertEquals(first.headers.get("etag"), "abc");
      const again = await client.get("etag/abc", { headers: { "if-none-match": "abc" } });
      assertEquals([again.statusCode, again.json()], [304, undefined]);
    });
  },
});
