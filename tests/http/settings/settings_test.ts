/** Options: their defaults, what they take, and what they refuse before anything is sent. */

import { httpCache } from "../../../src/cache/mod.ts";
import { Breaker, Limiter } from "../../../src/limits/mod.ts";
import { HOOK_NAMES } from "../../../src/hooks.ts";
import type {
  CommonOptions,
  HTTPClientOptions,
  RequestOptions,
} from "../../../src/http/settings/options.ts";
import { checkMethod } from "../../../src/http/request/method.ts";
import {
  CALL_NAMES,
  DEFAULT_SETTINGS,
  mergeSettings,
  ownClientOptions,
  ownRequestOptions,
  type Settings,
} from "../../../src/http/settings/settings.ts";
import {
  assert,
  assertEquals,
  assertFalse,
  assertNotStrictEquals,
  assertStrictEquals,
  assertThrows,
} from "@std/assert";

const CLIENT_NAMES = ["baseUrl", "use", "transport"];
const CALL_ONLY_NAMES = ["json", "data", "form", "multipart", "idempotencyKey", "onProgress"];

/** The settings of a client with these options, whatever they are. */
function clientSettings(options: unknown, base: Settings = DEFAULT_SETTINGS): Settings {
  return mergeSettings(base, ownClientOptions(options as HTTPClientOptions));
}

/** The settings of a call with these options. */
function callSettings(options: unknown, base: Settings = DEFAULT_SETTINGS): Settings {
  return mergeSettings(base, ownRequestOptions("GET", options as RequestOptions));
}

const hook = (): void => {};
const shouldRetry = (): boolean => true;
const { signal } = new AbortController();
const FAR_MS = 2_147_483_647;

interface Row {
  /** What the settings say of the option, as plain data. */
  readonly read: (settings: Settings) => unknown;
  readonly fallback: unknown;
  /** What can be given, and what comes of it. */
  readonly valid: readonly (readonly [given: unknown, becomes: unknown])[];
  /** What is a TypeError. */
  readonly wrongType: readonly unknown[];
  /** What is a RangeError. */
  readonly outOfRange?: readonly unknown[];
}

const NO_DURATION = [null, true, "30", {}, [], { second: 1 }, { seconds: "1" }, 30n];
const NO_COUNT = [null, true, "3", {}, [3], 3n];
const NO_FLAG = [null, 0, 1, "true", {}, []];
const COUNT_RANGE = [-1, 1.5, NaN, Infinity, -Infinity, 2 ** 53];

/** Every option that a client and a call share; one that is missing here does not compile. */
const LIMIT = new Limiter();
const BREAKER = new Breaker();
const CACHE = httpCache();

