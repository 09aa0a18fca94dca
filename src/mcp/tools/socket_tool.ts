/**
 * The tool `websocket_exchange`: connects, sends, collects incoming messages up to a bound, and closes. Nothing
 * stays open between calls.
 *
 * @module
 */
// deno-lint-ignore-file camelcase -- tools have the names that agents know

import { WebSocketError } from "../../websocket_error.ts";
import { redactURL } from "../../redact.ts";
import { httpURL } from "../../websocket/connection/http_url.ts";
import { byteLength } from "../../formats/byte_length.ts";
import type { WebSocketClientOptions, WebSocketMessage } from "../../websocket/settings/options.ts";
import { WebSocketClient } from "../../websocket/websocket_client.ts";
import { type CallClock, withinTime } from "../body/call_clock.ts";
import { EntryBudget, shortURL } from "../body/result_budget.ts";
import { agentHeaders, checkURL } from "../policy/agent_headers.ts";
import { toBase64 } from "../../formats/base64.ts";
import { fromBase64 } from "../policy/base64.ts";
import { guardedSocket } from "../policy/guarded_socket.ts";
import type { ToolPolicy } from "../policy/tool_policy.ts";
import { NOTICE, ToolError } from "../policy/tool_error.ts";
import {
  type JSONSchema,
  objectSchema,
  READS,
  type Tool,
  type ToolContext,
  WRITES,
} from "../policy/tool.ts";
import {
  type NetworkInput,
  networkProperties,
  networkTool,
  NOTICE_PROPERTY,
  URL_PROPERTY,
} from "./network_tool.ts";

interface SocketMessage {
  readonly text?: string;
  readonly base64?: string;
}

interface SocketInput extends NetworkInput {
  readonly url: string;
  readonly protocols?: readonly string[];
  readonly send?: readonly SocketMessage[];
  readonly max_messages?: number;
  readonly until?: string;
}

const MESSAGES: JSONSchema = {
  type: "array",
  items: objectSchema({
    text: { type: "string" },
    base64: { type: "string", description: "The bytes of a binary message" },
  }),
};

/** The tool for WebSockets. */
export function socketTool(policy: ToolPolicy): Tool {
  const { maySend } = policy;
  const tool = networkTool<SocketInput>(policy, {
    name: "websocket_exchange",
    title: maySend ? "Exchange WebSocket messages" : "Listen to WebSocket messages",
    description: `Connects to a ws: or wss: URL${
      maySend ? ", sends messages" : ""
    } and collects incoming messages. Stops at max_messages, at a message that contains the text in until, at max_bytes or at timeout_seconds, and closes the connection.${
      maySend ? "" : " It only listens: the operator of this server does not allow POST."
    }`,
    inputSchema: objectSchema({
      url: URL_PROPERTY,
      protocols: {
        type: "array",
        items: { type: "string", minLength: 1, maxLength: 200 },
        maxItems: 10,
        description: "Subprotocols to offer",
      },
      ...(maySend && {
        send: { ...MESSAGES, maxItems: 100, description: "Messages to send, in order" },
      }),
      max_messages: {
        type: "integer",
        minimum: 0,
        maximum: 1000,
        default: 1,
        description: "The number of messages to wait for",
      },
      until: {
        type: "string",
        minLength: 1,
        maxLength: 1000,
        description: "Stop at the first text message that contains this",
      },
      ...networkProperties(policy),
    }, ["url"]),
    outputSchema: objectSchema({
      ...NOTICE_PROPERTY,
      url: { type: "string", description: "The URL of the connection" },
      protocol: { type: "string", description: "The subprotocol that the server chose" },
      messages: MESSAGES,
      ended_by: {
        type: "string",
        enum: ["max_messages", "until", "max_bytes", "timeout", "server"],
        description: "Why the result ends here",
      },
      close_code: { type: "integer", description: "The close code of the server" },
      close_reason: { type: "string" },
    }, ["notice", "url", "messages", "ended_by"]),
    annotations: maySend ? WRITES : READS,
    run: (input, context) => exchange(policy, input, context),
  });
  if (maySend) return tool;
  return {
    ...tool,
    run(input, context) {
      if (Object(input).send === undefined) return tool.run(input, context);
      const methods = policy.methods.join(", ");
      const text =
        `Cannot send messages: the operator of this server allows ${methods}, and sending needs POST; leave send out to listen`;
      return Promise.resolve({ text, isError: true });
    },
  };
}

