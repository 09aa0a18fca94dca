/**
 * Goals about connections that stay: servers that go and come, slow readers, many clients.
 *
 * @module
 */

import { type NetworkingError, WebSocketClient } from "../../mod.ts";
import { cuttingProxy } from "../support/cutting_proxy.ts";
import { type Goal, type Score, settledMemory } from "./goal.ts";
import { Ledger, pause, Victim } from "./victim.ts";

const MESSAGES = 100_000;
const BLOWS = 20;

/** What becomes of each of 100,000 numbers while their server is killed, stopped and restarted. */
async function chaosScore(): Promise<Score> {
  const victim = new Victim();
  await victim.start();
  const client = new WebSocketClient(victim.url, {
    maxRetries: 100,
    retryBackoff: { milliseconds: 20 },
    maxRetryBackoff: { milliseconds: 100 },
    outbox: { maxMessages: 100_000 },
  });
  const fates = new Ledger(client);
  await client.connect();
  const sending = (async () => {
    for (let number = 0; number < MESSAGES; number++) {
      const outcome = fates.send(number);
      if (number % 100 === 0) await outcome;
      if (number % 500 === 0) await pause(10); // some seconds in all, for the blows to fall into
    }
  })();
  for (let blow = 0; blow < BLOWS; blow++) {
    await pause(60);
    if (blow % 4 === 3) { // it stops, and goes on
      victim.signal("SIGSTOP");
      await pause(100);
      victim.signal("SIGCONT");
    } else {
      await victim.kill();
      await victim.start();
    }
  }
  await sending;
  await fates.settle();
  await client.close();
  await victim.kill();
  const { silent, twice, echoed, announced, refused, losses, told } = fates;
  return {
    value:
      `${silent} lost in silence, ${twice} twice; ${echoed} echoed, ${announced} announced by ` +
      `${losses} reconnects, ${refused} refused`,
    met: silent === 0 && twice === 0 && told === MESSAGES && losses >= 12,
  };
}

const CLIENTS = 1000;

/** When 1,000 clients are back after a restart, and what an idle one holds. */
async function herdScore(): Promise<Score> {
  const victim = new Victim();
  await victim.start();
  const before = (await settledMemory()).resident;
  const clients = Array.from({ length: CLIENTS }, () => new WebSocketClient(victim.url));
  await Promise.all(clients.map((client) => client.connect()));
  const perClient = ((await settledMemory()).resident - before) * 2 ** 20 / CLIENTS;
  let startedAt = 0;
  const delays: number[] = [];
  const back = Promise.all(clients.map((client) =>
    new Promise<void>((resolve) => {
      client.on("reconnecting", ({ attempt, delayMs }) => {
        if (attempt === 1) delays.push(delayMs);
      });
      client.on("reconnected", () => resolve());
    })
  ));
  await victim.kill();
  startedAt = performance.now();
  await victim.start();
  await back;
  const allMs = performance.now() - startedAt;
  await Promise.all(clients.map((client) => client.close()));
  await victim.kill();
  const histogram = Array.from({ length: 10 }, () => 0);
  for (const delay of delays) histogram[Math.min(9, Math.floor(delay / 100))]!++;
  return {
    value: `first waits by tenths of a second: ${histogram.join(" ")}; all back after ` +
      `${(allMs / 1000).toFixed(1)} s; ${
        (perClient / 1024).toFixed(1)
      } KiB resident for each that is idle`,
    met: delays.length === CLIENTS && Math.max(...histogram) <= 150,
  };
}

/** 300 MB for readers that do not read. */
async function slowScore(): Promise<Score> {
  const victim = new Victim();
  await victim.start();
  const outcomes: string[] = [];
  let rise = 0;
  for (const overflow of ["error", "drop-oldest"] as const) {
    const before = (await settledMemory()).resident;
    const client = new WebSocketClient(`${victim.url}/flood`, {
      reconnect: false,
      maxRetries: 10,
      inbox: { overflow },
    });
    let drops = 0;
    client.on("drop", () => drops++);
    await client.connect();
    const ended = client.closed.then(({ error }) => (error as NetworkingError | undefined)?.code);
    let code: unknown = "still open";
    for (let wait = 0; wait < 400 && drops < 290_000; wait++) {
      code = await Promise.race([ended, pause(50).then(() => "still open")]);
      rise = Math.max(rise, Deno.memoryUsage().rss / 2 ** 20 - before);
      if (code !== "still open") break;
    }
    outcomes.push(`${overflow}: ${code}, ${drops} dropped and told`);
    await client.close();
  }
  await victim.kill();
  return {
    value: `${outcomes.join("; ")}; ${rise.toFixed(0)} MB more resident`,
    met: outcomes[0] === "error: queue_full, 0 dropped and told" &&
      outcomes[1] === "drop-oldest: still open, 290000 dropped and told" && rise <= 128,
  };
}

const SOAK_MINUTES = 10;