const ROWS: Readonly<Record<keyof CommonOptions, Row>> = {
  timeout: {
    read: ({ timeoutMs }) => timeoutMs,
    fallback: 30_000,
    valid: [[5, 5000], [0.5, 500], [300, 300_000], [{ minutes: 10 }, 600_000], [false, Infinity]],
    wrongType: NO_DURATION,
    outOfRange: [0, -1, NaN, Infinity, 301, 5000, { seconds: -1 }, { milliseconds: FAR_MS + 1 }],
  },
  totalTimeout: {
    read: ({ totalTimeoutMs }) => totalTimeoutMs,
    fallback: 120_000,
    valid: [[5, 5000], [600, 600_000], [{ hours: 1 }, 3_600_000], [false, Infinity]],
    wrongType: NO_DURATION,
    outOfRange: [0, -1, NaN, Infinity, { milliseconds: FAR_MS + 1 }],
  },
  idleTimeout: {
    read: ({ idleTimeoutMs }) => idleTimeoutMs,
    fallback: 30_000,
    valid: [[5, 5000], [300, 300_000], [{ minutes: 10 }, 600_000], [false, Infinity]],
    wrongType: NO_DURATION,
    outOfRange: [0, -1, NaN, Infinity, 301, { milliseconds: FAR_MS + 1 }],
  },
  maxRetries: {
    read: ({ policy }) => policy.maxRetries,
    fallback: 3,
    valid: [[0, 0], [1, 1], [100, 100]],
    wrongType: [...NO_COUNT, false],
    outOfRange: COUNT_RANGE,
  },
  retryBackoff: {
    read: ({ policy }) => policy.backoffMs,
    fallback: 1000,
    valid: [[0, 0], [0.1, 100], [60, 60_000], [{ milliseconds: 5 }, 5]],
    wrongType: [...NO_DURATION, false],
    outOfRange: [-1, NaN, Infinity, 61, 100, { minutes: 2 }],
  },
  maxRetryBackoff: {
    read: ({ policy }) => policy.maxBackoffMs,
    fallback: 60_000,
    valid: [[5, 5000], [60, 60_000], [{ minutes: 5 }, 300_000]],
    wrongType: [...NO_DURATION, false],
    outOfRange: [0, -1, NaN, Infinity, 61, 1000, 0.5],
  },
  maxRetryAfter: {
    read: ({ policy }) => policy.maxRetryAfterMs,
    fallback: 60_000,
    valid: [[0, 0], [5, 5000], [3600, 3_600_000], [{ hours: 1 }, 3_600_000]],
    wrongType: [...NO_DURATION, false],
    outOfRange: [-1, NaN, Infinity, { milliseconds: FAR_MS + 1 }],
  },
  retry: {
    read: ({ policy, shouldRetry }) => [[...policy.methods], [...policy.statuses], shouldRetry],
    fallback: [
      ["GET", "HEAD", "OPTIONS", "PUT", "DELETE", "QUERY"],
      [408, 425, 429, 500, 502, 503, 504],
      undefined,
    ],
    valid: [
      [
        { methods: ["get", "POST"] },
        [["GET", "POST"], [408, 425, 429, 500, 502, 503, 504], undefined],
      ],
      [
        { methods: [], statuses: [400, 599, 520] },
        [[], [400, 599, 520], undefined],
      ],
      [
        { statuses: [], shouldRetry },
        [["GET", "HEAD", "OPTIONS", "PUT", "DELETE", "QUERY"], [], shouldRetry],
      ],
    ],
    wrongType: [
      null,
      false,
      5,
      "GET",
      [],
      { limit: 2 },
      { methods: "GET" },
      { methods: null },
      { methods: ["G ET"] },
      { methods: [5] },
      { methods: ["TRACE"] },
      { statuses: 503 },
      { statuses: null },
      { statuses: ["503"] },
      { statuses: [undefined] },
      { shouldRetry: true },
      { shouldRetry: null },
    ],
    outOfRange: [
      { statuses: [200] },
      { statuses: [399] },
      { statuses: [600] },
      { statuses: [503.5] },
    ],
  },
  headers: {
    read: ({ headers }) => ({ ...headers }),
    fallback: {},
    valid: [
      [{ "X-A": 1 }, { "x-a": "1" }],
      [new Headers({ "x-a": "1" }), { "x-a": "1" }],
      [[["x-a", "1"]], { "x-a": "1" }],
      [{ "x-a": null }, {}],
    ],
    wrongType: [null, "x-a: 1", 5, { "a b": "1" }, { a: "b\n" }, { a: {} }, {
      "content-length": 1,
    }],
  },
  params: {
    read: ({ params }) => [...params],
    fallback: [],
    valid: [
      [{ a: [1, 2], b: null }, [["a", ["1", "2"]], ["b", []]]],
      [new URLSearchParams("a=1"), [["a", ["1"]]]],
    ],
    wrongType: [null, "a=1", 5, { a: { b: 1 } }, [["a"]]],
    outOfRange: [{ a: new Date(NaN) }],
  },
  signal: {
    read: ({ signals }) => signals,
    fallback: [],
    valid: [[signal, [signal]]],
    wrongType: [null, {}, new AbortController(), "abort", true],
  },
  context: {
    read: ({ context }) => context,
    fallback: {},
    valid: [[{ tenant: 5 }, { tenant: 5 }], [{}, {}]],
    wrongType: [null, 5, "x", true],
  },
  urlTemplate: {
    read: ({ urlTemplate }) => urlTemplate,
    fallback: undefined,
    valid: [["/users/{id}", "/users/{id}"], ["", ""]],
    wrongType: [null, 5, {}, ["/x"]],
  },
  hooks: {
    read: ({ hooks }) => ({ ...hooks }),
    fallback: {},
    valid: [
      [{}, {}],
      [{ onRetry: hook }, { onRetry: [hook] }],
      [{ onRequest: hook, onError: undefined }, { onRequest: [hook] }],
    ],
    wrongType: [null, [], hook, { onRetry: [hook] }, { onRetry: null }, { onretry: hook }],
  },
  throwOnError: {
    read: ({ throwOnError }) => throwOnError,
    fallback: false,
    valid: [[true, true], [false, false]],
    wrongType: NO_FLAG,
  },
  maxResponseSize: {
    read: ({ maxResponseSize }) => maxResponseSize,
    fallback: 104_857_600,
    valid: [[0, 0], [1, 1], [2 ** 40, 2 ** 40], [false, Infinity]],
    wrongType: NO_COUNT,
    outOfRange: COUNT_RANGE,
  },
  maxRedirects: {
    read: ({ maxRedirects }) => maxRedirects,
    fallback: 10,
    valid: [[0, 0], [20, 20]],
    wrongType: [...NO_COUNT, false],
    outOfRange: COUNT_RANGE,
  },
  sensitiveHeaders: {
    read: ({ sensitiveHeaders }) => sensitiveHeaders,
    fallback: [],
    valid: [[["X-Tenant", "x-tenant", "X-B"], ["x-tenant", "x-b"]], [[], []]],
    wrongType: [null, "x-tenant", { "x-tenant": true }, ["a b"], [""], [5]],
  },
  allowCrossOriginBody: {
    read: ({ allowCrossOriginBody }) => allowCrossOriginBody,
    fallback: false,
    valid: [[true, true]],
    wrongType: NO_FLAG,
  },
  allowDowngrade: {
    read: ({ allowDowngrade }) => allowDowngrade,
    fallback: false,
    valid: [[true, true]],
    wrongType: NO_FLAG,
  },
  allowAnyOrigin: {
    read: ({ allowAnyOrigin }) => allowAnyOrigin,
    fallback: false,
    valid: [[true, true]],
    wrongType: NO_FLAG,
  },
  auth: {
    // A scheme is bound to its origin by the client or the call; see bound_auth_test.ts.
    read: ({ auth }) => auth,
    fallback: undefined,
    valid: [[false, undefined], [{ name: "own", async *authenticate() {} }, undefined]],
    wrongType: [null, true, "token", 0, {}, [], { name: "Basic" }],
  },
  limit: {
    read: ({ limit }) => limit,
    fallback: undefined,
    valid: [[false, undefined], [LIMIT, LIMIT]],
    wrongType: [null, true, "ten", 10, {}, [], { enter: () => {} }],
  },
  breaker: {
    read: ({ breaker }) => breaker,
    fallback: undefined,
    valid: [[false, undefined], [BREAKER, BREAKER]],
    wrongType: [null, true, "open", 10, {}, [], { enter: () => {} }],
  },
  cache: {
    read: ({ cache }) => cache,
    fallback: undefined,
    valid: [[false, undefined], [CACHE, CACHE]],
    wrongType: [null, true, "memory", 10, {}, [], new Map(), { get: () => {} }],
  },
  dedupe: {
    read: ({ dedupe }) => dedupe,
    fallback: false,
    valid: [[true, true], [false, false]],
    wrongType: NO_FLAG,
  },
};

