/** The examples of the specification, as the side that serves and as the side that calls. */

import { assertEquals, assertRejects } from "@std/assert";
import { rpc, RPCError } from "../../src/rpc/mod.ts";
import { readVectors } from "../support/vectors.ts";
import { FakeRPCSocket } from "./socket.ts";

interface Answer {
  readonly id: string | number | null;
  readonly result?: unknown;
  readonly error?: { readonly code: number; readonly message: string };
}

const { examples } = await readVectors<{
  readonly examples: readonly {
    readonly name: string;
    readonly request: string;
    readonly response: Answer | readonly Answer[] | null;
  }[];
}>("rpc/examples.json");

const METHODS = {
  subtract: (params: [number, number] | { minuend: number; subtrahend: number }) =>
    Array.isArray(params) ? params[0] - params[1] : params.minuend - params.subtrahend,
  sum: (params: number[]) => params.reduce((sum, one) => sum + one, 0),
  "get_data": () => Promise.resolve(["hello", 5]),
  update: () => {},
  "notify_hello": () => {},
  "notify_sum": () => {},
};

const pause = () => new Promise((resolve) => setTimeout(resolve, 1));

for (const { name, request, response } of examples) {
  // R25.1
  Deno.test(`serving, specification section 7: ${name}`, async () => {
    const socket = new FakeRPCSocket();
    using _peer = rpc(socket, { methods: METHODS });
    for (const form of [request, new TextEncoder().encode(request)]) {
      socket.receive(form);
      await pause();
      const answers = socket.sent.splice(0).map((text) => JSON.parse(text));
      assertEquals(answers, response === null ? [] : [response]);
    }
  });

  if (response === null || Array.isArray(response)) continue;
  const answer = response as Answer;
  // R25.1
  Deno.test(`calling, specification section 7: ${name}`, async () => {
    const socket = new FakeRPCSocket();
    using peer = rpc(socket);
    const told: unknown[] = [];
    peer.on("error", ({ error }) => told.push(error));
    socket.answer = ([{ id } = {}]) =>
      socket.receive({ ...answer, id: answer.id === null ? null : id });
    if (answer.id === null) { // about no call: nobody but `error` can be told
      await assertRejects(() => peer.call("x", [], { timeout: { milliseconds: 10 } }));
      assertEquals(told.length, 1);
    } else if (answer.error === undefined) {
      assertEquals(await peer.call("x"), answer.result);
    } else {
      const error = await assertRejects(() => peer.call("x"), RPCError);
      const { code, rpcCode, remoteMessage } = error;
      assertEquals([code, rpcCode, remoteMessage], [
        "rpc_error",
        answer.error.code,
        answer.error.message,
      ]);
    }
  });
}
