/**
 * Whether a host is this very machine, where a secret in clear text stays.
 *
 * @module
 */

/** Whether a host, as a URL has it, is loopback by itself (RFC 6761 6.3, RFC 1122 3.2.1.3). */
export function isLoopbackHost(hostname: string): boolean {
  return /^(?:(?:.+\.)?localhost|127\.[\d.]+|\[::1\])$/.test(hostname);
}
