/** The state machine: events and times in, effects out. No socket, no timer, nothing waits. */

import { assert, assertEquals, assertInstanceOf, assertStrictEquals } from "@std/assert";
import { ConnectionError, TimeoutError } from "../../../src/errors.ts";
import { WebSocketError } from "../../../src/websocket_error.ts";
import { DEFAULT_SETTINGS } from "../../../src/http/settings/settings.ts";
import { Connection } from "../../../src/websocket/connection/connection.ts";
import type {
  ConnectionEffect,
  ConnectionEvent,
  ConnectionSettings,
} from "../../../src/websocket/connection/connection_types.ts";

const REFUSED = new ConnectionError("connection_refused", "x");

/** An event, its attempt left out when it is the current one. */
interface Happening {
  readonly type: ConnectionEvent["type"];
  readonly id?: number;
  readonly [field: string]: unknown;
}

const OF_AN_ATTEMPT = new Set(["opened", "failed", "late", "troubled", "ended"]);

/** A machine with a clock. */
class Machine {
  readonly connection: Connection;
  now = 0;
  id = 0;

  constructor(connection: Connection) {
    this.connection = connection;
  }

  do(event: Happening): ConnectionEffect[] {
    const whole = OF_AN_ATTEMPT.has(event.type) ? { id: this.id, ...event } : event;
    const effects = this.connection.handle(whole as unknown as ConnectionEvent, this.now);
    for (const effect of effects) if (effect.type === "dial") this.id = effect.id;
    return effects;
  }

  types(event: Happening): string {
    return this.do(event).map(({ type }) => type).join(" ");
  }

  /** Goes to the next deadline, and `lateMs` beyond. */
  tick(lateMs = 0): ConnectionEffect[] {
    assert(this.connection.wakeAt < Infinity, "nothing is due");
    this.now = Math.max(this.now, this.connection.wakeAt + lateMs);
    return this.do({ type: "tick" });
  }

  open(): this {
    this.do({ type: "connect" });
    this.do({ type: "opened" });
    return this;
  }

  end(code: number): ConnectionEffect[] {
    return this.do({ type: "ended", code, reason: "", wasClean: true });
  }
}

function machine(settings: Partial<ConnectionSettings> = {}, random = () => 1): Machine {
  const defaults: ConnectionSettings = {
    name: "ws://x/",
    timeoutMs: 30_000,
    closeTimeoutMs: 2000,
    policy: DEFAULT_SETTINGS.policy,
    reconnect: true,
    maxReconnects: Infinity,
    stableAfterMs: 5000,
    codes: new Map(),
    canRefresh: true,
  };
  return new Machine(new Connection({ ...defaults, ...settings }, random));
}

const CLOSE = { type: "close", code: 1000, reason: "", ms: 5000 } as const;

