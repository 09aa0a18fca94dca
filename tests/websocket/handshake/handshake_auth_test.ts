/** The schemes of HTTP on a WebSocket's handshake. */

import {
  assert,
  assertEquals,
  assertRejects,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import {
  apiKeyAuth,
  type AuthScheme,
  basicAuth,
  bearerAuth,
  negotiate,
  NetworkingError,
  WebSocketClient,
  type WebSocketClientOptions,
  WebSocketError,
} from "../../../mod.ts";
import { digestAuth } from "../../../src/auth/digest.ts";
import { oauth2 } from "../../../src/auth/oauth2/mod.ts";
import { serve } from "../../support/server.ts";
import { serveRaw } from "../raw_server.ts";

const FAST: WebSocketClientOptions = {
  retryBackoff: { milliseconds: 1 },
  closeTimeout: { milliseconds: 100 },
};

/** What a handshake brings, by the names that matter here. */
async function handshake(auth: AuthScheme, path = "/?q=1"): Promise<string> {
  let head = "";
  await using server = serveRaw(async (peer) => {
    head = peer.head;
    await peer.accept();
    await peer.read();
  });
  const client = new WebSocketClient(server.url + path, { ...FAST, auth });
  await client.connect();
  await client.close();
  const [target = ""] = /^GET (\S+)/.exec(head)?.slice(1) ?? [];
  const line = /^(authorization|x-key|cookie): (.*)\r$/im.exec(head);
  return line === null ? target : `${target} ${line[1]!.toLowerCase()}: ${line[2]}`;
}

Deno.test("a scheme puts what it has on the handshake", async (t) => {
  const rows: [string, AuthScheme, string][] = [
    ["Basic", basicAuth("ada", "engine"), `/?q=1 authorization: Basic ${btoa("ada:engine")}`],
    ["Bearer", bearerAuth(() => Promise.resolve("t0ken")), "/?q=1 authorization: Bearer t0ken"],
    ["a header", apiKeyAuth({ name: "X-Key", value: "k", in: "header" }), "/?q=1 x-key: k"],
    ["a cookie", apiKeyAuth({ name: "key", value: "k", in: "cookie" }), "/?q=1 cookie: key=k"],
    ["a parameter", apiKeyAuth({ name: "key", value: "k&", in: "query" }), "/?q=1&key=k%26"],
    [
      "for another origin",
      bearerAuth("t0ken", { origins: ["https://api.example"] }),
      "/?q=1",
    ],
  ];
  for (const [name, auth, expected] of rows) {
    await t.step(name, async () => assertEquals(await handshake(auth), expected));
  }
});

// R17.1
Deno.test("a scheme that waits for a challenge is refused before anything is sent", async (t) => {
  let connections = 0;
  await using server = serveRaw(() => Promise.resolve(void connections++));
  for (const auth of [digestAuth("ada", "s3cret"), negotiate(basicAuth("ada", "s3cret"))]) {
    await t.step(auth.name, async () => {
      const client = new WebSocketClient(`${server.url}/?key=s3cret`, { ...FAST, auth });
      const error = await assertRejects(() => client.connect(), NetworkingError);
      assertEquals(error.code, "auth_failed");
      assertStringIncludes(error.message, `${auth.name} needs a challenge`);
      assert(!Deno.inspect(error).includes("s3cret"));
      assertEquals(connections, 0);
    });
  }
});

Deno.test("a provider is asked at each attempt, and refused credentials are asked for once more", async () => {
  const seen: string[] = [];
  await using server = serveRaw(async (peer) => {
    seen.push(/authorization: (\S+ \S+)\r/i.exec(peer.head)![1]!);
    if (peer.number === 1) {
      return void await peer.write("HTTP/1.1 503 No\r\nContent-Length: 0\r\n\r\n");
    }
    await peer.write("HTTP/1.1 401 No\r\nContent-Length: 0\r\n\r\n");
  });
  let asked = 0;
  const auth = bearerAuth(() => `t${++asked}`);
  const client = new WebSocketClient(server.url, { ...FAST, auth });
  const error = await assertRejects(() => client.connect(), WebSocketError);
  assertEquals([error.code, error.statusCode], ["handshake_rejected", 401]);
  assertEquals(seen, ["Bearer t1", "Bearer t2", "Bearer t3"]);
});

Deno.test("oauth2() renews a token that the server refused", async () => {
  let given = 0;
  await using tokens = serve(() =>
    Response.json({ "access_token": `t${++given}`, "token_type": "bearer" })
  );
  const seen: string[] = [];
  await using server = serveRaw(async (peer) => {
    const token = /authorization: (\S+ \S+)\r/i.exec(peer.head)![1]!;
    seen.push(token);
    if (token === "Bearer t1") {
      return void await peer.write("HTTP/1.1 401 No\r\nContent-Length: 0\r\n\r\n");
    }
    await peer.accept();
    await peer.read();
  });
  const tokenEndpoint = `${tokens.origin}/token`;
  const auth = oauth2({ tokenEndpoint, clientId: "a", clientSecret: "b" });
  await using client = new WebSocketClient(server.url, { ...FAST, auth });
  assertEquals(await client.connect(), true);
  assertEquals(seen, ["Bearer t1", "Bearer t2"]);
});

Deno.test("a token that is bound to a key has its proof on the handshake, for the http: URL", async () => {
  let head = "";
  await using server = serveRaw(async (peer) => {
    head = peer.head;
    await peer.accept();
    await peer.read();
  });
  await using authority = serve(() =>
    Response.json({ "access_token": "t0ken", "token_type": "DPoP" })
  );
  const tokenEndpoint = `${authority.origin}/token`;
  const auth = oauth2({ tokenEndpoint, clientId: "a", clientSecret: "b", dpop: true });
  const client = new WebSocketClient(`${server.url}/feed?q=1`, { ...FAST, auth });
  await client.connect();
  await client.close();
  assertStringIncludes(head.toLowerCase(), "authorization: dpop t0ken");
  const [, claims = ""] = /^dpop: [\w-]+\.([\w-]+)\./im.exec(head) ?? [];
  const { htm, htu } = JSON.parse(atob(claims.replaceAll("-", "+").replaceAll("_", "/")));
  assertEquals([htm, htu], ["GET", `${server.url.replace("ws:", "http:")}/feed`]);
});

Deno.test("what the scheme adds is not shown to hooks, and a wrong scheme is told at once", async () => {
  const shown: string[] = [];
  await using server = serveRaw(async (peer) => {
    await peer.accept();
    await peer.read();
  });
  const auth = apiKeyAuth({ name: "plain", value: "s3cret", in: "query" });
  const onRequest = (event: unknown) => void shown.push(Deno.inspect(event), JSON.stringify(event));
  await using client = new WebSocketClient(server.url, { ...FAST, auth, hooks: { onRequest } });
  await client.connect();
  assertEquals(shown.length, 2);
  assert(!shown.join().includes("s3cret"), shown.join());
  const wrong = [
    () => new WebSocketClient(server.url, { auth: {} as AuthScheme }),
    () => new WebSocketClient(server.url, { auth: bearerAuth("t", { origins: ["ws://x/"] }) }),
  ];
  for (const make of wrong) assertThrows(make, TypeError, "auth");
});