const OPTIONS = Object.keys(ROWS) as (keyof CommonOptions)[];

for (const name of OPTIONS) {
  const { read, fallback, valid, wrongType, outOfRange = [] } = ROWS[name];

  // R2.3
  Deno.test(`${name} has its default, also when it is given as undefined`, () => {
    assertEquals(read(DEFAULT_SETTINGS), fallback);
    for (const settingsOf of [clientSettings, callSettings]) {
      assertEquals(read(settingsOf({})), fallback);
      assertEquals(read(settingsOf({ [name]: undefined })), fallback);
    }
  });

  Deno.test(`${name} takes what is documented, and changes nothing else`, async (t) => {
    for (const [given, becomes] of valid) {
      await t.step(Deno.inspect(given), () => {
        for (const settingsOf of [clientSettings, callSettings]) {
          const settings = settingsOf({ [name]: given });
          assertEquals(read(settings), becomes);
          for (const other of OPTIONS) {
            if (other === name) continue;
            assertEquals(ROWS[other].read(settings), ROWS[other].fallback, other);
          }
        }
        const base = clientSettings({ [name]: given });
        assertEquals(read(callSettings({ [name]: undefined }, base)), becomes, "undefined");
      });
    }
  });

  // R2.2
  Deno.test(`${name} of another type is a TypeError, of another range a RangeError`, async (t) => {
    const rows = [
      ...wrongType.map((given) => ({ given, type: TypeError })),
      ...outOfRange.map((given) => ({ given, type: RangeError })),
    ];
    for (const { given, type } of rows) {
      await t.step(`${Deno.inspect(given)}: ${type.name}`, () => {
        for (const settingsOf of [clientSettings, callSettings]) {
          const { message } = assertThrows(() => settingsOf({ [name]: given }), type);
          assert(message.startsWith("Cannot "), message);
        }
      });
    }
  });
}

