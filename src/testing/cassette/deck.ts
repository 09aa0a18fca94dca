/**
 * What a cassette does with requests and sockets. Loaded for the first cassette.
 *
 * @module
 */

import type { HandshakeInit } from "../../runtime/web_socket.ts";
import type { CassetteOptions } from "./options.ts";
import { readRequest, record } from "./recorder.ts";
import { replay } from "./replayed_response.ts";
import { dial } from "./socket.ts";
import { Tape } from "./tape.ts";
import type { TapeSocket } from "./tape_socket.ts";

/** Records and replays by one tape. */
export class Deck {
  readonly tape: Tape;
  readonly #settings: CassetteOptions;
  /** What still runs, and is kept as far as it came when the cassette is closed. */
  readonly #open = new Set<() => void | Promise<void>>();

  constructor(path: string | URL, settings: CassetteOptions) {
    this.tape = new Tape(path, settings);
    this.#settings = settings;
  }

  /** Sends a request, or answers it. */
  async send(url: string, init: RequestInit): Promise<globalThis.Response> {
    const { tape } = this;
    const { transport, timing } = this.#settings;
    const mode = await tape.start();
    if (mode !== "replay") return await record(url, init, tape, transport, this.#open);
    const { asked } = await readRequest(url, init, false);
    init.signal?.throwIfAborted();
    const recording = tape.find(asked);
    return await replay(recording, timing === "recorded", init.signal, () => tape.cutOff(asked));
  }

  /** Starts a socket. */
  dial(socket: TapeSocket, url: string, init: HandshakeInit): void {
    dial(socket, this.tape, url, init, this.#settings, this.#open);
  }

  /** Writes what is still to be written. */
  async close(): Promise<void> {
    for (const leave of this.#open) await leave();
    await this.tape.close();
  }
}