async function exchange(
  policy: ToolPolicy,
  input: SocketInput,
  context: ToolContext,
): Promise<Record<string, unknown>> {
  const { url, send = [], protocols } = input;
  if (!/^wss?:\/\//i.test(url) || !URL.canParse(url)) {
    throw new ToolError(
      "Cannot connect: url must be an absolute URL that begins with ws: or wss:",
    );
  }
  checkURL(policy, url);
  const messages = send.map(toData);
  const auth = policy.credential(input.auth, url);
  const headers = agentHeaders(policy, input.headers);
  return await withinTime(
    input.timeout_seconds ?? policy.defaultSeconds,
    context,
    async (clock) => {
      const route = await guardedSocket(policy, httpURL(url), clock.signal);
      try {
        return await talk(policy, input, messages, clock, context, {
          auth,
          headers: await policy.handshakeHeaders(httpURL(url), headers),
          webSocket: route.webSocket,
          ...(protocols !== undefined && { protocols: [...protocols] }),
        });
      } finally {
        route.close();
      }
    },
  );
}

async function talk(
  policy: ToolPolicy,
  input: SocketInput,
  messages: readonly (string | Uint8Array<ArrayBuffer>)[],
  clock: CallClock,
  context: ToolContext,
  options: WebSocketClientOptions,
): Promise<Record<string, unknown>> {
  const { url, until, max_bytes = policy.defaultBytes } = input;
  const most = input.max_messages ?? (until === undefined ? 1 : 1000);
  const client = new WebSocketClient(url, {
    ...options,
    timeout: false, // the call has its own timeout
    closeTimeout: 1,
    maxRetries: 0,
    reconnect: false,
    maxMessageSize: max_bytes,
    inbox: { maxMessages: 1000, maxBytes: 2 * max_bytes },
    signal: clock.signal,
  });
  try {
    await client.connect();
    for (const message of messages) await client.send(message);
    const received: SocketMessage[] = [];
    const budget = new EntryBudget(max_bytes);
    const endedBy = most === 0
      ? "max_messages"
      : await collect(client, max_bytes, clock, (message) => {
        const shown = policy.forModel(toMessage(message));
        if (!budget.take(shown, byteLength(message))) return "max_bytes";
        received.push(shown);
        context.progress?.(received.length, most, "messages");
        if (until !== undefined && typeof message === "string" && message.includes(until)) {
          return "until";
        }
        return received.length === most ? "max_messages" : undefined;
      });
    if (received.length === 0 && endedBy === "max_bytes") throw tooLong(max_bytes);
    if (received.length === 0 && endedBy === "timeout") throw clock.error();
    const { protocol } = client;
    await client.close();
    const { code, reason } = await client.closed;
    return {
      notice: NOTICE,
      url: shortURL(redactURL(url), url),
      ...(protocol !== "" && { protocol }),
      messages: received,
      ended_by: endedBy,
      ...(endedBy === "server" && { close_code: code, close_reason: reason }),
    };
  } finally {
    await client.close();
  }
}

/** Takes messages until `take` or a bound ends it, and returns the reason. */
async function collect(
  client: WebSocketClient,
  maxBytes: number,
  clock: CallClock,
  take: (message: WebSocketMessage) => string | undefined,
): Promise<string> {
  let count = 0;
  try {
    while (true) {
      const message = await client.receive();
      if (message === null) return "server";
      const enough = take(message);
      if (enough !== undefined) return enough;
      count++;
    }
  } catch (error) {
    if (clock.isOver) return "timeout"; // messages that came in time are shown
    const { code } = error instanceof WebSocketError ? error : { code: undefined };
    if (code === "connection_closed") return "server";
    if (code === "queue_full" || (code === "message_too_large" && count > 0)) return "max_bytes";
    if (code !== "message_too_large") throw error;
    throw tooLong(maxBytes);
  }
}

function tooLong(maxBytes: number): ToolError {
  return new ToolError(
    `Cannot receive a message of more than ${maxBytes} bytes; raise max_bytes`,
  );
}

function toData({ text, base64 }: SocketMessage): string | Uint8Array<ArrayBuffer> {
  if ((text === undefined) === (base64 === undefined)) {
    throw new ToolError("Cannot send a message: it must have either text or base64");
  }
  return text ?? fromBase64(base64!);
}

function toMessage(message: WebSocketMessage): Readonly<Record<string, string>> {
  return typeof message === "string" ? { text: message } : { base64: toBase64(message) };
}
