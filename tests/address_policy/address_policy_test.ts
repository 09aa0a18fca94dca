/** `addressPolicy`: what is refused before anything is sent, and that a name cannot change its mind. */

import { addressPolicy, type AddressPolicyOptions } from "../../src/address_policy/mod.ts";
import { denoTransport } from "../../src/transports/deno_transport.ts";
import { assertEquals, assertRejects, assertStringIncludes, assertThrows } from "@std/assert";
import {
  AddressError,
  ConnectionError,
  HTTPClient,
  type HTTPClientOptions,
  NetworkingError,
  PermissionError,
  TimeoutError,
} from "../../mod.ts";
import { addressRules, refusedURL } from "../../src/address_policy/address_policy.ts";
import { selfSigned } from "../support/certificate.ts";
import { serve } from "../support/server.ts";

const PUBLIC = "198.41.0.4"; // never reached: the tests may connect to loopback only
const LOOPBACK = () => Promise.resolve(["127.0.0.1"]);
const ANY: AddressPolicyOptions = { private: "allow", denyHosts: ["203.0.113.0/24"] };

// R8.14, R8.17
Deno.test("a URL is judged by what it says itself", () => {
  const rows: [policy: AddressPolicyOptions, url: string, refused: string | undefined][] = [
    [{}, "https://example.com/", undefined],
    [{}, "http://8.8.8.8/", undefined],
    [{}, "http://127.1/", "loopback"],
    [{}, "http://0/", "unspecified"],
    [{}, "http://[::ffff:a9fe:a9fe]/", "IPv4-mapped"],
    [{}, "http://2852039166/", "cloud metadata"],
    [{}, "http://LOCALHOST./", "loopback"],
    [{}, "http://a.localhost/", "loopback"],
    [{}, "http://a.localhost../", "loopback"],
    [{}, "http://localhost.example/", undefined],
    [{}, "http://8.8.8.8@10.0.0.1/", "private"],
    [{ private: "allow" }, "http://127.0.0.1/", undefined],
    [{ schemes: ["https"] }, "http://example.com/", "schemes"],
    [{ ports: [443] }, "https://example.com/", undefined],
    [{ ports: [443] }, "https://example.com:8443/", "ports"],
    [{ ports: [443] }, "http://example.com/", "ports"],
    [{ allowHosts: ["example.com", ".example.org"] }, "http://a.example.org/", undefined],
    [{ allowHosts: ["example.com"] }, "http://example.com.evil/", "allowHosts"],
    [{ allowHosts: ["example.com"] }, "http://example.com@evil/", "allowHosts"],
    [{ allowHosts: ["127.0.0.1"] }, "http://127.0.0.1/", "loopback"],
    [{ allowHosts: [] }, "http://example.com/", "allowHosts"],
    [{ denyHosts: ["evil.example"] }, "http://EVIL.example./", "denyHosts"],
    [{ denyHosts: ["127.0.0.0/8"], private: "allow" }, "http://localhost/", "denyHosts"],
    [{ denyHosts: ["10.0.0.1"], private: "allow" }, "http://[::ffff:10.0.0.1]/", "denyHosts"],
    [{}, "http://127.0.0.1@api.example/", "user name or password"],
    [{}, "http://user@api.example/", "user name or password"],
    [{}, "http://:password@api.example/", "user name or password"],
    [{ private: "allow" }, "http://a:b@127.0.0.1/", "user name or password"],
    [{ allowHosts: ["api.example"] }, "http://a%40b:c@api.example/", "user name or password"],
    [{}, "http://@api.example/", undefined],
    [{}, "http://api.example/@x?y@z#a@b", undefined],
  ];
  for (const [policy, url, refused] of rows) {
    const why = refusedURL(new URL(url), addressRules(policy));
    if (refused === undefined) assertEquals(why, undefined, url);
    else assertStringIncludes(why?.why ?? "", refused, url);
  }
});