Deno.test("each event in each state has the effects of the drawing, and no other", () => {
  const ways: Record<string, () => Machine> = {
    idle: () => machine(),
    connecting: () => {
      const m = machine();
      m.do({ type: "connect" });
      return m;
    },
    open: () => machine().open(),
    draining: () => {
      const m = machine().open();
      m.do(CLOSE);
      return m;
    },
    waiting: () => {
      const m = machine().open();
      m.end(1006);
      return m;
    },
    closed: () => {
      const m = machine().open();
      m.end(1000);
      return m;
    },
  };
  const ended = { type: "ended", code: 1006, reason: "", wasClean: false } as const;
  const rows: [
    state: string,
    event: Happening,
    string,
    string,
  ][] = [
    ["idle", { type: "connect" }, "dial", "connecting"],
    ["idle", CLOSE, "over", "closed"],
    ["idle", { type: "tick" }, "", "idle"],
    ["idle", { type: "stop" }, "", "idle"],
    ["connecting", { type: "connect" }, "", "connecting"],
    ["connecting", { type: "opened" }, "open", "open"],
    ["connecting", { type: "failed" }, "abandon retry", "waiting"],
    ["connecting", { type: "closing" }, "", "connecting"],
    ["connecting", { type: "troubled" }, "abandon retry", "waiting"],
    ["connecting", ended, "retry", "waiting"],
    ["connecting", CLOSE, "abandon over", "closed"],
    ["connecting", { type: "stop" }, "abandon over", "closed"],
    ["connecting", { type: "drained" }, "", "connecting"],
    ["open", { type: "connect" }, "", "open"],
    ["open", { type: "opened" }, "", "open"],
    ["open", { type: "troubled" }, "", "open"],
    ["open", ended, "lost", "waiting"],
    ["open", { type: "closing" }, "", "open"],
    ["open", CLOSE, "drain", "draining"],
    ["open", { type: "stop" }, "abandon over", "closed"],
    ["draining", { type: "connect" }, "", "draining"],
    ["draining", { type: "drained" }, "closeFrame", "draining"],
    ["draining", ended, "over", "closed"],
    ["draining", CLOSE, "", "draining"],
    ["draining", { type: "stop" }, "abandon over", "closed"],
    ["waiting", { type: "connect" }, "dial", "connecting"],
    ["waiting", ended, "", "waiting"],
    ["waiting", { type: "opened" }, "", "waiting"],
    ["waiting", CLOSE, "over", "closed"],
    ["waiting", { type: "stop" }, "over", "closed"],
    ["closed", { type: "connect" }, "dial", "connecting"],
    ["closed", ended, "", "closed"],
    ["closed", { type: "failed" }, "", "closed"],
    ["closed", CLOSE, "", "closed"],
    ["closed", { type: "stop" }, "", "closed"],
    ["closed", { type: "tick" }, "", "closed"],
  ];
  for (const [state, event, effects, after] of rows) {
    const m = ways[state]!();
    assertStrictEquals(m.connection.state, state);
    assertStrictEquals(m.types(event), effects, `${event.type} in ${state}`);
    assertStrictEquals(m.connection.state, after, `${event.type} in ${state}`);
  }
});

Deno.test("what is said of an attempt that was given up is ignored", () => {
  const m = machine();
  m.do({ type: "connect" });
  const old = m.id;
  m.do({ type: "failed", error: REFUSED });
  m.do({ type: "connect" });
  assert(m.id !== old);
  for (const type of ["opened", "failed", "ended", "troubled"] as const) {
    assertEquals(m.do({ type, id: old }), []);
  }
  assertStrictEquals(m.connection.state, "connecting");
});

Deno.test("the handshake ends at its deadline, not before", () => {
  const m = machine({ policy: { ...DEFAULT_SETTINGS.policy, maxRetries: 0 } });
  m.do({ type: "connect" });
  m.now = 29_999;
  assertEquals(m.do({ type: "tick" }), [{ type: "look" }]); // the socket is looked at, no more
  const [abandon, over] = m.tick();
  assertStrictEquals(abandon?.type, "abandon");
  assert(over?.type === "over");
  assertInstanceOf(over.error, TimeoutError);
  assertStrictEquals(over.error.limitMs, 30_000);
});

// R17.1
Deno.test("the first connection fails after maxRetries more attempts", () => {
  const m = machine();
  const effects: string[] = [];
  for (let attempt = 0; attempt < 4; attempt++) {
    if (attempt === 0) m.do({ type: "connect" });
    else m.tick();
    effects.push(m.types({ type: "failed", error: REFUSED }));
  }
  assertEquals(effects, ["abandon retry", "abandon retry", "abandon retry", "abandon over"]);
});

Deno.test("a code of 0 is 1006, and an error before the close is its cause", () => {
  const m = machine({ reconnect: false }).open();
  const cause = new Error("reset");
  m.do({ type: "troubled", error: cause });
  const [over] = m.end(0);
  assert(over?.type === "over");
  assertStrictEquals(over.ending.code, 1006);
  assertStrictEquals(over.error, cause);
  assertEquals(m.end(1006), []);
});

