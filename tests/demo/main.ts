/**
 * `deno task demo`: the clients against servers that misbehave, told attempt by attempt. Exits with
 * 1 when anything differs from what it says should happen.
 *
 * @module
 */

// deno-lint-ignore-file no-console -- printing is what it is for

import { type Attempt, HTTPClient, NetworkingError, Response } from "../../mod.ts";
import { type Act, ACTS } from "./real_time.ts";
import { type DemoServers, startServers } from "./server.ts";

/** One call, and what should come of it. */
interface Scene {
  readonly title: string;
  /** What should happen, in one sentence. */
  readonly expected: string;
  readonly request: string;
  run(client: HTTPClient): Promise<Response>;
  /** What differs, or `undefined`. */
  check(outcome: Response | Error, servers: DemoServers): string | undefined;
}

const SCENES: readonly Scene[] = [
  {
    title: "A server that is busy for a moment",
    expected: "tried again after a short random wait, then answered",
    request: "GET /busy",
    run: (client) => client.get("/busy"),
    check: (outcome) => differs("attempts", results(outcome), [503, 200]),
  },
  {
    title: "A server that says when to come back",
    expected: "waited for at least the second that Retry-After asks for",
    request: "GET /limited",
    run: (client) => client.get("/limited"),
    check: (outcome) =>
      differs("attempts", results(outcome), [429, 200]) ??
        ((outcome as Response).attempts[1]!.waitedMs >= 1000
          ? undefined
          : "it came back too early"),
  },
  {
    title: "A server that asks for a day",
    expected: "ended at once with the 429, saying how long: nobody waits a day for a call",
    request: "GET /tomorrow",
    run: (client) => client.get("/tomorrow"),
    check: (outcome) =>
      differs("attempts", results(outcome), [429]) ??
        differs("retryAfterMs", (outcome as Response).retryAfterMs, 86_400_000),
  },
  {
    title: "A body that stops in the middle",
    expected: "cut off by timeout, which counts to the last byte, not to the first",
    request: "GET /slow",
    run: (client) => client.get("/slow", { timeout: { milliseconds: 300 }, maxRetries: 0 }),
    check: (outcome) => differs("code", code(outcome), "attempt_timeout"),
  },
  {
    title: "A connection that is reset",
    expected: "tried again, since a GET can be",
    request: "GET /reset",
    run: (client) => client.get("/reset"),
    check: (outcome) =>
      outcome instanceof Response && outcome.ok ? undefined : "the GET did not come through",
  },
  {
    title: "A redirect to another origin",
    expected: "followed, and neither Authorization nor X-API-Key goes along",
    request: "GET /moved",
    run: (client) =>
      client.get("/moved", { headers: { authorization: "Bearer secret", "x-api-key": "secret" } }),
    check: (outcome, { elsewhere }) => {
      const names = elsewhere.requests[0]?.headers.map(([name]) => name.toLowerCase()) ?? [];
      return differs("attempts", results(outcome), [200]) ??
        (names.includes("authorization") || names.includes("x-api-key")
          ? "a credential reached the other origin"
          : undefined);
    },
  },
  {
    title: "JSON that is cut off",
    expected: "an error that says where it stops being JSON, not a SyntaxError without a URL",
    request: "GET /truncated",
    async run(client) {
      const response = await client.get("/truncated");
      response.json();
      return response;
    },
    check: (outcome) => differs("code", code(outcome), "decode_failed"),
  },
  {
    title: "An order whose connection breaks before the answer",
    expected: "sent once and only once: the server may have taken it, so the failure is told",
    request: "POST /orders",
    run: (client) => client.post("/orders", { item: "lamp" }),
    check: (outcome, { api }) =>
      differs("code", code(outcome), "connection_reset") ??
        differs("orders received", received(api.requests, "/orders"), 1),
  },
];

function results(outcome: Response | Error): unknown[] {
  return outcome instanceof Response
    ? outcome.attempts.map((attempt) => attempt.statusCode ?? attempt.errorCode)
    : [String(outcome)];
}

function code(outcome: Response | Error): string {
  return outcome instanceof NetworkingError ? outcome.code : String(outcome);
}