/** What becomes of numbers for ten minutes, while every few seconds their connection is cut. */
async function soakScore(): Promise<Score> {
  const victim = new Victim();
  await victim.start();
  await using proxy = cuttingProxy(victim.port);
  const client = new WebSocketClient(`ws://127.0.0.1:${proxy.port}`, {
    maxRetries: 100,
    maxRetryBackoff: 1,
    heartbeat: { every: 1, timeout: 1, isPong: (message) => message === "ping" }, // an echo
    outbox: { maxMessages: 100_000 },
  });
  const fates = new Ledger(client);
  await client.connect();
  const startedAt = performance.now();
  const minutes = () => (performance.now() - startedAt) / 60_000;
  const heaps: number[] = [];
  /** The heap while nothing waits to be sent or to come back. */
  const quietHeap = async () => {
    await fates.settle();
    while (client.state !== "open") await pause(10);
    await fates.settle();
    return (await settledMemory()).heap;
  };
  let [number, cuts] = [0, 0];
  for (let cutAt = 0; minutes() < SOAK_MINUTES;) {
    for (let burst = 0; burst < 100; burst++) void fates.send(number++);
    await pause(50);
    if (performance.now() - startedAt > cutAt) {
      // Of four cuts the client is told of three; the fourth it has to find out.
      if (proxy.cut(cuts % 4 === 3 ? "server" : "both")) cuts++;
      cutAt = performance.now() - startedAt + 2000 + 2000 * Math.random();
    }
    if (minutes() > heaps.length) heaps.push(await quietHeap());
  }
  heaps.push(await quietHeap());
  await client.close();
  await victim.kill();
  const { silent, twice, echoed, announced, refused, losses, told } = fates;
  // The first minute warms up: code is compiled, queues grow to their size.
  const rise = Math.max(...heaps.slice(2)) - heaps[1]!;
  return {
    value:
      `${silent} lost in silence, ${twice} twice; ${echoed} echoed, ${announced} announced by ` +
      `${losses} reconnects after ${cuts} cuts, ${refused} refused; heap ${
        rise.toFixed(1)
      } MB more`,
    met: silent === 0 && twice === 0 && told === number && losses >= cuts && cuts > 100 &&
      rise <= 1,
  };
}

const QUEUING = 500;
const QUEUED = 20;

/** What 500 clients queued while their server was down. */
async function queuedScore(): Promise<Score> {
  const victim = new Victim();
  await victim.start();
  const clients = Array.from({ length: QUEUING }, () => new WebSocketClient(victim.url));
  await Promise.all(clients.map((client) => client.connect()));
  const came = clients.map((): string[] => []);
  clients.forEach((client, index) =>
    client.on("message", ({ message }) => came[index]!.push(String(message)))
  );
  const lost = clients.map((client) =>
    new Promise<void>((resolve) => client.on("reconnecting", () => resolve()))
  );
  const backAt: number[] = [];
  const back = clients.map((client) =>
    new Promise<void>((resolve) => {
      client.on("reconnected", () => {
        backAt.push(performance.now());
        resolve();
      });
    })
  );
  await victim.kill();
  await Promise.all(lost);
  const numbers = Array.from({ length: QUEUED }, (_, number) => String(number));
  const sent = clients.flatMap((client) => numbers.map((number) => client.send(number)));
  await pause(4000); // an outage, in which waits have grown
  await victim.start();
  const startedAt = performance.now();
  await Promise.all(back);
  const handedOver = (await Promise.all(sent)).filter(Boolean).length;
  for (let wait = 0; wait < 200 && came.some(({ length }) => length < QUEUED); wait++) {
    await pause(25);
  }
  await Promise.all(clients.map((client) => client.close()));
  await victim.kill();
  const wrong = came.filter((each) => each.join() !== numbers.join()).length;
  const seconds = Array.from({ length: 60 }, () => 0);
  for (const at of backAt) seconds[Math.min(59, Math.floor((at - startedAt) / 1000))]!++;
  const last = seconds.findLastIndex((count) => count > 0) + 1;
  return {
    value:
      `${handedOver} of ${QUEUING * QUEUED} handed over, ${wrong} clients with a message lost, ` +
      `twice or out of order; all back within ${last} s, ${
        Math.max(...seconds)
      } in the busiest second`,
    met: handedOver === QUEUING * QUEUED && wrong === 0 && backAt.length === QUEUING &&
      Math.max(...seconds) <= QUEUING / 2 && last < 60,
  };
}

/** W1 to W5. */
export const REAL_TIME: readonly Goal[] = [
  {
    id: "W1",
    what: `${MESSAGES} messages to a server that is killed, stopped or restarted ${BLOWS} times`,
    target: "each echoed, refused or announced as perhaps lost; none twice, none lost in silence",
    measure: chaosScore,
  },
  {
    id: "W2",
    what: `${CLIENTS} clients whose server is restarted`,
    target: "all back, at most 150 in any tenth of the first second",
    measure: herdScore,
  },
  {
    id: "W3",
    what: "300,000 messages of 1 KB to a client that reads none, by two policies",
    target: "ended with queue_full, or 290,000 dropped and told; at most 128 MB more resident",
    measure: slowScore,
  },
  {
    id: "W4",
    what: `${SOAK_MINUTES} minutes of messages over a connection that is cut every few seconds`,
    target: "none lost in silence, none twice; the heap within 1 MB of what it was after a minute",
    measure: soakScore,
  },
  {
    id: "W5",
    what:
      `${QUEUED} messages of each of ${QUEUING} clients, queued while their server is down for 4 s`,
    target: "all echoed once and in order, all clients back, at most half of them in any second",
    measure: queuedScore,
  },
];
