/**
 * What both ends of the goals for reliable delivery do: send numbers in order, and look whether those of
 * the other come in order. Runs on Deno, Node and Bun.
 *
 * @module
 */

import type { Payload } from "@codomyrmex/networking/reliable";

/** As much of a client or a session as is needed. */
export interface End extends AsyncIterable<Payload> {
  readonly ready: Promise<void>;
  send(message: string): Promise<void>;
}

/** What became of the messages of the other end. */
export interface Verdict {
  readonly got: number;
  /** Not the one after the one before: lost, twice or out of order. */
  readonly wrong: number;
}

const PIECE = 100;
const PIECE_MS = 8;

/** Sends numbers from 0 on in pieces; the last piece waits for `last`. Resolves when all have arrived. */
export async function sendNumbers(end: End, count: number, last: Promise<void>): Promise<void> {
  let sent: Promise<void> = Promise.resolve();
  for (let number = 0; number < count; number++) {
    if (number === count - PIECE) await last;
    await end.ready;
    sent = end.send(String(number));
    sent.catch(() => {}); // the last one tells
    if (number % PIECE === PIECE - 1) await new Promise((resolve) => setTimeout(resolve, PIECE_MS));
  }
  await sent;
}

/** Reads numbers until there are `count`. */
export async function readNumbers(end: End, count: number): Promise<Verdict> {
  let [got, wrong, next] = [0, 0, 0];
  for await (const message of end) {
    const number = Number(message);
    if (number !== next) wrong++;
    next = number + 1;
    if (++got === count) break;
  }
  return { got, wrong };
}
