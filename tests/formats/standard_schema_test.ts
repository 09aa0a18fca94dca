/** Standard Schema: what a validator of any library answers becomes a value or one error. */

import { assert, assertEquals, assertFalse, assertStrictEquals, assertThrows } from "@std/assert";
import { NetworkingError } from "../../src/errors.ts";
import { SchemaError, type SchemaIssue } from "../../src/http_errors.ts";
import {
  type StandardResult,
  type StandardSchema,
  validate,
} from "../../src/formats/standard_schema.ts";

const FACTS = { method: "GET", url: "https://example.com/x" };
const WHAT = "the body of GET https://example.com/x";

/** A schema that answers with `answer`. */
function schemaOf<Output>(
  answer: (value: unknown) => StandardResult<Output> | Promise<StandardResult<Output>>,
): StandardSchema<unknown, Output> {
  return { "~standard": { version: 1, vendor: "test", validate: answer } };
}

const numberSchema = schemaOf<number>((value) =>
  typeof value === "number" ? { value } : { issues: [{ message: "must be a number" }] }
);

Deno.test("a value that the schema accepts is given back as the schema makes it", () => {
  assertStrictEquals(validate(numberSchema, 5, WHAT, FACTS), 5);
  const doubled = schemaOf<number>((value) => ({ value: (value as number) * 2 }));
  assertStrictEquals(validate(doubled, 21, WHAT, FACTS), 42);
  const nothing = schemaOf<undefined>((value) => ({ value: value as undefined }));
  assertStrictEquals(validate(nothing, undefined, WHAT, FACTS), undefined);
  const withIssues = schemaOf<number>(() => ({ value: 1, issues: undefined }));
  assertStrictEquals(validate(withIssues, 0, WHAT, FACTS), 1);
});

Deno.test("a schema may be a function, as some libraries have it", () => {
  const callable = Object.assign(() => {}, numberSchema);
  assertStrictEquals(validate(callable, 5, WHAT, FACTS), 5);
});

Deno.test("a value that it does not accept is a SchemaError with the issues and the facts", () => {
  const issues: SchemaIssue[] = [{ message: "must be a number", path: ["a"] }];
  const error = assertThrows(
    () => validate(schemaOf(() => ({ issues })), "x", WHAT, { ...FACTS, attempts: [] }),
    SchemaError,
  );
  assertStrictEquals(error.code, "schema_mismatch");
  assert(error instanceof NetworkingError);
  assertStrictEquals(error.issues, issues);
  assertEquals([error.method, error.url], ["GET", "https://example.com/x"]);
  assertStrictEquals(
    error.message,
    `Cannot accept ${WHAT}: it does not match the schema: a: must be a number`,
  );
});

Deno.test("the message shows three issues with their paths, and how many there are more", async (t) => {
  const rows: { issues: SchemaIssue[]; says: string; source: string }[] = [
    { issues: [{ message: "no" }], says: "schema: no", source: "no path" },
    { issues: [{ message: "no", path: [] }], says: "schema: no", source: "an empty path" },
    {
      issues: [{ message: "no", path: ["users", 0, "name"] }],
      says: "schema: users.0.name: no",
      source: "Standard Schema 1.0: keys",
    },
    {
      issues: [{ message: "no", path: [{ key: "users" }, { key: 1 }] }],
      says: "schema: users.1: no",
      source: "Standard Schema 1.0: path segments",
    },
    {
      issues: [{ message: "no", path: [Symbol("s")] }],
      says: "schema: Symbol(s): no",
      source: "Standard Schema 1.0: a PropertyKey may be a symbol",
    },
    {
      issues: ["a", "b", "c"].map((message) => ({ message })),
      says: "schema: a; b; c",
      source: "three",
    },
    {
      issues: ["a", "b", "c", "d", "e"].map((message) => ({ message })),
      says: "schema: a; b; c (and 2 more)",
      source: "five",
    },
  ];
  for (const { issues, says, source } of rows) {
    await t.step(source, () => {
      const { message } = assertThrows(
        () => validate(schemaOf(() => ({ issues })), "x", WHAT, FACTS),
        SchemaError,
      );
      assert(message.endsWith(says), message);
    });
  }
});

Deno.test("issues without any issue are a refusal all the same", () => {
  assertThrows(() => validate(schemaOf(() => ({ issues: [] })), "x", WHAT, FACTS), SchemaError);
});

Deno.test("the message shows nothing of the value", () => {
  const { message } = assertThrows(
    () => validate(numberSchema, "hunter2", WHAT, FACTS),
    SchemaError,
  );
  assertFalse(message.includes("hunter2"), message);
});

Deno.test("an asynchronous schema is a TypeError, and its rejection is nobody's", async (t) => {
  const thenable = {
    then(_: unknown, reject: (reason: unknown) => void): void {
      reject(new Error("later"));
    },
  };
  const rows: [name: string, answer: () => Promise<StandardResult<number>>][] = [
    ["a promise", () => Promise.resolve({ value: 1 })],
    ["a promise that rejects", () => Promise.reject(new Error("later"))],
    ["a thenable of another make", () => thenable as never],
  ];
  for (const [name, answer] of rows) {
    await t.step(name, async () => {
      assertThrows(
        () => validate(schemaOf(answer), 1, WHAT, FACTS),
        TypeError,
        "Cannot use an asynchronous schema with json(): validate the result of json() yourself",
      );
      await new Promise((resolve) => setTimeout(resolve, 1)); // an unhandled rejection would show
    });
  }
});

Deno.test("what is no schema is a TypeError", async (t) => {
  const others: unknown[] = [
    null,
    {},
    { "~standard": null },
    { "~standard": "1" },
    () => {},
    { parse: () => 1 },
    "string",
    5,
  ];
  for (const other of others) {
    await t.step(Deno.inspect(other), () => {
      assertThrows(
        () => validate(other as StandardSchema, 1, WHAT, FACTS),
        TypeError,
        "does not implement Standard Schema",
      );
    });
  }
});

Deno.test("what a schema throws passes unchanged", () => {
  const reason = new Error("a bug in the schema");
  const throwing = schemaOf(() => {
    throw reason;
  });
  assertStrictEquals(assertThrows(() => validate(throwing, 1, WHAT, FACTS)), reason);
});

Deno.test("the schema's own validate is called with the schema's own object as this", () => {
  const schema = {
    "~standard": {
      version: 1 as const,
      vendor: "test",
      limit: 3,
      validate(this: { readonly limit: number }, value: unknown): StandardResult<number> {
        return (value as number) < this.limit
          ? { value: value as number }
          : { issues: [{ message: "too large" }] };
      },
    },
  };
  assertStrictEquals(validate(schema as StandardSchema, 2, WHAT, FACTS), 2);
  assertThrows(() => validate(schema as StandardSchema, 3, WHAT, FACTS), SchemaError);
});