Deno.test("a wrong value of a simple option is answered with its name and what it must be", async (t) => {
  const rows: { options: unknown; says: string }[] = [
    { options: { timeout: 0 }, says: "Cannot use timeout: 0: a duration must be more than zero" },
    { options: { timeout: 5000 }, says: "write timeout: 5 or timeout: { milliseconds: 5000 }" },
    { options: { maxRetries: -1 }, says: "Cannot use maxRetries: -1: it must be a whole number" },
    { options: { maxRetries: "3" }, says: "Cannot use maxRetries that is a string" },
    { options: { throwOnError: 1 }, says: "Cannot use throwOnError that is a number" },
    { options: { signal: null }, says: "Cannot use signal that is null: it must be an AbortSig" },
    { options: { sensitiveHeaders: "x" }, says: "Cannot use sensitiveHeaders that is a string" },
    { options: { context: null }, says: "Cannot use context that is null" },
    { options: { urlTemplate: [] }, says: "Cannot use urlTemplate that is an array" },
    { options: { hooks: { onRetry: 1 } }, says: "Cannot use hooks.onRetry that is a number" },
    { options: { hooks: { onretry: hook } }, says: "did you mean onRetry?" },
    { options: { retry: { methods: "GET" } }, says: "Cannot use retry.methods that is a string" },
    { options: { retry: { statuses: [200] } }, says: "Cannot use retry.statuses[0]: 200" },
    { options: { retry: { status: [503] } }, says: "did you mean statuses?" },
    { options: { retry: { shouldRetry: 1 } }, says: "Cannot use retry.shouldRetry that is a num" },
    { options: { maxRetryAfter: false }, says: "Cannot use maxRetryAfter: false" },
    { options: { maxResponseSize: true }, says: "Cannot use maxResponseSize that is a boolean" },
  ];
  for (const { options, says } of rows) {
    await t.step(says, () => {
      const error = assertThrows(() => clientSettings(options), Error);
      assert(error.message.includes(says), error.message);
    });
  }
});

Deno.test("the back-off cannot be longer than its longest, wherever the two come from", () => {
  const says = "Cannot use retryBackoff: 2000 ms is longer than maxRetryBackoff, 1500 ms";
  const both = { retryBackoff: 2, maxRetryBackoff: 1.5 };
  assertThrows(() => clientSettings(both), RangeError, says);
  assertThrows(
    () => clientSettings({ maxRetryBackoff: 1.5, retryBackoff: 2 }),
    RangeError,
    says,
  );
  const base = clientSettings({ retryBackoff: 2 });
  assertThrows(() => callSettings({ maxRetryBackoff: 1.5 }, base), RangeError, says);
  assertEquals(clientSettings({ retryBackoff: 2, maxRetryBackoff: 2 }).policy.backoffMs, 2000);
});

