/**
 * `events`: prints server-sent events as they come.
 *
 * @module
 */

import { EventSourceClient } from "../../sse/event_source_client.ts";
import { CALL_FLAGS, CALL_USAGE, readCommandLine } from "./calls.ts";
import { clientFor } from "./host_header.ts";
import { hasBody } from "./items.ts";
import type { Terminal } from "../terminal/terminal.ts";
import { readCount } from "../terminal/flags.ts";

/** How the command is used. */
export const usage: string = `Usage: events URL [item…] [option…]

Prints the events of a stream; in a pipe each is a line of JSON with type, data
and lastEventId. Items are those of get; with fields it is a post. A stream that
ends is asked for again, from its last event on, until the server answers 204;
that of a post is not.

      --count N             end after so many events
      --last-event-id ID    go on behind this one
      --no-reconnect        end with the stream
${CALL_USAGE}`;

const FLAGS = {
  ...CALL_FLAGS,
  count: { type: "string" },
  "last-event-id": { type: "string" },
  "no-reconnect": { type: "boolean" },
} as const;

/** Runs the command; gives the exit code. */
export async function run(args: readonly string[], terminal: Terminal): Promise<number> {
  const line = await readCommandLine("events", args, FLAGS, "http", terminal);
  const { values, screen, items, common } = line;
  const { count, "last-event-id": lastEventId } = values;
  const most = count === undefined ? Infinity : readCount("--count", count);
  const client = clientFor(items);
  const events = new EventSourceClient(line.url, {
    client,
    ...items,
    ...common,
    ...hasBody(items) && { method: "POST" },
    ...lastEventId !== undefined && { lastEventId },
    ...values["no-reconnect"] && { reconnect: false },
  });
  try {
    let printed = 0;
    if (most === 0 || !await events.connect()) return 0;
    for await (const { type, data, lastEventId } of events) {
      if (screen.isForPeople) {
        const id = lastEventId === "" ? "" : ` ${lastEventId}`;
        await screen.print(["cyan", type], ["dim", id], ` ${data}\n`);
      } else await screen.print(JSON.stringify({ type, data, lastEventId }), "\n");
      if (++printed === most) break;
    }
    return 0;
  } finally {
    await events.close();
    await client.close();
  }
}
