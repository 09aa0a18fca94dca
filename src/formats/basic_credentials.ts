/**
 * The credentials of Basic authentication (RFC 7617) as a header value.
 *
 * @module
 */

/** Returns the value of the Authorization header. */
export function basicCredentials(user: string, password: string): string {
  const bytes = new TextEncoder().encode(`${user}:${password}`);
  return `Basic ${btoa(String.fromCharCode(...bytes))}`;
}
