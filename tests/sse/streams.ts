/**
 * Event streams that a test feeds by hand, through the transport of a client.
 *
 * @module
 */

import type { Transport } from "../../mod.ts";

/** One request, and the stream that answers it. */
export interface Asked {
  readonly lastEventId: string | null;
  /** The signal of the request. */
  readonly signal: AbortSignal;
  /** Sends text. */
  push(text: string): void;
  /** Ends the stream in order. */
  end(): void;
  /** Breaks it off. */
  cut(): void;
  /** How many chunks were taken. */
  readonly pulled: number;
}

/** What answers a request; a stream when it gives nothing. */
export type Answer = (asked: Asked, number: number) => Response | void;

/** The requests that came, in order, and the transport to give to a client. */
export function fedStreams(answer: Answer = () => {}): {
  readonly asked: Asked[];
  readonly transport: Transport;
} {
  const asked: Asked[] = [];
  const transport: Transport = (_url, init) => {
    let controller!: ReadableStreamDefaultController<Uint8Array<ArrayBuffer>>;
    let pulled = 0;
    const body = new ReadableStream<Uint8Array<ArrayBuffer>>({
      start: (given) => void (controller = given),
      pull: () => void pulled++,
    }, { highWaterMark: 0 });
    const signal = init.signal!;
    signal.addEventListener("abort", () => controller.error(signal.reason));
    const one: Asked = {
      lastEventId: new Headers(init.headers).get("last-event-id"),
      signal,
      push: (text) => controller.enqueue(new TextEncoder().encode(text)),
      end: () => controller.close(),
      cut: () => controller.error(new TypeError("terminated")), // what Node says
      get pulled() {
        return pulled;
      },
    };
    asked.push(one);
    const headers = { "content-type": "text/event-stream" };
    return Promise.resolve(answer(one, asked.length) ?? new Response(body, { headers }));
  };
  return { asked, transport };
}

/** Lets everything run that waits for no timer. */
export async function settled(): Promise<void> {
  for (let turn = 0; turn < 4; turn++) await new Promise<void>((done) => setTimeout(done));
}
