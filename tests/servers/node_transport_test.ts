/** `nodeTransport()` on Node 22 and 24, with undici of npm: each option against a real server on loopback. */

import { installed, UNDICI } from "../runtimes/runtimes.ts";
import { selfSigned } from "../support/certificate.ts";
import { proxy } from "../support/proxy.ts";
import { prepareForNode, runOnNode } from "./node_program.ts";
import { PROGRAM } from "./on_runtimes.ts";
import { serveUnix } from "./serve_unix.ts";
import { echo, shown, type TransportCase, type TransportOutcome } from "./transport_case.ts";
import { assert, assertEquals, assertStringIncludes } from "@std/assert";

const sanitize = { sanitizeOps: false, sanitizeResources: false };
const prepare = (undici: string | undefined) => prepareForNode(PROGRAM, undici);
const run = (
  node: string,
  folder: string,
  cases: readonly TransportCase[],
): Promise<TransportOutcome[]> => runOnNode(node, folder, cases);

/** What Bun has nothing for, and says so. */
const ON_BUN: Readonly<Record<string, RegExp>> = {
  "kept connections": /^TypeError .*Bun has no connections; leave it out/,
  "an idle time": /^TypeError .*Bun has no poolIdleTimeout; leave it out/,
  "a local address": /^TypeError .*Bun has no localAddress; leave it out/,
};

