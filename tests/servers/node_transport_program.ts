/**
 * Runs on Node: makes a transport with the options of each case, sends one request or connects a socket,
 * and prints what came of it.
 */

import { HTTPClient, NetworkingError, WebSocketClient } from "../../mod.ts";
import { nodeTransport, type NodeTransportOptions } from "../../src/transports/node.ts";

/** A case, as the test gives it. */
export interface NodeCase {
  readonly options: NodeTransportOptions;
  readonly url: string;
  readonly headers?: Record<string, string>;
  readonly env?: Record<string, string>;
  /** Requests one after the other. */
  readonly times?: number;
}

/** What came of it: the body or the message, or the code and message of an error. */
export type NodeOutcome = { readonly text: string } | {
  readonly code: string;
  readonly message: string;
};

const { process } = globalThis as unknown as {
  readonly process: { readonly argv: string[]; readonly env: Record<string, string | undefined> };
};

async function run(
  { options, url, headers = {}, env = {}, times = 1 }: NodeCase,
): Promise<NodeOutcome> {
  Object.assign(process.env, env);
  try {
    const transport = nodeTransport(options);
    if (url.startsWith("ws")) {
      const socket = new WebSocketClient(url, {
        transport,
        maxRetries: 0,
        reconnect: false,
        headers,
      });
      try {
        await socket.connect();
        await socket.send("hello");
        return { text: String(await socket.receive({ timeout: 5 })) };
      } finally {
        await socket.close();
        await transport.close();
      }
    }
    const client = new HTTPClient({ transport, maxRetries: 0, timeout: 5 });
    try {
      let text = "";
      for (let time = 0; time < times; time++) text = (await client.get(url, { headers })).text;
      return { text };
    } finally {
      await client.close();
    }
  } catch (error) {
    const code = error instanceof NetworkingError ? error.code : (error as Error).name;
    return { code, message: (error as Error).message };
  } finally {
    for (const name of Object.keys(env)) delete process.env[name];
  }
}

const outcomes: NodeOutcome[] = [];
for (const one of JSON.parse(process.argv[2]!) as NodeCase[]) outcomes.push(await run(one));
// deno-lint-ignore no-console -- what the test reads
console.log(JSON.stringify(outcomes));
