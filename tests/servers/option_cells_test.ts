/**
 * Each cell of SPEC's table of connection options by runtime: what an option changes where it is there, and that
 * it is refused where it is not.
 */

import { assert, assertEquals, assertNotEquals } from "@std/assert";
import { installed } from "../runtimes/runtimes.ts";
import { selfSigned } from "../support/certificate.ts";
import { proxy } from "../support/proxy.ts";
import { optionsByRuntime } from "../support/transport_options.ts";
import { start, wantsCertificate } from "./independent.ts";
import { RUNS, type Title } from "./on_runtimes.ts";
import { serveUnix } from "./serve_unix.ts";
import { echo, shown, type TransportCase, type TransportOptions } from "./transport_case.ts";

/** An option at work: with the others that the case needs, and what it comes to with and without it. */
interface Cell {
  readonly option: keyof TransportOptions;
  /** Where one option has several values. */
  readonly kind?: string;
  readonly value: TransportOptions[keyof TransportOptions];
  readonly given: TransportCase;
  readonly withIt: RegExp;
  readonly withoutIt: RegExp;
  /** Where it makes no difference, since the runtime does so by itself. */
  readonly byItself?: readonly Title[];
}

const SAME = /^(\S+)(?:; \1)*$/;
const DIFFERENT = /^(\S+); (?!\1$)\S/;

// R8.8
Deno.test("each option on each runtime", async (t) => {
  const server = await selfSigned("localhost");
  const own = await selfSigned("ann");
  const files = { "cert.pem": server.cert, "key.pem": server.key, "client.pem": own.cert };
  const node = await installed("Node 24");
  await using strict = await start(wantsCertificate(node, files));
  await using old = await start(wantsCertificate(node, files, true));
  const address = { hostname: "127.0.0.1", port: 0, onListen() {} };
  await using plain = Deno.serve(address, echo);
  await using secure = Deno.serve({ ...address, cert: server.cert, key: server.key }, echo);
  await using peers = Deno.serve(address, async (_request, { remoteAddr }) => {
    await new Promise((resolve) => setTimeout(resolve, 30)); // so that requests at once meet
    return new Response(`${remoteAddr.hostname}:${remoteAddr.port}`);
  });
  await using toPlain = proxy(plain.addr.port);
  await using toSecure = proxy(plain.addr.port, server);
  const folder = await Deno.makeTempDir();
  const unixSocket = `${folder}/socket`;
  await using _local = await serveUnix(unixSocket);

  const caCerts = [server.cert];
  const at = (origin: { readonly addr: Deno.NetAddr }) => `http://127.0.0.1:${origin.addr.port}`;
  const tlsAt = (origin: string) => `https://localhost:${new URL(origin).port}/`;
  const invalid = "http://name.invalid/a";
  const peer = { options: {}, url: at(peers), times: 2 };
  const dead = "http://127.0.0.1:1";
  const refused = /^\w+_(?:failed|reset|error|refused) /;
  const noHost = /^dns_failed /;
  const cells: Cell[] = [
    {
      option: "proxy",
      kind: "http:",
      value: `http://127.0.0.1:${toPlain.port}`,
      given: { options: {}, url: invalid },
      withIt: /^name\.invalid \/a$/,
      withoutIt: noHost,
    },
    {
      option: "proxy",
      kind: "https:",
      value: `https://localhost:${toSecure.port}`,
      given: { options: { caCerts }, url: invalid },
      withIt: /^name\.invalid \/a$/,
      withoutIt: noHost,
    },
    {
      option: "noProxy",
      value: ["127.0.0.0/8"],
      given: { options: { proxy: dead }, url: `${at(plain)}/a` },
      withIt: / \/a$/,
      withoutIt: /^connection_refused .*the proxy/,
    },
    {
      option: "unixSocket",
      value: unixSocket,
      given: { options: {}, url: invalid },
      withIt: /^name\.invalid \/a$/,
      withoutIt: noHost,
    },
    {
      option: "allowClearHTTPS",
      value: true,
      given: { options: { unixSocket }, url: "https://name.invalid/a" },
      withIt: /^name\.invalid \/a$/,
      withoutIt: /^tls_failed /,
    },
    {
      option: "caCerts",
      value: caCerts,
      given: { options: {}, url: `https://localhost:${secure.addr.port}/a` },
      withIt: / \/a$/,
      withoutIt: /^tls_failed /,
    },
    {
      option: "cert",
      value: own.cert,
      given: { options: { caCerts, key: own.key }, url: tlsAt(strict.origin) },
      withIt: / ann$/,
      withoutIt: /^TypeError .*cert and key need each other/,
    },
    {
      option: "key",
      value: own.key,
      given: { options: { caCerts, cert: own.cert }, url: tlsAt(strict.origin) },
      withIt: / ann$/,
      withoutIt: /^TypeError .*cert and key need each other/,
    },
    {
      option: "http1",
      value: false,
      given: { options: { caCerts, ...own }, url: tlsAt(old.origin) },
      withIt: refused,
      withoutIt: /^1\.1 ann$/,
    },
    {
      option: "http2",
      value: false,
      given: { options: { caCerts, ...own }, url: tlsAt(strict.origin) },
      withIt: /^1\.1 ann$/,
      withoutIt: /^2\.0 ann$/,
      byItself: ["Bun 1"],
    },
    {
      option: "poolMaxIdlePerHost",
      value: 0,
      given: peer,
      withIt: DIFFERENT,
      withoutIt: SAME,
    },
    {
      option: "connections",
      value: 1,
      given: { ...peer, atOnce: true },
      withIt: SAME,
      withoutIt: DIFFERENT,
    },
    {
      option: "poolIdleTimeout",
      value: { milliseconds: 50 },
      given: { ...peer, pauseMs: 500 },
      withIt: DIFFERENT,
      withoutIt: SAME,
    },
    {
      option: "localAddress",
      value: "127.0.0.2",
      given: { ...peer, times: 1 },
      withIt: /^127\.0\.0\.2:/,
      withoutIt: /^127\.0\.0\.1:/,
    },
    {
      option: "allowHost",
      value: true,
      given: { options: {}, url: `${at(plain)}/a`, headers: { host: "app.example" } },
      withIt: /^app\.example \/a$/,
      withoutIt: /^TypeError .*the header "host"/,
    },
  ];
  const table = await optionsByRuntime();
  assertEquals(new Set(cells.map(({ option }) => option)), new Set(table.keys()));

  for (const [runtime, run] of RUNS) {
    const column = runtime === "Deno" ? 0 : runtime === "Bun 1" ? 2 : 1;
    const outcomes = await run(cells.flatMap(({ option, value, given }) => [
      { ...given, options: { ...given.options, [option]: value } },
      given,
    ]));
    for (const [index, { option, kind = "", withIt, withoutIt, byItself }] of cells.entries()) {
      await t.step(`${option} ${kind} on ${runtime}`, () => {
        const [found, without] = [outcomes[2 * index]!, outcomes[2 * index + 1]!].map(shown);
        if (!table.get(option)![column]) {
          assert(new RegExp(`^TypeError .*\\b${option}\\b`).test(found!), found);
          return;
        }
        assert(withIt.test(found!), `with it: ${found}`);
        const otherwise = byItself?.includes(runtime) ? withIt : withoutIt;
        assert(otherwise.test(without!), `without it: ${without}`);
        if (otherwise !== withIt) assertNotEquals(found, without);
      });
    }
  }
  await Deno.remove(folder, { recursive: true });
});
