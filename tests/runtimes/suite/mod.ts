/**
 * The behaviour of the library, as cases that run unchanged on every runtime. The library is imported
 * by its name, as its users do: on Deno that is the sources, elsewhere the package for npm.
 *
 * @module
 */

import type { FakeAnswer } from "@codomyrmex/networking/testing";
import { addresses } from "./addresses.ts";
import { auth } from "./auth.ts";
import type { Answer, Case, Context, Result, Seen, Servers } from "./case.ts";
import { clocks } from "./clocks.ts";
import { cookies } from "./cookies.ts";
import { downloads } from "./downloads.ts";
import { errors } from "./errors.ts";
import { eventStreams } from "./event_streams.ts";
import { generated } from "./generated.ts";
import { middleware } from "./middleware.ts";
import { pagination } from "./pagination.ts";
import { redirects } from "./redirects.ts";
import { reliable } from "./reliable.ts";
import { requests } from "./requests.ts";
import { responses } from "./responses.ts";
import { retries } from "./retries.ts";
import { signatures } from "./signatures.ts";
import { sizes } from "./sizes.ts";
import { streams } from "./streams.ts";
import { telemetry } from "./telemetry.ts";
import { doubles } from "./doubles.ts";
import { webhooks } from "./webhooks.ts";
import { webSockets } from "./web_sockets.ts";

/** All cases, in the order of the matrix. */
export const CASES: readonly Case[] = [
  ...[requests, responses, retries, clocks, redirects, streams, sizes, downloads, pagination],
  ...[
    cookies,
    auth,
    signatures,
    webhooks,
    eventStreams,
    webSockets,
    reliable,
    middleware,
    errors,
    addresses,
    generated,
  ],
  ...[doubles, telemetry],
].flat();

/** Longer than any case takes on a slow machine. */
const HANG_MS = 60_000;

/** Runs all cases, one after the other: one of them replaces the clock. */
export async function runSuite(servers: Servers): Promise<Result[]> {
  const results: Result[] = [];
  for (const { feature, name, run } of CASES) {
    const failure = await outcome(run, newContext(servers));
    results.push({ feature, name, ...failure !== undefined && { failure } });
  }
  return results;
}

/** What went wrong in a case; undefined if nothing did. */
async function outcome(run: Case["run"], context: Context): Promise<string | undefined> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const hung = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error("it hangs")), HANG_MS);
  });
  try {
    await Promise.race([run(context), hung]);
    return undefined;
  } catch (error) {
    return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  } finally {
    clearTimeout(timer);
  }
}

function newContext(servers: Servers): Context {
  const key = crypto.randomUUID();
  const at = (origin: string, path: string, protocol = "http:") =>
    `${origin.replace("http:", protocol)}/${key}${path}`;
  const tell = async (what: "answer" | "fail", path: string, answers: unknown) => {
    const body = JSON.stringify({ path: `/${key}${path}`, answers });
    const response = await fetch(`${servers.main}/tell/${what}`, { method: "POST", body });
    if (!response.ok) throw new Error(`the server does not understand ${body}`);
    await response.text();
  };
  return {
    url: (path, protocol) => at(servers.main, path, protocol),
    other: (path) => at(servers.other, path),
    broken: (path, protocol) => at(servers.broken, path, protocol),
    closed: `${servers.closed}/`,
    answer: (path, ...answers: Answer[]) => tell("answer", path, answers),
    fail: (path, ...answers: FakeAnswer[]) => tell("fail", path, answers),
    async requests(): Promise<Seen[]> {
      return await (await fetch(`${servers.main}/seen/${key}`)).json();
    },
  };
}
