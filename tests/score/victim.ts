/**
 * A WebSocket server in a process of its own, which can be killed and started again on its port; and what
 * became of numbers that it echoes.
 *
 * @module
 */

import { NetworkingError, type WebSocketClient } from "../../mod.ts";

/** A server that can be killed and started again on its port. */
export class Victim {
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

/** Resolves after a while. */
export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** What became of numbers that were sent in order, of which each comes back or its loss is announced. */
export class Ledger {
  /** Came back. */
  echoed = 0;
  /** Were on their way when `reconnecting` told of a loss. */
  announced = 0;
  /** Were refused by `send()`. */
  refused = 0;
  /** Did not come back, though a later one did. */
  silent = 0;
  /** Came back again. */
  twice = 0;
  /** How often the connection was lost. */
  losses = 0;
  readonly #client: WebSocketClient;
  readonly #open = new Set<number>(); // handed to the current connection, without an answer yet
  #last = -1;

  constructor(client: WebSocketClient) {
    this.#client = client;
    client.on("message", ({ message }) => this.#came(Number(message)));
    client.on("reconnecting", () => {
      this.losses++;
      this.announced += this.#open.size;
      this.#open.clear();
    });
  }

  /** Sends a number; resolves when it was handed over, or refused. */
  async send(number: number): Promise<void> {
    try {
      if (await this.#client.send(String(number))) this.#open.add(number);
      else this.refused++;
    } catch (error) {
      if (!(error instanceof NetworkingError)) throw error;
      this.refused++;
    }
  }

  /** Waits five seconds at most for what is on its way; what does not come is lost in silence. */
  async settle(): Promise<void> {
    for (let wait = 0; wait < 200 && this.#open.size > 0; wait++) await pause(25);
    this.silent += this.#open.size;
  }

  /** How many numbers have a fate. */
  get told(): number {
    return this.echoed + this.announced + this.refused;
  }

  #came(number: number): void {
    if (number <= this.#last) this.twice++;
    // In order: a gap is a message that was lost in silence.
    for (const earlier of this.#open) {
      if (earlier >= number) break;
      this.#open.delete(earlier);
      this.silent++;
    }
    this.#last = number;
    if (this.#open.delete(number)) this.echoed++;
  }
}
