/** Clients of descriptions that a test writes itself: generated, imported, called, type-checked. */

import {
  generate,
  type GenerateOptions,
  type Source,
  type Warning,
} from "../../src/generate/mod.ts";
import type { APICall } from "../../src/generate/runtime/mod.ts";

/** Where generated code of tests finds the runtime. */
export const RUNTIME: string = import.meta.resolve("../../src/generate/runtime/mod.ts");

/** A description around paths and schemas. */
export function describe(
  paths: Readonly<Record<string, unknown>>,
  others: object = {},
): Record<string, unknown> {
  return {
    openapi: "3.1.0",
    info: { title: "Test", version: "1" },
    servers: [{ url: "https://api.example" }],
    paths,
    ...others,
  };
}

/** An operation that answers with 204, and what differs. */
export function operation(
  operationId: string,
  others: object = {},
): Record<string, unknown> {
  return { operationId, responses: { 204: { description: "" } }, ...others };
}

/** What was sent. */
export interface Sent {
  readonly method: string;
  readonly url: string;
  readonly headers: Headers;
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly text: string;
}

type Call = (...args: unknown[]) => APICall<unknown, unknown>;
type Items = (...args: unknown[]) => AsyncGenerator<unknown>;

/** A generated client, with a transport that remembers what it is given. */
export interface Client {
  readonly warnings: readonly Warning[];
  readonly code: string;
  /** What the module of the client exports. */
  readonly module: Readonly<Record<string, unknown>>;
  readonly sent: Sent[];
  /** Calls an operation by the name of its function. */
  readonly call: (name: string, args?: unknown, options?: unknown) => APICall<unknown, unknown>;
  /** The items of all pages. */
  readonly items: (name: string, args?: unknown) => AsyncGenerator<unknown>;
}

/** Generates a client and imports it; each request is answered by `answer`. */
export async function clientOf(
  source: Source,
  answer: (sent: Sent) => Response = () => new Response(null, { status: 204 }),
  { api: apiOptions, ...options }: GenerateOptions & { readonly api?: object } = {},
): Promise<Client> {
  const { files, warnings } = await generate(source, { runtime: RUNTIME, ...options });
  const code = files.get("api.ts")!;
  const file = await Deno.makeTempFile({ suffix: ".ts" });
  await Deno.writeTextFile(file, code);
  const module: Record<string, unknown> = await import(`file://${file}`);
  await Deno.remove(file);
  const sent: Sent[] = [];
  const transport = async (url: string, init: RequestInit) => {
    const request = new Request(url, init);
    const bytes = new Uint8Array(await request.arrayBuffer());
    const { method, headers } = request;
    const one = { method, url, headers, bytes, text: new TextDecoder().decode(bytes) };
    sent.push(one);
    return answer(one);
  };
  const createAPI = module.createAPI as (options: object) => unknown;
  const make = () => createAPI({ transport, maxRetries: 0, ...apiOptions });
  return {
    warnings,
    code,
    module,
    sent,
    call: (name, args, options) => (module[name] as Call)(make(), args, options),
    items: (name, args) => (module[name] as Items)(make(), args),
  };
}

/** The errors of TypeScript in files of a temporary folder; empty where there are none. */
export async function typeErrors(files: Readonly<Record<string, string>>): Promise<string> {
  const folder = await Deno.makeTempDir();
  try {
    for (const [name, text] of Object.entries(files)) {
      await Deno.writeTextFile(`${folder}/${name}`, text);
    }
    const config = new URL("../../deno.json", import.meta.url).pathname;
    const { success, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["check", "--quiet", `--config=${config}`, ...Object.keys(files)],
      cwd: folder,
      env: { NO_COLOR: "1" },
    }).output();
    return success ? "" : new TextDecoder().decode(stderr);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}
