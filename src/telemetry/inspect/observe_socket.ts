/**
 * Watches a WebSocketClient or an EventSourceClient through its events.
 *
 * @module
 */

import { NetworkingError } from "../../errors.ts";
import type { MessageStream } from "../../messages/message_stream.ts";
import { redactURL, redactURLs } from "../../redact.ts";
import { passageOf } from "../../websocket/settings/passage.ts";
import type { Board } from "./board.ts";
import { beginSocket } from "./socket_view.ts";

/** What both clients tell of. */
type Happening = Readonly<Record<string, unknown>>;

interface Observed extends MessageStream<unknown> {
  on(event: string, handler: (event: Happening) => void): () => void;
}

/** Shows a client on the board, with its state from now on. */
export function observeSocket(
  client: MessageStream<unknown>,
  board: Board,
  now: () => number,
): void {
  const observed = client as Observed;
  const isSocket = "send" in client;
  const url = redactURL(client.url) || "(a URL that a function returns)";
  const kind = isSocket ? "websocket" : "events";
  const id = board.addSocket(
    (id) => beginSocket(id, kind, url, client.state, now()),
    (id) => {
      board.tellSocket(id, { type: "state", at: now(), state: client.state });
      if (isSocket) board.tellSocket(id, { type: "queues", ...passageOf(client).queues() });
    },
  );
  const on = (name: string, tell: (event: Happening) => Parameters<Board["tellSocket"]>[1]) =>
    observed.on(name, (event) => board.tellSocket(id, tell(event)));
  on("open", () => ({ type: "open", at: now() }));
  on("reconnected", () => ({ type: "reconnected", at: now() }));
  on("reconnecting", (event) => ({
    type: "reconnecting",
    at: now(),
    attempt: Number(event.attempt),
    delayMs: Number(event.delayMs),
    why: endWords(event.ending ?? event),
  }));
  on("close", (event) => ({ type: "close", at: now(), why: endWords(event) }));
  on("received", (event) => ({ type: "received", at: now(), ...measured(event) }));
  if (!isSocket) return;
  on("sent", (event) => ({ type: "sent", at: now(), ...measured(event) }));
  on("drop", ({ from, reason }) => ({
    type: "drop",
    at: now(),
    from: String(from),
    why: String(reason),
  }));
}

function measured({ bytes, queued }: Happening) {
  return { bytes: Number(bytes), queued: Number(queued) };
}

/** How a connection ended: its close code, or the code of the error. */
function endWords(ending: unknown): string {
  const { code, reason, error } = ending as Happening;
  const failure = error instanceof NetworkingError
    ? error.code
    : error instanceof Error
    ? error.name
    : undefined;
  if (typeof code !== "number") return failure ?? "the stream ended";
  const said = typeof reason === "string" && reason !== "" ? ` ${redactURLs(reason)}` : "";
  return `${code}${said}${failure === undefined ? "" : ` (${failure})`}`;
}
