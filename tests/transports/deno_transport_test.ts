/** `denoTransport`: proxies, certificates, sockets, and what it refuses. */

import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertRejects,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import { ConnectionError, HTTPClient, NetworkingError, WebSocketClient } from "../../mod.ts";
import { denoTransport } from "../../src/transports/deno_transport.ts";
import { selfSigned } from "../support/certificate.ts";
import { proxy } from "../support/proxy.ts";
import { FakeServer } from "../../src/testing/mod.ts";
import { serve } from "../support/server.ts";

const PEM = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";

/** A server over TLS on loopback, for the name `name.invalid`. */
async function serveTLS() {
  const { cert, key } = await selfSigned("name.invalid");
  const options = { hostname: "127.0.0.1", port: 0, cert, key, onListen() {} };
  const server = Deno.serve(options, (request) => new Response(new URL(request.url).hostname));
  return { cert, port: server.addr.port, [Symbol.asyncDispose]: () => server.shutdown() };
}

// R8.7
Deno.test("a proxy is asked in absolute form for http:, and told its userinfo", async () => {
  await using server = serve((request) => Response.json(Object.fromEntries(request.headers)));
  const port = Number(new URL(server.origin).port);
  await using between = proxy(port);
  const transport = denoTransport({ proxy: `http://us%20er:p%40ss@127.0.0.1:${between.port}` });
  await using client = new HTTPClient({ transport });
  const response = await client.get("http://name.invalid/x?a=1");
  assertEquals(response.statusCode, 200);
  assertStringIncludes(between.heads[0]!, "GET http://name.invalid/x?a=1 HTTP/1.1\r\n");
  assertStringIncludes(between.heads[0]!, btoa("us er:p@ss"));
});

// R8.5
Deno.test("https: goes through CONNECT, and the certificate is checked against the URL's host", async (t) => {
  await using server = await serveTLS();
  await using between = proxy(server.port);
  const url = `http://127.0.0.1:${between.port}`;
  await t.step("trusted through caCerts", async () => {
    const transport = denoTransport({ proxy: url, caCerts: [server.cert] });
    await using client = new HTTPClient({ transport });
    assertEquals((await client.get("https://name.invalid/")).text, "name.invalid");
    assertStringIncludes(between.heads.at(-1)!, "CONNECT name.invalid:443 HTTP/1.1\r\n");
  });
  await t.step("another name", async () => {
    const transport = denoTransport({ proxy: url, caCerts: [server.cert] });
    await using client = new HTTPClient({ transport });
    const error = await assertRejects(() => client.get("https://other.invalid/"), ConnectionError);
    assertEquals(error.code, "tls_failed");
  });
  await t.step("not trusted without caCerts", async () => {
    await using client = new HTTPClient({ transport: denoTransport({ proxy: url }) });
    const error = await assertRejects(() => client.get("https://name.invalid/"), ConnectionError);
    assertEquals(error.code, "tls_failed");
  });
});

// R8.7
Deno.test("noProxy is compared as hosts", async (t) => {
  await using server = serve((_, path) => new Response(path));
  const { port } = new URL(server.origin);
  await using between = proxy(Number(port));
  const rows: [noProxy: string[], host: string, direct: boolean][] = [
    [["127.0.0.1"], "127.0.0.1", true],
    [["127.0.0.1"], "0x7f.1", true],
    [["127.0.0.0/8"], "127.1", true],
    [["10.0.0.0/8"], "127.0.0.1", false],
    [["27.0.0.1"], "127.0.0.1", false],
    [["localhost"], "LOCALHOST", true],
    [["LOCALHOST."], "localhost", true],
    [[".localhost"], "localhost", false],
    [["host"], "localhost", false],
    [["name.invali", "ame.invalid", "127.0.0.1"], "name.invalid", false],
  ];
  for (const [noProxy, host, direct] of rows) {
    await t.step(`${noProxy}: ${host}`, async () => {
      const transport = denoTransport({ proxy: `http://127.0.0.1:${between.port}`, noProxy });
      await using client = new HTTPClient({ transport });
      const before = between.heads.length;
      assertEquals((await client.get(`http://${host}:${port}/`)).statusCode, 200);
      assertEquals(between.heads.length === before, direct);
    });
  }
});

