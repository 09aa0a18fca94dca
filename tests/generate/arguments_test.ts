/** A call says what is wrong with it: arguments before anything is sent, problems of the server afterwards. */

import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { bearerAuth } from "../../mod.ts";
import { APIError } from "../../src/generate/runtime/mod.ts";
import { clientOf, describe, operation } from "./support.ts";

const required = (name: string, place: string) => ({ name, in: place, required: true, schema: {} });
const optional = (name: string, place: string) => ({ name, in: place, schema: {} });

// R20.9
Deno.test("an argument that is unknown or missing rejects the call, and nothing is sent", async (t) => {
  const body = { required: true, content: { "application/json": { schema: {} } } };
  const { call, sent } = await clientOf(describe({
    "/none": { get: operation("none") },
    "/flat/{p}": {
      put: operation("flat", {
        parameters: ["query", "header", "cookie"].map((place) => required(place[0]!, place)).concat(
          required("p", "path"),
        ),
        requestBody: body,
      }),
    },
    "/group/{id}": {
      put: operation("group", {
        parameters: [required("id", "path"), required("id", "query"), optional("x", "header")],
        requestBody: { content: { "application/json": { schema: {} } } },
      }),
    },
  }));
  const all = { p: "1", q: "1", h: "1", c: "1", body: {} };
  const without = (name: string) =>
    Object.fromEntries(Object.entries(all).filter(([key]) => key !== name));
  const groups = { path: { id: "1" }, query: { id: "1" } };
  const rows: [string, unknown, string][] = [
    [
      "flat",
      { ...all, limt: 1 },
      "there is no argument limt; those are q, h, c, p, body, contentType",
    ],
    ["flat", without("p"), "the path parameter p is missing"],
    ["flat", without("q"), "the query parameter q is missing"],
    ["flat", without("h"), "the header parameter h is missing"],
    ["flat", without("c"), "the cookie parameter c is missing"],
    ["flat", { ...all, q: null }, "the query parameter q is missing"],
    ["flat", without("body"), "the body is missing"],
    ["flat", 7, "the arguments must be an object"],
    [
      "group",
      { ...groups, id: "1" },
      "there is no argument id; those are path, query, header, body",
    ],
    ["group", { ...groups, query: { id: "1", ids: "2" } }, "there is no argument ids in query"],
    ["group", { path: { id: "1" } }, "the query parameter id is missing"],
    ["group", { ...groups, header: "x" }, "the argument header must be an object"],
  ];
  for (const [name, args, why] of rows) {
    await t.step(why, async () => {
      const error = await assertRejects(() => call(name, args), TypeError);
      assertStringIncludes(error.message, `Cannot call ${name}: `);
      assertStringIncludes(error.message, why);
      assertEquals(sent, []);
    });
  }
  await t.step("and right ones are sent", async () => {
    await call("none");
    await call("flat", { ...all, q: 0, h: "", c: false, body: null });
    await call("group", groups);
    assertEquals(sent.length, 3);
    assertEquals(sent[1]!.text, "null");
  });
});

Deno.test("a description without security schemes takes a scheme of the library for all operations", async () => {
  const description = describe({ "/a": { get: operation("a") } });
  const { call, sent } = await clientOf(description, undefined, {
    api: { auth: bearerAuth("t0ken") },
  });
  await call("a");
  assertEquals(sent[0]!.headers.get("authorization"), "Bearer t0ken");
});

// R20.10
Deno.test("the message of an error has what a problem says, and no other body", async (t) => {
  const type = (contentType: string) => ({ status: 409, headers: { "content-type": contentType } });
  const problem = type("application/problem+json; charset=utf-8");
  const rows: [string, BodyInit, ResponseInit, string][] = [
    [
      "title and detail",
      '{"title":"Conflict","detail":"It is\\nsold."}',
      problem,
      ": Conflict: It is sold.",
    ],
    ["title", '{"title":"Conflict"}', problem, ": Conflict"],
    ["detail", '{"detail":"It is sold."}', problem, ": It is sold."],
    ["neither", '{"title":7}', problem, ""],
    ["a list", '["title"]', problem, ""],
    ["another type", '{"title":"s3cret"}', type("application/json"), ""],
    ["no JSON", "s3cret", problem, ""],
  ];
  for (const [name, body, init, said] of rows) {
    await t.step(name, async () => {
      const { call } = await clientOf(
        describe({ "/a": { get: operation("a") } }),
        () => new Response(body, init),
      );
      const error = await assertRejects(() => call("a"), APIError);
      assertEquals(
        error.message,
        `Cannot GET https://api.example/a: the server answered 409 Conflict${said}`,
      );
      assert(error.stack!.includes(error.message));
    });
  }
});
