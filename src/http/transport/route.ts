/**
 * Routes of connections that do not go directly to the server. Transports report them for error messages.
 *
 * @module
 */

/** Facts about a transport's connections that errors of the runtime lack. */
export interface Route {
  /** The address of the proxy, without its credentials. */
  readonly proxy?: string | undefined;
  /** The path of the Unix socket that connections go to. */
  readonly socket?: string | undefined;
  /** Whether a client certificate was given. */
  readonly hasCertificate?: boolean;
}

const ROUTES = new WeakMap<object, Route>();

/** Attaches the route to an error of fetch; returns the same error. */
export function withRoute(error: unknown, route: Route): unknown {
  if (typeof error === "object" && error !== null) ROUTES.set(error, route);
  return error;
}

/** Returns the route of the connection that failed. */
export function routeOf(error: unknown): Route {
  return ROUTES.get(Object(error)) ?? {};
}
