/** TLS, client certificates, Unix sockets and HTTP/2 of nginx, and a TLS server of Node, on Deno, Node and Bun. */

import { assert, assertEquals } from "@std/assert";
import { installed } from "../runtimes/runtimes.ts";
import { selfSigned } from "../support/certificate.ts";
import { isInstalled, type Launch, nginx, start, wantsCertificate } from "./independent.ts";
import { RUNS, type Title } from "./on_runtimes.ts";
import { echo, shown, type TransportCase } from "./transport_case.ts";

/** What a case comes to: a text, or what an error says. */
type Expected = string | RegExp;
/** A case, and what it comes to on the runtimes that differ. */
type Row = [
  name: string,
  given: TransportCase,
  expected: Expected,
  elsewhere?: Partial<Record<Title, Expected>>,
];

/** nginx over TLS on its port and on the Unix socket `tls`, and without on `clear`. */
function overTLS(sockets: string, upstream: number, files: Record<string, string>): Launch {
  const answers = `
    location = /socket {
      proxy_pass http://127.0.0.1:${upstream}; proxy_http_version 1.1; proxy_set_header Host $host;
      proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection upgrade;
    }
    location / { return 200 "$server_protocol $ssl_client_verify $host $uri"; }`;
  const tls = (folder: string) => `
    ssl_certificate ${folder}/cert.pem; ssl_certificate_key ${folder}/key.pem;
    ssl_client_certificate ${folder}/client.pem; ssl_verify_client optional; ssl_session_cache off;`;
  const base = nginx("");
  return {
    ...base,
    files: (port, folder) => ({
      ...files,
      "nginx.conf": base.files!(port, folder)["nginx.conf"]!.replace(
        /server \{.*\}/,
        `server { listen 127.0.0.1:${port} ssl http2; listen unix:${sockets}/tls ssl;
          ${tls(folder)} ${answers} }
        server { listen unix:${sockets}/clear; ${answers} }`,
      ),
    }),
  };
}

