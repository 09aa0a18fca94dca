/**
 * A TCP proxy on loopback that loses connections: without a word to either side, or with a word to one
 * of them, so that the other believes in a connection that is gone.
 *
 * @module
 */

/** How a connection is lost. */
export type Cut =
  /** Both ends are closed. */
  | "both"
  /** The client's end is closed; the server goes on believing in it (a takeover follows). */
  | "client"
  /** The server's end is closed; the client hears nothing any more (a heartbeat finds out). */
  | "server";

/** A running proxy. */
export interface CuttingProxy extends AsyncDisposable {
  readonly port: number;
  /** How many connections were lost so far. */
  readonly cuts: number;
  /** Loses the connections that there are; false if there is none. */
  cut(how: Cut): boolean;
}

interface Pair {
  readonly client: Deno.TcpConn;
  readonly server: Deno.TcpConn;
  isCut: boolean;
}

function close(connection: Deno.Conn): void {
  try {
    connection.close();
  } catch {
    // It is closed already.
  }
}

async function relay(from: Deno.TcpConn, to: Deno.TcpConn, pair: Pair): Promise<void> {
  const chunk = new Uint8Array(65_536);
  while (true) {
    const size = await from.read(chunk);
    if (size === null) return;
    if (pair.isCut) continue; // what still comes is lost
    for (let sent = 0; sent < size;) sent += await to.write(chunk.subarray(sent, size));
  }
}

/** Starts a proxy before `target` of 127.0.0.1. */
export function cuttingProxy(target: number | (() => number)): CuttingProxy {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const pairs = new Set<Pair>();
  let cuts = 0;
  const serve = async (client: Deno.TcpConn) => {
    let server: Deno.TcpConn;
    try {
      const port = typeof target === "number" ? target : target();
      server = await Deno.connect({ hostname: "127.0.0.1", port });
    } catch {
      return close(client); // the server is down
    }
    client.setNoDelay();
    server.setNoDelay();
    const pair: Pair = { client, server, isCut: false };
    pairs.add(pair);
    const end = (connection: Deno.Conn) => {
      if (!pair.isCut) [client, server].forEach(close);
      else close(connection);
    };
    await Promise.all([
      relay(client, server, pair).catch(() => {}).finally(() => end(client)),
      relay(server, client, pair).catch(() => {}).finally(() => end(server)),
    ]);
    [client, server].forEach(close);
    pairs.delete(pair);
  };
  const running = (async () => {
    const serving: Promise<void>[] = [];
    for await (const client of listener) serving.push(serve(client));
    for (const { client, server } of pairs) [client, server].forEach(close);
    await Promise.all(serving);
  })();
  return {
    port: listener.addr.port,
    get cuts() {
      return cuts;
    },
    cut(how) {
      let any = false;
      for (const pair of pairs) {
        if (pair.isCut) continue;
        pair.isCut = any = true;
        cuts++;
        if (how !== "server") close(pair.client);
        if (how !== "client") close(pair.server);
      }
      return any;
    },
    async [Symbol.asyncDispose]() {
      listener.close();
      await running;
    },
  };
}