function received(requests: readonly { readonly target: string }[], target: string): number {
  return requests.filter((request) => request.target === target).length;
}

function differs(what: string, actual: unknown, expected: unknown): string | undefined {
  const [shown, wanted] = [JSON.stringify(actual), JSON.stringify(expected)];
  return shown === wanted ? undefined : `${what}: ${shown}, expected ${wanted}`;
}

const COLOUR = Deno.stdout.isTerminal() && !Deno.noColor;

function paint(style: "bold" | "dim" | "green" | "red" | "yellow", text: string): string {
  const codes = { bold: 1, dim: 2, green: 32, red: 31, yellow: 33 };
  return COLOUR ? `\x1b[${codes[style]}m${text}\x1b[0m` : text;
}

function tell(attempts: readonly Attempt[]): void {
  for (const { number, statusCode, errorCode, elapsedMs, waitedMs, waitReason } of attempts) {
    if (waitReason !== undefined) {
      const why = waitReason === "backoff" ? "back-off" : "the server asked for it";
      console.log(paint("dim", `     waited ${Math.round(waitedMs)} ms: ${why}`));
    }
    const result = String(statusCode ?? errorCode);
    const style = statusCode !== undefined && statusCode < 400 ? "green" : "yellow";
    console.log(`     attempt ${number}  ${paint(style, result)}  ${Math.round(elapsedMs)} ms`);
  }
}

async function play(
  scene: Scene,
  number: number,
  client: HTTPClient,
  servers: DemoServers,
): Promise<boolean> {
  console.log(`\n${paint("bold", `${number}. ${scene.title}`)}`);
  console.log(paint("dim", `   expected: ${scene.expected}`));
  console.log(`   ${scene.request}`);
  const outcome = await scene.run(client).catch((error: Error) => error);
  if (outcome instanceof Response) {
    tell(outcome.attempts);
    for (const { statusCode, location } of outcome.history) {
      console.log(paint("dim", `     redirect ${statusCode} to ${location}`));
    }
    console.log(`   → ${outcome.statusCode} ${outcome.text}`);
    if (outcome.retrySkipped !== undefined) {
      console.log(
        `     not tried again: ${outcome.retrySkipped}, retryAfterMs ${outcome.retryAfterMs}`,
      );
    }
  } else if (outcome instanceof NetworkingError) {
    tell(outcome.attempts);
    console.log(`   → ${paint("yellow", outcome.name)} ${outcome.code}: ${outcome.message}`);
    if (outcome.retrySkipped !== undefined) {
      console.log(`     not tried again: ${outcome.retrySkipped}`);
    }
  }
  return judge(scene.check(outcome, servers));
}

async function playAct(act: Act, number: number): Promise<boolean> {
  console.log(`\n${paint("bold", `${number}. ${act.title}`)}`);
  console.log(paint("dim", `   expected: ${act.expected}`));
  return judge(await act.play().catch(String));
}

function judge(difference: string | undefined): boolean {
  console.log(
    difference === undefined
      ? paint("green", "   as expected")
      : paint("red", `   NOT as expected: ${difference}`),
  );
  return difference === undefined;
}

async function main(): Promise<number> {
  await using servers = await startServers();
  await using client = new HTTPClient({
    baseUrl: servers.api.origin,
    retryBackoff: { milliseconds: 300 },
  });
  console.log(
    `A client with its defaults, but for a shorter retryBackoff, against ${servers.api.origin}`,
  );
  let failed = 0;
  for (const [index, scene] of SCENES.entries()) {
    if (!await play(scene, index + 1, client, servers)) failed++;
  }
  for (const [index, act] of ACTS.entries()) {
    if (!await playAct(act, SCENES.length + index + 1)) failed++;
  }
  const count = SCENES.length + ACTS.length;
  console.log(
    failed === 0
      ? `\n${paint("green", `All ${count} as expected.`)}`
      : `\n${paint("red", `${failed} of ${count} not as expected.`)}`,
  );
  return failed === 0 ? 0 : 1;
}

if (import.meta.main) Deno.exit(await main());
