/** Arguments as hosts and models send them, in the form of the schema. */

import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { ArgumentCheck } from "../../../src/mcp/policy/arguments.ts";
import { serve } from "../../support/server.ts";
import { testTools } from "../support.ts";

const TREE = {
  type: "object",
  properties: {
    name: { type: "string" },
    children: { type: "array", items: { $ref: "#/$defs/tree" } },
  },
};

const SCHEMA = {
  type: "object",
  properties: {
    text: { type: "string" },
    whole: { type: "integer" },
    number: { type: "number" },
    flag: { type: "boolean" },
    object: { type: "object", properties: { n: { type: "integer" }, t: { type: "string" } } },
    map: { type: "object", additionalProperties: { type: "integer" } },
    list: { type: "array", items: { type: "integer" } },
    nullable: { type: ["string", "null"] },
    either: { anyOf: [{ type: "integer" }, { type: "string" }] },
    union: {
      anyOf: [
        {
          type: "object",
          properties: { kind: { const: "a" }, n: { type: "integer" } },
          required: ["kind", "n"],
        },
        {
          type: "object",
          properties: { kind: { const: "b" }, l: { type: "array", items: {} } },
          required: ["kind", "l"],
        },
      ],
    },
    all: {
      allOf: [{ type: "object", required: ["n"] }, { properties: { n: { type: "integer" } } }],
    },
    any: {},
    choice: { enum: ["1", "2"] },
    amount: { enum: [1, 2] },
    tree: { $ref: "#/$defs/tree" },
    date: { type: "string", format: "date" },
  },
  additionalProperties: false,
  $defs: { tree: TREE },
};

// R22.6
Deno.test("arguments are brought into the form of the schema", async (t) => {
  const check = new ArgumentCheck("tool", SCHEMA);
  const rows: [given: unknown, read: unknown][] = [
    // What the schema allows stays as it is.
    [{ text: "5" }, { text: "5" }],
    [{ text: '{"a":1}' }, { text: '{"a":1}' }],
    [{ nullable: null }, { nullable: null }],
    [{ either: "5" }, { either: "5" }],
    [{ any: '{"a":1}' }, { any: '{"a":1}' }],
    [{ any: null }, { any: null }],
    [{ choice: "1" }, { choice: "1" }],
    [{ date: "tomorrow" }, { date: "tomorrow" }],
    // null is absent.
    [{ text: null, whole: 1 }, { whole: 1 }],
    [{ object: { n: null, t: "a" } }, { object: { t: "a" } }],
    [null, {}],
    [undefined, {}],
    // Digits are the number.
    [{ whole: "100" }, { whole: 100 }],
    [{ whole: "-7" }, { whole: -7 }],
    [{ number: "1.5" }, { number: 1.5 }],
    [{ number: "1e3" }, { number: 1000 }],
    [{ amount: "2" }, { amount: 2 }],
    [{ flag: "true" }, { flag: true }],
    // JSON strings are what they say.
    [{ object: '{"n":1}' }, { object: { n: 1 } }],
    [{ object: '{"n":"1"}' }, { object: { n: 1 } }],
    [{ map: '{"a":"1","b":2}' }, { map: { a: 1, b: 2 } }],
    [{ list: "[1,2]" }, { list: [1, 2] }],
    [{ list: ["1", 2] }, { list: [1, 2] }],
    [{ all: { n: "1" } }, { all: { n: 1 } }],
    [{ union: { kind: "a", n: "1" } }, { union: { kind: "a", n: 1 } }],
    [{ union: '{"kind":"b","l":"[1]"}' }, { union: { kind: "b", l: [1] } }],
    [{ tree: { children: '[{"name":"a","children":[{"name":null}]}]' } }, {
      tree: { children: [{ name: "a", children: [{}] }] },
    }],
    ['{"whole":"1"}', { whole: 1 }],
  ];
  for (const [given, read] of rows) {
    await t.step(JSON.stringify(given) ?? "nothing", () => {
      const before = structuredClone(given);
      assertEquals(check.read(given), read as Record<string, unknown>);
      assertEquals(given, before);
    });
  }
});

