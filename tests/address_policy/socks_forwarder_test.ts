/** The proxy within the process serves who knows its password, and connects to what is pinned. */

import { assertEquals } from "@std/assert";
import { PinnedTargets } from "../../src/address_policy/pinned_targets.ts";
import { SOCKSForwarder } from "../../src/address_policy/socks_forwarder.ts";
import { serve } from "../support/server.ts";

/** What the proxy says to a password and a request, each byte apart; "" when it hangs up. */
async function ask(url: string, password: string, type: number, host: string, port: number) {
  const encode = (text: string) => [text.length, ...new TextEncoder().encode(text)];
  const target = type === 3 ? encode(host) : host.split(".").map(Number);
  const sent = [
    [5, 1, 2],
    [1, ...encode("pin"), ...encode(password)],
    [5, 1, 0, type, ...target, port >> 8, port & 255],
  ];
  const { port: own } = new URL(url.replace("socks5h:", "http:"));
  const connection = await Deno.connect({ hostname: "127.0.0.1", port: Number(own) });
  const said: number[][] = [];
  try {
    for (const message of sent) {
      for (const byte of message) await connection.write(Uint8Array.of(byte));
      const answer = new Uint8Array(16);
      const size = await connection.read(answer);
      if (size === null) break;
      said.push([...answer.subarray(0, 2)]);
    }
  } catch {
    // It hung up while something was being sent.
  } finally {
    connection.close();
  }
  return said.map((answer) => answer.join()).join(" ");
}

Deno.test("the password, the kind of address and the pin decide who gets where", async (t) => {
  await using server = serve(() => new Response("ok"));
  const port = Number(new URL(server.origin).port);
  const targets = new PinnedTargets();
  const forwarder = new SOCKSForwarder(Deno, targets);
  const password = new URL(forwarder.url.replace("socks5h:", "http:")).password;
  targets.pin("pinned.invalid", ["127.0.0.1"]);
  targets.pin("released.invalid", ["127.0.0.1"]);
  targets.release("released.invalid");
  const rows: [name: string, password: string, type: number, host: string, said: string][] = [
    ["a pinned name", password, 3, "pinned.invalid", "5,2 1,0 5,0"],
    ["a name that is not pinned", password, 3, "localhost", "5,2 1,0 5,1"],
    ["a name that is pinned no more", password, 3, "released.invalid", "5,2 1,0 5,1"],
    ["an address", password, 1, "127.0.0.1", "5,2 1,0"],
    ["another password", "x", 3, "pinned.invalid", "5,2"],
  ];
  for (const [name, given, type, host, said] of rows) {
    await t.step(name, async () => {
      assertEquals(await ask(forwarder.url, given, type, host, port), said);
    });
  }
  await forwarder.close();
});

Deno.test("closing ends connections that wait in the handshake", async () => {
  const targets = new PinnedTargets();
  const forwarder = new SOCKSForwarder(Deno, targets);
  const { port } = new URL(forwarder.url.replace("socks5h:", "http:"));
  const connection = await Deno.connect({ hostname: "127.0.0.1", port: Number(port) });
  await connection.write(Uint8Array.of(5, 1, 2));
  await connection.read(new Uint8Array(2));
  await forwarder.close();
  assertEquals(await connection.read(new Uint8Array(2)), null);
  connection.close();
});
