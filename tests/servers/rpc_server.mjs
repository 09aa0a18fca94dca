// Servers of JSON-RPC of npm, on the port of the first argument: jayson over HTTP, and json-rpc-2.0, which
// calls its client as well, over ws.
// deno-lint-ignore-file no-external-import
import { Buffer } from "node:buffer";
import { createServer } from "node:http";
import jayson from "npm:jayson@4.3.0";
import {
  JSONRPCClient,
  JSONRPCErrorException,
  JSONRPCServer,
  JSONRPCServerAndClient,
} from "npm:json-rpc-2.0@1.7.1";
import { WebSocketServer } from "npm:ws@8.18.3";

const subtract = (params) =>
  Array.isArray(params) ? params[0] - params[1] : params.minuend - params.subtrahend;
const notified = [];
const http = jayson.server({
  subtract: (params, answer) => answer(null, subtract(params)),
  sum: (params, answer) => answer(null, params.reduce((sum, one) => sum + one, 0)),
  fail: (_params, answer) => answer({ code: 17, message: "as asked", data: { why: ["so"] } }),
  note: (params, answer) => answer(null, notified.push(params)),
  notified: (_params, answer) => answer(null, notified),
});
const server = createServer((request, response) => {
  const chunks = [];
  request.on("data", (chunk) => chunks.push(chunk)).on("end", () => {
    http.call(Buffer.concat(chunks).toString(), (error, result) => {
      const answer = error ?? result;
      response.writeHead(answer ? 200 : 204, { "content-type": "application/json" });
      response.end(answer ? JSON.stringify(answer) : undefined);
    });
  });
});
new WebSocketServer({ server }).on("connection", (socket) => {
  const peer = new JSONRPCServerAndClient(
    new JSONRPCServer(),
    new JSONRPCClient((message) => socket.send(JSON.stringify(message))),
  );
  peer.addMethod("subtract", subtract);
  peer.addMethod("fail", () => {
    throw new JSONRPCErrorException("as asked", 17);
  });
  // Calls its client back, and answers with what that answers.
  peer.addMethod("callBack", async ([method, params]) => await peer.request(method, params));
  let subscriptions = 0;
  const timers = new Map();
  peer.addMethod("subscribe", () => {
    const subscription = `s${++subscriptions}`;
    let result = 0;
    const tick = () => peer.notify("tick", { subscription, result: ++result });
    tick(); // before the answer
    timers.set(subscription, setInterval(tick, 5));
    return subscription;
  });
  peer.addMethod("unsubscribe", ([subscription]) => {
    clearInterval(timers.get(subscription));
    return timers.delete(subscription);
  });
  socket.on("message", (data) => peer.receiveAndSend(JSON.parse(String(data))));
  socket.on("close", () => timers.forEach(clearInterval));
});
server.listen(Number(Deno.args[0]), "127.0.0.1");
