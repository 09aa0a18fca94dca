/**
 * Lines on a terminal that change while calls run, and stay when they have ended. Elsewhere only the
 * lines of calls that have ended are written.
 *
 * @module
 */

import { backgroundTimer } from "../../runtime/background_timer.ts";
import type { ErrorOutput } from "../../runtime/standard_error.ts";
import type { Board } from "./board.ts";
import type { CallView } from "./call_events.ts";
import { COLOURED, lineOf, PLAIN } from "./lines.ts";

/** More calls that run are counted. */
const MOST_LIVE = 20;
const REDRAW_MS = 100;

/** Writes the calls of a board. */
export class LiveLines {
  readonly #board: Board;
  readonly #output: ErrorOutput;
  readonly #now: () => number;
  readonly #stop: () => void;
  readonly #running = new Map<number, CallView>();
  /** Lines that stay, and are not written yet. */
  #ended: string[] = [];
  #timer: ReturnType<typeof setTimeout> | undefined;
  #isDrawn = false;

  /** @param now Milliseconds since the inspector was made. */
  constructor(board: Board, output: ErrorOutput, now: () => number) {
    this.#board = board;
    this.#output = output;
    this.#now = now;
    this.#stop = board.watch({
      call: (view) => this.#changed(view),
      forgot: (id) => void this.#running.delete(id),
    });
  }

  /** Writes what is left, and no more. */
  close(): void {
    this.#stop();
    clearTimeout(this.#timer);
    this.#running.clear();
    this.#draw();
  }

  #changed(view: CallView): void {
    if (view.state === "running") {
      this.#running.set(view.id, view);
    } else {
      this.#running.delete(view.id);
      this.#ended.push(this.#line(view));
    }
    if (!this.#output.isTerminal) return this.#write();
    // Lines that stay are written at once: the program may end now.
    if (this.#ended.length > 0) this.#draw();
    else this.#timer ??= backgroundTimer(() => this.#draw(), REDRAW_MS);
  }

  #line(view: CallView): string {
    const { isTerminal, isColoured } = this.#output;
    const columns = isTerminal ? this.#output.size().columns : Infinity;
    const origin = this.#board.originOf(view.origin);
    const setting = { columns, nowMs: this.#now(), origin };
    const plain = lineOf(view, { ...setting, paint: PLAIN });
    // A line that runs over would make the block higher than it is taken to be.
    if (view.state === "running" && plain.length >= columns) {
      return `${plain.slice(0, columns - 2)}…`;
    }
    return isColoured ? lineOf(view, { ...setting, paint: COLOURED }) : plain;
  }

  /** Where there is no terminal, nothing is drawn again. */
  #write(): void {
    for (const line of this.#ended.splice(0)) this.#output.write(`${line}\n`);
  }

  /**
   * Draws what runs below an empty line, and leaves the cursor on that: a line that the program writes
   * meanwhile stands there, and is not wiped out.
   */
  #draw(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const ended = this.#ended.splice(0).map((line) => `${line}\n`).join("");
    const live = this.#live();
    if (ended === "" && live.length === 0 && !this.#isDrawn) return;
    this.#isDrawn = live.length > 0;
    const block = live.length === 0 ? "" : `\n${live.join("\n")}\x1b[${live.length}A\r`;
    this.#output.write(`\r\x1b[J${ended}${block}`);
    if (live.length > 0) this.#timer = backgroundTimer(() => this.#draw(), REDRAW_MS);
  }

  #live(): readonly string[] {
    const most = Math.max(1, Math.min(MOST_LIVE, this.#output.size().rows - 3));
    const shown = [...this.#running.values()].slice(0, most).map((view) => this.#line(view));
    const rest = this.#running.size - shown.length;
    return rest > 0 ? [...shown, `… and ${rest} more`] : shown;
  }
}
