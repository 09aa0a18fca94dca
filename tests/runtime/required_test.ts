/** Where the runtime lacks what is needed, a client says it when it is made. */

import { assertEquals, assertThrows } from "@std/assert";
import { EventSourceClient, getHttpClient, HTTPClient, open, WebSocketClient } from "../../mod.ts";

const CLIENTS: Readonly<Record<string, () => unknown>> = {
  HTTPClient: () => new HTTPClient(),
  getHttpClient: () => getHttpClient({}),
  EventSourceClient: () => new EventSourceClient("http://a.example/"),
  WebSocketClient: () => new WebSocketClient("ws://a.example/"),
  open: () => open("wss://a.example/"),
};

Deno.test("a client on a runtime without ES2024 says what is missing, and what to use", () => {
  const needed = [
    [Promise, "withResolvers", "Promise.withResolvers"],
    [ArrayBuffer.prototype, "transfer", "ArrayBuffer.prototype.transfer"],
  ] as const;
  for (const [holder, name, shown] of needed) {
    const own = Object.getOwnPropertyDescriptor(holder, name)!;
    const messages: Record<string, string> = {};
    Reflect.deleteProperty(holder, name);
    try {
      for (const [client, make] of Object.entries(CLIENTS)) {
        messages[client] = assertThrows(make, TypeError).message;
      }
    } finally {
      Object.defineProperty(holder, name, own);
    }
    const said = `Cannot run here: the runtime has no ${shown}; ` +
      "use Node 22, Deno 2.5, Bun 1.2 or a newer one";
    assertEquals(messages, Object.fromEntries(Object.keys(CLIENTS).map((name) => [name, said])));
  }
});
