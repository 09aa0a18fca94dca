/**
 * `events`: prints server-sent events as they come.
 *
 * @module
 */

import { EventSourceClient } from "../../sse/event_source_client.ts";
import { HTTPClient } from "../../http/http_client.ts";
import { clientOptions, HTTP_FLAGS, HTTP_HELP, readCommandLine } from "../line/calls.ts";
import { hasBody } from "../line/items.ts";
import type { Terminal } from "../terminal/terminal.ts";
import { asTyped } from "../terminal/usage_error.ts";
import { helpOf, type HelpRow, readCount } from "../terminal/flags.ts";

const EVENT_FLAGS = {
  count: { type: "string", value: "N" },
  "last-event-id": { type: "string", value: "ID" },
  "no-reconnect": { type: "boolean" },
} as const;

const EVENT_HELP: readonly HelpRow[] = [
  [["count"], "stop after N events"],
  [["last-event-id"], "resume after this event"],
  [["no-reconnect"], "stop when the stream ends"],
];

/** The help of the command. */
export const usage: string = `Usage: events URL [item…] [option…]

Prints the events of a stream. In a pipe, each is a line of JSON with type, data
and lastEventId. Items are those of get; fields make it a post. When the stream
ends, it resumes after the last event, until the server sends status 204. The
stream of a post is not resumed.

${helpOf({ ...EVENT_FLAGS, ...HTTP_FLAGS }, [...EVENT_HELP, ...HTTP_HELP])}`;

const FLAGS = { ...EVENT_FLAGS, ...HTTP_FLAGS } as const;

/** Runs the command, and returns the exit code. */
export async function run(args: readonly string[], terminal: Terminal): Promise<number> {
  const line = await readCommandLine("events", args, FLAGS, "http", terminal);
  const { values, screen, items, common, session } = line;
  const { count, "last-event-id": lastEventId } = values;
  const most = count === undefined ? Infinity : readCount("--count", count);
  const client = new HTTPClient(await clientOptions(line, terminal));
  const make = () =>
    new EventSourceClient(line.url, {
      client,
      ...items,
      ...common,
      ...hasBody(items) && { method: "POST" },
      ...lastEventId !== undefined && { lastEventId },
      ...values["no-reconnect"] && { reconnect: false },
    });
  const events = await asTyped(make);
  line.inspector?.observe(events);
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
    await session?.save();
    line.done();
  }
}
