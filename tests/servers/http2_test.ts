/** HTTP/2 with client certificates, on Deno and on Node, against Node's own server. */

import { denoTransport } from "../../src/transports/deno.ts";
import { installed, UNDICI } from "../runtimes/runtimes.ts";
import { type Certificate, selfSigned } from "../support/certificate.ts";
import { EXPECTED, type HTTP2Outcomes, runHTTP2Cases } from "./http2_cases.ts";
import { prepareForNode, runOnNode } from "./node_program.ts";
import { HTTPClient } from "../../mod.ts";
import { assertEquals, assertRejects } from "@std/assert";

const SERVER = new URL("http2_server.mjs", import.meta.url).pathname;
const PROGRAM = new URL("http2_program.ts", import.meta.url).pathname;
const sanitize = { sanitizeOps: false, sanitizeResources: false };

/** Starts the server, which lets in only who has the certificate `client`. */
async function serve({ cert, key }: Certificate, client: Certificate) {
  const given = JSON.stringify({ cert, key, ca: client.cert });
  const child = new Deno.Command(await installed("Node 24"), {
    args: [SERVER, given],
    stdout: "piped",
  }).spawn();
  const reader = child.stdout.getReader();
  const port = new TextDecoder().decode((await reader.read()).value).trim();
  return {
    origin: `https://localhost:${port}`,
    async [Symbol.asyncDispose]() {
      child.kill();
      await reader.cancel();
      await child.status;
    },
  };
}

// R8.11
Deno.test(
  "Deno: HTTP/2 over one connection, its failures, and a client certificate",
  sanitize,
  async () => {
    const [own, client] = [await selfSigned("localhost"), await selfSigned("client.invalid")];
    await using server = await serve(own, client);
    const options = { caCerts: [own.cert], ...client, http1: false };
    assertEquals(await runHTTP2Cases(server.origin, () => denoTransport(options)), EXPECTED);
    const transport = denoTransport({ caCerts: [own.cert] });
    await using stranger = new HTTPClient({ transport, maxRetries: 0 });
    await assertRejects(() => stranger.get(server.origin));
  },
);

for (const title of ["Node 22", "Node 24"] as const) {
  Deno.test(
    `${title}: HTTP/2 over one connection, its failures, and a client certificate`,
    sanitize,
    async () => {
      const [own, client] = [await selfSigned("localhost"), await selfSigned("client.invalid")];
      await using server = await serve(own, client);
      const folder = await prepareForNode(PROGRAM, UNDICI);
      const given = { origin: server.origin, ca: own.cert, ...client };
      const node = await installed(title);
      assertEquals(await runOnNode<HTTP2Outcomes>(node, folder, given), EXPECTED);
      await Deno.remove(folder, { recursive: true });
    },
  );
}
