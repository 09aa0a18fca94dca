/**
 * The environment of the process, as far as the program may read it without being asked.
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

/** A variable: its value, `undefined` if it is not set, `false` if the program may not read it. */
export function environmentVariable(variable: string): string | undefined | false {
  const { Deno } = globalThis as Runtime;
  if (Deno !== undefined) {
    const state = Deno.permissions?.querySync?.({ name: "env", variable }).state;
    if (state !== "granted") return false;
  }
  // Looked at after that: on Deno the first look loads node:process.
  const env = (globalThis as Runtime).process?.env;
  return env === undefined ? false : env[variable];
}
