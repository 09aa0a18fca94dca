/** The names of the options of both transports. */

import { assertEquals, assertThrows } from "@std/assert";
import type { DenoTransportOptions } from "../../src/transports/deno.ts";
import { nodeTransport, type NodeTransportOptions } from "../../src/transports/node.ts";

/** Every option of either, and who has it: a new one does not compile until it stands here. */
const ROWS: Readonly<
  Record<keyof DenoTransportOptions | keyof NodeTransportOptions, "both" | "Deno" | "Node">
> = {
  proxy: "both",
  noProxy: "both",
  unixSocket: "both",
  allowClearHTTPS: "Deno",
  caCerts: "both",
  cert: "both",
  key: "both",
  http1: "Deno",
  http2: "both",
  poolMaxIdlePerHost: "Deno",
  connections: "Node",
  poolIdleTimeout: "both",
  localAddress: "both",
  allowHost: "both",
};

// R8.6
Deno.test("an option of one transport alone is unknown to the other", () => {
  for (const [name, who] of Object.entries(ROWS)) {
    const { message } = assertThrows(() => nodeTransport({ [name]: Symbol() }), TypeError);
    assertEquals(message.includes("there is no option"), who === "Deno", message);
  }
});

Deno.test("nodeTransport() says which runtime it is for", () => {
  const { message } = assertThrows(() => nodeTransport(), TypeError);
  assertEquals(message, "Cannot create nodeTransport: this runtime is Deno; use denoTransport()");
});
