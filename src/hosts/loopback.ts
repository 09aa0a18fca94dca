/**
 * Recognises hosts on this machine, to which a secret may be sent in clear text.
 *
 * @module
 */

/** Whether the host of a URL is loopback without resolving it (RFC 6761 6.3, RFC 1122 3.2.1.3). */
export function isLoopbackHost(hostname: string): boolean {
  return /^(?:(?:.+\.)?localhost|127\.[\d.]+|\[::1\])$/.test(hostname);
}
