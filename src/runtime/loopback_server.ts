/**
 * A small HTTP server on 127.0.0.1, for people on this machine. Deno, Node and Bun have what it takes.
 *
 * @module
 */

import { builtinModule } from "./builtin_modules.ts";

/** A request, as `node:http` gives it. */
export interface LoopbackRequest {
  readonly method?: string;
  /** The target: path and query. */
  readonly url?: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
}

/** What answers it. */
export interface LoopbackResponse {
  writeHead(status: number, headers: Readonly<Record<string, string>>): unknown;
  /** Returns false if the reader is slow: then `drain` says when to go on. */
  write(text: string): boolean;
  end(text?: string): void;
  on(event: "close" | "drain", listener: () => void): unknown;
}

interface NodeServer {
  once(event: "error", listener: (error: Error) => void): void;
  on(event: "connection", listener: (socket: { unref(): unknown }) => void): void;
  listen(port: number, hostname: string, listening: () => void): void;
  address(): { readonly port: number };
  unref(): void;
  close(closed: () => void): void;
  closeAllConnections(): void;
}

interface NodeHTTP {
  createServer(
    handle: (request: LoopbackRequest, response: LoopbackResponse) => void,
  ): NodeServer;
}

interface Runtime {
  readonly Deno?: {
    listen?(options: { readonly hostname: string; readonly port: number }): { close(): void };
  };
}

/** A server that listens. */
export interface LoopbackServer {
  readonly port: number;
  /** Ends it and its connections. */
  close(): Promise<void>;
}

/** Whether this runtime can serve. */
export function canServe(): boolean {
  // The servers of workerd's node:http get what the worker is asked, and listen to no port.
  const { navigator } = globalThis as { readonly navigator?: { readonly userAgent?: string } };
  return navigator?.userAgent !== "Cloudflare-Workers" && builtinModule("node:http") !== undefined;
}

/**
 * Listens on 127.0.0.1.
 *
 * @param port The port; 0 is any free one.
 * @param handle Answers each request.
 * @param options `isBackground`: the server lets the process end.
 */
export async function serveLoopback(
  port: number,
  handle: (request: LoopbackRequest, response: LoopbackResponse) => void,
  { isBackground = false }: { readonly isBackground?: boolean } = {},
): Promise<LoopbackServer> {
  requirePermission(port);
  const server = builtinModule<NodeHTTP>("node:http")!.createServer(handle);
  await new Promise<void>((listening, failed) => {
    server.once("error", failed);
    server.listen(port, "127.0.0.1", listening);
  });
  if (isBackground) {
    server.unref();
    server.on("connection", (socket) => void socket.unref());
  }
  return {
    port: server.address().port,
    close: async () => {
      const closed = new Promise<void>((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  };
}

/** Throws if Deno may not listen there: its node:http throws that where nobody can catch it. */
function requirePermission(port: number): void {
  try {
    (globalThis as Runtime).Deno?.listen?.({ hostname: "127.0.0.1", port }).close();
  } catch (error) {
    if ((error as Error).name === "NotCapable") throw error; // node:http tells the others
  }
}
