/**
 * Whether the program runs in a browser.
 *
 * @module
 */

/**
 * Whether a browser is all there is: Electron and jsdom have Node below. The runtime is asked, because
 * doubles of the network on Node throw what a browser would.
 */
export function isBrowser(): boolean {
  const runtime = globalThis as {
    readonly navigator?: { readonly userAgent?: string };
    readonly process?: { readonly versions?: { readonly node?: string } };
  };
  // In this order: on Deno the first look at `process` loads node:process.
  return (runtime.navigator?.userAgent?.startsWith("Mozilla/") ?? false) &&
    runtime.process?.versions?.node === undefined;
}
