/**
 * A transport of Deno, Node or Bun at work: a request or a socket with its options, and what came of it.
 *
 * @module
 */

import { HTTPClient, NetworkingError, type Transport, WebSocketClient } from "../../mod.ts";
import type { DenoTransportOptions } from "../../src/transports/deno.ts";
import type { NodeTransportOptions } from "../../src/transports/node.ts";

/** The options of both transports. */
export type TransportOptions = NodeTransportOptions & DenoTransportOptions;

/** A case. */
export interface TransportCase {
  readonly options: TransportOptions;
  readonly url: string;
  readonly headers?: Record<string, string>;
  readonly env?: Record<string, string>;
  /** Requests one after the other, or at once; their texts stand one after the other. */
  readonly times?: number;
  readonly atOnce?: boolean;
  /** How long it waits between them. */
  readonly pauseMs?: number;
}

/** What came of it: the body or the message, or the code and message of an error. */
export type TransportOutcome = { readonly text: string } | {
  readonly code: string;
  readonly message: string;
};

/** The function that makes a transport. */
export type MakeTransport = (options: TransportOptions) => Transport & { close(): unknown };

/** Answers with the host and the path that were asked for, and echoes messages. */
export const echo = (request: Request): Response => {
  if (request.headers.get("upgrade") === "websocket") {
    const { socket, response } = Deno.upgradeWebSocket(request);
    socket.onmessage = ({ data }) => socket.send(`${data} back`);
    return response;
  }
  const url = new URL(request.url);
  return new Response(`${request.headers.get("host") ?? url.host} ${url.pathname}`);
};

/** The body or the message, or the code and the message of the error. */
export function shown(outcome: TransportOutcome): string {
  return "text" in outcome ? outcome.text : `${outcome.code} ${outcome.message}`;
}

const { process } = globalThis as unknown as {
  readonly process: { readonly env: Record<string, string | undefined> };
};

/** Makes a transport with the options of a case, and sends its requests or connects a socket. */
export async function outcomeOf(
  makeTransport: MakeTransport,
  { options, url, headers = {}, env = {}, times = 1, atOnce = false, pauseMs = 0 }: TransportCase,
): Promise<TransportOutcome> {
  for (const [name, value] of Object.entries(env)) process.env[name] = value;
  try {
    const transport = makeTransport(options);
    return { text: await (url.startsWith("ws") ? overSocket : overHTTP)(transport) };
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    const code = error instanceof NetworkingError ? error.code : error.name;
    return { code, message: error.message };
  } finally {
    for (const name of Object.keys(env)) delete process.env[name];
  }

  async function overSocket(transport: ReturnType<MakeTransport>): Promise<string> {
    const socket = new WebSocketClient(url, {
      transport,
      maxRetries: 0,
      reconnect: false,
      headers,
    });
    try {
      await socket.connect();
      await socket.send("hello");
      return String(await socket.receive({ timeout: 5 }));
    } finally {
      await socket.close();
      await transport.close();
    }
  }

  async function overHTTP(transport: ReturnType<MakeTransport>): Promise<string> {
    const client = new HTTPClient({ transport, maxRetries: 0, timeout: 5 });
    try {
      const get = async () => {
        const { statusCode, text } = await client.get(url, { headers });
        return statusCode === 200 ? text : `status ${statusCode}`;
      };
      const texts: string[] = [];
      if (atOnce) texts.push(...await Promise.all(Array.from({ length: times }, get)));
      while (texts.length < times) {
        texts.push(await get());
        await new Promise((resolve) => setTimeout(resolve, pauseMs));
      }
      return texts.join("; ");
    } finally {
      await client.close(); // Node 22 has no "using"
    }
  }
}
