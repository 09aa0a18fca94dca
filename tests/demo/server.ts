/**
 * The server of the demo: every path misbehaves in one way that real servers do.
 *
 * @module
 */

import {
  type RawConnection,
  type RawRequest,
  type RawServer,
  rawServer,
} from "../support/raw_server.ts";

/** The two origins of the demo; the second is where a redirect leads. */
export interface DemoServers extends AsyncDisposable {
  readonly api: RawServer;
  readonly elsewhere: RawServer;
}

/** Starts both. */
export async function startServers(): Promise<DemoServers> {
  const elsewhere = await rawServer((_request, connection) =>
    answer(connection, "200 OK", {}, '{"here":true}')
  );
  const api = await rawServer((request, connection) =>
    misbehave(request, connection, elsewhere, api)
  );
  return {
    api,
    elsewhere,
    async [Symbol.asyncDispose]() {
      await api[Symbol.asyncDispose]();
      await elsewhere[Symbol.asyncDispose]();
    },
  };
}

async function misbehave(
  request: RawRequest,
  connection: RawConnection,
  elsewhere: RawServer,
  api: RawServer,
): Promise<void> {
  const visits = api.requests.filter(({ target }) => target === request.target).length;
  switch (request.target) {
    case "/busy":
      return visits === 1
        ? await answer(connection, "503 Service Unavailable", {}, "come back later")
        : await answer(connection, "200 OK", {}, '{"users":3}');
    case "/limited":
      return visits === 1
        ? await answer(connection, "429 Too Many Requests", { "Retry-After": "1" }, "slow down")
        : await answer(connection, "200 OK", {}, '{"users":3}');
    case "/tomorrow":
      return await answer(
        connection,
        "429 Too Many Requests",
        { "Retry-After": "86400" },
        "quota used up",
      );
    case "/slow":
      await connection.write(
        "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n{",
      );
      return await connection.closed; // the rest never comes
    case "/reset":
      return visits === 1
        ? connection.reset()
        : await answer(connection, "200 OK", {}, '{"users":3}');
    case "/moved":
      return await answer(connection, "302 Found", { Location: `${elsewhere.origin}/new` }, "");
    case "/truncated":
      return await answer(connection, "200 OK", {}, '{"users":[{"name":"Ada"},{"na');
    case "/orders":
      return connection.reset(); // after it has read the order
    default:
      return await answer(connection, "200 OK", {}, "{}");
  }
}

async function answer(
  connection: RawConnection,
  status: string,
  headers: Record<string, string>,
  body: string,
): Promise<void> {
  const fields = {
    "Content-Type": body.startsWith("{") ? "application/json" : "text/plain",
    "Content-Length": String(body.length),
    ...headers,
  };
  const lines = Object.entries(fields).map(([name, value]) => `${name}: ${value}\r\n`);
  await connection.write(`HTTP/1.1 ${status}\r\n${lines.join("")}\r\n${body}`);
}
