/**
 * A way past the queues of a WebSocketClient, for clients that are built on one. Not public: no entry
 * exports it.
 *
 * @module
 */

import type { SocketData } from "../../runtime/web_socket.ts";

/** What a client built on a WebSocketClient needs beyond its public methods. */
export interface Passage {
  /** Hands data to the open socket, past codec and outbox; without one nothing happens. */
  send(data: SocketData): void;
  /** Ends the client with an error, and its socket with a close code. */
  stop(error: unknown, code: number): void;
  /** How many messages wait: for a reader, and to be sent. */
  queues(): { readonly inbox: number; readonly outbox: number };
}

let passageOfAny: (client: never) => Passage;

/** For the class itself, which alone can reach into its clients. */
export function definePassage<Client>(passage: (client: Client) => Passage): void {
  passageOfAny = passage;
}

/** The passage of a WebSocketClient. */
export function passageOf(client: object): Passage {
  return passageOfAny(client as never);
}
