/**
 * A server on a Unix socket.
 *
 * @module
 */

import { echo } from "./transport_case.ts";

/** Serves what {@linkcode echo} does, in a process of its own: that takes a permission for its path. */
export async function serveUnix(path: string): Promise<AsyncDisposable> {
  const code =
    `const echo = ${echo}; Deno.serve({ path: Deno.args[0], onListen() { console.log("ready") } }, echo);`;
  const child = new Deno.Command(Deno.execPath(), {
    args: ["eval", "--quiet", "--ext=ts", code, path],
    stdout: "piped",
  }).spawn();
  const reader = child.stdout.getReader();
  await reader.read(); // it is ready
  return {
    async [Symbol.asyncDispose]() {
      child.kill("SIGTERM");
      await child.status;
      await reader.cancel();
    },
  };
}