// R2.3
Deno.test("a call's options go over the client's, each by its own rule", async (t) => {
  const other = new AbortController().signal;
  const onRetry = (): void => {};
  const base = clientSettings({
    timeout: 5,
    totalTimeout: false,
    maxRetries: 7,
    retry: { methods: ["GET"], statuses: [503], shouldRetry },
    headers: { "x-a": "1", "x-b": "2" },
    params: { a: 1, b: 2 },
    signal,
    context: { a: 1, b: 2 },
    urlTemplate: "/client",
    hooks: { onRetry: hook, onError: hook },
    throwOnError: true,
    maxResponseSize: 5,
    sensitiveHeaders: ["x-a"],
    allowDowngrade: true,
  });
  const rows: { options: CommonOptions; name: keyof CommonOptions; becomes: unknown }[] = [
    { options: { timeout: 9 }, name: "timeout", becomes: 9000 },
    { options: { totalTimeout: 60 }, name: "totalTimeout", becomes: 60_000 },
    { options: { maxRetries: 0 }, name: "maxRetries", becomes: 0 },
    {
      options: { retry: { statuses: [500] } },
      name: "retry",
      becomes: [["GET"], [500], shouldRetry],
    },
    { options: { retry: {} }, name: "retry", becomes: [["GET"], [503], shouldRetry] },
    { options: { headers: { "X-A": "9" } }, name: "headers", becomes: { "x-a": "9", "x-b": "2" } },
    { options: { headers: { "x-a": null } }, name: "headers", becomes: { "x-b": "2" } },
    { options: { params: { b: 9 } }, name: "params", becomes: [["a", ["1"]], ["b", ["9"]]] },
    { options: { signal: other }, name: "signal", becomes: [signal, other] },
    { options: { context: { b: 9, c: 3 } }, name: "context", becomes: { a: 1, b: 9, c: 3 } },
    { options: { urlTemplate: "/call" }, name: "urlTemplate", becomes: "/call" },
    {
      options: { hooks: { onRetry, onRequest: hook } },
      name: "hooks",
      becomes: { onRetry: [hook, onRetry], onError: [hook], onRequest: [hook] },
    },
    { options: { throwOnError: false }, name: "throwOnError", becomes: false },
    { options: { maxResponseSize: false }, name: "maxResponseSize", becomes: Infinity },
    { options: { sensitiveHeaders: ["x-b"] }, name: "sensitiveHeaders", becomes: ["x-a", "x-b"] },
    { options: { allowDowngrade: false }, name: "allowDowngrade", becomes: false },
  ];
  const before = OPTIONS.map((name) => ROWS[name].read(base));
  for (const { options, name, becomes } of rows) {
    await t.step(Deno.inspect(options), () => {
      const merged = callSettings(options, base);
      assertEquals(ROWS[name].read(merged), becomes);
      for (const [index, unchanged] of OPTIONS.entries()) {
        if (unchanged === name) continue;
        assertEquals(ROWS[unchanged].read(merged), before[index], unchanged);
      }
      assertEquals(OPTIONS.map((option) => ROWS[option].read(base)), before, "the client's own");
    });
  }
});

Deno.test("options that say nothing give the settings as they are", () => {
  assertStrictEquals(clientSettings(undefined), DEFAULT_SETTINGS);
  assertStrictEquals(clientSettings({}), DEFAULT_SETTINGS);
  assertStrictEquals(callSettings({ json: 1, headers: undefined }), DEFAULT_SETTINGS);
});

Deno.test("settings cannot be changed afterwards", () => {
  const given = { context: { a: 1 }, headers: { "x-a": "1" }, timeout: 5 };
  const settings = clientSettings(given);
  assertNotStrictEquals(settings, DEFAULT_SETTINGS);
  for (const one of [DEFAULT_SETTINGS, settings]) {
    assert(Object.isFrozen(one));
    assert(Object.isFrozen(one.headers));
    assert(Object.isFrozen(one.context));
  }
  given.context.a = 2;
  given.headers["x-a"] = "2";
  assertEquals([settings.context, { ...settings.headers }], [{ a: 1 }, { "x-a": "1" }]);
});

/** Values that are right, for options that are checked with their names. */
const RIGHT: Readonly<Record<string, unknown>> = {
  use: {},
  transport: fetch,
  retryBudget: false,
  cookies: false,
  idempotencyKey: true,
  onProgress() {},
};

Deno.test("every option has a place, and is sent there when it is given elsewhere", async (t) => {
  assertEquals([...CALL_NAMES].sort(), [...OPTIONS, ...CALL_ONLY_NAMES].sort());
  for (const name of CLIENT_NAMES) {
    await t.step(`${name} belongs to the client`, () => {
      const { message } = assertThrows(() => callSettings({ [name]: 1 }), TypeError);
      assertStrictEquals(
        message,
        `Cannot make a GET request: the option ${name} belongs to the client, not to a call`,
      );
      assert(name in ownClientOptions({ [name]: RIGHT[name] ?? 1 } as HTTPClientOptions));
    });
  }
  for (const name of CALL_ONLY_NAMES) {
    await t.step(`${name} belongs to a call`, () => {
      const { message } = assertThrows(() => clientSettings({ [name]: 1 }), TypeError);
      assertStrictEquals(
        message,
        `Cannot create an HTTPClient: the option ${name} belongs to a call, not to the client`,
      );
      assert(name in ownRequestOptions("GET", { [name]: RIGHT[name] ?? 1 } as RequestOptions));
    });
  }
});

Deno.test("an unknown option is refused with the nearest, in client and call", () => {
  assertThrows(
    () => clientSettings({ timeuot: 5 }),
    TypeError,
    'Cannot create an HTTPClient: there is no option "timeuot"; did you mean timeout?',
  );
  assertThrows(
    () => callSettings({ max_retries: 5 }),
    TypeError,
    'Cannot make a GET request: there is no option "max_retries"; did you mean maxRetries?',
  );
});

