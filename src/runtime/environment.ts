/**
 * Environment variables that the program may read without a permission prompt.
 *
 * @module
 */

interface Runtime {
  readonly Deno?: {
    readonly permissions?: {
      querySync?(what: { name: "env"; variable: string }): { readonly state: string };
    };
  };
  readonly process?: { readonly env?: Readonly<Record<string, string | undefined>> };
}

/**
 * Returns the value of a variable, `undefined` if it is not set, `false` if the program may not read it.
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
