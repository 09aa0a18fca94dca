/**
 * A real HTTP/1.1 server on loopback, whose answers can be wrong, cut off or late.
 *
 * @module
 */

// deno-lint-ignore no-external-import -- types of a part of the runtime
import type { AddressInfo, Server, Socket } from "node:net";
import { delay } from "@std/async/delay";
import { builtinModule } from "../runtime/builtin_modules.ts";
import {
  checkFakeAnswer,
  type FakeAnswer,
  type FakeConnection,
  sendAnswer,
} from "./fake_answer.ts";
import { ENDED, Input, readHead, readRequest, type RecordedRequest } from "./wire.ts";

/**
 * Answers a request: returns an answer, or writes to the connection itself. The connection then stays
 * open for the next request, unless it was closed.
 */
export type FakeScript = (
  request: RecordedRequest,
  connection: FakeConnection,
) => FakeAnswer | void | Promise<FakeAnswer | void>;

/**
 * A server for failures on the wire. It answers from a queue, then by its script if it has one.
 * Closing it ends all connections. `close()` throws if the script threw, or a request had no answer.
 *
 * It needs `node:net`, which Deno, Node and Bun have. Elsewhere `start()` rejects; the rest of this
 * entry works. Deno needs `--allow-net=127.0.0.1`.
 *
 * @example
 * ```ts
 * import { HTTPClient } from "@codomyrmex/networking";
 * import { FakeServer } from "@codomyrmex/networking/testing";
 *
 * await using server = await FakeServer.start();
 * server.enqueue({ fault: "reset_after_request" }, { json: { name: "Ada" } });
 *
 * const response = await new HTTPClient({ retryBackoff: 0 }).get(server.origin);
 * console.log(response.attempts[0]?.errorCode, response.json()); // connection_reset { name: "Ada" }
 * console.log(server.requests.length); // 2
 * ```
 */
export class FakeServer implements AsyncDisposable {
  /** The origin, such as `http://127.0.0.1:49152`. */
  readonly origin: string;
  readonly #server: Server;
  readonly #script: FakeScript;
  readonly #queue: FakeAnswer[] = [];
  readonly #requests: RecordedRequest[] = [];
  readonly #sockets: Socket[] = [];
  readonly #failures: unknown[] = [];
  readonly #running: Promise<unknown>[] = [];

  private constructor(server: Server, script: FakeScript | undefined) {
    this.origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    this.#server = server;
    this.#script = script ?? ((request) => this.#unexpected(request));
    this.#running.push(new Promise((resolve) => server.once("close", resolve)));
    server.on("connection", (socket: Socket) => this.#accept(socket));
  }

  /** Starts a server on a free port of 127.0.0.1. */
  static async start(script?: FakeScript): Promise<FakeServer> {
    // Not Deno.listen: only node:net can reset a connection after reading its request.
    const net = builtinModule<{ createServer(): Server }>("node:net");
    if (net === undefined) {
      throw new TypeError("Cannot start a FakeServer: this runtime has no node:net");
    }
    const server = net.createServer();
    await new Promise<void>((resolve, reject) => {
      server.once("error", reject).listen(0, "127.0.0.1", resolve);
    });
    return new FakeServer(server, script);
  }

  /** The origin with a slash. */
  get url(): string {
    return `${this.origin}/`;
  }

  /** All requests, in the order in which they were complete. */
  get requests(): readonly RecordedRequest[] {
    return this.#requests;
  }

  /** Adds answers for the next requests, one each. */
  enqueue(...answers: FakeAnswer[]): this {
    for (const answer of answers) checkFakeAnswer(answer); // throws here, or a test would hang
    this.#queue.push(...answers);
    return this;
  }

  /** Ends the server and all connections. Throws the first failure of the script. */
  async close(): Promise<void> {
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
    await Promise.all(this.#running);
    const [failure] = this.#failures.splice(0);
    if (failure !== undefined) throw failure;
  }

  /** Like {@linkcode FakeServer.close}. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #accept(socket: Socket): void {
    const serving = this.#serve(socket, this.#sockets.push(socket))
      .catch((error) => error === ENDED || this.#failures.push(error))
      .finally(() => socket.destroy());
    this.#running.push(serving);
  }

  /** Answers the requests of one connection until it ends, then throws {@linkcode ENDED}. */
  async #serve(socket: Socket, connectionNumber: number): Promise<never> {
    const input = new Input(socket);
    const connection = connectionOf(socket);
    for (let requestNumber = 1;; requestNumber++) {
      if (requestNumber > 1) await input.some();
      await this.#failAtStart(connection);
      const head = await readHead(input);
      const answer = this.#queue.shift();
      const { fault } = answer ?? {};
      const part = fault === "disconnect_during_request_body"
        ? "half"
        : fault === "answer_before_request_body"
        ? "nothing"
        : "all";
      const numbers = { connectionNumber, requestNumber };
      const request = await readRequest(head, input, part, numbers);
      this.#requests.push(request);
      const given = answer ?? await this.#script(request, connection);
      if (given !== undefined) await sendAnswer(given, request, connection);
    }
  }

  async #failAtStart(connection: FakeConnection): Promise<void> {
    const fault = this.#queue[0]?.fault;
    if (fault !== "disconnect_at_start" && fault !== "stall_at_start") return;
    this.#queue.shift();
    if (fault === "disconnect_at_start") connection.close();
    await connection.closed;
    throw ENDED;
  }

  #unexpected({ method, target }: RecordedRequest): FakeAnswer {
    const message = `The FakeServer has no answer for ${method} ${target}: enqueue() one`;
    this.#failures.push(new Error(message));
    return { status: 501, body: message };
  }
}

function connectionOf(socket: Socket): FakeConnection {
  const gone = new AbortController();
  const closed = new Promise<void>((resolve) =>
    socket.once("close", () => {
      gone.abort();
      resolve();
    })
  );
  return {
    write: (data) => new Promise((resolve) => socket.write(data, () => resolve())),
    close: () => socket.destroySoon(),
    halfClose: () => void socket.end(),
    reset: () => void socket.resetAndDestroy(),
    pause: (ms) => delay(ms, { signal: gone.signal }).catch(() => {}),
    closed,
  };
}
