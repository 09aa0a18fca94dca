/**
 * A WebSocket server that breaks the rules: raw TCP, frames written by hand, each connection driven
 * by a script of the test.
 *
 * @module
 */

/** One connection, after its request was read. */
export interface RawPeer {
  /** The request, as it came. */
  readonly head: string;
  /** Which connection of the server it is, from 1. */
  readonly number: number;
  /** Answers the handshake; `more` goes out in the same write. */
  accept(more?: Uint8Array, fields?: string): Promise<void>;
  /** Writes bytes or text as they are. */
  write(data: Uint8Array | string): Promise<void>;
  /** The next frame, unmasked; null at the end of the stream. */
  read(): Promise<Frame | null>;
  /** Ends the connection: FIN, or RST when data is unread. */
  end(): void;
}

/** A frame that came. */
export interface Frame {
  readonly opcode: number;
  readonly payload: Uint8Array;
}

/** A running server. */
export interface RawServer extends AsyncDisposable {
  /** `ws://127.0.0.1:PORT`. */
  readonly url: string;
  /** How many connections there were. */
  readonly count: number;
}

const ENCODER = new TextEncoder();

/** A frame as a server sends it: unmasked, final. */
export function frame(opcode: number, payload: Uint8Array | string, first = 0x80): Uint8Array {
  const bytes = typeof payload === "string" ? ENCODER.encode(payload) : payload;
  const { length } = bytes;
  const size = length < 126
    ? [length]
    : length < 65536
    ? [126, length >> 8, length & 255]
    : [127, 0, 0, 0, 0, length >>> 24, (length >> 16) & 255, (length >> 8) & 255, length & 255];
  const whole = new Uint8Array(1 + size.length + length);
  whole.set([first | opcode, ...size]);
  whole.set(bytes, 1 + size.length);
  return whole;
}

/** A close frame. */
export function closeFrame(code: number, reason = ""): Uint8Array {
  const bytes = ENCODER.encode(reason);
  const payload = new Uint8Array(2 + bytes.length);
  payload.set([code >> 8, code & 255]);
  payload.set(bytes, 2);
  return frame(8, payload);
}

/** Starts a server that runs `script` for each connection. */
export function serveRaw(script: (peer: RawPeer) => Promise<void>): RawServer {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const open = new Set<Deno.TcpConn>();
  const running = new Set<Promise<void>>();
  let count = 0;
  const serving = (async () => {
    for await (const connection of listener) {
      open.add(connection);
      const run = drive(connection, ++count, script).finally(() => {
        open.delete(connection);
        try {
          connection.close();
        } catch (error) {
          if (!(error instanceof Deno.errors.BadResource)) throw error;
        }
      });
      running.add(run);
    }
  })();
  return {
    url: `ws://127.0.0.1:${listener.addr.port}`,
    get count() {
      return count;
    },
    async [Symbol.asyncDispose]() {
      listener.close();
      await serving;
      for (const connection of open) {
        try {
          connection.close();
        } catch (error) {
          if (!(error instanceof Deno.errors.BadResource)) throw error;
        }
      }
      await Promise.all(running);
    },
  };
}

async function drive(
  connection: Deno.TcpConn,
  number: number,
  script: (peer: RawPeer) => Promise<void>,
): Promise<void> {
  let buffer = new Uint8Array(0);
  const fill = async (length: number): Promise<boolean> => {
    while (buffer.length < length) {
      const chunk = new Uint8Array(65536);
      const read = await connection.read(chunk);
      if (read === null) return false;
      const joined = new Uint8Array(buffer.length + read);
      joined.set(buffer);
      joined.set(chunk.subarray(0, read), buffer.length);
      buffer = joined;
    }
    return true;
  };
  const take = (length: number) => {
    const taken = buffer.slice(0, length);
    buffer = buffer.slice(length);
    return taken;
  };
  const write = async (data: Uint8Array | string) => {
    const bytes = typeof data === "string" ? ENCODER.encode(data) : data;
    for (let sent = 0; sent < bytes.length;) sent += await connection.write(bytes.subarray(sent));
  };
  try {
    let head = "";
    while (!head.includes("\r\n\r\n")) {
      if (!await fill(1)) return;
      head += new TextDecoder().decode(take(buffer.length));
    }
    const key = /sec-websocket-key: *(\S+)/i.exec(head)?.[1];
    await script({
      head,
      number,
      async accept(more = new Uint8Array(0), fields = "") {
        const digest = await crypto.subtle.digest(
          "SHA-1",
          ENCODER.encode(key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"),
        );
        const accepted = btoa(String.fromCharCode(...new Uint8Array(digest)));
        const answer = ENCODER.encode(
          "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" +
            `Sec-WebSocket-Accept: ${accepted}\r\n${fields}\r\n`,
        );
        const whole = new Uint8Array(answer.length + more.length);
        whole.set(answer);
        whole.set(more, answer.length);
        await write(whole);
      },
      write,
      async read() {
        if (!await fill(2)) return null;
        const [first = 0, second = 0] = take(2);
        let length = second & 127;
        if (length > 125) {
          const size = length === 126 ? 2 : 8;
          if (!await fill(size)) return null;
          length = take(size).reduce((sum, byte) => sum * 256 + byte, 0);
        }
        if (!await fill(4 + length)) return null;
        const mask = take(4);
        const payload = take(length).map((byte, index) => byte ^ mask[index % 4]!);
        return { opcode: first & 15, payload };
      },
      end: () => connection.close(),
    });
  } catch (error) {
    const expected = [Deno.errors.BadResource, Deno.errors.ConnectionReset, Deno.errors.BrokenPipe];
    const isInterrupted = error instanceof Deno.errors.Interrupted;
    if (!isInterrupted && !expected.some((kind) => error instanceof kind)) throw error;
  }
}

/** Accepts and answers a close frame with the same code. */
export async function polite(peer: RawPeer, ...frames: Uint8Array[]): Promise<void> {
  await peer.accept();
  for (const each of frames) await peer.write(each);
  for (let got = await peer.read(); got !== null; got = await peer.read()) {
    if (got.opcode !== 8) continue;
    await peer.write(frame(8, got.payload));
    return;
  }
}

/** Reads until the connection is gone, and answers nothing. */
export async function silent(peer: RawPeer): Promise<void> {
  while (await peer.read() !== null);
}

/** The parts as one piece of bytes. */
export function join(...parts: Uint8Array[]): Uint8Array {
  return new Uint8Array(parts.flatMap((part) => [...part]));
}
