/**
 * Middleware, hooks and transports of one's own.
 *
 * @module
 */

import {
  type ExchangeMiddleware,
  HTTPClient,
  NetworkingError,
  type OperationMiddleware,
  Response as OurResponse,
} from "@codomyrmex/networking";
import { equal, failure, ok, rejection } from "./assert.ts";
import { type Case, feature, QUICK } from "./case.ts";

/** The cases. */
export const middleware: readonly Case[] = feature("middleware and hooks", {
  async "operation middleware runs once a call, exchange middleware once a request"(context) {
    await context.answer("/x", { status: 503 }, { body: "here" });
    const order: string[] = [];
    const operation: OperationMiddleware = async (request, next) => {
      order.push("call");
      const response = await next(request);
      order.push("end");
      return response;
    };
    const exchange: ExchangeMiddleware = (request, next) => {
      order.push("request");
      return next({ ...request, headers: { ...request.headers, "x-added": "1" } });
    };
    const use = { operation: [operation], exchange: [exchange] };
    equal((await new HTTPClient({ ...QUICK, use }).get(context.url("/x"))).text, "here");
    equal(order, ["call", "request", "request", "end"]);
    equal((await context.requests()).map(({ headers }) => headers["x-added"]), ["1", "1"]);
  },
  // R8.3
  async "the first middleware is the outermost"({ url }) {
    const order: number[] = [];
    const at = (number: number): OperationMiddleware => (request, next) => {
      order.push(number);
      return next(request);
    };
    await new HTTPClient({ use: { operation: [at(1), at(2)] } }).get(url("/x"));
    equal(order, [1, 2]);
  },
  async "middleware may answer itself"({ url, requests }) {
    const operation: OperationMiddleware = () =>
      Promise.resolve(new OurResponse({ statusCode: 299, content: "kept" }));
    const client = new HTTPClient({ use: { operation: [operation] } });
    const response = await client.get(url("/x"));
    equal([response.statusCode, response.text, (await requests()).length], [299, "kept", 0]);
  },
  async "what middleware and hooks throw comes through unchanged"({ url }) {
    const thrown = new RangeError("mine");
    const exchange: ExchangeMiddleware = () => Promise.reject(thrown);
    const client = new HTTPClient();
    const using = client.extend({ use: { exchange: [exchange] } });
    ok(await rejection(using.get(url("/x"))) === thrown, "it is the very error of the middleware");
    const hooks = {
      onResponse: () => {
        throw thrown;
      },
    };
    ok(await rejection(client.get(url("/x"), { hooks })) === thrown, "and that of the hook");
  },
  async "hooks are told of requests, responses and retries, in order"({ url, answer }) {
    await answer("/x", { status: 503 }, { body: "here" });
    const told: unknown[] = [];
    const client = new HTTPClient({
      ...QUICK,
      hooks: {
        onRequest: ({ attempt, request }) => void told.push(["request", attempt, request.method]),
        onResponse: ({ response }) => void told.push(["response", response.statusCode]),
        onRetry: ({ statusCode, attempt }) => void told.push(["retry", statusCode, attempt]),
      },
    });
    await client.get(url("/x"));
    equal(told, [
      ["request", 1, "GET"],
      ["response", 503],
      ["retry", 503, 2],
      ["request", 2, "GET"],
      ["response", 200],
    ]);
  },
  async "onError is told once, with the attempts"({ closed }) {
    const told: NetworkingError[] = [];
    const hooks = {
      onError: ({ error }: { readonly error: NetworkingError }) => void told.push(error),
    };
    const call = new HTTPClient({ ...QUICK, maxRetries: 1, hooks }).get(closed);
    const error = await failure(NetworkingError, call);
    equal([told.length, told[0] === error, error.attempts.length], [1, true, 2]);
  },
  async "context reaches middleware and hooks, the call's over the client's"({ url }) {
    const seen: unknown[] = [];
    const hooks = {
      onRequest: ({ request }: { readonly request: { readonly context: unknown } }) =>
        void seen.push(request.context),
    };
    const client = new HTTPClient({ context: { a: 1, b: 1 }, hooks });
    await client.get(url("/x"), { context: { b: 2 } });
    equal(seen, [{ a: 1, b: 2 }]);
  },
  async "a transport of one's own puts requests on the wire"({ url }) {
    const transport = async (to: string, init: RequestInit) => {
      const response = await fetch(to, init);
      return new Response(`(${await response.text()})`, response);
    };
    const client = new HTTPClient({ transport });
    const response = await client.post(url("/x"), "body");
    ok(response.text.startsWith("({") && response.text.endsWith("})"), response.text);
  },
});
