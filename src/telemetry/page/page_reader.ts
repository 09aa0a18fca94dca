/**
 * One page that is open: it gets everything once, then what changes, as server-sent events. A slow
 * reader gets the last state of what changed, and is told how many calls it missed.
 *
 * @module
 */

import { backgroundTimer } from "../../runtime/background_timer.ts";
import type { LoopbackResponse } from "../../runtime/loopback_server.ts";
import type { Board } from "../inspect/board.ts";

/** How long changes are collected. */
const COLLECT_MS = 60;
/** How often sockets and origins are looked at, which change without an event. */
const LOOK_MS = 300;

/** Sends what is on a board to one page. */
export class PageReader {
  readonly #board: Board;
  readonly #response: LoopbackResponse;
  readonly #now: () => number;
  readonly #stop: () => void;
  readonly #calls = new Set<number>();
  readonly #sockets = new Set<number>();
  #missed = 0;
  #origins = "";
  #isSlow = false;
  #collecting: ReturnType<typeof setTimeout> | undefined;
  #looking: ReturnType<typeof setTimeout> | undefined;

  /** @param now Milliseconds since the inspector was made. */
  constructor(board: Board, response: LoopbackResponse, now: () => number) {
    this.#board = board;
    this.#response = response;
    this.#now = now;
    this.#stop = board.watch({
      call: ({ id, state }) => this.#changed(this.#calls, id, state !== "running"),
      socket: ({ id }) => this.#changed(this.#sockets, id, false),
      forgot: (id) => {
        if (this.#calls.delete(id)) this.#missed++;
      },
    });
    response.on("drain", () => {
      this.#isSlow = false;
      this.#flush();
    });
    for (const { id } of board.calls) this.#calls.add(id);
    for (const { id } of board.sockets) this.#sockets.add(id);
    this.#look();
    this.#flush();
  }

  /** Sends nothing more. */
  close(): void {
    this.#stop();
    clearTimeout(this.#collecting);
    clearTimeout(this.#looking);
  }

  #changed(changed: Set<number>, id: number, isEnd: boolean): void {
    changed.add(id);
    // The program may end now.
    if (isEnd) queueMicrotask(() => this.#flush());
    else this.#collecting ??= backgroundTimer(() => this.#flush(), COLLECT_MS);
  }

  #look(): void {
    const origins = JSON.stringify(this.#board.look());
    if (origins !== this.#origins) {
      this.#origins = origins;
      this.#send({ origins: JSON.parse(origins) });
    }
    this.#looking = backgroundTimer(() => this.#look(), LOOK_MS);
  }

  #flush(): void {
    clearTimeout(this.#collecting);
    this.#collecting = undefined;
    if (this.#isSlow || this.#calls.size + this.#sockets.size + this.#missed === 0) return;
    const [calls, sockets, missed] = [[...this.#calls], [...this.#sockets], this.#missed];
    this.#calls.clear();
    this.#sockets.clear();
    this.#missed = 0;
    this.#send({
      calls: calls.map((id) => this.#board.call(id)).filter((view) => view !== undefined),
      sockets: sockets.map((id) => this.#board.socket(id)).filter((view) => view !== undefined),
      ...(missed > 0 && { missed }),
    });
  }

  #send(facts: object): void {
    const text = JSON.stringify({ now: this.#now(), ...facts });
    this.#isSlow = !this.#response.write(`data: ${text}\n\n`);
  }
}
