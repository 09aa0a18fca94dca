/**
 * Uploads by streams against servers that fail, on the runtime that runs this: the argument is where the
 * server is, and where nothing listens. Prints what was counted, as JSON. Nothing here belongs to one
 * runtime.
 *
 * @module
 */

import { HTTPClient, NetworkingError, type RequestOptions } from "@codomyrmex/networking";

type Stream = ReadableStream<Uint8Array<ArrayBuffer>>;

/** What went wrong in the matrix; each is a list of cells. */
export interface UploadCounts {
  readonly cells: number;
  readonly hangs: string[];
  readonly untyped: string[];
  readonly pulledLate: string[];
  readonly notCancelled: string[];
}

/** A source that tells what is done with it. */
class Source {
  readonly stream: Stream;
  readonly mine: Error = new Error("the source failed");
  pulls = 0;
  cancels = 0;
  isAtEnd = false;

  constructor(next: (pull: number) => Promise<"chunk" | "end" | "fail">) {
    this.stream = new ReadableStream({
      pull: async (controller) => {
        const what = await next(++this.pulls);
        if (this.cancels > 0) return;
        this.isAtEnd = what !== "chunk";
        if (what === "chunk") controller.enqueue(new Uint8Array(65_536));
        else if (what === "end") controller.close();
        else controller.error(this.mine);
      },
      cancel: () => void this.cancels++,
    }, { highWaterMark: 0 });
  }
}

const wait = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

const SOURCES: Readonly<Record<string, () => Source>> = {
  late: () =>
    new Source(async (pull) => {
      if (pull === 1) await wait(150);
      return pull < 3 ? "chunk" : "end";
    }),
  slow: () =>
    new Source(async (pull) => {
      await wait(20);
      return pull < 12 ? "chunk" : "end";
    }),
  failing: () =>
    new Source(async (pull) => {
      await wait(5);
      return pull < 4 ? "chunk" : "fail";
    }),
  endless: () =>
    new Source(async () => {
      await wait(1);
      return "chunk";
    }),
  silent: () => new Source(() => new Promise(() => {})),
};

const SHAPES: Readonly<Record<string, (make: () => Stream) => RequestOptions>> = {
  stream: (make) => ({ data: make() }),
  function: (make) => ({ data: () => make() }),
  part: (make) => ({ multipart: { file: { stream: make(), filename: "x" } } }),
  progress: (make) => ({ data: make(), onProgress: () => {} }),
};

/** Longer than all clocks and attempts of a cell together. */
const HANG_MS = 8_000;
const PATHS = ["/early", "/refused", "/unread", "/reset", "/stalled", "/redirected", "/busy"];

async function cell(
  client: HTTPClient,
  url: string,
  [source, shape, streams]: readonly [string, string, boolean],
  counts: UploadCounts,
): Promise<void> {
  const name = `${source} ${shape} ${streams ? "stream()" : "put()"} ${new URL(url).pathname}`;
  const made: Source[] = [];
  const options = SHAPES[shape]!(() => {
    made.push(SOURCES[source]!());
    return made.at(-1)!.stream;
  });
  const call = async () => {
    const response = await client.stream("PUT", url, options);
    await response.text();
  };
  const outcome: unknown = await Promise.race([
    (streams ? call() : client.request("PUT", url, options)).then(() => "done", (error) => error),
    wait(HANG_MS).then(() => "hang"),
  ]);
  const pulls = made.map((one) => one.pulls);
  await wait(100);
  if (outcome === "hang") counts.hangs.push(name);
  const own = made.some(({ mine }) => mine === outcome);
  if (typeof outcome !== "string" && !own && !(outcome instanceof NetworkingError)) {
    counts.untyped.push(`${name}: ${outcome}`);
  }
  if (made.some((one, index) => one.pulls > pulls[index]!)) counts.pulledLate.push(name);
  const held = made.filter((one) => one.pulls > 0 && !one.isAtEnd && one.cancels !== 1);
  if (held.length > 0) counts.notCancelled.push(name);
}

/** Runs every cell, some at a time. */
export async function runMatrix(server: string, closed: string): Promise<UploadCounts> {
  const counts: UploadCounts = {
    cells: 0,
    hangs: [],
    untyped: [],
    pulledLate: [],
    notCancelled: [],
  };
  const client = new HTTPClient({
    timeout: { milliseconds: 400 },
    idleTimeout: { milliseconds: 400 },
    totalTimeout: 3,
    maxRetries: 1,
    retryBackoff: { milliseconds: 1 },
    retryBudget: false,
    allowCrossOriginBody: true,
  });
  const cells: (() => Promise<void>)[] = [];
  const urls = [...PATHS.map((path) => server + path), closed];
  for (const url of urls) {
    for (const source of Object.keys(SOURCES)) {
      for (const shape of Object.keys(SHAPES)) {
        for (const streams of [false, true]) {
          cells.push(() => cell(client, url, [source, shape, streams], counts));
        }
      }
    }
  }
  let next = 0;
  await Promise.all(Array.from({ length: 16 }, async () => {
    while (next < cells.length) await cells[next++]!();
  }));
  await client.close();
  return { ...counts, cells: cells.length };
}

const { process } = globalThis as unknown as {
  readonly process: {
    readonly argv: readonly string[];
    on(name: string, listener: (error: unknown) => void): void;
    exit(code: number): never;
  };
};
const floating: string[] = [];
process.on("unhandledRejection", (error) => void floating.push(`a floating promise: ${error}`));
process.on("uncaughtException", (error) => void floating.push(`nobody caught: ${error}`));
const [server = "", closed = ""] = process.argv.slice(2);
const counts = await runMatrix(server, closed);
counts.untyped.push(...floating);
// deno-lint-ignore no-console -- it is what the score reads
console.log(JSON.stringify(counts));
process.exit(0); // what a runtime left open is not waited for