/** Runs with permissions that `deno task test` does not have: for sockets that are no hosts. */
const WITH_UNIX_SOCKET = `
  const { HTTPClient } = await import(Deno.args[0]);
  const { denoTransport } = await import(Deno.args[1]);
  const path = await Deno.makeTempDir() + "/socket";
  const server = Deno.serve({ path, onListen() {} }, (request) => new Response(request.url));
  const outcome = async (options, url) => {
    await using client = new HTTPClient({ transport: denoTransport(options) });
    return await client.get(url).then(({ text }) => text, (error) => error.code);
  };
  const unix = { transport: "unix", path };
  const message = async (unixSocket) => {
    await using client = new HTTPClient({ transport: denoTransport({ unixSocket }), maxRetries: 0 });
    const { code, message } = await client.get("http://localhost/").catch((error) => error);
    return [code, message.includes(" socket " + unixSocket)];
  };
  await Deno.writeTextFile(path + ".txt", "");
  const missing = [await message(path + ".no"), await message(path + ".txt")];
  if (String(missing) !== "connection_refused,true,connection_refused,true") throw missing;
  console.log(JSON.stringify([
    (await outcome({ unixSocket: path }, "http://name.invalid/x")).endsWith("/x"),
    await outcome({ unixSocket: path }, "https://name.invalid/x"),
    await outcome({ proxy: unix }, "https://name.invalid/x"),
    await outcome({ proxy: { transport: "vsock", cid: 1, port: 1 } }, "https://name.invalid/x"),
    (await outcome({ proxy: unix, allowClearHTTPS: true }, "https://name.invalid/y")).endsWith("/y"),
  ]));
  await server.shutdown();
  await Deno.remove(path.slice(0, -7), { recursive: true });
`;

// R8.9
Deno.test("a Unix socket serves every host, and https: over it only when asked for", async () => {
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: [
      ...["eval", "--quiet", WITH_UNIX_SOCKET, import.meta.resolve("../../mod.ts")],
      import.meta.resolve("../../src/transports/deno_transport.ts"),
    ],
    stderr: "inherit",
  }).output();
  const outcomes = JSON.parse(new TextDecoder().decode(stdout));
  assertEquals(outcomes, [true, "tls_failed", "tls_failed", "tls_failed", true]);
});

// R8.9
Deno.test("https: over a given TCP socket is refused before anything is sent", async () => {
  await using server = await FakeServer.start((_, connection) => connection.close());
  const port = Number(new URL(server.origin).port);
  const transport = denoTransport({ proxy: { transport: "tcp", hostname: "127.0.0.1", port } });
  await using client = new HTTPClient({ transport });
  const error = await assertRejects(() => client.get("https://name.invalid/"), ConnectionError);
  assertEquals([error.code, error.attempts.length], ["tls_failed", 1]);
  assertStringIncludes(error.message, "allowClearHTTPS");
  assertEquals(server.requests.length, 0);
});

