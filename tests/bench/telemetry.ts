/**
 * What telemetry costs on Node 24, for small GETs: `otel()` without and with an SDK, beside bare fetch with
 * the instrumentation of undici. Contenders run in processes of their own, a second each in turn.
 *
 * @module
 */
// deno-lint-ignore-file no-console -- printing is what it is for

import { buildPackage } from "../npm/build.ts";
import { installBuilt, TELEMETRY_SDK } from "../npm/consumer.ts";
import { installed } from "../runtimes/runtimes.ts";
import { spread } from "./measure.ts";
import { share, table, whole } from "./print.ts";
import { startServer } from "./server_process.ts";

const ROUNDS = 9;
/** A name, and the arguments of the worker: client, what instruments it, SDK or none. */
const CONTENDERS: readonly (readonly [name: string, ...args: string[]])[] = [
  ["fetch", "fetch", "bare", "none"],
  ["fetch, undici instrumented, SDK", "fetch", "undici", "sdk"],
  ["ours", "ours", "bare", "none"],
  ["ours, otel(), no SDK", "ours", "otel", "none"],
  ["ours, otel(), SDK", "ours", "otel", "sdk"],
];

/** A contender that waits for its turn. */
class Worker {
  readonly #process: Deno.ChildProcess;
  readonly #lines: ReadableStreamDefaultReader<string>;
  readonly #input: WritableStreamDefaultWriter<Uint8Array>;

  constructor(node: string, script: string, args: readonly string[]) {
    this.#process = new Deno.Command(node, {
      args: [script, ...args],
      stdin: "piped",
      stdout: "piped",
    }).spawn();
    this.#lines = this.#process.stdout.pipeThrough(new TextDecoderStream()).getReader();
    this.#input = this.#process.stdin.getWriter();
  }

  async line(): Promise<string> {
    let text = "";
    while (!text.endsWith("\n")) {
      const { done, value } = await this.#lines.read();
      if (done) throw new Error("A contender ended too early");
      text += value;
    }
    return text.trim();
  }

  async measure(): Promise<number> {
    await this.#input.write(new TextEncoder().encode("go\n"));
    return Number(await this.line());
  }

  async close(): Promise<void> {
    await this.#input.close();
    await this.#lines.cancel();
    await this.#process.status;
  }
}

const folder = await Deno.makeTempDir();
try {
  const built = await buildPackage(`${folder}/package`);
  await installBuilt(built, `${folder}/consumer`, TELEMETRY_SDK);
  const node = await installed("Node 24");
  const script = `${folder}/consumer/telemetry_worker.mjs`;
  await Deno.copyFile(`${import.meta.dirname}/telemetry_worker.mjs`, script);
  await using server = await startServer();
  const workers = CONTENDERS.map(([, ...args]) =>
    new Worker(node, script, [...args, server.fixed("/json")])
  );
  for (const worker of workers) await worker.line();
  const rounds: number[][] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const figures: number[] = [];
    for (const worker of workers) figures.push(await worker.measure());
    rounds.push(figures);
  }
  for (const worker of workers) await worker.close();
  const ratio = (of: number, to: number) =>
    share(spread(rounds.map((figures) => figures[of]! / figures[to]!)));
  console.log("Telemetry on Node 24, GET of 731 bytes of JSON, 16 in flight\n");
  console.log(table(
    ["", "calls/s", "of fetch", "of the same client without"],
    CONTENDERS.map(([name, client], index) => [
      name,
      whole(spread(rounds.map((figures) => figures[index]!)).median),
      ratio(index, 0),
      ratio(index, client === "fetch" ? 0 : 2),
    ]),
  ));
} finally {
  await Deno.remove(folder, { recursive: true });
}
