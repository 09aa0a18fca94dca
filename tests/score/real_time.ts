/**
 * Goals about connections that stay: servers that go and come, slow readers, many clients.
 *
 * @module
 */

import { NetworkingError, WebSocketClient } from "../../mod.ts";
import { type Goal, type Score, settledMemory } from "./goal.ts";

/** A server that can be killed and started again on its port. */
class Victim {
  readonly port: number;
  #process: Deno.ChildProcess | undefined;

  constructor() {
    const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    this.port = (listener.addr as Deno.NetAddr).port;
    listener.close();
  }

  get url(): string {
    return `ws://127.0.0.1:${this.port}`;
  }

  async start(): Promise<void> {
    const script = new URL("socket_server.ts", import.meta.url).pathname;
    this.#process = new Deno.Command(Deno.execPath(), {
      args: ["run", "--allow-net=127.0.0.1", "--no-check", "--quiet", script, String(this.port)],
      stderr: "null",
    }).spawn();
    while (true) {
      try {
        (await Deno.connect({ hostname: "127.0.0.1", port: this.port })).close();
        return;
      } catch (error) {
        if (!(error instanceof Deno.errors.ConnectionRefused)) throw error;
        await pause(10);
      }
    }
  }

  signal(name: Deno.Signal): void {
    this.#process!.kill(name);
  }

  async kill(): Promise<void> {
    this.#process!.kill("SIGKILL");
    await this.#process!.status;
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

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
  const open = new Set<number>(); // handed to the connection that there is, without an answer yet
  const fates = { echoed: 0, announced: 0, refused: 0 };
  let [twice, silent, losses, last] = [0, 0, 0, -1];
  client.on("message", ({ message }) => {
    const number = Number(message);
    if (number <= last) twice++;
    // In order: a gap is a message that was lost in silence.
    for (const earlier of open) {
      if (earlier >= number) break;
      open.delete(earlier);
      silent++;
    }
    last = number;
    if (open.delete(number)) fates.echoed++;
  });
  client.on("reconnecting", () => {
    losses++;
    fates.announced += open.size;
    open.clear();
  });
  await client.connect();
  const sending = (async () => {
    for (let number = 0; number < MESSAGES; number++) {
      const outcome = client.send(String(number)).then((sent) => {
        if (sent) open.add(number);
        else fates.refused++;
      }, (error) => {
        if (!(error instanceof NetworkingError)) throw error;
        fates.refused++;
      });
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
  for (let wait = 0; wait < 200 && open.size > 0; wait++) await pause(25);
  silent += open.size;
  await client.close();
  await victim.kill();
  const { echoed, announced, refused } = fates;
  const told = echoed + announced + refused;
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

/** W1 to W3. */
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
];
