/** Calls as lines of text, and lines that change on a terminal. */

import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { delay } from "@std/async/delay";
import { Board } from "../../../src/telemetry/inspect/board.ts";
import type { CallBegan, CallView, Part } from "../../../src/telemetry/inspect/call_events.ts";
import { beginCall } from "../../../src/telemetry/inspect/call_view.ts";
import { COLOURED, lineOf, PLAIN } from "../../../src/telemetry/inspect/lines.ts";
import { LiveLines } from "../../../src/telemetry/inspect/live_lines.ts";

const BEGAN: CallBegan = {
  ...{ type: "began", at: 0, startedAt: 0, method: "GET", url: "https://a.example/users" },
  isLimited: false,
};
const part = (kind: Part["kind"], startMs: number, endMs: number, more: object = {}): Part => ({
  ...{ kind, startMs, endMs, words: "", attempt: 1 },
  ...more,
});
const good = { mark: "200", tone: "good" };
const busy = { mark: "503", tone: "bad" };

function callOf(parts: readonly Part[], facts: Partial<CallView> = {}): CallView {
  return { ...beginCall(1, BEGAN), state: "ok", elapsedMs: 1545, attempts: 1, parts, ...facts };
}

const setting = { columns: 100, paint: PLAIN, nowMs: 2000, origin: undefined };

Deno.test("a line has the method, the path, a mark for each attempt, the waits and the time", () => {
  const rows: [call: CallView, line: string][] = [
    [callOf([part("request", 0, 1545, good)]), "GET    /users        ● 200  1.54 s"],
    [
      callOf([
        part("request", 0, 5, busy),
        part("wait", 5, 1205),
        part("request", 1205, 1545, good),
      ]),
      "GET    /users        ▲ 503 ┄ 1.20 s ┄ ● 200  1.54 s",
    ],
    [
      callOf([
        part("request", 0, 5, { mark: "429", tone: "bad" }),
        part("wait", 5, 1005, { words: "waited, because the server said Retry-After: 1" }),
        part("queue", 1005, 1085),
        part("request", 1085, 1545, good),
      ]),
      "GET    /users        ▲ 429 ┄ 1.00 s as asked ┄ ≡ 80 ms ● 200  1.54 s",
    ],
    [
      callOf([part("request", 0, 5, { mark: "302", tone: "moved" }), part("request", 5, 9, good)]),
      "GET    /users        ↪ 302 ● 200  1.54 s",
    ],
    [
      callOf([
        part("request", 0, 5, good),
        part("body", 5, 9, { mark: "body_truncated", tone: "bad" }),
      ]),
      "GET    /users        ● 200 ✕ body_truncated  1.54 s",
    ],
    [
      callOf([part("request", 0, 9, { mark: "dns_failed", tone: "bad" })]),
      "GET    /users        ✕ dns_failed  1.54 s",
    ],
    [
      callOf([part("cache", 0, 1, { mark: "hit", tone: "good" })]),
      "GET    /users        ◆ hit  1.54 s",
    ],
    [
      callOf([part("request", 0, 5, busy)], { retrySkipped: "retry_budget" }),
      "GET    /users        ▲ 503  1.54 s · not retried: retry_budget",
    ],
  ];
  for (const [call, line] of rows) assertEquals(lineOf(call, setting), line);
});

Deno.test("the line of a call that runs says what it does now", () => {
  const { elapsedMs: _, ...running } = callOf([
    part("request", 0, 100, busy),
    { kind: "wait", startMs: 100, words: "", attempt: 2 },
  ], { state: "running" });
  assertEquals(lineOf(running, setting), "GET    /users        ▲ 503 ┄ 1.90 s… ┄  2.00 s…");
});

Deno.test("a line tells of the budget and the breaker where they matter", () => {
  const call = callOf([part("request", 0, 5, good)]);
  const tight = { budget: { left: 486, of: 500 }, breaker: { state: "open", opensInMs: 1 } };
  const origin = { ...tight, budget: { left: 500, of: 500 } };
  assertStringIncludes(lineOf(call, { ...setting, origin: tight }), "· budget 486 · breaker open");
  assert(!lineOf(call, { ...setting, origin }).includes("budget"));
});

