/**
 * What a module does when it is imported: some runtimes (workerd, for one) allow no input, output, timer,
 * random number or signal there.
 */

import { assertEquals, assertThrows } from "@std/assert";
import { sourceFiles } from "./layout.ts";

const SRC = new URL("../../src/", import.meta.url);
const files = await sourceFiles();

/** A function or constructor that does nothing but say who called it. */
function forbidden(name: string): () => never {
  return function () {
    throw new Error(`${name} at module scope`);
  };
}

/** Replaces what a module may not use while it is imported; the function puts it back. */
function forbid(): () => void {
  const restores: (() => void)[] = [];
  const replace = (holder: object, name: string, path: string) => {
    const original = Object.getOwnPropertyDescriptor(holder, name);
    if (original === undefined) return;
    const value: unknown = Reflect.get(holder, name);
    // What it inherits and has stays, for `instanceof`, `prototype` and so on.
    const by = typeof value === "function" ? forbidden(path) : undefined;
    const shown = by && Object.setPrototypeOf(by, value as object);
    if (by !== undefined) Object.assign(by, { prototype: (value as typeof Object).prototype });
    Object.defineProperty(holder, name, { configurable: true, writable: true, value: shown });
    restores.push(() => Object.defineProperty(holder, name, original));
  };
  for (
    const [holder, path, names] of [
      [globalThis, "", GLOBALS],
      [AbortSignal, "AbortSignal.", ["abort", "any", "timeout"]],
      [Math, "Math.", ["random"]],
      [Object.getPrototypeOf(crypto), "crypto.", ["getRandomValues", "randomUUID"]],
      [crypto, "crypto.", ["getRandomValues", "randomUUID"]],
      [Object.getPrototypeOf(crypto.subtle), "crypto.subtle.", [
        "digest",
        "generateKey",
        "importKey",
      ]],
    ] as const
  ) {
    for (const name of names) replace(holder, name, path + name);
  }
  return () => restores.reverse().forEach((restore) => restore());
}

const GLOBALS = [
  ...["AbortController", "setTimeout", "setInterval", "setImmediate", "fetch", "Worker"],
  ...["ReadableStream", "WritableStream", "TransformStream", "CompressionStream"],
  ...["DecompressionStream", "TextDecoderStream", "TextEncoderStream", "WebSocket", "EventSource"],
  ...["BroadcastChannel", "MessageChannel"],
];

// R11.3
Deno.test("no module makes a signal, timer, random number, stream or connection when it is imported", async () => {
  const problems: string[] = [];
  const restore = forbid();
  try {
    for (const { path } of files) {
      if (path === "cli/bin.ts") continue; // the program runs
      await import(new URL(path, SRC).href).catch((error) => problems.push(`${path}: ${error}`));
    }
  } finally {
    restore();
  }
  assertEquals(problems, []);
});

Deno.test("what is forbidden throws, also with `new`, until it is allowed again", () => {
  const restore = forbid();
  try {
    for (
      const act of [
        () => new AbortController(),
        () => AbortSignal.abort(),
        () => crypto.getRandomValues(new Uint8Array(1)),
        () => new ReadableStream(),
        () => setTimeout(() => {}),
      ]
    ) {
      assertThrows(act, Error, "at module scope");
    }
  } finally {
    restore();
  }
  assertEquals([AbortSignal.abort().aborted, crypto.randomUUID().length], [true, 36]);
});
