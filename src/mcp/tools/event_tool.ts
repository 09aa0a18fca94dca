/**
 * The tool `sse_read`: some events of a stream, and where to go on.
 *
 * @module
 */
// deno-lint-ignore-file camelcase -- tools have the names that agents know

import { ResponseTooLargeError } from "../../errors.ts";
import { eventsOf } from "../../http/response/event_stream.ts";
import { redactURL } from "../../redact.ts";
import { EventStreamParser, type ServerSentEvent } from "../../formats/event_stream_parser.ts";
import { agentHeaders, checkURL } from "../policy/agent_headers.ts";
import { type CallClock, withinTime } from "./call_clock.ts";
import {
  type NetworkInput,
  networkProperties,
  NOTICE,
  NOTICE_PROPERTY,
  URL_PROPERTY,
} from "./network_input.ts";
import type { Gate } from "../policy/policy.ts";
import {
  defineTool,
  objectSchema,
  READS,
  type Tool,
  type ToolContext,
  ToolError,
} from "../policy/tool.ts";

interface EventInput extends NetworkInput {
  readonly url: string;
  readonly max_events?: number;
  readonly last_event_id?: string;
}

const DEFAULT_EVENTS = 10;

/** The tool for server-sent events. */
export function eventTool(gate: Gate): Tool {
  return defineTool<EventInput>({
    name: "sse_read",
    title: "Read server-sent events",
    description:
      "Reads events of a text/event-stream until there are max_events, until max_bytes or timeout_seconds are used up, or until the server ends the stream. Call again with last_event_id to go on, where the service keeps old events.",
    inputSchema: objectSchema({
      url: URL_PROPERTY,
      max_events: {
        type: "integer",
        minimum: 1,
        maximum: 1000,
        default: DEFAULT_EVENTS,
        description: "Most events to give",
      },
      last_event_id: {
        type: "string",
        maxLength: 1000,
        description: "The last_event_id of a result, to go on after it",
      },
      ...networkProperties(gate),
    }, ["url"]),
    outputSchema: objectSchema({
      ...NOTICE_PROPERTY,
      url: { type: "string", description: "The URL that answered" },
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
        description: "Why there are no more",
      },
    }, ["notice", "url", "events", "ended_by"]),
    annotations: READS,
    gate,
    isCounted: true,
    run: (input, context) => readEvents(gate, input, context),
  });
}

async function readEvents(
  gate: Gate,
  input: EventInput,
  context: ToolContext,
): Promise<Record<string, unknown>> {
  const { url, max_events = DEFAULT_EVENTS, last_event_id: lastEventId } = input;
  const { max_bytes = gate.defaultBytes, timeout_seconds = gate.defaultSeconds } = input;
  gate.allowMethod("GET");
  checkURL(url);
  const auth = gate.credential(input.auth, url);
  const headers = {
    accept: "text/event-stream",
    ...agentHeaders(gate, input.headers),
    ...(lastEventId !== undefined && { "last-event-id": lastEventId }),
  };
  return await withinTime(timeout_seconds, context, async (clock) => {
    const response = await gate.client.stream("GET", url, { auth, signal: clock.signal, headers });
    try {
      if (response.statusCode !== 200) {
        throw new ToolError(
          `Cannot read events of ${
            redactURL(url)
          }: the server answered with status ${response.statusCode}`,
        );
      }
      const parser = new EventStreamParser({
        maxEventSize: max_bytes,
        ...(lastEventId !== undefined && { lastEventId }),
      });
      const events: Record<string, string>[] = [];
      const endedBy = await collect(eventsOf(response, parser), (event) => {
        const { type, data, lastEventId: id } = event;
        events.push({ event: type, data, ...(id !== "" && { id }) });
        context.progress?.(events.length, max_events, "events");
      }, { max_events, max_bytes, clock });
      if (events.length === 0 && endedBy === "timeout") throw clock.error();
      return {
        notice: NOTICE,
        url: redactURL(response.url),
        events,
        ...(parser.lastEventId !== "" && { last_event_id: events.at(-1)?.id ?? lastEventId }),
        ended_by: endedBy,
      };
    } finally {
      await response.cancel();
    }
  });
}

/** Takes events until one of the bounds is reached; says which. */
async function collect(
  events: AsyncIterable<ServerSentEvent>,
  take: (event: ServerSentEvent) => void,
  { max_events, max_bytes, clock }: {
    readonly max_events: number;
    readonly max_bytes: number;
    readonly clock: CallClock;
  },
): Promise<string> {
  let [count, bytes] = [0, 0];
  try {
    for await (const event of events) {
      bytes += new TextEncoder().encode(event.data).length;
      if (bytes > max_bytes && count > 0) return "max_bytes";
      take(event);
      if (++count === max_events) return "max_events";
    }
    return "server";
  } catch (error) {
    if (clock.isOver) return "timeout"; // what came in time is shown
    if (!(error instanceof ResponseTooLargeError)) throw error;
    if (count > 0) return "max_bytes";
    throw new ToolError(`Cannot read an event of more than ${max_bytes} bytes; raise max_bytes`);
  }
}