// R5.10
Deno.test("writes are sent at most once, with and without a body, over the transport's own options", async (t) => {
  for (const data of [undefined, "text", { a: 1 }]) {
    await t.step(JSON.stringify(data) ?? "no body", async () => {
      await using server = await FakeServer.start(async (request, connection) => {
        if (request.requestNumber > 1) return connection.reset();
        await connection.write("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
      });
      const { hostname, port } = new URL(server.origin);
      // The name has no address: only the transport's own way leads to the server.
      const transport = denoTransport({
        proxy: { transport: "tcp", hostname, port: Number(port) },
      });
      await using client = new HTTPClient({ transport, retryBackoff: 0 });
      await client.get("http://name.invalid/");
      const outcome = await client.post("http://name.invalid/", data).catch((error) => error);
      assertEquals(server.requests.filter(({ method }) => method === "POST").length, 1);
      if (data === undefined) assertEquals(outcome.statusCode, 200);
      else assertInstanceOf(outcome, ConnectionError);
    });
  }
});

// R2.5, R8.4
Deno.test("a closed transport refuses, and a client closes its own", async () => {
  const transport = denoTransport();
  const client = new HTTPClient({ transport });
  await client.close();
  const error = await assertRejects(() => transport("http://127.0.0.1/", {}), NetworkingError);
  assertEquals(error.code, "closed");
});

// R8.6
Deno.test("an option that cannot be used is a TypeError that names it", async (t) => {
  const rows: [options: Record<string, unknown>, message: string][] = [
    [{ prox: "x" }, "did you mean proxy?"],
    [{ proxy: "127.0.0.1:3128" }, "proxy"],
    [{ proxy: "ftp://127.0.0.1" }, "proxy"],
    [{ proxy: { transport: "udp" } }, "proxy"],
    [{ proxy: null }, "proxy"],
    [{ proxy: "http://a", unixSocket: "/x" }, "unixSocket"],
    [{ noProxy: ["a"] }, "noProxy"],
    [{ proxy: "http://a", noProxy: "a" }, "noProxy"],
    [{ proxy: "http://a", noProxy: ["a:80"] }, "noProxy"],
    [{ proxy: "http://a", noProxy: ["*.a"] }, "noProxy"],
    [{ unixSocket: "" }, "unixSocket"],
    [{ caCerts: PEM }, "caCerts"],
    [{ caCerts: ["/etc/ca.pem"] }, "caCerts"],
    [{ cert: PEM }, "cert and key"],
    [{ cert: PEM, key: PEM }, "key"],
    [{ cert: PEM, key: PEM.replaceAll("CERTIFICATE", "PRIVATE KEY") }, "refused the options"],
    [{ http2: "no" }, "http2"],
    [{ poolMaxIdlePerHost: "1" }, "poolMaxIdlePerHost"],
    [{ localAddress: "eth0" }, "localAddress"],
  ];
  for (const [options, message] of rows) {
    await t.step(JSON.stringify(options).slice(0, 60), () => {
      const error = assertThrows(() => denoTransport(options), TypeError);
      assertStringIncludes(error.message, message);
    });
  }
  for (const [name, value] of [["poolMaxIdlePerHost", -1], ["poolIdleTimeout", 301]] as const) {
    assertThrows(() => denoTransport({ [name]: value }), RangeError, name);
  }
});

Deno.test("without Deno.createHttpClient the message says so", () => {
  const { createHttpClient } = Deno;
  const platform = Deno as { createHttpClient?: unknown };
  try {
    delete platform.createHttpClient;
    assert(!("createHttpClient" in Deno));
    assertThrows(() => denoTransport(), TypeError, "no Deno.createHttpClient");
  } finally {
    platform.createHttpClient = createHttpClient;
  }
});

/** A proxy that answers every CONNECT alike, and counts. */
function refusingProxy(status: string) {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  let asked = 0;
  const serving = (async () => {
    for await (const connection of listener) {
      await connection.read(new Uint8Array(4096));
      asked++;
      await connection.write(new TextEncoder().encode(`HTTP/1.1 ${status}\r\n\r\n`));
      connection.close();
    }
  })();
  return {
    url: `http://127.0.0.1:${(listener.addr as Deno.NetAddr).port}`,
    get asked() {
      return asked;
    },
    async [Symbol.asyncDispose]() {
      listener.close();
      await serving;
    },
  };
}

// R8.10
Deno.test("a proxy that refuses is asked once, and one that is down is named", async (t) => {
  const retryBackoff = { milliseconds: 1 };
  for (const status of ["403 Forbidden", "407 Proxy Authentication Required", "405 No"]) {
    await t.step(status, async () => {
      await using between = refusingProxy(status);
      const transport = denoTransport({ proxy: between.url });
      await using client = new HTTPClient({ transport, retryBackoff });
      const error = await client.get("https://name.invalid/").catch((error) => error);
      assertEquals([error.code, between.asked, error.attempts.length], ["proxy_refused", 1, 1]);
      assertStringIncludes(error.message, `the proxy ${between.url}`);
    });
  }
  await t.step("407 to http:", async () => {
    await using between = refusingProxy("407 Proxy Authentication Required");
    const transport = denoTransport({ proxy: between.url });
    await using client = new HTTPClient({ transport, retryBackoff });
    const error = await client.get("http://name.invalid/").catch((error) => error);
    assertEquals([error.code, between.asked, error.attempts.length], ["proxy_refused", 1, 1]);
  });
  await t.step("407 of a server is its own", async () => {
    await using server = serve(() => new Response(null, { status: 407 }));
    const { hostname, port } = new URL(server.origin);
    const noProxy = [hostname];
    const transport = denoTransport({ proxy: "http://name.invalid", noProxy });
    await using client = new HTTPClient({ transport, retryBackoff });
    assertEquals((await client.get(`http://${hostname}:${port}/`)).statusCode, 407);
  });
  for (const scheme of ["http", "https", "socks5"]) {
    for (const target of ["http://name.invalid/", "https://name.invalid/"]) {
      await t.step(`${scheme} that is down, to ${target}`, async () => {
        const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
        const { port } = listener.addr as Deno.NetAddr;
        listener.close();
        const transport = denoTransport({ proxy: `${scheme}://u:hunter2@127.0.0.1:${port}` });
        await using client = new HTTPClient({ transport, maxRetries: 0 });
        const error = await client.get(target).catch((error) => error);
        assertEquals(error.code, "connection_refused");
        const words = `the proxy ${scheme}://127.0.0.1:${port}`;
        assertStringIncludes(error.message, words);
        assertEquals(error.message.includes("hunter2"), false);
      });
    }
  }
});

// R4.3
Deno.test("a host header is sent where it can be, and refused where not, wherever it is given", async (t) => {
  await using server = await FakeServer.start(() => ({ status: 200 }));
  const host = "other.example";
  await t.step("sent", async () => {
    const transport = denoTransport({ allowHost: true });
    await using client = new HTTPClient({ transport });
    for (const method of ["GET", "POST"]) {
      await client.request(method, server.url, { headers: { Host: host } });
      assertEquals(server.requests.at(-1)!.header("host"), host);
    }
  });
  const sent = server.requests.length;
  const refusals: [string, () => Promise<unknown>][] = [
    ["of a client", async () => await new HTTPClient({ headers: { host } }).close()],
    [
      "of an extended client",
      async () => await new HTTPClient().extend({ headers: { host } }).close(),
    ],
    ["of a call", () => new HTTPClient().get(server.url, { headers: [["HOST", host]] })],
    [
      "of a stream",
      () => new HTTPClient().stream("GET", server.url, { headers: new Headers({ host }) }),
    ],
    ["of a POST", () => new HTTPClient().post(server.url, "x", { headers: { host } })],
    ["of a transport that cannot", async () => {
      await using client = new HTTPClient({ transport: denoTransport() });
      await client.get(server.url, { headers: { host } });
    }],
    ["of operation middleware", () =>
      new HTTPClient({
        use: { operation: [(request, next) => next({ ...request, headers: { host } })] },
      }).get(server.url)],
    ["of exchange middleware", () =>
      new HTTPClient({
        use: { exchange: [(request, next) => next({ ...request, headers: { host } })] },
      }).get(server.url)],
    [
      "of a socket",
      () => new WebSocketClient("ws://127.0.0.1:9/", { headers: { host } }).connect(),
    ],
  ];
  for (const [name, call] of refusals) {
    await t.step(`refused: ${name}`, async () => {
      // A constructor throws, and a call rejects.
      const error = await assertRejects(async () => await call(), TypeError);
      assertStringIncludes(error.message, 'the header "host"');
    });
  }
  assertEquals(server.requests.length, sent);
});
