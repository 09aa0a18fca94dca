/**
 * The sessions of clients with a protocol before 2026-07-28. A session begins with `initialize`. Such a client
 * cancels a call by a separate request, and the session finds the call.
 *
 * @module
 */

import {
  isInitializeRequest,
  isLegacyRequest,
  type McpServer,
  WebStandardStreamableHTTPServerTransport,
} from "@modelcontextprotocol/server";

const SESSION_HEADER = "mcp-session-id";
/** The most sessions; a new one evicts the least recently used. */
const MOST_SESSIONS = 100;
const IDLE_MS = 30 * 60_000;

interface Session {
  readonly transport: WebStandardStreamableHTTPServerTransport;
  usedAt: number;
}

/** The sessions of one handler. */
export class Sessions {
  readonly #make: () => McpServer;
  readonly #sessions = new Map<string, Session>();

  constructor(make: () => McpServer) {
    this.#make = make;
  }

  /** Handles a request that begins a session or belongs to one; returns `undefined` for any other. */
  async answer(request: Request): Promise<Response | undefined> {
    const id = request.headers.get(SESSION_HEADER);
    if (id === null) return await this.#begin(request);
    const session = this.#sessions.get(id);
    if (session === undefined) { // by the protocol, the client then starts a new session
      return Response.json({
        jsonrpc: "2.0",
        error: { code: -32001, message: "Session not found" },
        id: null,
      }, { status: 404 });
    }
    this.#use(id, session);
    return await session.transport.handleRequest(request);
  }

  async #begin(request: Request): Promise<Response | undefined> {
    if (request.method !== "POST" || !await isLegacyRequest(request)) return undefined;
    let parsedBody: unknown;
    try {
      parsedBody = await request.clone().json();
    } catch {
      return undefined; // not JSON: the handler of other requests reports it
    }
    if (!isInitializeRequest(parsedBody)) return undefined;
    const transport: WebStandardStreamableHTTPServerTransport =
      new WebStandardStreamableHTTPServerTransport({
        sessionIdGenerator: () => crypto.randomUUID(),
        onsessioninitialized: (id) => this.#use(id, { transport, usedAt: 0 }),
        onsessionclosed: (id) => void this.#sessions.delete(id),
      });
    await this.#make().connect(transport);
    return await transport.handleRequest(request, { parsedBody });
  }

  #use(id: string, session: Session): void {
    session.usedAt = performance.now();
    this.#sessions.delete(id);
    this.#sessions.set(id, session);
    for (const [oldest, { transport, usedAt }] of this.#sessions) {
      if (this.#sessions.size <= MOST_SESSIONS && usedAt > session.usedAt - IDLE_MS) break;
      this.#sessions.delete(oldest);
      void transport.close();
    }
  }

  /** Ends all sessions. */
  async close(): Promise<void> {
    const open = [...this.#sessions.values()];
    this.#sessions.clear();
    await Promise.all(open.map(({ transport }) => transport.close()));
  }
}