// R8.16
Deno.test("well-known private names are refused by name, whatever a resolver says", async () => {
  const names = [
    ...["metadata.google.internal", "metadata.goog", "metadata", "instance-data"],
    ...["instance-data.ec2.internal", "metadata.tencentyun.com", "api.metadata.cloud.ibm.com"],
    ...["ip6-localhost", "ip6-loopback", "localhost6", "localhost.localdomain"],
    ...["localhost6.localdomain6", "host.docker.internal", "kubernetes.docker.internal"],
  ];
  const sent: string[] = [];
  const transport = (url: string) => (sent.push(url), Promise.resolve(new Response("x")));
  const asked: string[] = [];
  const publicly = (name: string) => (asked.push(name), Promise.resolve([PUBLIC]));
  for (const resolve of [false, publicly, undefined] as const) {
    for (const allowHosts of [undefined, names]) {
      await using client = new HTTPClient({
        transport,
        addressPolicy: addressPolicy({
          ...resolve !== undefined && { resolve },
          ...allowHosts && { allowHosts },
        }),
      });
      for (const name of names) {
        const title = name[0]!.toUpperCase() + name.slice(1);
        for (const spelled of [name, name.toUpperCase(), title, `${name}.`, `${name}..:8080`]) {
          const url = `http://${spelled}/x?token=hunter2`;
          const error = await assertRejects(() => client.get(url), AddressError, "is not public");
          assertEquals(error.message.includes("hunter2"), false);
        }
      }
    }
  }
  assertEquals([sent, asked], [[], []]);
  await using client = new HTTPClient({
    transport,
    addressPolicy: addressPolicy({ resolve: false }),
  });
  const harmless = ["metadata.example", "my-metadata.google.internal.example", "instance-data2"];
  for (const name of harmless) await client.get(`http://${name}/`);
  await using open = new HTTPClient({
    transport,
    addressPolicy: addressPolicy({ private: "allow" }),
  });
  for (const name of names) await open.get(`http://${name}/`);
  assertEquals(sent.length, harmless.length + names.length);
});

// R8.17
Deno.test("a URL with userinfo is refused under a policy, wherever it comes from", async (t) => {
  const sent: string[] = [];
  const asked: string[] = [];
  const resolve = (name: string) => (asked.push(name), Promise.resolve([PUBLIC]));
  const answers: Record<string, ResponseInit> = {
    "/redirect": { status: 302, headers: { location: "http://127.0.0.1@other.example/" } },
    "/same": { status: 307, headers: { location: "//user:pass@api.example/x" } },
    "/pages": { headers: { link: '<http://127.0.0.1@api.example/2>; rel="next"' } },
  };
  const transport = (url: string) => {
    sent.push(url);
    return Promise.resolve(new Response("[1]", answers[new URL(url).pathname] ?? {}));
  };
  const options = { transport, addressPolicy: addressPolicy({ resolve }) };
  const text = "http://127.0.0.1@api.example/";
  const copy: HTTPClientOptions["use"] = {
    operation: [(request, next) => next({ ...request, headers: { ...request.headers, a: "1" } })],
    exchange: [(request, next) => next({ ...request, headers: { ...request.headers, b: "1" } })],
  };
  const given: HTTPClientOptions["use"] = {
    exchange: [(request, next) => next({ ...request, url: text })],
  };
  const first = "http://api.example";
  const rows: [name: string, use: (client: HTTPClient) => Promise<unknown>, sent: string[]][] = [
    ["the URL of a call", (client) => client.get(text), []],
    ["a URL object", (client) => client.post(new URL(text), "x"), []],
    ["a stream", (client) => client.stream("GET", text), []],
    ["a Location", (client) => client.get(`${first}/redirect`), [`${first}/redirect`]],
    ["a Location at home", (client) => client.get(`${first}/same`), [`${first}/same`]],
    [
      "a next page",
      (client) => Array.fromAsync(client.paginate(`${first}/pages`)),
      [`${first}/pages`],
    ],
  ];
  const clients: [name: string, client: HTTPClient][] = [
    ["", new HTTPClient(options)],
    [" with middleware that copies", new HTTPClient({ ...options, use: copy })],
    [
      " of a client with a baseUrl",
      new HTTPClient({ ...options, baseUrl: first, allowAnyOrigin: true }),
    ],
  ];
  for (const [kind, client] of clients) {
    for (const [name, use, wanted] of rows) {
      await t.step(name + kind, async () => {
        sent.length = asked.length = 0;
        const error = await assertRejects(() => use(client), AddressError, "user name or password");
        assertEquals([sent, asked.length], [wanted, wanted.length]);
        assertEquals(/127\.0\.0\.1|pass@/.test(error.message), false, error.message);
      });
    }
    await client.close();
  }
  await t.step("a URL that middleware gives", async () => {
    sent.length = 0;
    await using client = new HTTPClient({ ...options, use: given });
    await assertRejects(() => client.get(`${first}/`), AddressError, "user name or password");
    assertEquals(sent, []);
  });
  await t.step("middleware may take the place of what was refused", async () => {
    await using client = new HTTPClient({
      ...options,
      use: { operation: [(request, next) => next({ ...request, url: `${first}/clean` })] },
    });
    assertEquals((await client.get(text)).ok, true);
  });
  await t.step("without a policy it is sent as Basic, as ever", async () => {
    await using client = new HTTPClient({
      transport: (_, init) =>
        Promise.resolve(new Response(new Headers(init.headers).get("authorization"))),
    });
    assertEquals((await client.get(text)).text, `Basic ${btoa("127.0.0.1:")}`);
  });
});