Deno.test("a path is cut to what the terminal has, and colours do not count", () => {
  const call = callOf([part("request", 0, 5, good)], { path: `/${"x".repeat(300)}` });
  for (const columns of [40, 60, 80, 200]) {
    assert(lineOf(call, { ...setting, columns }).length <= columns);
    const painted = lineOf(call, { ...setting, columns, paint: COLOURED });
    // deno-lint-ignore no-control-regex -- the codes of colours
    assertEquals(painted.replace(/\x1b\[\d+m/g, ""), lineOf(call, { ...setting, columns }));
  }
});

/** A terminal as far as it is used: text, `\r`, `\n`, cursor up, erase below. Other codes are colours. */
class Terminal {
  readonly rows: string[] = [""];
  #row = 0;
  #column = 0;

  write(text: string): void {
    // deno-lint-ignore no-control-regex -- the codes of terminals
    for (const [token] of text.matchAll(/\x1b\[\d*[A-Za-z]|[\s\S]/g)) {
      const row = this.rows[this.#row]!;
      if (token === "\r") this.#column = 0;
      else if (token === "\n") [this.#row, this.#column] = [this.#row + 1, 0];
      else if (token.endsWith("A")) this.#row -= parseInt(token.slice(2)) || 1;
      else if (token === "\x1b[J") {
        this.rows.length = this.#row + 1;
        this.rows[this.#row] = row.slice(0, this.#column);
      } else if (!token.startsWith("\x1b")) {
        this.rows[this.#row] = row.slice(0, this.#column).padEnd(this.#column) + token +
          row.slice(++this.#column);
      }
      while (this.rows.length <= this.#row) this.rows.push("");
    }
  }

  get shown(): readonly string[] {
    return this.rows.map((row) => row.trimEnd()).filter((row) => row !== "");
  }
}

function linesOn(isTerminal: boolean, rows = 24) {
  const terminal = new Terminal();
  const board = new Board(100);
  let written = "";
  const output = {
    isTerminal,
    isColoured: isTerminal,
    size: () => ({ columns: 80, rows }),
    write: (text: string) => {
      written += text;
      terminal.write(text);
    },
  };
  const lines = new LiveLines(board, output, () => 500);
  const begin = (path: string) => board.beginCall({ ...BEGAN, url: `https://a.example${path}` });
  const end = (id: number) =>
    board.tell(id, {
      ...{ type: "ended", at: 500, outcome: "ok", statusCode: 200, attempts: [] },
      cache: { status: "hit" },
    });
  return {
    terminal,
    lines,
    begin,
    end,
    get written() {
      return written;
    },
  };
}

// R21.13
Deno.test("on a terminal a line changes while its call runs, and stays when it has ended", async () => {
  const { terminal, lines, begin, end } = linesOn(true);
  const [a, b] = [begin("/a"), begin("/b")];
  await delay(120); // the lines are drawn ten times a second
  assertEquals(terminal.shown.map((line) => line.split(/\s+/)[1]), ["/a", "/b"]);
  end(b);
  assertEquals(terminal.shown.map((line) => line.split(/\s+/).slice(1, 3)), [
    ["/b", "◆"],
    ["/a", "500"],
  ]);
  end(a);
  lines.close();
  assertEquals(terminal.shown.map((line) => line.split(/\s+/).slice(1, 3)), [
    ["/b", "◆"],
    ["/a", "◆"],
  ]);
});

Deno.test("a line that the program writes meanwhile is not wiped out", async () => {
  const { terminal, lines, begin, end } = linesOn(true);
  const a = begin("/a");
  await delay(120);
  terminal.write("the program says something\n");
  end(a);
  begin("/b");
  lines.close();
  assertStringIncludes(terminal.shown[0]!, "the program says something");
  assertEquals(terminal.shown[1]!.split(/\s+/).slice(1, 3), ["/a", "◆"]);
});

// R21.13
Deno.test("more calls than fit are counted", async () => {
  const rows: [height: number, shown: number][] = [[24, 20], [10, 7], [2, 1]];
  for (const [height, shown] of rows) {
    const { terminal, lines, begin } = linesOn(true, height);
    for (let call = 0; call < 25; call++) begin(`/${call}`);
    await delay(120);
    assertEquals(terminal.shown.length, shown + 1);
    assertEquals(terminal.shown.at(-1), `… and ${25 - shown} more`);
    lines.close();
  }
});

// R21.13
Deno.test("elsewhere each call is one line, without codes", () => {
  const given = linesOn(false);
  const [a, b] = [given.begin("/a"), given.begin("/b")];
  given.end(b);
  given.end(a);
  given.lines.close();
  assertEquals(
    given.written,
    "GET    /b            ◆ hit  500 ms\nGET    /a            ◆ hit  500 ms\n",
  );
});
