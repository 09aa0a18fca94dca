/**
 * The built-in modules of Node, Deno and Bun, which browsers lack.
 *
 * @module
 */

interface Runtime {
  readonly process?: { getBuiltinModule?(name: string): unknown };
}

/** Returns the module, or undefined if the runtime lacks it. */
export function builtinModule<T>(name: string): T | undefined {
  // Read here, not at load: on Deno the first access loads node:process, which takes ten milliseconds.
  return (globalThis as Runtime).process?.getBuiltinModule?.(name) as T | undefined;
}
