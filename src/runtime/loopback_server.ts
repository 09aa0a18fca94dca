/**
 * A small HTTP server on 127.0.0.1, for users of this machine. It runs on Deno, Node and Bun.
 *
 * @module
 */

import { builtinModule } from "./builtin_modules.ts";

/** A request of `node:http`. */
export interface LoopbackRequest {
  readonly method?: string;
  /** The target: path and query. */
  readonly url?: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
}

/** A response of `node:http`. */
export interface LoopbackResponse {
  writeHead(status: number, headers: Readonly<Record<string, string>>): unknown;
  /** Returns false if the reader is slow; wait for the event `drain` then. */
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

/** A listening server. */
export interface LoopbackServer {
  readonly port: number;
  /** Closes the server and its connections. */
  close(): Promise<void>;
}

/** Whether this runtime can run the server. */
export function canServe(): boolean {
  // Servers of workerd's node:http receive the requests of the worker, and listen on no port.
  const { navigator } = globalThis as { readonly navigator?: { readonly userAgent?: string } };
  return navigator?.userAgent !== "Cloudflare-Workers" && builtinModule("node:http") !== undefined;
}

/**
 * Listens on 127.0.0.1.
 *
 * @param port The port; 0 for any free port.
 * @param handle Answers each request.
 * @param options `isBackground`: the server does not keep the process alive.
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

/** Throws if Deno may not listen on the port; its node:http throws that error where it cannot be caught. */
function requirePermission(port: number): void {
  try {
    (globalThis as Runtime).Deno?.listen?.({ hostname: "127.0.0.1", port }).close();
  } catch (error) {
    if ((error as Error).name === "NotCapable") throw error; // node:http reports other errors
  }
}
