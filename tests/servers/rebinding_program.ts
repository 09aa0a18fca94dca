/**
 * Runs on Node: a name that has one address when it is judged, and another when a connection is made.
 * Prints who answered.
 */

import { HTTPClient, type Transport } from "../../mod.ts";
import { addressPolicy } from "../../src/address_policy/mod.ts";
import { PolicyGuard } from "../../src/address_policy/address_guard.ts";
import { addressRules } from "../../src/address_policy/address_policy.ts";
import { nativeFetch } from "../../src/http/transport/fetch_transport.ts";
import { nodeTransport } from "../../src/transports/node.ts";

type Callback = (error: null, address: unknown, family?: number) => void;

const { process } = globalThis as unknown as {
  readonly process: {
    readonly argv: string[];
    getBuiltinModule(name: "dns"): {
      lookup(name: string, options: { readonly all?: boolean }, callback: Callback): void;
    };
  };
};
const { port, good, evil } = JSON.parse(process.argv[2]!);
/** The addresses in turn: that of the judgement, then the other, for whoever asks. */
let asked = 0;
const answer = () => asked++ === 0 ? good : evil;
process.getBuiltinModule("dns").lookup = (_name, options, callback) => {
  const address = answer();
  const family = address.includes(":") ? 6 : 4;
  if (options.all) callback(null, [{ address, family }]);
  else callback(null, address, family);
};
const rules = {
  ...{ private: "allow", denyHosts: ["10.0.0.0/8"] } as const,
  resolve: () => Promise.resolve([answer()]),
};

/** Who answers a request, and how often a resolver was asked. */
async function request(transport: Transport | undefined, isJudged: boolean): Promise<unknown> {
  asked = isJudged ? 0 : 1;
  const client = new HTTPClient({
    maxRetries: 0,
    ...transport && { transport },
    ...isJudged && { addressPolicy: addressPolicy(rules) },
  });
  try {
    return [(await client.get(`http://name.invalid:${port}/`)).text, asked];
  } finally {
    await client.close();
  }
}

/** Who answers a socket. */
async function connect(transport: Transport): Promise<unknown> {
  asked = 0;
  const guard = new PolicyGuard(addressRules(rules), transport);
  const url = new URL(`http://name.invalid:${port}/`);
  const addresses = await guard.check(url, "GET", (answers) => answers);
  const pinned = guard.pinnedSockets(url.hostname, addresses!)!;
  const socket = pinned.webSocket(url.href.replace("http", "ws"), { headers: {}, protocols: [] });
  try {
    return await new Promise((resolve, reject) => {
      socket.onmessage = ({ data }: { readonly data: unknown }) => resolve([data, asked]);
      socket.onerror = reject;
    });
  } finally {
    socket.close();
    pinned.release();
    await guard.close();
  }
}

// deno-lint-ignore no-console -- what the test reads
console.log(JSON.stringify({
  "no policy": await request(undefined, false),
  "native fetch": await request(undefined, true),
  "nodeTransport()": await request(nodeTransport(), true),
  "WebSocket": await connect(nativeFetch),
  "WebSocket of nodeTransport()": await connect(nodeTransport()),
}));
