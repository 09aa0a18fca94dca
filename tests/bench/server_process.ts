/**
 * Starts the benchmark's server in its own process.
 *
 * @module
 */

import type { Ports } from "./server.ts";

/** The addresses of a running server, which ends with `await using`. */
export interface Server extends AsyncDisposable {
  /** The URL of a body that has a Content-Length: `/json` (also POST), `/medium`, `/mebibyte`, `/large`. */
  fixed(path: string): string;
  /** The URL of a body that comes in chunks without one: `/small`, `/many`. */
  chunked(path: string): string;
}

/** Starts the server and waits until it listens. */
export async function startServer(): Promise<Server> {
  const process = new Deno.Command(Deno.execPath(), {
    args: ["run", "--allow-net=127.0.0.1", "--no-check", `${import.meta.dirname}/server.ts`],
    stdin: "piped",
    stdout: "piped",
  }).spawn();
  const output = process.stdout.pipeThrough(new TextDecoderStream()).getReader();
  let line = "";
  while (!line.includes("\n")) {
    const { done, value } = await output.read();
    if (done) throw new Error("The benchmark's server ended before it listened");
    line += value;
  }
  const ports: Ports = JSON.parse(line);
  return {
    fixed: (path) => `http://127.0.0.1:${ports.fixed}${path}`,
    chunked: (path) => `http://127.0.0.1:${ports.chunked}${path}`,
    async [Symbol.asyncDispose]() {
      await process.stdin.close();
      await output.cancel();
      await process.status;
    },
  };
}
