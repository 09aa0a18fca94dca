/**
 * The examples of README.md, and what each says that it prints.
 *
 * @module
 */

/** The page. */
export const README: string = await Deno.readTextFile(
  new URL("../../README.md", import.meta.url),
);

/** An example in TypeScript, with the line where it begins. */
export interface Example {
  readonly line: number;
  readonly code: string;
}

/** All of them, in order. */
export const EXAMPLES: readonly Example[] = [...README.matchAll(/^```ts\n([\s\S]*?)^```/gm)]
  .map(({ index, 1: code = "" }) => ({ line: README.slice(0, index).split("\n").length, code }));

/** Runtimes differ in quotes and in where they break lines. */
function plain(printed: string): string {
  return printed.trim().replaceAll("'", '"').replaceAll(/\s+/g, " ").replaceAll(/,(?= [}\]])/g, "");
}

/**
 * Whether a program printed what its example says: the comments behind each `console.log()`, in which `…`
 * stands for anything.
 */
export function isPromised({ code }: Example, printed: string): boolean {
  const said = [...code.matchAll(/console\.log\(.*\);? \/\/ (.*)$/gm)].map(([, text = ""]) => text);
  const parts = plain(said.join("\n")).split("…");
  const literal = parts.map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
  return said.length > 0 && new RegExp(`^${literal.join(".*")}$`).test(plain(printed));
}
