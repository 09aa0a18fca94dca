/**
 * What comes back: statuses, text, JSON and its errors.
 *
 * @module
 */

import {
  DecodeError,
  HTTPClient,
  HTTPError,
  SchemaError,
  type StandardSchema,
} from "@codomyrmex/networking";
import { equal, failure, ok } from "./assert.ts";
import { type Case, feature } from "./case.ts";

/** Takes `{ name: string }`. */
const NAMED: StandardSchema<unknown, { name: string }> = {
  "~standard": {
    version: 1,
    vendor: "suite",
    validate(value) {
      const name = (value as { name?: unknown } | null)?.name;
      return typeof name === "string"
        ? { value: { name } }
        : { issues: [{ message: "must be a string", path: ["name"] }] };
    },
  },
};

/** The cases. */
export const responses: readonly Case[] = feature("responses", {
  async "status, headers and body are there, any number of times"({ url, answer }) {
    await answer("/x", { status: 201, headers: { "x-note": "a" }, json: { name: "Ada" } });
    const response = await new HTTPClient().get(url("/x"));
    equal([response.statusCode, response.ok, response.url], [201, true, url("/x")]);
    equal(response.headers.get("x-note"), "a");
    equal([response.json(), response.json(), response.text], [
      { name: "Ada" },
      { name: "Ada" },
      '{"name":"Ada"}',
    ]);
  },
  async "text is decoded by the charset of its type"({ url, answer }) {
    const headers = { "content-type": "text/plain; charset=windows-1251" };
    await answer("/x", { headers, bytes: [0xcf, 0xf0, 0xe8, 0xe2, 0xe5, 0xf2] });
    equal((await new HTTPClient().get(url("/x"))).text, "Привет");
  },
  async "the label of a coding goes with bytes that are in it, and only with them"(
    { url, answer },
  ) {
    // zlib, gzip and zstd of "hello", which some runtimes decode and some do not.
    const bodies = {
      deflate: [0x78, 0x9c, 0xcb, 0x48, 0xcd, 0xc9, 0xc9, 0x07, 0x00, 0x06, 0x2c, 0x02, 0x15],
      gzip: [
        ...[0x1f, 0x8b, 0x08, 0, 0, 0, 0, 0, 0, 0x03, 0xcb, 0x48, 0xcd, 0xc9, 0xc9, 0x07, 0],
        ...[0x86, 0xa6, 0x10, 0x36, 0x05, 0, 0, 0],
      ],
      zstd: [0x28, 0xb5, 0x2f, 0xfd, 0x20, 0x05, 0x29, 0, 0, 0x68, 0x65, 0x6c, 0x6c, 0x6f],
    };
    const client = new HTTPClient();
    for (const [coding, bytes] of Object.entries(bodies)) {
      await answer("/x", { headers: { "content-encoding": coding }, bytes });
      const buffered = await client.get(url("/x"));
      const streamed = await (await client.stream("GET", url("/x"))).toWeb();
      for (const web of [buffered.toWeb(), streamed]) {
        const isLabelled = web.headers.has("content-encoding");
        const content = [...new Uint8Array(await web.arrayBuffer())];
        equal(content, isLabelled ? bytes : [0x68, 0x65, 0x6c, 0x6c, 0x6f]);
      }
      if (buffered.toWeb().headers.has("content-encoding")) {
        const error = await failure(DecodeError, Promise.resolve().then(() => buffered.text));
        ok(error.message.includes(coding), "the error names the coding");
      } else equal(buffered.text, "hello");
    }
  },
  async "a byte order mark is not part of JSON"({ url, answer }) {
    await answer("/x", { bytes: [0xef, 0xbb, 0xbf, 0x5b, 0x31, 0x5d] });
    equal((await new HTTPClient().get(url("/x"))).json(), [1]);
  },
  async "JSON that is none is a DecodeError with its beginning"({ url, answer }) {
    await answer("/x", { headers: { "content-type": "application/json" }, body: '{"a": oops}' });
    const response = await new HTTPClient().get(url("/x"));
    const error = await failure(DecodeError, Promise.resolve().then(() => response.json()));
    equal(error.code, "decode_failed");
    ok(error.snippet.includes("oops"), "the snippet shows what is wrong");
  },
  async "a schema gives the value its type, or says what is wrong"({ url, answer }) {
    await answer("/x", { json: { name: "Ada", age: 36 } }, { json: { name: 7 } });
    const client = new HTTPClient();
    equal((await client.get(url("/x"))).json(NAMED), { name: "Ada" });
    const response = await client.get(url("/x"));
    const error = await failure(SchemaError, Promise.resolve().then(() => response.json(NAMED)));
    equal([error.code, error.issues[0]?.message], ["schema_mismatch", "must be a string"]);
  },
  // R4.11
  async "a status other than 2xx is a response, or with throwOnError an HTTPError"(context) {
    await context.answer("/x", { status: 404, body: "none" });
    const client = new HTTPClient();
    const response = await client.get(context.url("/x"));
    equal([response.statusCode, response.ok, response.text], [404, false, "none"]);
    const call = client.get(context.url("/x"), { throwOnError: true });
    const error = await failure(HTTPError, call);
    equal([error.code, error.response.statusCode, error.response.text], [
      "http_status",
      404,
      "none",
    ]);
  },
  async "a compressed body is read as what it is"({ url, answer }) {
    await answer("/x", { gzip: true, body: "long ".repeat(1000) });
    equal((await new HTTPClient().get(url("/x"))).text, "long ".repeat(1000));
  },
  async "a response without a body is empty"({ url, answer }) {
    await answer("/x", { status: 204 });
    const response = await new HTTPClient().delete(url("/x"));
    equal([response.statusCode, response.content.length, response.text], [204, 0, ""]);
  },
  async "links of the head are read, and are absolute"({ url, answer }) {
    const link = '<?page=2>; rel="next", </first>; rel=first';
    await answer("/list", { headers: { link }, json: [] });
    const { links } = await new HTTPClient().get(url("/list"));
    equal(links.map(({ rel, href }) => [rel, href]), [
      [["next"], url("/list?page=2")],
      [["first"], new URL("/first", url("/")).href],
    ]);
  },
  async "toWeb() gives the platform's response"({ url, answer }) {
    await answer("/x", { status: 202, headers: { "x-note": "a" }, body: "text" });
    const web = (await new HTTPClient().get(url("/x"))).toWeb();
    ok(web instanceof Response, "it is the platform's class");
    equal([web.status, web.headers.get("x-note"), await web.text()], [202, "a", "text"]);
  },
  // R9.5
  async "secrets do not show when a response or a client is printed"({ url, answer }) {
    await answer("/x", { headers: { "x-api-key": "hunter2" } });
    const client = new HTTPClient({ headers: { authorization: "Bearer hunter2" } });
    const response = await client.get(url("/x?token=hunter2"));
    equal(response.headers.get("x-api-key"), "hunter2");
    const shown = JSON.stringify([client, response]) + String(client) + String(response);
    ok(!shown.includes("hunter2") && shown.includes("statusCode"), `this shows none: ${shown}`);
  },
});