/** Runs `use` while all `names` are getters of Object.prototype; gives those that were called. */
function whilePolluted(names: Iterable<string>, use: () => void): string[] {
  const called: string[] = [];
  const polluted = [...names].filter((name) => !(name in Object.prototype));
  for (const name of polluted) {
    Object.defineProperty(Object.prototype, name, {
      configurable: true,
      get: () => {
        called.push(name);
        return undefined;
      },
    });
  }
  try {
    use();
  } finally {
    for (const name of polluted) Reflect.deleteProperty(Object.prototype, name);
  }
  return called;
}

const EVERY_NAME = new Set<string>([
  ...CALL_NAMES,
  ...CLIENT_NAMES,
  ...HOOK_NAMES,
  "methods",
  "statuses",
  "shouldRetry",
  "milliseconds",
  "seconds",
  "minutes",
  "hours",
  "retries",
]);

Deno.test("a polluted Object.prototype changes no setting, and none of its getters is called", () => {
  const options = {
    timeout: { seconds: 5 },
    maxRetries: 1,
    retry: { methods: ["GET"] },
    headers: { "x-a": "1" },
    params: { a: 1 },
    hooks: { onRetry: hook },
    context: { b: 1 },
  };
  const clean = callSettings(options, clientSettings(options));
  let settings: Settings | undefined;
  const called = whilePolluted(EVERY_NAME, () => {
    settings = callSettings(options, clientSettings(options));
  });
  assertEquals(called, []);
  assert(settings !== undefined);
  for (const name of OPTIONS) assertEquals(ROWS[name].read(settings), ROWS[name].read(clean), name);
});

Deno.test("hooks that Object.prototype offers are never called", () => {
  const called = whilePolluted(HOOK_NAMES, () => {
    for (const { hooks } of [DEFAULT_SETTINGS, clientSettings({ hooks: { onError: hook } })]) {
      for (const name of HOOK_NAMES) void hooks[name];
    }
  });
  assertEquals(called, []);
});

Deno.test("options that are inherited do not count", () => {
  const options: unknown = Object.create({ timeout: 5, throwOnError: true });
  assertStrictEquals(clientSettings(options), DEFAULT_SETTINGS);
});

Deno.test("__proto__ as a name in options is refused, in context it is data", () => {
  const hostile: unknown = JSON.parse('{ "__proto__": { "throwOnError": true } }');
  assertThrows(() => clientSettings(hostile), TypeError, 'no option "__proto__"');
  const { context } = clientSettings({ context: hostile });
  assertEquals(Object.keys(context), ["__proto__"]);
  assertFalse("throwOnError" in context);
});

// R4.1
Deno.test("a method is sent in upper case when it is a word that fetch allows", async (t) => {
  const rows: { method: unknown; sent?: string; source: string }[] = [
    { method: "GET", sent: "GET", source: "as it is" },
    { method: "get", sent: "GET", source: "Fetch Standard, normalize a method" },
    { method: "patch", sent: "PATCH", source: "fetch sends lower case, servers refuse it" },
    { method: "Query", sent: "QUERY", source: "RFC 10008" },
    { method: "PROPFIND", sent: "PROPFIND", source: "RFC 4918 9.1" },
    { method: "m-search", sent: "M-SEARCH", source: "RFC 9110 5.6.2: a token" },
    { method: "TRACE", source: "Fetch Standard: forbidden method" },
    { method: "track", source: "Fetch Standard: forbidden method" },
    { method: "Connect", source: "Fetch Standard: forbidden method" },
    { method: "", source: "RFC 9110 9.1: a token" },
    { method: "GET /", source: "RFC 9110 9.1: a token" },
    { method: "GET\r\nX: y", source: "request splitting" },
    { method: " GET", source: "RFC 9110 9.1: a token" },
    { method: "G\u00c9T", source: "RFC 9110 5.6.2: ASCII" },
    { method: "po\u017ft", source: "the upper case of U+017F is S" },
    { method: "opt\u0131ons", source: "the upper case of U+0131 is I" },
    { method: null, source: "no string" },
    { method: undefined, source: "no string" },
    { method: 5, source: "no string" },
    { method: Symbol("GET"), source: "no string" },
  ];
  for (const { method, sent, source } of rows) {
    await t.step(`${Deno.inspect(method)} (${source})`, () => {
      if (sent !== undefined) assertStrictEquals(checkMethod(method as string), sent);
      else assertThrows(() => checkMethod(method as string), TypeError, "Cannot use the method");
    });
  }
});
