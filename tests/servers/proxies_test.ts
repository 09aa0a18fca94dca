/** Squid and microsocks between a client and its servers, on Deno, Node and Bun. */

import { assert, assertEquals, assertFalse } from "@std/assert";
import { selfSigned } from "../support/certificate.ts";
import { isInstalled, microsocks, PROXY_LOGIN, squid, start } from "./independent.ts";
import { RUNS } from "./on_runtimes.ts";
import { echo, shown } from "./transport_case.ts";

/** What is asked for: a resource and a socket, each without TLS and over it. */
const SCHEMES = ["http", "https", "ws", "wss"] as const;

/** A text for each scheme, or what an error says; one stands for all. */
type Expected = RegExp | readonly (string | RegExp)[];

const REFUSED = /^proxy_refused .* proxy .*did not open a connection/;

/** Deno asks an HTTP proxy for the handshake of `ws:` with a GET, which Squid answers as any other. */
const noUpgrade = (status: number) =>
  new RegExp(`^handshake_rejected .* \\(without a tunnel, which wss: has\\): .*status ${status} `);

function freePort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return listener.addr.port;
}

for (
  const [kind, scheme] of [[squid, "http"], [microsocks, "socks5"], [
    microsocks,
    "socks5h",
  ]] as const
) {
  const isSOCKS = kind === microsocks;
  for (const [runtime, run] of RUNS) {
    if (isSOCKS && runtime === "Bun 1") continue; // which refuses it: node_transport_test.ts
    // R8.10
    Deno.test({
      name: `${kind.name} as ${scheme}: on ${runtime}`,
      ignore: !await isInstalled(kind(true)),
      async fn(t) {
        const { cert, key } = await selfSigned("localhost");
        const address = { hostname: "127.0.0.1", port: 0, onListen() {} };
        await using plain = Deno.serve(address, echo);
        await using secure = Deno.serve({ ...address, cert, key }, echo);
        const [host, name] = [`127.0.0.1:${plain.addr.port}`, `localhost:${secure.addr.port}`];
        await using open = await start(kind(true));
        await using closed = await start(kind(false));
        const [free, login] = [open, closed].map(({ origin }) => new URL(origin).host);
        const [nowhere, noProxy] = [`127.0.0.1:${freePort()}`, `127.0.0.1:${freePort()}`];

        const echoed = [`${host} /a`, `${name} /a`, "hello back", "hello back"];
        /** What an HTTP proxy without a tunnel says is the response. */
        const untunneled = (status: number) => [
          isSOCKS ? REFUSED : `status ${status}`,
          REFUSED,
          !isSOCKS && runtime === "Deno" ? noUpgrade(status) : REFUSED,
          REFUSED,
        ];
        const rows: [name: string, proxy: string, target: string | undefined, Expected][] = [
          ["without credentials", free!, undefined, echoed],
          [
            "with the right ones",
            `${PROXY_LOGIN}@${login}`,
            undefined,
            !isSOCKS && runtime === "Deno" ? echoed.with(2, noUpgrade(200) as never) : echoed,
          ],
          ["with a wrong password", `ada:hunter2@${login}`, undefined, REFUSED],
          ["without those that it wants", login!, undefined, REFUSED],
          ["to a host that it bans, or does not find", free!, "banned.invalid", untunneled(403)],
          [
            "to a port where nothing listens",
            free!,
            nowhere,
            isSOCKS ? /^connection_refused (?!.*proxy .*cannot)/ : untunneled(503),
          ],
          [
            "where no proxy listens",
            `ada:hunter2@${noProxy}`,
            undefined,
            new RegExp(`^connection_refused .*the proxy ${scheme}://${noProxy}\\b`),
          ],
        ];
        const outcomes = await run(rows.flatMap(([, proxy, target]) =>
          SCHEMES.map((protocol) => {
            const at = target ?? (/^(?:https|wss)$/.test(protocol) ? name : host);
            const options = { proxy: `${scheme}://${proxy}`, caCerts: [cert] };
            return { options, url: `${protocol}://${at}/a` };
          })
        ));
        const found = outcomes.map(shown);
        for (const [row, [title, , , expected]] of rows.entries()) {
          for (const [column, protocol] of SCHEMES.entries()) {
            await t.step(`${title}: ${protocol}`, () => {
              const text = found[row * SCHEMES.length + column]!;
              const wanted = expected instanceof RegExp ? expected : expected[column]!;
              if (typeof wanted === "string") assertEquals(text, wanted);
              else assert(wanted.test(text), text);
              assertFalse(/hunter2|p@ss|p%40ss/.test(text));
            });
          }
        }
      },
    });
  }
}
