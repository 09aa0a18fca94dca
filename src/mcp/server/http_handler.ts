/**
 * Serves the tools over streamable HTTP: without sessions in the protocol of 2026-07-28, and with sessions in
 * earlier versions.
 *
 * @module
 */

import {
  createMcpHandler,
  validateHostHeader,
  validateOriginHeader,
} from "@modelcontextprotocol/server";
import { sameBytes } from "../../formats/same_bytes.ts";
import { callable, list, type OptionTable, text } from "../../options/checks.ts";
import { readOptions } from "../../options/read_options.ts";
import { makeServer, SERVER_CHECKS, type ServerOptions } from "./server.ts";
import { Sessions } from "./sessions.ts";
import type { Tool } from "../policy/tool.ts";

/** Options of {@linkcode httpHandler}. */
export interface HTTPHandlerOptions extends ServerOptions {
  /**
   * The allowed host names in the header Host, and in Origin if a browser sends it. They keep web pages from reaching
   * a server on this machine (DNS rebinding).
   *
   * @default {["localhost", "127.0.0.1", "[::1]"]}
   */
  readonly hosts?: readonly string[];
  /** The bearer token that requests must have; at least 16 visible ASCII characters. */
  readonly token?: string;
  /** Called with errors that no response reports. */
  readonly onError?: (error: Error) => void;
}

/** Handles requests of the protocol. */
export interface HTTPHandler {
  /** Handles a request; it needs no `this`. */
  readonly fetch: (request: Request) => Promise<Response>;
  /** Ends running calls. */
  close(): Promise<void>;
}

const TABLE = {
  ...SERVER_CHECKS,
  hosts: list(text, "an array of host names"),
  token: text,
  onError: callable<(error: Error) => void>(),
} satisfies OptionTable<HTTPHandlerOptions>;
const LOCAL = ["localhost", "127.0.0.1", "[::1]"];

/**
 * Makes a handler for `Deno.serve` and similar servers. Listen on 127.0.0.1 only, unless it has a token.
 *
 * @example
 * ```ts
 * import { httpHandler, networkTools } from "@codomyrmex/networking/mcp";
 *
 * await using network = await networkTools();
 * const handler = httpHandler(network.tools, { token: "a-long-random-text" });
 * const options = { hostname: "127.0.0.1", port: 0, onListen() {} };
 * await using server = Deno.serve(options, handler.fetch);
 * const response = await fetch(`http://127.0.0.1:${server.addr.port}/mcp`, { method: "POST" });
 * console.log(response.status); // 401
 * await response.body?.cancel();
 * await handler.close();
 * ```
 *
 * @param tools The tools.
 * @param options Which requests are allowed.
 * @throws {TypeError} If an option cannot be used.
 */
export function httpHandler(tools: readonly Tool[], options?: HTTPHandlerOptions): HTTPHandler {
  const own = readOptions("serve the tools", options, TABLE);
  const { hosts = LOCAL, token, onError, ...server } = own;
  if (token !== undefined && !/^[\x21-\x7e]{16,}$/.test(token)) {
    throw new TypeError(
      "Cannot serve the tools: the token must have at least 16 visible ASCII characters",
    );
  }
  const make = () => makeServer(tools, "tcp", server);
  const sessions = new Sessions(make);
  const handler = createMcpHandler(make, { ...(onError !== undefined && { onerror: onError }) });
  return {
    async fetch(request) {
      // Requests that were never sent have no Host.
      const host = request.headers.get("host") ?? new URL(request.url).host;
      const refused = [
        validateHostHeader(host, [...hosts]),
        validateOriginHeader(request.headers.get("origin"), [...hosts]),
      ].find(({ ok }) => !ok);
      if (refused !== undefined) {
        return new Response("The Host or the Origin of the request is not allowed\n", {
          status: 403,
        });
      }
      if (token !== undefined && !await isToken(request.headers.get("authorization"), token)) {
        return new Response("The bearer token is missing or wrong\n", {
          status: 401,
          headers: { "www-authenticate": "Bearer" },
        });
      }
      return await sessions.answer(request) ?? await handler.fetch(request);
    },
    async close() {
      await sessions.close();
      await handler.close();
    },
  };
}

/** Compares digests, so that the time it takes reveals nothing about the token. */
async function isToken(field: string | null, token: string): Promise<boolean> {
  const given = /^Bearer +(\S+)$/i.exec(field ?? "")?.[1] ?? "";
  const digest = async (text: string) =>
    new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text)));
  return sameBytes(await digest(given), await digest(token));
}
