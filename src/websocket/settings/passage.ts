/**
 * Bypasses the queues of a WebSocketClient, for clients that are built on one. Not public: no entry
 * exports it.
 *
 * @module
 */

import type { SocketData } from "../../runtime/web_socket.ts";

/** What a client built on a WebSocketClient needs in addition to its public methods. */
export interface Passage {
  /** Hands data to the open socket, past codec and outbox; does nothing without one. */
  send(data: SocketData): void;
  /** Ends the client with an error, and closes its socket with a code. */
  stop(error: unknown, code: number): void;
  /** The numbers of waiting messages: for a reader, and for the socket. */
  queues(): { readonly inbox: number; readonly outbox: number };
}

let passageOfAny: (client: never) => Passage;

/** Sets the function; only the class itself can reach into its clients. */
export function definePassage<Client>(passage: (client: Client) => Passage): void {
  passageOfAny = passage;
}

/** Returns the passage of a WebSocketClient. */
export function passageOf(client: object): Passage {
  return passageOfAny(client as never);
}
