/**
 * Modules that Node, Deno and Bun have built in, and browsers have not.
 *
 * @module
 */

interface Runtime {
  readonly process?: { getBuiltinModule?(name: string): unknown };
}

/** The module, or undefined where there is none. */
export function builtinModule<T>(name: string): T | undefined {
  // Looked at here and not at load: on Deno the first look loads node:process, ten milliseconds.
  return (globalThis as Runtime).process?.getBuiltinModule?.(name) as T | undefined;
}
