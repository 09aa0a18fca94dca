/**
 * `ws`: sends lines of input as messages, and prints the messages that arrive.
 *
 * @module
 */

import type { WebSocketMessage } from "../../websocket/settings/options.ts";
import { WebSocketClient } from "../../websocket/websocket_client.ts";
import { CALL_FLAGS, CALL_HELP, readCommandLine } from "../line/calls.ts";
import { hasHost } from "../line/connection.ts";
import { hasBody } from "../line/items.ts";
import type { Screen } from "../terminal/screen.ts";
import type { Terminal } from "../terminal/terminal.ts";
import { UsageError } from "../terminal/usage_error.ts";
import { helpOf, type HelpRow, readCount, readNumber } from "../terminal/flags.ts";
import { delay } from "@std/async/delay";

const SOCKET_FLAGS = {
  count: { type: "string", value: "N" },
  wait: { type: "string", value: "SECONDS" },
} as const;

const SOCKET_HELP: readonly HelpRow[] = [
  [["count"], "stop after N messages"],
  [["wait"], "seconds without a message before it closes (1)"],
];

/** The help of the command. */
export const usage: string = `Usage: ws URL [Header:value…] [name==parameter…] [option…]

Sends each line of input as a message, and prints each received message on its
own line. In a pipe, bytes are printed unchanged. After the end of the input it
closes when no message arrives for --wait. A lost connection is an error.

${helpOf({ ...SOCKET_FLAGS, ...CALL_FLAGS }, [...SOCKET_HELP, ...CALL_HELP])}`;

const FLAGS = { ...SOCKET_FLAGS, ...CALL_FLAGS } as const;

/** Runs the command, and returns the exit code. */
export async function run(args: readonly string[], terminal: Terminal): Promise<number> {
  const line = await readCommandLine("ws", args, FLAGS, "ws", terminal);
  const { values, screen, items, common } = line;
  if (hasBody(items)) {
    throw new UsageError("Cannot run ws with a body: send messages as lines of standard input");
  }
  if (hasHost(items)) {
    throw new UsageError(
      "Cannot send the header Host with ws: the WebSocket sends the host of the URL; put the host into the URL",
    );
  }
  const most = values.count === undefined ? Infinity : readCount("--count", values.count);
  const waitMs = readNumber("--wait", values.wait ?? "1") * 1000;
  const url = new URL(line.url);
  for (const [name, value] of items.params as [string, string][] ?? []) {
    url.searchParams.append(name, value);
  }
  const socket = new WebSocketClient(url, {
    ...common,
    ...items.headers !== undefined && { headers: items.headers },
    reconnect: false, // messages sent over a lost connection would be lost silently
  });
  line.inspector?.observe(socket);
  const over = new AbortController();
  let heardAt = 0;
  async function receive(): Promise<void> {
    let printed = 0;
    if (most > 0) {
      for await (const message of socket) {
        heardAt = performance.now();
        await printMessage(message, screen, terminal);
        if (++printed === most) break;
      }
    }
  }
  async function send(): Promise<void> {
    for await (const line of terminal.input.lines()) await socket.send(line);
    heardAt = Math.max(heardAt, performance.now());
    for (let left = waitMs; left > 0; left = heardAt + waitMs - performance.now()) {
      await delay(left, over);
    }
    await socket.close();
  }
  try {
    await socket.connect();
    if (terminal.input.isTerminal) {
      screen.report(["dim", "Connected: each line is a message; Ctrl+D closes the connection"]);
    }
    const receiving = receive();
    await Promise.race([receiving, send().then(() => receiving)]);
    return 0;
  } finally {
    over.abort();
    terminal.input.close();
    await socket.close();
    line.done();
  }
}

async function printMessage(
  message: WebSocketMessage,
  screen: Screen,
  terminal: Terminal,
): Promise<void> {
  if (typeof message === "string") {
    await screen.print(...screen.isForPeople ? [["dim", "< "] as const] : [], message, "\n");
  } else if (screen.isForPeople) {
    await screen.print(["dim", `< ${message.length} bytes, not shown\n`]);
  } else await terminal.output.write(message);
}
