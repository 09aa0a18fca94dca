/**
 * Sessions that outlive their connections, and JSON-RPC over one.
 *
 * @module
 */

import { ReliableClient } from "@codomyrmex/networking/reliable";
import { rpc, RPCError } from "@codomyrmex/networking/rpc";
import { equal, rejection } from "./assert.ts";
import { type Case, feature } from "./case.ts";

const FAST = { retryBackoff: { milliseconds: 10 }, closeTimeout: { milliseconds: 500 } } as const;

/** The cases. */
export const reliable: readonly Case[] = feature("sessions, JSON-RPC", {
  async "text and bytes arrive once and in order across cuts"({ url }) {
    const at = url("/reliable", "ws:");
    const client = new ReliableClient(at, FAST);
    let gaps = 0;
    client.on("gap", () => gaps++);
    await client.connect();
    const expected: unknown[] = [];
    for (let round = 0; round < 3; round++) {
      for (let count = 0; count < 20; count++) {
        const text = `grüße ${round}.${count}`;
        expected.push(text, [...new TextEncoder().encode(text)]);
        client.send(text);
        client.send(new TextEncoder().encode(text));
      }
      client.send(`cut ${new URL(at).pathname}`);
    }
    const got: unknown[] = [];
    while (got.length < expected.length) {
      const message = await client.receive({ timeout: 5 });
      got.push(typeof message === "string" ? message : [...message ?? []]);
    }
    equal([got, gaps, client.state], [expected, 0, "open"]);
    await client.close();
    equal(client.unacked, { messages: 0, bytes: 0 });
  },
  async "both sides call over a session"({ url }) {
    const client = new ReliableClient(url("/rpc", "ws:"), FAST);
    const api = rpc<{
      add(params: [number, number]): number;
      twice(params: [number]): number;
      missing(): void;
    }>(client, { methods: { double: ([n]: [number]) => n * 2 } });
    await client.connect();
    equal([await api.call("add", [1, 2]), await api.call("twice", [21])], [3, 42]);
    const error = await rejection(api.call("missing"));
    equal([error instanceof RPCError, (error as RPCError).rpcCode], [true, -32601]);
    await client.close();
  },
});
