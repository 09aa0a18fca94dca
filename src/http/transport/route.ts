/**
 * Where connections go instead of the server: told by transports, for the words of their failures.
 *
 * @module
 */

/** What a transport knows of its connections, and no runtime says. */
export interface Route {
  /** Where the proxy is, without its credentials. */
  readonly proxy?: string | undefined;
  /** The path of the Unix socket that connections go to. */
  readonly socket?: string | undefined;
  /** Whether a client certificate was given. */
  readonly hasCertificate?: boolean;
}

const ROUTES = new WeakMap<object, Route>();

/** Adds what the transport knows to what fetch threw; gives the same error. */
export function withRoute(error: unknown, route: Route): unknown {
  if (typeof error === "object" && error !== null) ROUTES.set(error, route);
  return error;
}

/** What the transport knew of the connection that failed. */
export function routeOf(error: unknown): Route {
  return ROUTES.get(Object(error)) ?? {};
}
