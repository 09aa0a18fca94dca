/**
 * The http: URL of a handshake.
 *
 * @module
 */

/** The origin that HTTP has for a WebSocket's: schemes know no other. */
export function httpURL(url: string): string {
  return url.replace(/^ws/i, "http");
}
