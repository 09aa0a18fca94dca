/** A name that changes its address between the judgement and the connection, on Node. */

import { installed, UNDICI } from "../runtimes/runtimes.ts";
import { prepareForNode, runOnNode } from "./node_program.ts";
import { assertEquals } from "@std/assert";

const PROGRAM = new URL("rebinding_program.ts", import.meta.url).pathname;

/** A server that says who it is, to requests and sockets. */
function serve(hostname: string, port: number, name: string): Deno.HttpServer<Deno.NetAddr> {
  return Deno.serve({ hostname, port, onListen() {} }, (request) => {
    if (request.headers.get("upgrade") !== "websocket") return new Response(name);
    const { socket, response } = Deno.upgradeWebSocket(request);
    socket.onopen = () => socket.send(name);
    return response;
  });
}

for (const title of ["Node 22", "Node 24"] as const) {
  Deno.test(`${title}: connections go to the address that was judged`, {
    sanitizeOps: false,
    sanitizeResources: false,
  }, async () => {
    const node = await installed(title);
    const folder = await prepareForNode(PROGRAM, UNDICI);
    await using good = serve("127.0.0.1", 0, "judged");
    const { port } = good.addr;
    await using _evil = serve("::1", port, "not judged");
    const given = { port, good: "127.0.0.1", evil: "::1" };
    assertEquals(await runOnNode(node, folder, given), {
      "no policy": ["not judged", 2],
      "native fetch": ["judged", 1],
      "nodeTransport()": ["judged", 1],
      "WebSocket": ["judged", 1],
      "WebSocket of nodeTransport()": ["judged", 1],
    });
    await Deno.remove(folder, { recursive: true });
  });
}
