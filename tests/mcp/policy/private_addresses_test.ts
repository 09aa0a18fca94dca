/** Which private addresses a policy opens: those that allowHosts names, and metadata services never by the way. */

import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { type NetworkPolicy, networkTools } from "../../../src/mcp/mod.ts";
import { MockTransport } from "../../../src/testing/mod.ts";

/** Calls tools whose requests go to a mock; gives the text of each result, and what was sent. */
async function ask(policy: NetworkPolicy, url: string, location?: string) {
  const transport = new MockTransport().on(
    "GET",
    "/",
    () =>
      location !== undefined && transport.calls.length === 1
        ? { status: 302, headers: { location } }
        : { body: "the inside" },
  );
  await using network = await networkTools({ policy, client: { transport } });
  const run = async (name: string, url: string) => {
    const { text, isError } = await network.tools.find((tool) => tool.name === name)!.run({ url });
    return isError ? text : "given";
  };
  const socket = url.replace(/^http/, "ws");
  return {
    get: await run("http_get", url),
    // A mock has no sockets: only a refusal can be seen.
    socket: location === undefined ? await run("websocket_exchange", socket) : "",
    sent: transport.calls.map((call) => call.url),
  };
}

const METADATA = [
  "169.254.169.254",
  "169.254.170.2",
  "169.254.1.1",
  "100.100.100.200",
  "168.63.129.16",
];
const METADATA_6 = ["fd00:ec2::254", "fe80::1", "::ffff:169.254.169.254", "::169.254.169.254"];
/** The same IPv4 address by NAT64, 6to4 and Teredo. */
const EMBEDDED = [
  "64:ff9b::a9fe:a9fe",
  "64:ff9b:1::a9fe:a9fe",
  "2002:a9fe:a9fe::",
  "2001:0:1:2:3:4:5601:5601",
];

const bracketed = (address: string) => address.includes(":") ? `[${address}]` : address;

// R22.4
Deno.test("private addresses without the names of hosts are refused when the tools are made", async () => {
  for (const policy of [{ private: "allow" }, { private: "allow", allowHosts: [] }] as const) {
    const error = await assertRejects(() => networkTools({ policy }), TypeError);
    assertStringIncludes(error.message, "policy.allowHosts");
  }
});

// R22.4
Deno.test("with hosts it opens those and no others", async (t) => {
  const resolve = () => Promise.resolve(["10.1.2.3"]);
  const rows: [allowHosts: string[], url: string, isOpen: boolean][] = [
    [["10.1.2.3"], "http://10.1.2.3/", true],
    [["10.0.0.0/8"], "http://10.1.2.3/", true],
    [["inner.example"], "http://inner.example/", true],
    [[".example"], "http://inner.example/", true],
    [["10.1.2.3"], "http://10.1.2.4/", false],
    [["inner.example"], "http://10.1.2.3/", false],
    [["inner.example"], "http://other.example/", false],
    [["inner.example"], "http://127.0.0.1/", false],
    [["localhost"], "http://127.0.0.1/", false],
    [["fd00::1"], "http://[fd00::1]/", true],
    [["host.docker.internal"], "http://host.docker.internal/", true],
  ];
  for (const [allowHosts, url, isOpen] of rows) {
    await t.step(`${allowHosts} ${url}`, async () => {
      const { get, sent } = await ask({ private: "allow", allowHosts, resolve }, url);
      assertEquals([get === "given", sent.length], [isOpen, isOpen ? 1 : 0], get);
    });
  }
});

// R22.3
Deno.test("a redirect from a host that is allowed leads to no other", async () => {
  const policy = {
    private: "allow",
    allowHosts: ["pub.example"],
    resolve: () => Promise.resolve(["93.184.216.34"]),
  } as const;
  for (
    const location of ["http://169.254.169.254/", "http://127.0.0.1/", "http://other.example/"]
  ) {
    const { get, sent } = await ask(policy, "http://pub.example/", location);
    assertStringIncludes(get, "address_refused");
    assertEquals(sent, ["http://pub.example/"]);
  }
});

// R22.4
Deno.test("metadata services and link-local addresses are opened by the address itself and nothing else", async (t) => {
  for (const address of [...METADATA, ...METADATA_6, ...EMBEDDED]) {
    const url = `http://${bracketed(address)}/`;
    const resolve = () => Promise.resolve([address]);
    const closed: [name: string, policy: NetworkPolicy, url: string][] = [
      ["by a range", { allowHosts: ["0.0.0.0/0", "::/0"], resolve }, url],
      ["by a name", { allowHosts: ["a.example"], resolve }, "http://a.example/"],
      ["by names below", { allowHosts: [".example"], resolve }, "http://a.example/"],
      [
        "by a range and a name",
        { allowHosts: ["a.example", "0.0.0.0/0", "::/0"], resolve },
        "http://a.example/",
      ],
    ];
    for (const [name, policy, url] of closed) {
      await t.step(`${address} ${name}`, async () => {
        const { get, socket, sent } = await ask({ private: "allow", ...policy }, url);
        for (const text of [get, socket]) assertStringIncludes(text, "is not public");
        assertEquals(sent, []);
      });
    }
    await t.step(`${address} itself`, async () => {
      const { get } = await ask({ private: "allow", allowHosts: [address], resolve }, url);
      assertEquals(get, "given");
    });
  }
  for (const name of ["metadata.google.internal", "metadata", "instance-data.", "METADATA.GOOG"]) {
    await t.step(name, async () => {
      const resolve = () => Promise.resolve(["93.184.216.34"]);
      const { get, sent } = await ask(
        { private: "allow", allowHosts: [name], resolve },
        `http://${name}/`,
      );
      assertStringIncludes(get, "cloud metadata");
      assertEquals(sent, []);
    });
  }
});

Deno.test("a resolver that gives its list at once is as good as one with a promise", async () => {
  const resolve = (() => ["93.184.216.34"]) as never;
  const { get } = await ask({ resolve }, "http://a.example/");
  assertEquals(get, "given");
});

// R22.19
Deno.test("a refusal says what the agent can do, and which flag the operator can set", async (t) => {
  const resolve = () => Promise.resolve(["93.184.216.34"]);
  const rows: [policy: NetworkPolicy, url: string, flag: string][] = [
    [{}, "http://127.0.0.1:8000/", "--allow-private and --allow-host 127.0.0.1"],
    [{}, "http://localhost/", "--allow-private and --allow-host localhost"],
    [{}, "http://169.254.169.254/", "--allow-host with the address itself"],
    [{ allowHosts: ["a.example"], resolve }, "http://b.example/", "--allow-host b.example"],
    [{ denyHosts: ["b.example"], resolve }, "http://b.example/", "--deny-host"],
    [{ denyHosts: ["93.184.216.34"], resolve }, "http://b.example/", "--deny-host"],
    [{ ports: [443], resolve }, "http://b.example:81/", "--allow-port 81"],
    [{ schemes: ["https"], resolve }, "http://b.example/", "policy.schemes"],
  ];
  for (const [policy, url, flag] of rows) {
    await t.step(`${JSON.stringify(policy)} ${url}`, async () => {
      const { get, socket } = await ask(policy, url);
      for (const text of [get, socket]) {
        assertStringIncludes(text, "Use another URL");
        assertStringIncludes(text, flag);
        assert(!/addressPolicy|allowHosts|denyHosts/.test(text), text);
      }
      assertStringIncludes(get, `Cannot GET ${url.replace(":80/", "/")}`);
      assertStringIncludes(socket, `Cannot connect to ${url.replace("http", "ws")}`);
    });
  }
});
