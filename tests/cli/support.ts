/** Runs the command line as people do: a process of its own, with the permissions that it says. */

const CLI = new URL("../../src/cli/mod.ts", import.meta.url).pathname;
const CONFIG = new URL("../../deno.json", import.meta.url).pathname;

/** How to run it. */
export interface RunOptions {
  readonly cwd?: string;
  /** What it reads; nothing when left out. */
  readonly input?: string | ReadableStream<Uint8Array>;
  /**
   * The permissions.
   *
   * @default {["-N"]}
   */
  readonly flags?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

/** What came of it. */
export interface RunResult {
  readonly code: number;
  readonly out: string;
  readonly err: string;
  readonly bytes: Uint8Array;
}

/** The arguments for Deno. */
export function denoArgs(args: readonly string[], flags: readonly string[] = ["-N"]): string[] {
  const run = ["run", "--quiet", "--no-prompt", "--no-check", `--config=${CONFIG}`];
  return [...run, ...flags, CLI, ...args];
}

/** Starts it. */
export function start(args: readonly string[], options: RunOptions = {}): Deno.ChildProcess {
  const { cwd, flags, input, env = {} } = options;
  return new Deno.Command(Deno.execPath(), {
    args: denoArgs(args, flags),
    ...cwd !== undefined && { cwd },
    env: { NO_COLOR: "", ...env },
    stdin: input === undefined ? "null" : "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
}

/** Runs it to its end. */
export async function run(
  args: readonly string[],
  options: RunOptions = {},
): Promise<RunResult> {
  const { input } = options;
  const child = start(args, options);
  const stream = typeof input === "string" ? new Blob([input]).stream() : input;
  const fed = stream?.pipeTo(child.stdin).catch(() => {}); // it may end without reading all
  const { code, stdout, stderr } = await child.output();
  await fed;
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  return { code, out: text(stdout), err: text(stderr), bytes: stdout };
}

/** A server on loopback for the length of a test. */
export function serve(
  handler: (request: Request) => Response | Promise<Response>,
): AsyncDisposable & { readonly url: string } {
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, handler);
  return {
    url: `http://127.0.0.1:${server.addr.port}`,
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}

/** Runs `use` in a folder of its own. */
export async function inFolder<T>(use: (folder: string) => Promise<T>): Promise<T> {
  const folder = await Deno.makeTempDir();
  try {
    return await use(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}
