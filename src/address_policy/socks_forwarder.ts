/**
 * Pins host names to addresses: a SOCKS5 proxy (RFC 1928, RFC 1929) within the process, on loopback,
 * that connects to the addresses that were judged, whatever the name resolves to by then. It passes
 * bytes, so TLS is end to end and the certificate is checked against the name. SOCKS rather than
 * CONNECT, because fetch sends `http:` through an HTTP proxy as rewritten requests.
 *
 * @module
 */

/** As much of `Deno.TcpConn` as is used. */
interface Connection {
  read(into: Uint8Array): Promise<number | null>;
  write(bytes: Uint8Array): Promise<number>;
  closeWrite(): Promise<void>;
  close(): void;
}

/** As much of Deno's sockets as is used. */
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

/** Where a host name leads, as long as somebody needs it. */
export class Pin {
  /** Why the last connection was not made. */
  failure: unknown;
  addresses: readonly string[] = [];
  users = 0;
  readonly abandoned: AbortController = new AbortController();
}

/** The proxy. It serves whoever knows its password, and connects to what is pinned, nothing else. */
export class Forwarder {
  /** Its URL, with the password in it. */
  readonly url: string;
  readonly #sockets: Sockets;
  readonly #listener: ReturnType<Sockets["listen"]>;
  readonly #password: string = crypto.randomUUID();
  readonly #pins = new Map<string, Pin>();
  readonly #open = new Set<Connection>();
  readonly #serving: Promise<void>;

  constructor(sockets: Sockets) {
    this.#sockets = sockets;
    this.#listener = sockets.listen({ hostname: "127.0.0.1", port: 0 });
    this.#listener.unref(); // a client that nobody closed does not keep the process alive
    this.url = `socks5h://pin:${this.#password}@127.0.0.1:${this.#listener.addr.port}`;
    this.#serving = this.#accept();
  }

  /** Leads connections to `hostname` to `addresses` until {@linkcode Forwarder.release}. */
  pin(hostname: string, addresses: readonly string[]): Pin {
    const pin = this.#pins.get(hostname) ?? new Pin();
    this.#pins.set(hostname, pin);
    pin.addresses = addresses;
    pin.users++;
    return pin;
  }

  /** Undoes one {@linkcode Forwarder.pin}. */
  release(hostname: string): void {
    const pin = this.#pins.get(hostname);
    if (pin === undefined || --pin.users > 0) return;
    this.#pins.delete(hostname);
    pin.abandoned.abort();
  }

  /** Ends every connection. */
  async close(): Promise<void> {
    this.#listener.ref(); // what is awaited below comes of it
    this.#listener.close();
    for (const connection of this.#open) connection.close();
    for (const pin of this.#pins.values()) pin.abandoned.abort();
    await this.#serving;
  }

  async #accept(): Promise<void> {
    const serving = new Set<Promise<void>>();
    for await (const client of this.#listener) {
      this.#open.add(client);
      // What breaks here, breaks the connection for fetch, which tells the caller.
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
      // fetch ends a connection as a whole; a server that ends its side may have said all.
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
    if (type !== 3) return undefined; // a name: addresses are not pinned
    const pin = this.#pins.get(await takeText(client));
    const [high = 0, low = 0] = await take(client, 2);
    const server = pin && await this.#connect(pin, high * 256 + low);
    await client.write(Uint8Array.of(5, server === undefined ? 1 : 0, 0, 1, 0, 0, 0, 0, 0, 0));
    return server;
  }

  /** Connects to the first address that answers. */
  async #connect(pin: Pin, port: number): Promise<Connection | undefined> {
    const { signal } = pin.abandoned;
    for (const hostname of pin.addresses) {
      try {
        const server = await this.#sockets.connect({ hostname, port, signal });
        pin.failure = undefined;
        this.#open.add(server);
        return server;
      } catch (cause) {
        // In the words of fetch, which runtime_failures.ts knows.
        const why = cause instanceof Error ? cause.message : "";
        pin.failure = new TypeError(`client error (Connect): tcp connect error: ${why}`, { cause });
      }
    }
    return undefined;
  }

  #end(connection: Connection): void {
    if (this.#open.delete(connection)) connection.close();
  }
}

/** Passes on what comes, to its end. */
async function relay(from: Connection, to: Connection): Promise<void> {
  const chunk = new Uint8Array(65_536);
  for (let size; (size = await from.read(chunk)) !== null;) {
    for (let sent = 0; sent < size;) sent += await to.write(chunk.subarray(sent, size));
  }
}

/** The next `length` bytes. */
async function take(from: Connection, length: number): Promise<Uint8Array> {
  const bytes = new Uint8Array(length);
  for (let taken = 0; taken < length;) {
    const size = await from.read(bytes.subarray(taken));
    if (size === null) throw new Error("the connection ended in the handshake");
    taken += size;
  }
  return bytes;
}

/** The next text, which has its length before it. */
async function takeText(from: Connection): Promise<string> {
  const [length = 0] = await take(from, 1);
  return new TextDecoder().decode(await take(from, length));
}
