/**
 * Runs the suite where there is little but the web's own API: all of the `Deno` namespace is gone before
 * the library is loaded, and the runner gives no permission but for this machine's network.
 *
 * @module
 */

// Deno makes it at the first look, with functions that are gone afterwards.
void (globalThis as { readonly process?: unknown }).process;
for (const name of Object.getOwnPropertyNames(Deno)) {
  // Two that cannot be deleted have nothing to do with the library.
  if (name !== "errors") Reflect.deleteProperty(Deno, name);
}
if ("createHttpClient" in Deno || "readFile" in Deno || "connect" in Deno) {
  throw new Error("Cannot run without the Deno namespace: it is still there");
}
await import("./main.ts");
