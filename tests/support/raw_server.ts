/**
 * A raw HTTP/1.1 server for tests: it parses requests, and a script writes the answer byte by byte,
 * so that it can be wrong, cut off or late in any way. Well-behaved servers are made with
 * `Deno.serve` instead.
 *
 * @module
 */

// Not Deno.listen: only node:net can reset a connection (RST) whose request has been read.
// deno-lint-ignore no-external-import -- a part of the runtime
import { type AddressInfo, createServer, type Socket } from "node:net";

/** A request as it came over the wire. */
export interface RawRequest {
  readonly method: string;
  /** As sent, such as `/path?query`. */
  readonly target: string;
  /** Names as sent, in their order. */
  readonly headers: [name: string, value: string][];
  /** The body without its framing. */
  readonly body: Uint8Array<ArrayBuffer>;
  /** Head and body as sent, each byte as one character. */
  readonly raw: string;
  /** Which connection of the server it came over, from 1. */
  readonly connectionNumber: number;
  /** Which request of its connection it is, from 1. */
  readonly requestNumber: number;
}

/** What a script can do to the connection. Nothing here fails when the client is gone. */
export interface RawConnection {
  /** Sends text (UTF-8) or bytes; resolves when the kernel has them. */
  write(data: string | Uint8Array): Promise<void>;
  /** Ends the connection in order (FIN) after what was written. */
  close(): void;
  /** Breaks the connection off (RST). */
  reset(): void;
  /** Resolves when the connection is over, whoever ended it; also when the server is disposed. */
  readonly closed: Promise<void>;
}

/** Answers one request. When it returns, the connection stays open for the next request. */
export type RawScript = (request: RawRequest, connection: RawConnection) => void | Promise<void>;

/** A running server; disposing it ends all connections and throws what a script threw. */
export interface RawServer extends AsyncDisposable {
  /** Such as `http://127.0.0.1:49152`. */
  readonly origin: string;
  /** The origin with a slash. */
  readonly url: string;
  /** Every request seen, in the order in which they were complete. */
  readonly requests: readonly RawRequest[];
}

/** Starts a server on a free port of 127.0.0.1 that answers every request by `script`. */
export async function rawServer(script: RawScript): Promise<RawServer> {
  const requests: RawRequest[] = [];
  const sockets: Socket[] = [];
  const failures: unknown[] = [];
  const running: Promise<unknown>[] = [];
  const server = createServer((socket) => {
    const serving = serve(socket, sockets.push(socket), requests, script)
      .catch((error) => error === ENDED || failures.push(error))
      .finally(() => socket.destroy());
    running.push(serving);
  });
  running.push(new Promise((resolve) => server.once("close", resolve)));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const dispose = async () => {
    server.close();
    for (const socket of sockets) socket.destroy();
    await Promise.all(running);
    if (failures.length > 0) throw failures[0];
  };
  return { origin, url: `${origin}/`, requests, [Symbol.asyncDispose]: dispose };
}

/** Answers the requests of one connection until it ends, then throws {@linkcode ENDED}. */
async function serve(
  socket: Socket,
  connectionNumber: number,
  requests: RawRequest[],
  script: RawScript,
): Promise<never> {
  const input = new Input(socket);
  const connection: RawConnection = {
    write: (data) => new Promise((resolve) => socket.write(data, () => resolve())),
    close: () => socket.destroySoon(),
    reset: () => void socket.resetAndDestroy(),
    closed: new Promise((resolve) => socket.once("close", () => resolve())),
  };
  for (let requestNumber = 1;; requestNumber++) {
    const request = { ...await readRequest(input), connectionNumber, requestNumber };
    requests.push(request);
    await script(request, connection);
  }
}

async function readRequest(input: Input) {
  const head = await input.until("\r\n\r\n");
  const [requestLine = "", ...fields] = head.trimEnd().split("\r\n");
  const [method = "", target = ""] = requestLine.split(" ");
  const headers = fields.map((field): [string, string] => {
    const colon = field.indexOf(":");
    return [field.slice(0, colon), field.slice(colon + 1).trim()];
  });
  const valueOf = (name: string) => headers.find(([own]) => own.toLowerCase() === name)?.[1];
  let body = await input.take(Number(valueOf("content-length") ?? 0));
  let raw = head + body;
  // Chunked, without trailers: the body ends with a chunk of size zero.
  for (let size = valueOf("transfer-encoding") === undefined ? 0 : NaN; size !== 0;) {
    const line = await input.until("\r\n");
    size = parseInt(line, 16);
    const chunk = await input.take(size + 2);
    body += chunk.slice(0, size);
    raw += line + chunk;
  }
  const bytes = Uint8Array.from(body, (character) => character.charCodeAt(0));
  return { method, target, headers, body: bytes, raw };
}

/** Thrown when the connection ended and there is nothing more to read. */
const ENDED = Symbol("connection ended");

/** What a socket receives, each byte as one character. Always read, so that its end is noticed. */
class Input {
  #text = "";
  #ended = false;
  #wake = () => {};

  constructor(socket: Socket) {
    socket.setEncoding("latin1").on("data", (text) => {
      this.#text += text;
      this.#wake();
    }).on("close", () => {
      this.#ended = true;
      this.#wake();
    }).on("error", () => {}); // a client that breaks off; "close" follows
  }

  /** What comes up to and with `mark`. */
  async until(mark: string): Promise<string> {
    while (!this.#text.includes(mark)) await this.#more();
    return this.take(this.#text.indexOf(mark) + mark.length);
  }

  /** The next `length` bytes. */
  async take(length: number): Promise<string> {
    while (this.#text.length < length) await this.#more();
    const taken = this.#text.slice(0, length);
    this.#text = this.#text.slice(length);
    return taken;
  }

  async #more(): Promise<void> {
    if (this.#ended) throw ENDED;
    await new Promise<void>((resolve) => this.#wake = resolve);
  }
}
