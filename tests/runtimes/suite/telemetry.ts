/**
 * What can be seen of calls, and what cannot.
 *
 * @module
 */

import { HTTPClient } from "@codomyrmex/networking";
import {
  inspect,
  type Inspector,
  logHooks,
  otel,
  outcomes,
  summary,
} from "@codomyrmex/networking/telemetry";
import { equal, ok, rejection } from "./assert.ts";
import { type Case, feature, QUICK } from "./case.ts";

/** A logger that keeps its lines. */
function keeping(lines: string[]) {
  const log = (line: string) => void lines.push(line);
  return { debug: log, info: log, warn: log, error: log };
}

/** The cases. */
export const telemetry: readonly Case[] = feature("telemetry", {
  async "logHooks() has a line for what matters, without secrets"({ url, answer, closed }) {
    await answer("/x", { status: 503 }, { body: "here" });
    const lines: string[] = [];
    const hooks = logHooks({ level: "warn", sink: keeping(lines) });
    const client = new HTTPClient({ ...QUICK, maxRetries: 1, hooks });
    await client.get(url("/x?token=hunter2"));
    await rejection(client.post(closed, "body", { headers: { authorization: "hunter2" } }));
    ok(lines.length === 2 || lines.length === 3, `there are ${lines.length} lines`);
    ok(lines[0]?.startsWith(`retry GET ${url("/x")}?token=`), lines[0] ?? "");
    ok(lines[0]?.includes("attempt=2") && lines[0].includes("statusCode=503"), lines[0] ?? "");
    ok(lines.at(-1)?.startsWith(`failed POST ${closed}`), lines.at(-1) ?? "");
    ok(!lines.join().includes("hunter2"), "no secret is in them");
  },
  async "summary() counts calls, retries and bytes by origin"({ url, other, answer }) {
    // The clock of workerd has whole milliseconds.
    const late = { status: 503, delayMs: 20 };
    await answer("/x", late, { body: "hello" }, { status: 404, body: "none" });
    const done = summary();
    const client = new HTTPClient({ ...QUICK, use: { operation: [done.operation] } });
    await client.get(url("/x"));
    await client.get(other("/x"));
    const report = done.report();
    const [first, second] = [url("/"), other("/")].map((at) => report[new URL(at).origin]);
    equal([first?.calls, first?.retries, first?.bytes, first?.errorStatuses], [1, 1, 5, 0]);
    equal([second?.calls, second?.retries, second?.bytes, second?.errorStatuses], [1, 0, 4, 1]);
    ok(first!.maxMs > 0 && first!.p50Ms <= first!.maxMs, "durations are there");
  },
  async "inspect() shows a call on a page, or says why there is none"({ url, answer }) {
    await answer("/x", { status: 503 }, { body: "here" });
    let inspector: Inspector;
    try {
      inspector = inspect({ port: 0, onListen() {} });
    } catch (error) {
      ok(error instanceof TypeError && error.message.includes("cannot listen"), String(error));
      return;
    }
    const client = new HTTPClient({ ...QUICK, use: inspector });
    await client.get(url("/x?token=hunter2"));
    const page = await inspector.url;
    const har = await (await fetch(`${page}har`)).text();
    equal(har.match(/(?<="response":\{"status":)\d+/g), ["503", "200"]);
    ok(!har.includes("hunter2"), "no secret is in it");
    equal((await (await fetch(page.slice(0, -2))).text()).trim(), "Not found.");
    await inspector.close();
  },
  async "outcomes() gives one record for each call, and an item where somebody is needed"(
    { broken, fail, url },
  ) {
    await fail("/orders", { fault: "reset_after_request" });
    const records: string[] = [];
    const titles: string[] = [];
    const told = outcomes({
      sink: ({ outcome, method }) => void records.push(`${method} ${outcome}`),
      todo: { add: ({ title }: { readonly title: string }) => void titles.push(title) },
    });
    const client = new HTTPClient({ use: { operation: [told.operation] } });
    await client.get(url("/x"));
    await rejection(client.post(broken("/orders"), { item: 7 }));
    equal(records, ["GET ok", "POST failed"]);
    equal(titles.length, 1);
  },
  async "otel() lets calls through where no telemetry is set up"({ url, requests }) {
    equal((await new HTTPClient({ use: otel() }).get(url("/x"))).statusCode, 200);
    equal((await requests())[0]?.headers.traceparent, undefined);
  },
});
