/** Whom each scheme stands for, which says who shares responses. */

import { assert, assertEquals, assertNotEquals } from "@std/assert";
import { apiKeyAuth, type AuthScheme, basicAuth, bearerAuth, negotiate } from "../../mod.ts";
import { oauth2 } from "../../src/auth/oauth2/mod.ts";
import { memoryTokenStore } from "../../src/auth/oauth2/store/token_store.ts";

const { signal } = new AbortController();

async function partitionOf(scheme: AuthScheme): Promise<string | undefined> {
  const { partition } = scheme;
  return typeof partition === "function" ? await partition.call(scheme, signal) : partition;
}

const SAME: Record<string, (user: string) => AuthScheme> = {
  basicAuth: (user) => basicAuth(user, "x"),
  "the password of basicAuth": (user) => basicAuth("x", user),
  bearerAuth: (user) => bearerAuth(user),
  "bearerAuth with a function": (user) => bearerAuth(() => Promise.resolve(user)),
  "a header": (user) => apiKeyAuth({ name: "x-key", value: user, in: "header" }),
  "a parameter": (user) => apiKeyAuth({ name: "k", value: user, in: "query" }),
  "a cookie": (user) => apiKeyAuth({ name: "k", value: user, in: "cookie" }),
  "a client of OAuth": (user) =>
    oauth2({ tokenEndpoint: "https://a.example/token", clientId: user, clientSecret: "s" }),
};

// R27.5
Deno.test("one credential is one partition, whatever object has it, and another is another", async () => {
  const seen = new Set<string | undefined>();
  for (const [name, make] of Object.entries(SAME)) {
    const [one, same, other] = [make("ada"), make("ada"), make("bob")];
    assertEquals(await partitionOf(one!), await partitionOf(same!), name);
    assertNotEquals(await partitionOf(one!), await partitionOf(other!), name);
    seen.add(await partitionOf(one!)).add(await partitionOf(other!));
    assert(!Deno.inspect(one).includes("ada") && !JSON.stringify(one).includes("ada"), name);
  }
  // A token is the same from a function.
  assertEquals(seen.size, 2 * (Object.keys(SAME).length - 1));
  assertEquals(await partitionOf(negotiate(basicAuth("a", "b"))), undefined);
});

function idToken(sub: string): string {
  return `e30.${btoa(JSON.stringify({ sub })).replaceAll("=", "")}.x`;
}

// R27.5, R27.6
Deno.test("oauth2() stands for the subject of the ID token, else for the access token, else for nobody yet", async () => {
  const store = memoryTokenStore();
  const options = {
    tokenEndpoint: "https://a.example/token",
    clientId: "c",
    refreshToken: "r",
    store,
  };
  const scheme = oauth2(options);
  assertEquals(await partitionOf(scheme), undefined);
  const at = async (tokens: Parameters<typeof store.set>[0]) => {
    await store.set(tokens);
    return await partitionOf(scheme);
  };
  const ada = await at({ accessToken: "1", idToken: idToken("ada") });
  assertEquals(await at({ accessToken: "2", idToken: idToken("ada") }), ada);
  const bob = await at({ accessToken: "2", idToken: idToken("bob") });
  const [one, two] = [await at({ accessToken: "1" }), await at({ accessToken: "2" })];
  assertEquals(new Set([ada, bob, one, two, undefined]).size, 5);
  assertEquals(await partitionOf(oauth2(options)), two);
  assertNotEquals(await partitionOf(oauth2({ ...options, scope: "more" })), two);
});
