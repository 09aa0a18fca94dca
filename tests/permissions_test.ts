/** The permission lines of the guides of `./mcp` and `./address-policy`: each is run, and does what is said of it. */

import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { start } from "./cli/support.ts";
import { docComment } from "./support/doc_comments.ts";
import { runDeno } from "./support/gate.ts";

const ROOT = new URL("../", import.meta.url);
const read = (name: string) => Deno.readTextFile(new URL(name, ROOT));

/** The flags for the network that a text names, without quotes; what several deny is one flag. */
function netFlags(text: string): string[] {
  const flags = text.match(/--(?:allow|deny)-net\b(?:=[^\s`",]+(?:,[^\s`",]+)*)?/g) ?? [];
  const denied = flags.filter((flag) => flag.startsWith("--deny-net="))
    .map((flag) => flag.slice("--deny-net=".length));
  const others = flags.filter((flag) => !flag.startsWith("--deny-net="));
  return [...new Set(others), ...denied.length > 0 ? [`--deny-net=${denied.join(",")}`] : []];
}

const AGENTS = await docComment("src/mcp/mod.ts");
const [DENY = ""] = netFlags(AGENTS).filter((flag) => flag.startsWith("--deny-net"));

Deno.test("the guide names these flags, and no others, for agents", () => {
  assertEquals(netFlags(AGENTS), ["--allow-net", DENY]);
});

Deno.test("the list of what is denied is the same everywhere, and Deno takes it", async () => {
  const denied = DENY.slice("--deny-net=".length).split(",");
  const { permissions } = JSON.parse(await read("deno.json"));
  assertEquals(permissions.mcp.net.deny, denied);
  const [guide = ""] = netFlags(await docComment("src/address_policy/mod.ts"))
    .filter((flag) => flag.startsWith("--deny-net="));
  for (const entry of denied) assert(guide.split(/[=,]/).includes(entry), entry);
  const hosts = [
    ...["127.0.0.1", "127.255.0.1", "10.1.2.3", "172.31.0.1", "192.168.1.1", "169.254.169.254"],
    ...["100.100.100.200", "0.0.0.0", "[::1]", "[::]", "[fd00:ec2::254]", "[fd20:ce::254]"],
  ];
  // Asked, and not tried: nothing is sent there.
  const script = `for (const host of ${JSON.stringify(hosts)}) {
    console.log(host, Deno.permissions.querySync({ name: "net", host }).state);
  }`;
  for (const flag of [DENY, guide]) {
    const { output } = await evaluate(script, "--allow-net", flag);
    assertEquals(output.trim().split("\n"), hosts.map((host) => `${host} denied`));
  }
});

function evaluate(script: string, ...flags: string[]) {
  const file = `data:text/javascript,${encodeURIComponent(script)}`;
  return runDeno(["run", "--no-prompt", "--no-config", ...flags, file]);
}

/** Calls a tool of the command \`mcp\`, run with these flags; gives the text of the result. */
async function callTool(flags: readonly string[], args: readonly string[], url: string) {
  const child = start(["mcp", ...args], { flags, input: "" });
  const writer = child.stdin.getWriter();
  const send = (message: object) =>
    writer.write(new TextEncoder().encode(`${JSON.stringify({ jsonrpc: "2.0", ...message })}\n`));
  const errors = new Response(child.stderr).text();
  try {
    await send({
      id: 1,
      method: "initialize",
      params: {
        protocolVersion: "2025-06-18",
        capabilities: {},
        clientInfo: { name: "test", version: "1" },
      },
    });
    await send({ method: "notifications/initialized" });
    await send({
      id: 2,
      method: "tools/call",
      params: { name: "http_get", arguments: { url, timeout_seconds: 20 } },
    });
    let output = "";
    for await (const chunk of child.stdout.pipeThrough(new TextDecoderStream())) {
      output += chunk;
      const answer = output.split("\n").slice(0, -1).map((line) => JSON.parse(line))
        .find(({ id }) => id === 2);
      if (answer !== undefined) return String(answer.result.content[0].text);
    }
    throw new Error(`no answer: ${output}${await errors}`);
  } finally {
    await writer.close().catch(() => {}); // it may have ended by itself
    await child.status;
    await errors;
  }
}

// R15.7
Deno.test("what the guides name is enough for the command", async () => {
  const open = ["--allow-net"];
  const denied = ["--allow-net", DENY];
  const list = ["--allow-net=api.invalid"]; // the guide of ./address-policy
  const LOCAL = ["--allow-private", "--allow-host", "127.0.0.1"];
  const rows: [flags: string[], url: string, said: string, ...args: string[]][] = [
    // A name that leads nowhere is told as that: no permission was missing on the way.
    [open, "http://api.invalid:8080/", "dns_failed"],
    [denied, "http://api.invalid:8080/", "dns_failed"],
    [list, "http://api.invalid:8080/", "dns_failed"],
    [open, "http://169.254.169.254/", "address_refused"],
    [denied, "http://169.254.169.254/", "address_refused"],
    [list, "http://169.254.169.254/", "address_refused"],
    [list, "http://other.invalid:8080/", "--allow-net=other.invalid"],
    // Deno refuses what the policy allows.
    [denied, "http://127.0.0.1:8080/", "permission_denied", ...LOCAL],
  ];
  await Promise.all(rows.map(async ([flags, url, said, ...args]) => {
    const text = await callTool(flags, args, url);
    assertStringIncludes(text, said, `${flags} ${url}`);
  }));
});

// R15.7
Deno.test("a list of names is enough for tools in a program with resolve: false, and no name more", async () => {
  const script = `
    import { networkTools } from ${JSON.stringify(new URL("src/mcp/mod.ts", ROOT).href)};
    await using network = await networkTools({
      policy: { resolve: false },
      client: { maxRetries: 0 },
    });
    const { run } = network.tools.find(({ name }) => name === "http_get");
    for (const host of ["api.invalid", "other.invalid", "127.0.0.1"]) {
      console.log((await run({ url: "http://" + host + ":8080/" })).text);
    }`;
  const folder = await Deno.makeTempDir();
  try {
    await Deno.writeTextFile(`${folder}/main.js`, script);
    const { output } = await runDeno([
      ...["run", "--no-prompt", "--no-check", `--config=${new URL("deno.json", ROOT).pathname}`],
      ...["--allow-net=api.invalid", `${folder}/main.js`],
    ]);
    const [listed = "", other = "", address = ""] = output.trim().split("\n");
    assertStringIncludes(listed, "dns_failed");
    assertStringIncludes(other, "--allow-net=other.invalid");
    assertStringIncludes(address, "address_refused");
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
