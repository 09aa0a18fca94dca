/**
 * A client and a server of sessions in memory: what one writes arrives at the other a microtask later,
 * in order, until the link is cut.
 *
 * @module
 */

import {
  type AcceptOptions,
  type Payload,
  ReliableClient,
  type ReliableClientOptions,
  ReliableServer,
  type ReliableServerOptions,
  type ReliableSession,
  type Sendable,
} from "../../src/reliable/mod.ts";
import { FakeSocket } from "./sockets.ts";

/** A link between two sockets. */
export interface Link {
  readonly client: FakeSocket;
  readonly server: FakeSocket;
}

/** Both ends. */
export interface Pair {
  readonly server: ReliableServer;
  readonly sessions: ReliableSession[];
  /** In the order of their making. */
  readonly links: Link[];
  /** Whom the next connections belong to. */
  accept: AcceptOptions;
  /** Whether sockets are answered at all. */
  isUp: boolean;
  /** Starts another server, which knows nothing of the sessions of the one before. */
  restart(): void;
  /** Closes every server that there was. */
  close(): Promise<void>;
  newClient<In = Payload, Out = Sendable>(
    options?: ReliableClientOptions<In, Out>,
  ): ReliableClient<In, Out>;
}

/** Loses a link for both. */
export function cut(link: Link | undefined): void {
  link?.client.cut();
  link?.server.cut();
}

/** Makes a server, and a way to it. */
export function pair(options: Partial<ReliableServerOptions> = {}): Pair {
  const sessions: ReliableSession[] = [];
  const { onSession } = options;
  const make = () =>
    new ReliableServer({
      ...options,
      onSession(session) {
        sessions.push(session);
        return onSession?.(session);
      },
    });
  let server = make();
  const servers = [server];
  const links: Link[] = [];
  class ClientSocket extends FakeSocket {
    constructor() {
      super();
      queueMicrotask(() => {
        if (!both.isUp) return this.cut();
        const other = new FakeSocket();
        const join = (from: FakeSocket, to: FakeSocket) => {
          from.onwrite = (data) => {
            const copy = typeof data === "string" ? data : data.slice();
            queueMicrotask(() => to.receive(copy));
          };
          const { close } = from;
          from.close = (code, reason) => {
            if (from.readyState >= 2) return;
            close.call(from, code, reason);
            queueMicrotask(() => to.cut(code ?? 1005, reason));
          };
        };
        join(this, other);
        join(other, this);
        server.accept(other, both.accept);
        links.push({ client: this, server: other });
        other.open();
        this.open();
      });
    }
  }
  const both: Pair = {
    get server() {
      return server;
    },
    sessions,
    links,
    accept: {},
    isUp: true,
    restart() {
      const before = links.splice(0);
      server = make();
      servers.push(server);
      before.forEach(cut);
    },
    async close() {
      for (const one of servers) await one.close();
    },
    newClient: <In, Out>(given?: ReliableClientOptions<In, Out>) =>
      new ReliableClient<In, Out>("ws://localhost/x?token=secret", {
        webSocket: ClientSocket,
        retryBackoff: { milliseconds: 1 },
        ...given,
      }),
  };
  return both;
}