// R8.13
Deno.test("a refusal is an AddressError with one attempt, and nothing was sent", async () => {
  await using server = serve(() => new Response("secret"));
  await using client = new HTTPClient({ addressPolicy: addressPolicy() });
  for (const method of ["GET", "POST"]) {
    const url = `${server.origin}/?token=hunter2`;
    const error = await assertRejects(() => client.request(method, url), AddressError);
    assertEquals([error.code, error.attempts.length], ["address_refused", 1]);
    assertEquals(error.retrySkipped, undefined);
    assertEquals(error.message.includes("hunter2"), false);
  }
  assertEquals(server.requests, []);
});

// R8.12
Deno.test("a redirect hop is judged like any request", async () => {
  await using inner = serve(() => new Response("secret"));
  const innerPort = new URL(inner.origin).port;
  await using outer = serve(() => Response.redirect(`http://localhost:${innerPort}/`));
  const outerPort = Number(new URL(outer.origin).port);
  await using client = new HTTPClient({
    addressPolicy: addressPolicy({ private: "allow", ports: [outerPort] }),
  });
  await assertRejects(() => client.get(outer.origin), AddressError, "addressPolicy.ports");
  assertEquals([outer.requests.length, inner.requests.length], [1, 0]);
});

// R8.12
Deno.test("what middleware makes of a request is judged", async () => {
  await using server = serve(() => new Response("secret"));
  await using client = new HTTPClient({
    addressPolicy: addressPolicy(),
    use: { exchange: [(request, next) => next({ ...request, url: server.origin })] },
  });
  await assertRejects(() => client.get("https://example.com/"), AddressError);
  assertEquals(server.requests, []);
});

// R8.18
Deno.test("all answers of a resolver are judged, and one that may not be is enough", async (t) => {
  const rows: [answers: string[], refused: string][] = [
    [["127.0.0.1"], "loopback"],
    [[PUBLIC, "10.0.0.1"], "private"],
    [[PUBLIC, "::1"], "loopback"],
    [["::ffff:127.0.0.1"], "IPv4-mapped"],
    [["fe80::1%eth0"], "not an IP address"],
    [[`${PUBLIC}#@127.0.0.1`], "not an IP address"],
  ];
  for (const [answers, refused] of rows) {
    await t.step(answers.join(" "), async () => {
      const resolve = () => Promise.resolve(answers);
      await using client = new HTTPClient({ addressPolicy: addressPolicy({ resolve }) });
      await assertRejects(() => client.get("http://name.invalid/"), AddressError, refused);
    });
  }
});

Deno.test({
  name: "a name that is public when judged and loopback when connected to does not get there",
  permissions: { net: ["127.0.0.1", "name.invalid"] }, // no packet goes to the public address
  async fn() {
    await using server = serve(() => new Response("secret"));
    const { port } = new URL(server.origin);
    const answers = [[PUBLIC], ["127.0.0.1"]];
    let asked = 0;
    const resolve = () => Promise.resolve(answers[Math.min(asked++, 1)]!);
    await using client = new HTTPClient({
      addressPolicy: addressPolicy({ resolve }),
      retryBackoff: 0,
    });
    // "localhost" would get there if fetch looked it up; only the first answer may be connected to.
    const url = `http://name.invalid:${port}/`;
    const first = await assertRejects(() => client.get(url), NetworkingError);
    assertEquals([first.code, asked], ["permission_denied", 1]);
    assertStringIncludes(String((first as { flag?: string }).flag), `${PUBLIC}:${port}`);
    const second = await assertRejects(() => client.get(url), AddressError, "loopback");
    assertEquals([second.attempts.length, asked], [1, 2]);
    assertEquals(server.requests, []);
  },
});

