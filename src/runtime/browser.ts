/**
 * Whether the program runs in a browser.
 *
 * @module
 */

/**
 * Whether the program runs in a browser without Node; Electron and jsdom have Node. The runtime decides,
 * not errors of fetch, since fake networks on Node throw the errors of a browser.
 */
export function isBrowser(): boolean {
  const runtime = globalThis as {
    readonly navigator?: { readonly userAgent?: string };
    readonly process?: { readonly versions?: { readonly node?: string } };
  };
  // In this order: on Deno the first access to `process` loads node:process.
  return (runtime.navigator?.userAgent?.startsWith("Mozilla/") ?? false) &&
    runtime.process?.versions?.node === undefined;
}
