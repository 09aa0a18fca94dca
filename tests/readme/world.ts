/**
 * What stands around the examples of README.md: `https://api.example` and `wss://api.example` are a server on
 * loopback. Each example imports it first, so that the page shows what people type and no server.
 *
 * @module
 */

const text = (body: string, type = "text/event-stream") =>
  new Response(body, { headers: { "content-type": type } });

let calls = 0;

/** The service of the examples. */
async function answer(request: Request): Promise<Response> {
  const { pathname, searchParams } = new URL(request.url);
  switch (`${request.method} ${pathname}`) {
    case "GET /v1/users":
      return Response.json([{ name: searchParams.get("page") === "2" ? "Ada" : "nobody" }]);
    case "POST /v1/users":
      return Response.json({ title: "the name is taken", name: (await request.json()).name }, {
        status: 409,
        headers: { "content-type": "application/problem+json" },
      });
    case "GET /v1/me":
      return Response.json({ authorization: request.headers.get("authorization") });
    case "POST /v1/orders": // down at first, then there
      return calls++ === 0
        ? new Response(null, { status: 503, headers: { "retry-after": "0" } })
        : Response.json({ key: request.headers.has("idempotency-key") });
    case "POST /v1/chat":
      return text("data: Hel\n\ndata: lo\n\n");
    case "GET /live": {
      const { socket, response } = Deno.upgradeWebSocket(request);
      socket.onmessage = ({ data }) => {
        socket.send(`echo ${data}`);
        socket.close(1000);
      };
      return response;
    }
  }
  return new Response(null, { status: 404 });
}

const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, answer);
server.unref();

function here(url: string | URL): URL {
  const target = new URL(url);
  if (target.hostname !== "api.example") throw new Error(`no example asks for ${target.origin}`);
  target.protocol = target.protocol.replace("s:", ":");
  target.host = `127.0.0.1:${server.addr.port}`;
  return target;
}

const { fetch, WebSocket } = globalThis;
globalThis.fetch = (input, init) => fetch(here(input instanceof Request ? input.url : input), init);
globalThis.WebSocket = class extends WebSocket {
  constructor(url: string | URL, options?: ConstructorParameters<typeof WebSocket>[1]) {
    super(here(url), options);
  }
};