// R8.19
Deno.test("a name is pinned to its judged address, though it has none by itself", async () => {
  await using server = serve((request) => new Response(request.headers.get("host")));
  const { port } = new URL(server.origin);
  const url = `http://name.invalid:${port}/`;
  let asked = 0;
  const resolve = () => Promise.resolve((asked++, ["::1", "127.0.0.1"]));
  await using client = new HTTPClient({ addressPolicy: addressPolicy({ ...ANY, resolve }) });
  assertEquals((await client.get(url)).text, `name.invalid:${port}`);
  assertEquals((await client.post(url, { a: 1 })).statusCode, 200);
  assertEquals((await client.post(url)).statusCode, 200);
  const many = await Promise.all(Array.from({ length: 50 }, () => client.get(url)));
  assertEquals(many.filter(({ ok }) => ok).length, 50);
  assertEquals([asked, server.requests.length], [53, 53]);
});

Deno.test("large bodies pass both ways", async () => {
  await using server = serve(async (request) => new Response(await request.bytes()));
  const { port } = new URL(server.origin);
  await using client = new HTTPClient({
    addressPolicy: addressPolicy({ ...ANY, resolve: LOOPBACK }),
  });
  const data = crypto.getRandomValues(new Uint8Array(65_536));
  const body = new Uint8Array(4_000_000).map((_, index) => data[index % 65_521]!);
  const response = await client.post(`http://name.invalid:${port}/`, body);
  assertEquals(response.content.length, body.length);
  assertEquals(response.content.every((byte, index) => byte === body[index]), true);
});

// R8.19
Deno.test("TLS is end to end: the certificate is checked against the name, not the address", async () => {
  const { cert, key } = await selfSigned("name.invalid");
  const options = { hostname: "127.0.0.1", port: 0, cert, key, onListen() {} };
  await using server = Deno.serve(options, (request) => new Response(request.url));
  const { port } = server.addr;
  const transport = denoTransport({ caCerts: [cert] });
  await using client = new HTTPClient({
    transport,
    addressPolicy: addressPolicy({ ...ANY, resolve: LOOPBACK }),
    maxRetries: 0,
  });
  const url = `https://name.invalid:${port}/x`;
  assertEquals((await client.get(url)).text, url);
  const other = await assertRejects(() => client.get(`https://other.invalid:${port}/`));
  assertEquals((other as NetworkingError).code, "tls_failed");
  await using plain = client.extend({ transport: denoTransport() });
  const untrusted = await assertRejects(() => plain.get(url), ConnectionError);
  assertEquals(untrusted.code, "tls_failed");
});

// R7.6, R8.18
Deno.test("failures keep their names through the pin", async (t) => {
  const policy = (resolve: () => Promise<string[]>) => ({
    addressPolicy: addressPolicy({ ...ANY, resolve }),
  });
  const url = "http://name.invalid:9999/";
  await t.step("refused", async () => {
    const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    const { port } = listener.addr;
    listener.close();
    await using client = new HTTPClient({ ...policy(LOOPBACK), retryBackoff: 0 });
    const post = () => client.post(`http://name.invalid:${port}/`, "x");
    const error = await assertRejects(post, ConnectionError);
    assertEquals([error.code, error.attempts.length], ["connection_refused", 4]);
  });
  await t.step("not an IP address", async () => {
    const none = policy(() => Promise.resolve([]));
    await using client = new HTTPClient({ ...none, maxRetries: 0 });
    const error = await assertRejects(() => client.get(url), ConnectionError);
    assertEquals(error.code, "dns_failed");
  });
  await t.step("the system's resolver", async () => {
    await using client = new HTTPClient({ addressPolicy: addressPolicy(), maxRetries: 0 });
    const error = await assertRejects(() => client.get(url), ConnectionError);
    assertEquals(error.code, "dns_failed");
  });
  await t.step("an error of the caller's resolver", async () => {
    const mine = new Error("mine");
    await using client = new HTTPClient(policy(() => Promise.reject(mine)));
    assertEquals(await assertRejects(() => client.get(url)), mine);
  });
  await t.step("a resolver that does not answer", async () => {
    const never = policy(() => new Promise(() => {}));
    await using client = new HTTPClient({
      ...never,
      timeout: { milliseconds: 30 },
      maxRetries: 0,
    });
    const error = await assertRejects(() => client.get(url), TimeoutError);
    assertEquals(error.code, "attempt_timeout");
  });
  await t.step("close while a server is silent", async () => {
    await using server = serve(() => new Promise(() => {}));
    const client = new HTTPClient(policy(LOOPBACK));
    const { port } = new URL(server.origin);
    const pending = client.get(`http://name.invalid:${port}/`);
    setTimeout(() => client.close(), 30);
    const error = await assertRejects(() => pending, NetworkingError);
    assertEquals(error.code, "closed");
  });
});

