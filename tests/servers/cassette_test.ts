/** Cassettes of httpbin, of an event stream and of a socket: recorded and replayed on Deno, Node and Bun. */

import { installed } from "../runtimes/runtimes.ts";
import type { Answered, Told } from "./cassette_program.ts";
import { HTTPBIN, isInstalled, start } from "./independent.ts";
import { assert, assertEquals } from "@std/assert";

const PROGRAM = new URL("cassette_program.ts", import.meta.url).pathname;
const CONFIG = new URL("../../deno.json", import.meta.url).pathname;

interface Printed {
  readonly answered: readonly Answered[];
  readonly data: readonly string[];
  readonly heard: readonly string[];
  readonly mode: string;
  readonly unused: readonly string[];
}

async function bundle(file: string): Promise<void> {
  const args = ["bundle", "--quiet", "--platform=browser", `--config=${CONFIG}`];
  const { success, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [...args, "--external=node:*", `--output=${file}`, PROGRAM],
  }).output();
  if (!success) throw new Error(new TextDecoder().decode(stderr));
}

async function run(program: readonly string[], file: string, told: Told): Promise<Printed> {
  const { stdout, stderr } = await new Deno.Command(program[0]!, {
    args: [...program.slice(1), file, JSON.stringify(told)],
    env: { NO_COLOR: "1", CI: "", CASSETTE: "" },
  }).output();
  const text = new TextDecoder().decode(stdout);
  if (text === "") throw new Error(new TextDecoder().decode(stderr));
  return JSON.parse(text);
}

/** Whether a replayed body is the recorded one, but for its secrets. */
function isSame(recorded: string, replayed: string): boolean {
  if (recorded === replayed) return true;
  const pieces = atob(replayed).split(/REDACTED-\d+/);
  const pattern = pieces.map((piece) => piece.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&")).join(".+?");
  return pieces.length > 1 && new RegExp(`^${pattern}$`, "s").test(atob(recorded));
}

/** Ten events, and a socket that answers in upper case. */
function serveOther(): Deno.HttpServer<Deno.NetAddr> {
  return Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, (request) => {
    if (request.headers.get("upgrade") === "websocket") {
      const { socket, response } = Deno.upgradeWebSocket(request);
      socket.binaryType = "arraybuffer";
      socket.onopen = () => socket.send("welcome");
      socket.onmessage = ({ data }) =>
        socket.send(typeof data === "string" ? data.toUpperCase() : new Uint8Array(data).reverse());
      return response;
    }
    const events = Array.from(
      { length: 10 },
      (_, index) => `id: ${index}\ndata: event ${index}\n\n`,
    );
    const body = new ReadableStream({
      async pull(controller) {
        const event = events.shift();
        if (event === undefined) return controller.close();
        controller.enqueue(new TextEncoder().encode(event));
        await new Promise((resolve) => setTimeout(resolve, 20));
      },
    });
    return new Response(body, { headers: { "content-type": "text/event-stream" } });
  });
}

const SECRETS = [
  ...[
    "key-of-the-query-1",
    "pass-in-json-1",
    "pass-of-ann-1",
    "token-of-ann-1",
    "chocolate-chip-1",
  ],
  ...[btoa("ann:pass-of-ann-1")],
];

Deno.test({
  name: "cassettes",
  ignore: !await isInstalled(HTTPBIN),
  sanitizeOps: false,
  sanitizeResources: false,
  async fn(t) {
    const folder = await Deno.makeTempDir();
    const file = `${folder}/program.mjs`;
    await bundle(file);
    const programs: Record<string, string[]> = {
      "Deno": [Deno.execPath(), "run", "--allow-all", "--no-config"],
      "Node 22": [await installed("Node 22")],
      "Node 24": [await installed("Node 24")],
      "Bun 1": [await installed("Bun 1")],
    };
    for (const [title, program] of Object.entries(programs)) {
      for (const ending of ["json", "har"]) {
        await t.step(`are recorded and replayed on ${title}, as ${ending}`, async () => {
          const name = `${title.replace(" ", "-")}.${ending}`;
          const path = `${folder}/${name}`;
          let recorded: Printed;
          {
            await using httpbin = await start(HTTPBIN);
            const other = serveOther();
            const { port } = other.addr;
            recorded = await run(program, file, {
              mode: "record",
              path,
              httpbin: httpbin.origin,
              other: `http://127.0.0.1:${port}`,
              har: `${folder}/seen-${name}.har`,
            });
            await other.shutdown();
          }
          assert(recorded.answered.length >= 40, `${recorded.answered.length} calls`);
          // Without the servers; `auto` takes what there is.
          const replayed = await run(program, file, {
            mode: "auto",
            path,
            httpbin: "http://127.0.0.1:9",
            other: "http://127.0.0.1:9",
            har: `${folder}/again-${name}.har`,
          });
          assertEquals([replayed.mode, replayed.unused], ["replay", []]);
          for (const [index, { body, ...was }] of recorded.answered.entries()) {
            const { body: replayedBody, ...is } = replayed.answered[index]!;
            assertEquals(is, was);
            assert(
              isSame(body, replayedBody),
              `${was.call}: ${atob(replayedBody)} was ${atob(body)}`,
            );
          }
          assertEquals(recorded.data, [0, 1, 2, 3, 4].map((number) => `event ${number}`));
          assertEquals([replayed.data, replayed.heard], [recorded.data, recorded.heard]);
          assertEquals(recorded.heard, ["welcome", "ONE", "TWO", btoa("\x04\x03\x02\x01\x00")]);
        });
      }
    }
    const { default: validate } = await import("npm:har-validator@5.1.5" as string) as {
      default: { har(value: unknown): Promise<unknown> };
    };
    await t.step("have no secret in any file, and are valid as HAR", async () => {
      let files = 0;
      for await (const { name } of Deno.readDir(folder)) {
        if (name === "program.mjs") continue;
        files++;
        const text = await Deno.readTextFile(`${folder}/${name}`);
        if (name.endsWith(".har")) await validate.har(JSON.parse(text));
        for (const secret of SECRETS) {
          // In a replay the cookie is a mark, and its value in a path is no secret.
          if (name.startsWith("again") && secret.startsWith("chocolate")) continue;
          assertEquals(text.includes(secret), false, `${name}: ${secret}`);
        }
      }
      assert(files >= 24, `${files} files`);
    });
    await Deno.remove(folder, { recursive: true });
  },
});
