/**
 * The service of README.md's examples, on loopback.
 *
 * @module
 */

const text = (body: string, type = "text/event-stream") =>
  new Response(body, { headers: { "content-type": type } });

const orders = new Set<string>();

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
    case "POST /v1/orders": { // each is refused at first
      const key = request.headers.get("idempotency-key") ?? "";
      if (orders.has(key)) return Response.json({ key: key !== "" });
      orders.add(key);
      return new Response(null, { status: 503, headers: { "retry-after": "0" } });
    }
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

/** Starts it; it keeps no process alive. Gives its port. */
export function startService(): number {
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, answer);
  server.unref();
  return server.addr.port;
}
