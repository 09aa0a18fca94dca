/**
 * The http: URL of a handshake.
 *
 * @module
 */

/** Returns the http: or https: URL of a WebSocket's URL: auth schemes know no other. */
export function httpURL(url: string): string {
  return url.replace(/^ws/i, "http");
}
