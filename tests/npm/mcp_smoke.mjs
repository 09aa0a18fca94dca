// Tools for agents where the package is installed: a call against a real server, an address that is
// refused, and the SDK's handler.

import assert from "node:assert/strict";
import { createServer } from "node:http";

/** Not literal: the package is where the script is run, and nowhere else. */
const load = (name) => import(name);
const { httpHandler, networkTools } = await load("@codomyrmex/networking/mcp");

const server = createServer((_, response) => response.end("hello")).listen(0, "127.0.0.1");
await new Promise((resolve) => server.once("listening", resolve));
const url = `http://127.0.0.1:${server.address().port}/`;

const open = await networkTools({ policy: { private: "allow", allowHosts: ["127.0.0.1"] } });
const [httpGet] = open.tools;
assert.equal((await httpGet.run({ url })).structuredContent.text, "hello");
const closed = await networkTools();
const refused = await closed.tools[0].run({ url: "http://0xa9fea9fe/latest/meta-data/" });
assert.match(refused.text, /its address is not public/);
const socket = closed.tools.find(({ name }) => name === "websocket_exchange");
assert.match((await socket.run({ url: "ws://127.1/" })).text, /its address is not public/);

const headers = ["Host", "Range", "Accept-Encoding", "X-HTTP-Method-Override", "X-Api-Key"];
for (const name of headers) {
  const { text, isError } = await httpGet.run({ url, headers: { [name]: "DELETE" } });
  assert.ok(isError && text.startsWith(`Cannot send the header ${name}: `), text);
}
const named = await httpGet.run({ url: url.replace("//", "//ada:engine@") });
assert.match(named.text, /with a user name or password/);

const handler = httpHandler(open.tools);
const call = { name: "http_get", arguments: { url } };
const answer = await handler.fetch(
  new Request("http://localhost/mcp", {
    method: "POST",
    headers: {
      accept: "application/json, text/event-stream",
      "content-type": "application/json",
    },
    body: JSON.stringify({ jsonrpc: "2.0", id: 1, method: "tools/call", params: call }),
  }),
);
assert.match(await answer.text(), /"text":"hello"/);
const evil = new Request("http://evil.example/mcp", { method: "POST" });
assert.equal((await handler.fetch(evil)).status, 403);

await handler.close();
await open.close();
await closed.close();
server.close();
console.log("mcp: every check passed");
