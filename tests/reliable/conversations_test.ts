/** The conversations that another implementation can be held against, run against both of ours. */

import { assertEquals } from "@std/assert";
import { ReliableClient, ReliableServer, type ReliableSession } from "../../src/reliable/mod.ts";
import { readVectors } from "../support/vectors.ts";
import { FakeSocket } from "./sockets.ts";
import { until } from "../support/until.ts";

type Step = Partial<{
  readonly connect: true;
  readonly in: string;
  readonly out: string;
  readonly send: string;
  readonly got: string;
  readonly acknowledged: number;
  readonly rejected: number;
  readonly gap: true;
  readonly cut: true;
  readonly closed: number;
}>;

const { conversations } = await readVectors<{
  readonly conversations: readonly {
    readonly name: string;
    readonly side: "client" | "server";
    readonly steps: readonly Step[];
  }[];
}>("reliable/conversations.json");

/** The side that a conversation is about, and what its program saw. */
interface Side {
  connect(): FakeSocket | Promise<FakeSocket>;
  send(text: string): Promise<void>;
  readonly got: string[];
  readonly gaps: () => number;
  close(): Promise<void>;
}

function serverSide(): Side {
  const got: string[] = [];
  let latest: ReliableSession | undefined;
  const server = new ReliableServer({
    onSession(session) {
      latest = session;
      session.on("message", ({ message }) => got.push(String(message)));
    },
  });
  return {
    connect() {
      const socket = new FakeSocket();
      server.accept(socket);
      socket.open();
      return socket;
    },
    send: (text) => latest!.send(text),
    got,
    gaps: () => 0,
    close: () => server.close(),
  };
}

function clientSide(): Side {
  const got: string[] = [];
  let gaps = 0;
  FakeSocket.made = [];
  const client = new ReliableClient("ws://localhost", {
    webSocket: FakeSocket,
    retryBackoff: { milliseconds: 1 },
  });
  client.on("message", ({ message }) => got.push(String(message)));
  client.on("gap", () => gaps++);
  let seen = 0;
  return {
    async connect() {
      if (client.state === "idle") client.connect().catch(() => {}); // a breach ends it
      await until(() => FakeSocket.made.length > seen, "a socket");
      const socket = FakeSocket.made[seen++]!;
      socket.open();
      return socket;
    },
    send: (text) => client.send(text),
    got,
    gaps: () => gaps,
    close: () => client.close({ timeout: { milliseconds: 1 } }),
  };
}

for (const { name, side: which, steps } of conversations) {
  // R24.1
  Deno.test(`${which}: ${name}`, async () => {
    const side = which === "server" ? serverSide() : clientSide();
    let socket!: FakeSocket;
    let sid = "5eed";
    let [acknowledged, rejected, seen] = [0, 0, 0];
    const send = (text: string) =>
      void side.send(text).then(() => acknowledged++, () => rejected++);
    for (const [index, step] of steps.entries()) {
      const at = `step ${index}: ${JSON.stringify(step)}`;
      if (step.connect) socket = await side.connect();
      if (step.in !== undefined) {
        if (which === "client") await until(() => socket.readyState === 1, at);
        socket.receive(step.in.replace("$SID", sid));
        await Promise.resolve();
      }
      if (step.send !== undefined) {
        if (which === "client") await new Promise((resolve) => setTimeout(resolve, 1)); // welcome
        send(step.send);
      }
      if (step.out !== undefined) {
        await until(() => socket.written.length > 0, at);
        let written = String(socket.written.shift());
        if (which === "server" && step.out.includes("$SID")) {
          sid = JSON.parse(written).sid;
          written = written.replace(sid, "$SID");
        } else if (step.out.includes("$NEW")) {
          const other = JSON.parse(written).sid;
          assertEquals(other === sid, false, at);
          written = written.replace(other, "$NEW");
        } else written = written.replace(sid, "$SID");
        assertEquals(written, step.out, at);
      }
      if (step.got !== undefined) {
        await until(() => side.got.length > seen, at);
        assertEquals(side.got[seen++], step.got, at);
      }
      if (step.acknowledged !== undefined) {
        const { acknowledged: expected } = step;
        await until(() => acknowledged >= expected, at);
        assertEquals(acknowledged, expected, at);
      }
      if (step.rejected !== undefined) {
        const { rejected: expected } = step;
        await until(() => rejected === expected, at);
      }
      if (step.gap) await until(() => side.gaps() === 1, at);
      if (step.cut) socket.cut();
      if (step.closed !== undefined) {
        await until(() => socket.closedWith !== undefined, at);
        assertEquals(socket.closedWith?.code, step.closed, at);
      }
    }
    assertEquals(side.got.length, seen, "nothing else was delivered");
    await new Promise((resolve) => setTimeout(resolve, 3));
    const data = socket.written.filter((frame) => String(frame).includes('"d"'));
    assertEquals(data, [], "no message more was written");
    await side.close();
  });
}