for (const [runtime, run] of RUNS) {
  Deno.test({
    name: `nginx and a server of Node over TLS and Unix sockets: on ${runtime}`,
    ignore: !await isInstalled(nginx("")),
    async fn(t) {
      const server = await selfSigned("localhost");
      const own = await selfSigned("ann");
      const other = await selfSigned("ann");
      const files = { "cert.pem": server.cert, "key.pem": server.key, "client.pem": own.cert };
      const sockets = await Deno.makeTempDir();
      await using upstream = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, echo);
      await using between = await start(overTLS(sockets, upstream.addr.port, files));
      await using wanting = await start(wantsCertificate(await installed("Node 24"), files));
      const url = `https://localhost:${new URL(between.origin).port}/a`;
      const socket = url.replace("https", "wss").replace("/a", "/socket");
      const strict = `https://localhost:${new URL(wanting.origin).port}/`;
      const caCerts = [server.cert];
      const paths = { clear: `${sockets}/clear`, tls: `${sockets}/tls` };
      const untrusted = /^tls_failed .* not signed by a trusted authority/;
      const clear = /^tls_failed .*over unix would not be encrypted; .*allowClearHTTPS/;
      const h1 = { "Bun 1": "HTTP/1.1 NONE localhost /a" };
      const rows: Row[] = [
        ["TLS", { options: { caCerts }, url }, "HTTP/2.0 NONE localhost /a", h1],
        [
          "without HTTP/2",
          { options: { caCerts, http2: false }, url },
          "HTTP/1.1 NONE localhost /a",
        ],
        [
          "a certificate of the client",
          { options: { caCerts, ...own }, url },
          "HTTP/2.0 SUCCESS localhost /a",
          { "Bun 1": "HTTP/1.1 SUCCESS localhost /a" },
        ],
        ["another certificate", { options: { caCerts, ...other }, url }, "status 400"],
        ["an authority that nobody knows", { options: {}, url }, untrusted],
        [
          "another name",
          { options: { caCerts }, url: url.replace("localhost", "127.0.0.1") },
          /^tls_failed .* is for another name/,
        ],
        ["a socket", { options: { caCerts, ...own }, url: socket }, "hello back"],
        [
          "a socket with another certificate",
          { options: { caCerts, ...other }, url: socket },
          /^handshake_rejected .*status 400/,
        ],
        ["a socket, nobody knows the authority", { options: {}, url: socket }, /^tls_failed /],

        [
          "the certificate that Node wants",
          { options: { caCerts, ...own }, url: strict },
          "2.0 ann",
          { "Bun 1": "1.1 ann" },
        ],
        [
          "none",
          { options: { caCerts }, url: strict },
          // In TLS 1.3 the alert comes after the handshake, and the end of the connection may be first.
          /^(?:tls_failed .*requires a client certificate|connection_reset )/,
          { "Bun 1": /^tls_failed / },
        ],
        [
          "one that Node does not trust",
          { options: { caCerts, ...other }, url: strict },
          /^connection_reset /,
        ],

        [
          "a Unix socket",
          { options: { unixSocket: paths.clear }, url: "http://name.invalid/a" },
          "HTTP/1.1  name.invalid /a",
        ],
        [
          "a socket over a Unix socket",
          { options: { unixSocket: paths.clear }, url: "ws://name.invalid/socket" },
          "hello back",
        ],
        [
          "TLS over a Unix socket, with a certificate",
          { options: { unixSocket: paths.tls, caCerts, ...own }, url: "https://localhost/a" },
          "HTTP/1.1 SUCCESS localhost /a",
          { Deno: clear },
        ],
        [
          "TLS over a Unix socket, an authority that nobody knows",
          { options: { unixSocket: paths.tls }, url: "https://localhost/a" },
          untrusted,
          { Deno: clear },
        ],
        [
          "TLS over a Unix socket, another name",
          { options: { unixSocket: paths.tls, caCerts }, url: "https://name.invalid/a" },
          /^tls_failed .* is for another name/,
          { Deno: clear },
        ],
        [
          "TLS over a Unix socket that has none",
          { options: { unixSocket: paths.clear, caCerts }, url: "https://localhost/a" },
          /^tls_failed /,
          { Deno: clear },
        ],
        [
          "a socket over TLS over a Unix socket",
          { options: { unixSocket: paths.tls, caCerts, ...own }, url: "wss://localhost/socket" },
          "hello back",
          { Deno: clear },
        ],
        [
          "a socket over TLS over a Unix socket, nobody knows the authority",
          { options: { unixSocket: paths.tls }, url: "wss://localhost/socket" },
          /^tls_failed .* through the socket /,
          { Deno: clear },
        ],
        [
          "a socket over TLS over a Unix socket, an address that the certificate is not for",
          { options: { unixSocket: paths.tls, caCerts }, url: "wss://127.0.0.1/socket" },
          /^tls_failed .* through the socket /,
          { Deno: clear },
        ],
        [
          "a Unix socket that is not there",
          { options: { unixSocket: `${sockets}/none` }, url: "http://localhost/a" },
          /^connection_refused .*there is no socket \/.*\/none/,
        ],
        [
          "a socket over a Unix socket that is not there",
          { options: { unixSocket: `${sockets}/a:b` }, url: "ws://localhost/socket" },
          /^connection_refused .* through the socket /,
          { "Bun 1": /^connection_failed .*Bun cannot use the path/ },
        ],
        [
          "a socket over TLS over a Unix socket, another name",
          { options: { unixSocket: paths.tls, caCerts }, url: "wss://name.invalid/socket" },
          /^tls_failed .* through the socket /,
          { Deno: clear },
        ],
      ];
      const outcomes = await run(rows.map(([, given]) => given));
      for (const [index, [name, , usual, elsewhere]] of rows.entries()) {
        await t.step(name, () => {
          const expected = elsewhere?.[runtime] ?? usual;
          const found = shown(outcomes[index]!);
          if (typeof expected === "string") assertEquals(found, expected);
          else assert(expected.test(found), found);
        });
      }
      await Deno.remove(sockets, { recursive: true });
    },
  });
}
