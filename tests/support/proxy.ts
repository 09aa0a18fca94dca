/**
 * A proxy on loopback for tests, of its own words on TCP: CONNECT, and requests in absolute form.
 *
 * @module
 */

import type { Certificate } from "./certificate.ts";

/** A running proxy. */
export interface TestProxy extends AsyncDisposable {
  readonly port: number;
  /** The request line and the headers of every connection's first request. */
  readonly heads: readonly string[];
}

/** Starts a proxy that connects to `target` whatever it is asked for; over TLS if it has a certificate. */
export function proxy(target: number, certificate?: Certificate): TestProxy {
  const address = { hostname: "127.0.0.1", port: 0 };
  const listener: Deno.Listener<Deno.Conn, Deno.NetAddr> = certificate === undefined
    ? Deno.listen(address)
    : Deno.listenTls({ ...address, ...certificate });
  const heads: string[] = [];
  const open = new Set<Deno.Conn>();
  const serve = async (client: Deno.Conn) => {
    let head = "";
    const chunk = new Uint8Array(4096);
    while (!head.includes("\r\n\r\n")) {
      const size = await client.read(chunk);
      if (size === null) return;
      head += new TextDecoder("latin1").decode(chunk.subarray(0, size));
    }
    heads.push(head);
    const upstream = await Deno.connect({ hostname: "127.0.0.1", port: target });
    open.add(upstream);
    if (head.startsWith("CONNECT ")) {
      await client.write(new TextEncoder().encode("HTTP/1.1 200 OK\r\n\r\n"));
    } else {
      const origin = head.replace(/ http:\/\/[^/]+/, " ");
      await upstream.write(Uint8Array.from(origin, (character) => character.charCodeAt(0)));
    }
    await Promise.all([
      client.readable.pipeTo(upstream.writable),
      upstream.readable.pipeTo(client.writable),
    ]);
  };
  const running = (async () => {
    const serving: Promise<void>[] = [];
    for await (const client of listener) {
      open.add(client);
      serving.push(serve(client).catch(() => {}));
    }
    for (const connection of open) {
      try {
        connection.close();
      } catch {
        // The pipe has done so.
      }
    }
    await Promise.all(serving);
  })();
  return {
    port: listener.addr.port,
    heads,
    async [Symbol.asyncDispose]() {
      listener.close();
      await running;
    },
  };
}