Deno.test("an error that no close follows ends the connection after a short grace", () => {
  const m = machine().open();
  m.do({ type: "troubled", error: REFUSED });
  assertStrictEquals(m.connection.wakeAt, 1000);
  assertEquals(m.tick().map(({ type }) => type), ["abandon", "lost"]);
});

// R17.12
Deno.test("the wait is random(0, min(cap, base * 2^n)) plus a floor", () => {
  const waits = (random: number, code: number, count: number) => {
    const m = machine({}, () => random).open();
    return Array.from({ length: count }, () => {
      const [lost] = m.end(code);
      assert(lost?.type === "lost");
      m.tick();
      m.do({ type: "opened" });
      return lost.delayMs;
    });
  };
  assertEquals(waits(1, 1006, 8), [1000, 2000, 4000, 8000, 16_000, 32_000, 60_000, 60_000]);
  assertEquals(waits(0.5, 1006, 3), [500, 1000, 2000]);
  assertEquals(waits(0, 1006, 3), [0, 0, 0]);
  assertEquals(waits(0, 1012, 1), [5000]);
  assertEquals(waits(1, 1012, 1), [31_000]);
  assertEquals(waits(0.5, 1013, 2), [5500, 6000]);
});

// R17.12
Deno.test("only a connection that lasted begins the count anew", () => {
  const m = machine().open();
  const lost = (openMs: number) => {
    m.now += openMs;
    const [effect] = m.end(1006);
    assert(effect?.type === "lost");
    m.tick();
    m.do({ type: "opened" });
    return effect.attempt;
  };
  assertEquals([lost(0), lost(4999), lost(10), lost(5000), lost(0)], [1, 2, 3, 1, 2]);
});

// R17.12
Deno.test("a connection that had messages and ended in order begins the count anew, and no other", () => {
  // The close code, whether messages came, and the attempts that three such ends in a row are.
  const rows: [code: number, hadMessages: boolean, attempts: number[]][] = [
    [1001, true, [1, 1, 1]],
    [1005, true, [1, 1, 1]],
    [1001, false, [1, 2, 3]],
    [1011, true, [1, 2, 3]],
    [1012, true, [1, 2, 3]],
    [1006, true, [1, 2, 3]],
  ];
  for (const [code, hadMessages, attempts] of rows) {
    const m = machine().open();
    const seen = attempts.map(() => {
      m.connection.hadMessages = hadMessages;
      const [lost] = m.end(code);
      assert(lost?.type === "lost");
      m.tick();
      m.do({ type: "opened" });
      return lost.attempt;
    });
    assertEquals(seen, attempts, `${code} ${hadMessages}`);
  }
});

Deno.test("a server that accepts and closes at once is asked along the back-off curve", () => {
  const m = machine().open();
  let dials = 1;
  while (m.now < 60_000) {
    m.end(1006);
    if (m.tick().some(({ type }) => type === "dial")) dials++;
    m.do({ type: "opened" });
  }
  assertStrictEquals(dials, 7); // at 0, 1, 3, 7, 15, 31 and 63 s
});

// R17.13
Deno.test("failures without a reason end it after 20 in a row, each within 10 s", () => {
  const failures = (openMs: number, isUnexplained: boolean) => {
    const m = machine().open();
    m.end(1006);
    for (let count = 1; count <= 40; count++) {
      m.tick();
      m.now += openMs;
      const effects = m.do({ type: "troubled", error: REFUSED, isUnexplained });
      const over = effects.find(({ type }) => type === "over");
      if (over?.type === "over") return [count, (over.error as ConnectionError).code];
    }
    return [];
  };
  assertEquals(failures(9_999, true), [20, "connection_failed"]);
  assertEquals([failures(10_000, true), failures(0, false)], [[], []]);
});

