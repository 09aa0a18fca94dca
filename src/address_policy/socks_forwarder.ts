/**
 * Pins host names to addresses with a SOCKS5 proxy (RFC 1928, RFC 1929) in this process, on loopback. It
 * connects to the checked addresses, even if the name resolves to others in the meantime. It forwards bytes, so
 * TLS is end to end and the certificate is checked against the name. It uses SOCKS rather than CONNECT, because
 * fetch rewrites `http:` requests for an HTTP proxy.
 *
 * @module
 */

import type { PinnedTarget, PinnedTargets } from "./pinned_targets.ts";

/** The part of `Deno.TcpConn` that is used. */
interface Connection {
  read(into: Uint8Array): Promise<number | null>;
  write(bytes: Uint8Array): Promise<number>;
  closeWrite(): Promise<void>;
  close(): void;
}

/** The part of Deno's sockets that is used. */
export interface Sockets {
  listen(options: { hostname: string; port: number }): AsyncIterable<Connection> & {
    readonly addr: { readonly port: number };
    ref(): void;
    unref(): void;
    close(): void;
  };
  connect(
    options: { hostname: string; port: number; signal: AbortSignal },
  ): Promise<Connection>;
}

/** The proxy. It serves clients that know its password, and connects to pinned targets only. */
export class SOCKSForwarder {
  /** Its URL, with the password. */
  readonly url: string;
  readonly #sockets: Sockets;
  readonly #listener: ReturnType<Sockets["listen"]>;
  readonly #password: string = crypto.randomUUID();
  readonly #targets: PinnedTargets;
  readonly #open = new Set<Connection>();
  readonly #serving: Promise<void>;

  /**
   * @param sockets The runtime's sockets.
   * @param targets The pinned names with their addresses.
   */
  constructor(sockets: Sockets, targets: PinnedTargets) {
    this.#sockets = sockets;
    this.#targets = targets;
    this.#listener = sockets.listen({ hostname: "127.0.0.1", port: 0 });
    this.#listener.unref(); // a client that is never closed does not keep the process alive
    this.url = `socks5h://pin:${this.#password}@127.0.0.1:${this.#listener.addr.port}`;
    this.#serving = this.#accept();
  }

  /** Closes the listener and every connection. */
  async close(): Promise<void> {
    this.#listener.ref(); // keeps the process alive until `#serving` ends
    this.#listener.close();
    for (const connection of this.#open) connection.close();
    this.#targets.abandon();
    await this.#serving;
  }

  async #accept(): Promise<void> {
    const serving = new Set<Promise<void>>();
    for await (const client of this.#listener) {
      this.#open.add(client);
      // A failure here closes the connection of fetch, which reports it to the caller.
      const served = this.#serve(client).catch(() => {}).finally(() => serving.delete(served));
      serving.add(served);
    }
    await Promise.all(serving);
  }

  async #serve(client: Connection): Promise<void> {
    let server: Connection | undefined;
    try {
      server = await this.#handshake(client);
      if (server === undefined) return;
      const upload = relay(client, server);
      // fetch closes a connection as a whole; a server may close its own side first.
      upload.then(() => this.#end(server!), () => {});
      await relay(server, client);
      await client.closeWrite();
      await upload;
    } finally {
      this.#end(client);
      if (server !== undefined) this.#end(server);
    }
  }

  async #handshake(client: Connection): Promise<Connection | undefined> {
    const [, methods = 0] = await take(client, 2);
    await take(client, methods);
    await client.write(Uint8Array.of(5, 2)); // user name and password
    await take(client, (await take(client, 2))[1]!);
    const password = await takeText(client);
    if (password !== this.#password) return undefined;
    await client.write(Uint8Array.of(1, 0));
    const [, , , type] = await take(client, 4);
    if (type !== 3) return undefined; // not a name: addresses are not pinned
    const target = this.#targets.get(await takeText(client));
    const [high = 0, low = 0] = await take(client, 2);
    const server = target && await this.#connect(target, high * 256 + low);
    await client.write(Uint8Array.of(5, server === undefined ? 1 : 0, 0, 1, 0, 0, 0, 0, 0, 0));
    return server;
  }

  /** Connects to the first address that accepts the connection. */
  async #connect(target: PinnedTarget, port: number): Promise<Connection | undefined> {
    const { signal } = target.abandoned;
    for (const hostname of target.addresses) {
      try {
        const server = await this.#sockets.connect({ hostname, port, signal });
        target.failure = undefined;
        this.#open.add(server);
        return server;
      } catch (cause) {
        // Uses the message of fetch, which failure_table.ts recognises.
        const why = `client error (Connect): tcp connect error: ${Object(cause).message ?? ""}`;
        target.failure = new TypeError(why, { cause });
      }
    }
    return undefined;
  }

  #end(connection: Connection): void {
    if (this.#open.delete(connection)) connection.close();
  }
}

/** Copies bytes until the stream ends. */
async function relay(from: Connection, to: Connection): Promise<void> {
  const chunk = new Uint8Array(65_536);
  for (let size; (size = await from.read(chunk)) !== null;) {
    for (let sent = 0; sent < size;) sent += await to.write(chunk.subarray(sent, size));
  }
}

/** Reads the next `length` bytes. */
async function take(from: Connection, length: number): Promise<Uint8Array> {
  const bytes = new Uint8Array(length);
  for (let taken = 0; taken < length;) {
    const size = await from.read(bytes.subarray(taken));
    if (size === null) throw new Error("the connection ended in the handshake");
    taken += size;
  }
  return bytes;
}

/** Reads the next string, which is preceded by its length. */
async function takeText(from: Connection): Promise<string> {
  const [length = 0] = await take(from, 1);
  return new TextDecoder().decode(await take(from, length));
}