// R8.18
Deno.test("resolve: false judges names by themselves", async () => {
  await using server = serve(() => new Response("ok"));
  const { port } = new URL(server.origin);
  await using client = new HTTPClient({ addressPolicy: addressPolicy({ ...ANY, resolve: false }) });
  assertEquals((await client.get(`http://localhost:${port}/`)).text, "ok");
  await assertRejects(() => client.get("http://203.0.113.9/"), AddressError);
});

// R8.19
Deno.test("a transport of the caller's own gets requests that were judged", async () => {
  const seen: string[] = [];
  const transport = (url: string) => Promise.resolve(new Response((seen.push(url), "ok")));
  let answer = "127.0.0.1";
  const resolve = () => Promise.resolve([answer]);
  await using client = new HTTPClient({ transport, addressPolicy: addressPolicy({ resolve }) });
  await assertRejects(() => client.get("http://name.invalid/1"), AddressError);
  answer = PUBLIC;
  for (const number of [2, 3]) {
    assertEquals((await client.get(`http://name.invalid/${number}`)).text, "ok");
  }
  assertEquals(seen, ["http://name.invalid/2", "http://name.invalid/3"]);
});

Deno.test({
  name: "without permission for loopback nothing is sent, and the error says which is missing",
  permissions: { net: ["name.invalid"] },
  async fn() {
    const resolve = () => Promise.resolve([PUBLIC]);
    await using client = new HTTPClient({ addressPolicy: addressPolicy({ resolve }) });
    const error = await assertRejects(() => client.get("http://name.invalid/"), PermissionError);
    assertStringIncludes(error.flag, "--allow-net=127.0.0.1");
  },
});

Deno.test("an extended client keeps the policy or has its own, and outlives its parent", async () => {
  await using server = serve(() => new Response("ok"));
  const { port } = new URL(server.origin);
  const url = `http://name.invalid:${port}/`;
  const parent = new HTTPClient({ addressPolicy: addressPolicy({ ...ANY, resolve: LOOPBACK }) });
  await using child = parent.extend({ timeout: 5 });
  await using strict = parent.extend({ addressPolicy: addressPolicy() });
  assertEquals((await parent.get(url)).text, "ok");
  await parent.close();
  assertEquals((await child.get(url)).text, "ok");
  await assertRejects(() => strict.get(server.origin), AddressError);
});

Deno.test("a rule that cannot be used is a TypeError or RangeError that names it", async (t) => {
  const rows: [policy: Record<string, unknown>, message: string][] = [
    [{ allowHost: ["a"] }, "did you mean allowHosts?"],
    [{ allowHosts: "a" }, "addressPolicy.allowHosts"],
    [{ denyHosts: ["http://a/"] }, "addressPolicy.denyHosts"],
    [{ schemes: ["ftp"] }, "addressPolicy.schemes"],
    [{ ports: [0] }, "addressPolicy.ports"],
    [{ ports: ["80"] }, "addressPolicy.ports"],
    [{ private: true }, "addressPolicy.private"],
    [{ resolve: "8.8.8.8" }, "addressPolicy.resolve"],
  ];
  for (const [rules, message] of rows) {
    await t.step(JSON.stringify(rules), () => {
      const make = () => addressPolicy(rules as AddressPolicyOptions);
      const type = JSON.stringify(rules).includes("[0]") ? RangeError : TypeError;
      assertThrows(make, type, message);
    });
  }
});