// R17.1
Deno.test("maxRetries of reconnect is a ceiling, and the error is that of the close", () => {
  const m = machine({ maxReconnects: 2 }).open();
  m.end(1011);
  m.tick();
  m.do({ type: "failed", error: REFUSED });
  m.tick();
  const [, over] = m.do({ type: "failed", error: REFUSED });
  assert(over?.type === "over");
  assertStrictEquals(over.error, REFUSED);
  const once = machine({ maxReconnects: 0 }).open();
  const [end] = once.end(4500);
  assert(end?.type === "over");
  assertInstanceOf(end.error, WebSocketError);
  assertStrictEquals(end.error.closeCode, 4500);
});

// R17.11
Deno.test("refused credentials get one forced refresh until a connection lasts", () => {
  for (const code of [1008, 3000, 3003, 4401, 4403]) {
    const m = machine().open();
    assertStrictEquals(m.end(code)[0]?.type, "lost");
    const [dial] = m.tick();
    assert(dial?.type === "dial" && dial.refresh);
    m.do({ type: "opened" });
    assertStrictEquals(m.end(code)[0]?.type, "over");
    const lasting = machine().open();
    lasting.end(code);
    lasting.tick();
    lasting.do({ type: "opened" });
    lasting.now += 5000;
    assertStrictEquals(lasting.end(code)[0]?.type, "lost");
    const none = machine({ canRefresh: false }).open();
    assertStrictEquals(none.end(code)[0]?.type, "over");
  }
});

// R17.11
Deno.test("shouldReconnect has the last word, knows what happened, and can name the wait", () => {
  const asked: unknown[] = [];
  const m = machine({
    shouldReconnect: (question) => {
      asked.push(question);
      return asked.length === 1 ? 123 : asked.length === 2 ? undefined : false;
    },
  }).open();
  m.now = 40;
  const [first] = m.end(1000);
  assert(first?.type === "lost");
  assertStrictEquals(first.delayMs, 123);
  m.tick();
  m.do({ type: "opened" });
  const [second] = m.end(1006);
  assert(second?.type === "lost");
  assertStrictEquals(second.delayMs, 2000);
  m.tick();
  m.do({ type: "opened" });
  assertStrictEquals(m.end(1006)[0]?.type, "over");
  assertEquals(asked[0], {
    code: 1000,
    reason: "",
    wasClean: true,
    attempt: 1,
    openMs: 40,
    proposed: false,
  });
});

Deno.test("what shouldReconnect throws is the end, unchanged", () => {
  const thrown = new Error("mine");
  const m = machine({
    shouldReconnect: () => {
      throw thrown;
    },
  }).open();
  const [over] = m.end(1006);
  assert(over?.type === "over");
  assertStrictEquals(over.error, thrown);
});

Deno.test("close() ends at its deadline, whatever the peer does", () => {
  const m = machine().open();
  m.do({ ...CLOSE, code: 4000, reason: "bye" });
  assertEquals(m.do({ type: "drained" }), [{ type: "closeFrame", code: 4000, reason: "bye" }]);
  m.now = 4999;
  assertEquals(m.do({ type: "tick" }), []);
  const effects = m.tick();
  assertEquals(effects.map(({ type }) => type), ["abandon", "over"]);
  assertStrictEquals(m.connection.wakeAt, Infinity);
});

// R17.1
Deno.test("the heartbeat asks only after silence, once, and gives up in time", () => {
  const m = machine({ heartbeat: { everyMs: 100, timeoutMs: 50 } }).open();
  m.now = 60;
  m.connection.heard(m.now);
  assertStrictEquals(m.connection.wakeAt, 160);
  assertEquals(m.tick(), [{ type: "ping" }]);
  assertStrictEquals(m.connection.wakeAt, 210);
  m.now = 170;
  m.connection.heard(m.now); // any message is life
  assertStrictEquals(m.connection.wakeAt, 270);
  assertEquals(m.tick(), [{ type: "ping" }]);
  const [abandon, lost] = m.tick();
  assertStrictEquals(abandon?.type, "abandon");
  assert(lost?.type === "lost");
  assertInstanceOf(lost.ending.error, TimeoutError);
  assertStrictEquals(lost.ending.error.code, "idle_timeout");
});
