/**
 * What the tools call themselves, to servers and to hosts.
 *
 * @module
 */

/** The name and the version of this package. */
export const INFO = { name: "codomyrmex-networking", version: "0.1.0" } as const;
