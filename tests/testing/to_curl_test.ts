/** Commands for curl: what they show, and that a shell takes each value as one argument. */

import { assert, assertEquals } from "@std/assert";
import { HTTPClient, type HTTPRequest } from "../../mod.ts";
import { type CurlRequest, MockTransport, toCurl } from "../../src/testing/mod.ts";

/** What a shell makes of a command's arguments. */
async function argumentsOf(command: string): Promise<string[]> {
  const { stdout, success } = await new Deno.Command("bash", {
    args: ["-c", `curl() { printf '%s\\0' "$@"; }; ${command}`],
    stderr: "inherit",
  }).output();
  assert(success, command);
  return new TextDecoder().decode(stdout).split("\0").slice(0, -1);
}

const SECRETS: CurlRequest = {
  method: "POST",
  url: "http://u:hunter2@api.example/x?q=1&access_token=hunter2#hunter2",
  headers: { authorization: "Bearer hunter2", "x-id": "7" },
  body: '{"password":"hunter2"}',
};

// R13.13
Deno.test("nothing secret is shown unless it is asked for", async () => {
  const command = toCurl(SECRETS);
  assert(!command.includes("hunter2"), command);
  assertEquals(await argumentsOf(command), [
    ...["--globoff", "--request", "POST", "--url"],
    "http://api.example/x?q=1&access_token=[redacted]",
    ...["--header", "authorization: [redacted]", "--header", "x-id: 7", "--data-binary", "@body"],
  ]);
  assertEquals(await argumentsOf(toCurl(SECRETS, { secrets: true })), [
    ...["--globoff", "--request", "POST", "--url", SECRETS.url],
    ...["--header", "authorization: Bearer hunter2", "--header", "x-id: 7"],
    ...["--data-raw", '{"password":"hunter2"}'],
  ]);
});

// R13.13
Deno.test("a hostile value stays one argument", async (t) => {
  const values = [
    "it's",
    "'; touch x; '",
    "$(id) `id` ${HOME} !! \\",
    "-K/etc/passwd",
    "@/etc/passwd",
    "a\nb\rc\td",
    "\x1b]0;title\x07 \x03",
    "'\n'; id #",
    "\\\n\\'",
    "\u202egnp.exe ü \u0085",
    "*? ~ {a,b} [1-9] #",
  ];
  for (const value of values) {
    await t.step(JSON.stringify(value), async () => {
      const command = toCurl(
        { method: value, url: value, headers: [["x-a", value]], body: value },
        { secrets: true },
      );
      // deno-lint-ignore no-control-regex -- what a terminal would act on
      assert(!/[\0-\x09\x0b-\x1f\x7f-\x9f\u202e]/.test(command), command);
      assertEquals(await argumentsOf(command), [
        ...["--globoff", "--request", value, "--url", value],
        ...["--header", `x-a: ${value}`, "--data-raw", value],
      ]);
    });
  }
});

Deno.test("empty headers and bodies, and bodies that are no text", async () => {
  const base = { method: "PUT", url: "http://h/" };
  const shown = async (request: Partial<CurlRequest>) =>
    (await argumentsOf(toCurl({ ...base, headers: {}, ...request }, { secrets: true }))).slice(5);
  assertEquals(await shown({ headers: { "x-a": "" } }), ["--header", "x-a;"]);
  assertEquals(await shown({ body: new Uint8Array() }), []);
  assertEquals(await shown({ body: new Uint8Array([0, 1]) }), ["--data-binary", "@body"]);
  const binary = toCurl({ ...base, headers: {}, body: new Uint8Array([255, 65]) }, {
    secrets: true,
  });
  assert(binary.endsWith("--data-raw $'\\xffA'"), binary);
});

Deno.test("a request in a hook and a call of the mock transport can be shown", async () => {
  const requests: HTTPRequest[] = [];
  const transport = new MockTransport().on("POST", "/x", {});
  const client = new HTTPClient({
    transport,
    sensitiveHeaders: ["x-mine"],
    use: {
      exchange: [(request, next) => {
        requests.push(request);
        return next(request);
      }],
    },
  });
  await client.post("http://h/x", { a: 1 }, { headers: { "x-mine": "hunter2" } });
  const [request] = requests;
  const command = toCurl(request!);
  assert(!command.includes("hunter2"), command);
  assert(command.includes("--data-binary @body"), command);
  const [call] = transport.calls;
  assert(toCurl(call!, { secrets: true }).endsWith(`--data-raw '{"a":1}'`));
});