for (const title of ["Node 22", "Node 24", "Bun 1"] as const) {
  // R8.5, R8.8, R8.10
  Deno.test(`${title}: each option of nodeTransport()`, sanitize, async (t) => {
    const node = await installed(title);
    const folder = await prepare(UNDICI);
    const { cert, key } = await selfSigned("name.invalid");
    const address = { hostname: "127.0.0.1", port: 0, onListen() {} };
    await using plain = Deno.serve(address, echo);
    await using secure = Deno.serve({ ...address, cert, key }, echo);
    const path = `${folder}/socket`;
    await using _local = await serveUnix(path);
    await using toPlain = proxy(plain.addr.port);
    await using toSecure = proxy(secure.addr.port);
    const no = () => new Response("proxy says no", { status: 407 });
    await using refusing = Deno.serve(address, no);
    const viaRefusing = `http://127.0.0.1:${refusing.addr.port}`;
    const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    const dead = listener.addr.port;
    listener.close();
    const at = `http://127.0.0.1:${plain.addr.port}`;
    const viaPlain = `http://us%20er:p%40ss@127.0.0.1:${toPlain.port}`;
    const viaSecure = `http://127.0.0.1:${toSecure.port}`;
    const rows: [name: string, given: TransportCase, expected: string | RegExp][] = [
      ["nothing", { options: {}, url: `${at}/a` }, /^127\.0\.0\.1:\d+ \/a$/],
      ["kept connections", { options: { connections: 1 }, url: `${at}/a`, times: 5 }, / \/a$/],
      [
        "a proxy",
        { options: { proxy: viaPlain }, url: "http://name.invalid/b" },
        "name.invalid /b",
      ],
      [
        "a proxy and noProxy",
        {
          options: { proxy: `http://127.0.0.1:${dead}`, noProxy: ["127.0.0.0/8"] },
          url: `${at}/c`,
        },
        / \/c$/,
      ],
      [
        "CONNECT and caCerts",
        { options: { proxy: viaSecure, caCerts: [cert] }, url: "https://name.invalid/d" },
        /^name\.invalid(?::443)? \/d$/,
      ],
      [
        "an unknown authority",
        { options: { proxy: viaSecure }, url: "https://name.invalid/d" },
        /^tls_failed .*certificate/,
      ],
      [
        "a proxy that is down is named",
        { options: { proxy: `http://127.0.0.1:${dead}` }, url: "http://name.invalid/e" },
        new RegExp(`^connection_refused .*the proxy http://127\\.0\\.0\\.1:${dead}`),
      ],
      [
        "a proxy that refuses, without a tunnel",
        { options: { proxy: viaRefusing }, url: "http://name.invalid/e" },
        new RegExp(`^proxy_refused .*the proxy ${viaRefusing} did not open`),
      ],
      [
        "a proxy that refuses",
        { options: { proxy: viaRefusing }, url: "https://name.invalid/e" },
        new RegExp(`^proxy_refused .*the proxy ${viaRefusing} did not open`),
      ],
      [
        "a Unix socket",
        { options: { unixSocket: path }, url: "http://name.invalid/f" },
        "name.invalid /f",
      ],
      [
        "https: over a Unix socket",
        { options: { unixSocket: path }, url: "https://name.invalid/f" },
        /^tls_failed .*(?:does not speak TLS|the TLS handshake failed)/,
      ],
      [
        "a host header",
        { options: { allowHost: true }, url: `${at}/g`, headers: { host: "app.example" } },
        "app.example /g",
      ],
      [
        "the environment",
        {
          options: { proxy: "environment" },
          url: "http://name.invalid/h",
          env: { HTTP_PROXY: viaPlain, NO_PROXY: "other.example" },
        },
        "name.invalid /h",
      ],
      [
        "the environment and NO_PROXY",
        {
          options: { proxy: "environment" },
          url: `${at}/i`,
          env: { http_proxy: `http://127.0.0.1:${dead}`, no_proxy: "127.0.0.1,.example" },
        },
        / \/i$/,
      ],
      ["an idle time", { options: { poolIdleTimeout: 2 }, url: `${at}/a`, times: 3 }, / \/a$/],
      ["a local address", { options: { localAddress: "127.0.0.1" }, url: `${at}/a` }, / \/a$/],
      ["without HTTP/2", { options: { http2: false }, url: `${at}/j` }, / \/j$/],
      ["a socket", { options: {}, url: at.replace("http", "ws") }, "hello back"],
      [
        "a socket through a proxy",
        { options: { proxy: viaPlain }, url: "ws://name.invalid/" },
        "hello back",
      ],
      [
        "a socket over a Unix socket",
        { options: { unixSocket: path }, url: "ws://name.invalid/" },
        "hello back",
      ],
      ["cert without key", { options: { cert }, url: at }, /^TypeError .*cert and key/],
      [
        "certificates that are none",
        { options: { cert: cert.replace(/\n..../, "\n!!!!"), key }, url: at },
        /^TypeError Cannot create nodeTransport: the certificates were refused/,
      ],
      [
        "an unknown option",
        { options: { rejectUnauthorized: false } as object, url: at },
        /^TypeError /,
      ],
    ];
    const outcomes = await run(node, folder, rows.map(([, given]) => given));
    for (const [index, [name, , usual]] of rows.entries()) {
      const expected = (title === "Bun 1" ? ON_BUN[name] : undefined) ?? usual;
      await t.step(name, () => {
        const found = shown(outcomes[index]!);
        if (typeof expected === "string") assertEquals(found, expected);
        else assert(expected.test(found), found);
      });
    }
    await t.step("credentials go to the proxy, by its own header", () => {
      assertStringIncludes(toPlain.heads[0]!.toLowerCase(), "proxy-authorization: basic ");
      assertStringIncludes(toPlain.heads[0]!, btoa("us er:p@ss"));
    });
    await Deno.remove(folder, { recursive: true });
  });
}

Deno.test(
  "undici that is missing, and one that is too old, are asked for in words",
  sanitize,
  async () => {
    const node = await installed("Node 24");
    for (
      const [undici, why] of [[undefined, "undici is not installed"], [
        "7.16.0",
        "it needs undici 8, and 7.16.0",
      ]]
    ) {
      const folder = await prepare(undici);
      const [outcome] = await run(node, folder, [{ options: {}, url: "http://127.0.0.1:9/" }]);
      assert("message" in outcome!);
      assertStringIncludes(outcome.message, `Cannot create nodeTransport: ${why}`);
      assertStringIncludes(outcome.message, "npm install undici@8");
      await Deno.remove(folder, { recursive: true });
    }
  },
);