// R22.6
Deno.test("what is not meant so is refused as ever", async (t) => {
  const check = new ArgumentCheck("tool", SCHEMA);
  const rows: [given: unknown, message: string][] = [
    [{ whole: "many" }, "whole"],
    [{ whole: "" }, "whole"],
    [{ whole: "1.5" }, "whole"],
    [{ whole: " 1" }, "whole"],
    [{ whole: "0x10" }, "whole"],
    [{ whole: "12345678901234567890" }, "whole"], // another number
    [{ number: "NaN" }, "number"],
    [{ object: "[1]" }, "object"],
    [{ object: "{" }, "object"],
    [{ object: '{"n":12345678901234567890}' }, "object"],
    [{ list: "1,2" }, "list"],
    [{ all: { n: null } }, "all/n"], // required
    [{ text: 5 }, "text"],
    [{ flag: "yes" }, "flag"],
    [{ wholes: 1 }, 'no argument "wholes"; did you mean whole?'],
    [{ zzzzzzz: 1 }, "the arguments are text, whole"],
    [[], "must be an object"],
    ["text", "must be an object"],
  ];
  for (const [given, message] of rows) {
    await t.step(JSON.stringify(given), () => {
      const error = assertThrows(() => check.read(given), Error, message);
      assertStringIncludes(error.message, "Cannot call tool: ");
    });
  }
});

Deno.test("names of Object.prototype are names like any other", () => {
  const schema = {
    type: "object",
    additionalProperties: false,
    properties: { map: { type: "object" } },
  };
  const check = new ArgumentCheck("tool", schema);
  const read = check.read({ map: '{"__proto__":{"a":1},"constructor":1}' });
  assertEquals(Object.keys(Object(read.map)), ["__proto__", "constructor"]);
  assertThrows(() => check.read(JSON.parse('{"__proto__":1}')), Error, "__proto__");
});

Deno.test("every tool takes arguments as hosts send them", async () => {
  await using server = serve(async (request, path) => {
    if (path === "/events") {
      return new Response("data: x\n\n", { headers: { "content-type": "text/event-stream" } });
    }
    return new Response(`${request.headers.get("x-a")} ${await request.text()}`);
  });
  await using tools = await testTools({ policy: { methods: ["GET", "POST"] } });
  const url = `${server.origin}/`;
  const headers = '{"x-a":"1"}';
  const get = await tools.call("http_get", { url, headers, cursor: null, max_bytes: "100" });
  assertEquals(get.text, "1 ");
  const post = await tools.call("http_request", {
    url,
    method: "POST",
    headers,
    json: { a: null },
  });
  assertEquals(post.text, '1 {"a":null}');
  const { events } = await tools.call("sse_read", {
    url: `${server.origin}/events`,
    max_events: "1",
    last_event_id: null,
  });
  assertEquals(Object(events).length, 1);
});

// R22.7
Deno.test("a string that is JSON of an object or an array is sent as that, digit by digit", async () => {
  const seen: string[][] = [];
  await using server = serve(async (request) => {
    seen.push([request.headers.get("content-type") ?? "", await request.text()]);
    return new Response("x");
  });
  await using tools = await testTools({ policy: { methods: ["POST"] } });
  const rows: [input: object, type: string, body: string][] = [
    [{ json: '{"a":1}' }, "application/json", '{"a":1}'],
    [{ json: '[{"id":1234567890123456789}]' }, "application/json", '[{"id":1234567890123456789}]'],
    [{ json: "plain" }, "application/json", '"plain"'],
    [{ json: "5" }, "application/json", '"5"'],
    [{ json: "{not json" }, "application/json", '"{not json"'],
    [{ json: null }, "application/json", "null"],
    [{ json: '{"a":1}', content_type: "application/ld+json" }, "application/ld+json", '{"a":1}'],
    [
      { text: "a,b", content_type: "text/csv", headers: { "Content-Type": "text/x" } },
      "text/csv",
      "a,b",
    ],
    [
      { text: "a,b", content_type: "text/csv", headers: { "CONTENT-TYPE": "text/x" } },
      "text/csv",
      "a,b",
    ],
    [{ text: "a,b", headers: { "Content-Type": "text/x" } }, "text/x", "a,b"],
  ];
  for (const [input] of rows) {
    await tools.call("http_request", { url: server.origin, method: "POST", ...input });
  }
  assertEquals(seen, rows.map(([, type, body]) => [type, body]));
});
