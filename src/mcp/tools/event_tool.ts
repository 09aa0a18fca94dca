/**
 * The tool `sse_read`: reads events of a stream, and returns the ID to continue after.
 *
 * @module
 */
// deno-lint-ignore-file camelcase -- tools have the names that agents know

import { ResponseTooLargeError } from "../../http_errors.ts";
import { EventStreamParser, type ServerSentEvent } from "../../formats/event_stream_parser.ts";
import { eventsOf } from "../../http/response/event_stream.ts";
import { redactURL } from "../../redact.ts";
import { type CallClock, withinTime } from "../body/call_clock.ts";
import { EntryBudget, shortURL } from "../body/result_budget.ts";
import { agentHeaders, checkURL } from "../policy/agent_headers.ts";
import type { ToolPolicy } from "../policy/tool_policy.ts";
import { NOTICE, ToolError } from "../policy/tool_error.ts";
import { objectSchema, READS, type Tool, type ToolContext } from "../policy/tool.ts";
import {
  type NetworkInput,
  networkProperties,
  networkTool,
  NOTICE_PROPERTY,
  URL_PROPERTY,
} from "./network_tool.ts";

interface EventInput extends NetworkInput {
  readonly url: string;
  readonly max_events?: number;
  readonly last_event_id?: string;
}

const DEFAULT_EVENTS = 10;
/** The longest ID in a result: servers choose the length. */
const LONGEST_ID = 1000;

/** The tool for server-sent events. */
export function eventTool(policy: ToolPolicy): Tool {
  return networkTool<EventInput>(policy, {
    name: "sse_read",
    title: "Read server-sent events",
    description:
      "Reads events of a text/event-stream until max_events, max_bytes or timeout_seconds is reached, or the server ends the stream. Call again with last_event_id for later events, if the service keeps old events.",
    inputSchema: objectSchema({
      url: URL_PROPERTY,
      max_events: {
        type: "integer",
        minimum: 1,
        maximum: 1000,
        default: DEFAULT_EVENTS,
        description: "The largest number of events to return",
      },
      last_event_id: {
        type: "string",
        maxLength: LONGEST_ID,
        description: "The last_event_id of a result; returns the events after it",
      },
      ...networkProperties(policy),
    }, ["url"]),
    outputSchema: objectSchema({
      ...NOTICE_PROPERTY,
      url: { type: "string", description: "The URL that responded" },
      events: {
        type: "array",
        items: objectSchema({
          event: { type: "string" },
          data: { type: "string" },
          id: { type: "string" },
        }, ["event", "data"]),
      },
      last_event_id: { type: "string", description: "The id of the last event that had one" },
      ended_by: {
        type: "string",
        enum: ["max_events", "max_bytes", "timeout", "server"],
        description: "Why the result ends here",
      },
    }, ["notice", "url", "events", "ended_by"]),
    annotations: READS,
    run: (input, context) => readEvents(policy, input, context),
  });
}

async function readEvents(
  policy: ToolPolicy,
  input: EventInput,
  context: ToolContext,
): Promise<Record<string, unknown>> {
  const { url, max_events = DEFAULT_EVENTS, last_event_id: lastEventId } = input;
  const { max_bytes = policy.defaultBytes, timeout_seconds = policy.defaultSeconds } = input;
  policy.allowMethod("GET");
  checkURL(policy, url);
  const auth = policy.credential(input.auth, url);
  const headers = {
    accept: "text/event-stream",
    ...agentHeaders(policy, input.headers),
    ...(lastEventId !== undefined && { "last-event-id": lastEventId }),
  };
  return await withinTime(timeout_seconds, context, async (clock) => {
    const response = await policy.client.stream("GET", url, {
      auth,
      signal: clock.signal,
      headers,
    });
    try {
      if (response.statusCode !== 200) {
        throw new ToolError(
          `Cannot read events of ${
            redactURL(url)
          }: the server sent status ${response.statusCode} instead of 200; check the URL`,
        );
      }
      const parser = new EventStreamParser({
        maxEventSize: max_bytes,
        ...(lastEventId !== undefined && { lastEventId }),
      });
      const events: Record<string, string>[] = [];
      const budget = new EntryBudget(max_bytes);
      const endedBy = await collect(eventsOf(response, parser), (event) => {
        const shown = policy.forModel(showEvent(event));
        if (!budget.take(shown, event.data.length)) return false;
        events.push(shown);
        context.progress?.(events.length, max_events, "events");
        return true;
      }, { max_events, max_bytes, clock });
      if (events.length === 0 && endedBy === "timeout") throw clock.error();
      const lastId = events.at(-1)?.id ?? lastEventId;
      return {
        notice: NOTICE,
        url: shortURL(redactURL(response.url), url),
        events,
        ...(parser.lastEventId !== "" && lastId !== undefined && { last_event_id: lastId }),
        ended_by: endedBy,
      };
    } finally {
      await response.cancel();
    }
  });
}

/** Shows an event in a result. A too long ID is left out. */
function showEvent({ type, data, lastEventId: id }: ServerSentEvent): Record<string, string> {
  return { event: type, ...(id !== "" && id.length <= LONGEST_ID && { id }), data };
}

/** Takes events until one of the bounds is reached, and returns which. */
async function collect(
  events: AsyncIterable<ServerSentEvent>,
  take: (event: ServerSentEvent) => boolean,
  { max_events, max_bytes, clock }: {
    readonly max_events: number;
    readonly max_bytes: number;
    readonly clock: CallClock;
  },
): Promise<string> {
  const tooLong = () =>
    new ToolError(`Cannot read an event of more than ${max_bytes} bytes; raise max_bytes`);
  let count = 0;
  try {
    for await (const event of events) {
      if (!take(event)) {
        if (count === 0) throw tooLong();
        return "max_bytes";
      }
      if (++count === max_events) return "max_events";
    }
    return "server";
  } catch (error) {
    if (clock.isOver) return "timeout"; // events that came in time are shown
    if (!(error instanceof ResponseTooLargeError)) throw error;
    if (count > 0) return "max_bytes";
    throw tooLong();
  }
}
