/**
 * Environment variables.
 *
 * @module
 */

import { builtinModule } from "./builtin_modules.ts";

/** Environment variables by name. */
export type Environment = Readonly<Record<string, string | undefined>>;

interface Runtime {
  readonly Deno?: {
    readonly permissions?: {
      querySync?(what: { name: "env"; variable: string }): { readonly state: string };
    };
  };
  readonly process?: { readonly env?: Environment };
}

/** Returns all variables, or none if the runtime has none. Deno asks for permission when one is read. */
export function environment(): Environment {
  return builtinModule<{ readonly env: Environment }>("node:process")?.env ?? {};
}

/**
 * Returns the value of a variable, `undefined` if it is not set, `false` if the program may not read it. It
 * never causes a permission prompt.
 */
export function environmentVariable(variable: string): string | undefined | false {
  const { Deno } = globalThis as Runtime;
  if (Deno !== undefined) {
    const state = Deno.permissions?.querySync?.({ name: "env", variable }).state;
    if (state !== "granted") return false;
  }
  // Read after the check: on Deno the first access to `process` loads node:process.
  const env = (globalThis as Runtime).process?.env;
  return env === undefined ? false : env[variable];
}
