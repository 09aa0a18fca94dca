/** What Node publishes about a handshake, by channels that the test fires itself. */

import { assertEquals, assertStrictEquals } from "@std/assert";
import { watchOnNode } from "../../../src/websocket/handshake/node_handshake.ts";

/** Diagnostics channels, as Node has them. */
function channels() {
  const listeners = new Map<string, Set<(message: never) => void>>();
  const of = (name: string) => listeners.get(name) ?? listeners.set(name, new Set()).get(name)!;
  return {
    subscribe: (name: string, listener: (message: never) => void) => of(name).add(listener),
    unsubscribe: (name: string, listener: (message: never) => void) => of(name).delete(listener),
    publish: (name: string, message: object) => {
      for (const listener of of(`undici:request:${name}`)) listener(message as never);
    },
    get size() {
      return [...listeners.values()].reduce((sum, { size }) => sum + size, 0);
    },
  };
}

const encoded = (...texts: string[]) => texts.map((text) => new TextEncoder().encode(text));

Deno.test("two handshakes of one URL are not mixed up, and no subscription stays", () => {
  const all = channels();
  const requests = [{ url: "x" }, { url: "x" }];
  const watches = requests.map((request) => {
    const watch = watchOnNode(all);
    assertStrictEquals(
      watch.make(() => {
        all.publish("create", { request });
        return request;
      }),
      request,
    );
    return watch;
  });
  all.publish("create", { request: {} }); // somebody else's, later
  const headers = encoded("Retry-After", "7", "Content-Length", "0");
  all.publish("headers", { request: {}, response: { statusCode: 500, headers: [] } });
  all.publish("headers", { request: requests[1], response: { statusCode: 503, headers } });
  const error = new Error("getaddrinfo ENOTFOUND x");
  all.publish("error", { request: requests[0], error });
  assertEquals(watches[0]!.facts, { error });
  assertEquals(watches[1]!.facts, { statusCode: 503, retryAfterMs: 7000 });
  for (const watch of watches) {
    watch.stop();
    watch.stop();
  }
  assertStrictEquals(all.size, 0);
});

Deno.test("a constructor that throws, or makes no request, leaves no subscription", () => {
  const all = channels();
  const thrown = new SyntaxError("a port that is blocked");
  let caught: unknown;
  try {
    watchOnNode(all).make(() => {
      throw thrown;
    });
  } catch (error) {
    caught = error;
  }
  assertStrictEquals(caught, thrown);
  watchOnNode(all).make(() => 1);
  assertStrictEquals(all.size, 0);
});

Deno.test("101 is no refusal", () => {
  const all = channels();
  const request = {};
  const watch = watchOnNode(all);
  watch.make(() => all.publish("create", { request }));
  all.publish("headers", { request, response: { statusCode: 101, headers: [] } });
  assertEquals(watch.facts, {});
  watch.stop();
});
