/**
 * Doc comments as the texts that people read.
 *
 * @module
 */

const ROOT = new URL("../../", import.meta.url);

/**
 * The text of a doc comment of a source file: that of the module, or the one before a declaration.
 *
 * @param path The file, from the root of the repository.
 * @param declaration How the declaration begins, such as `export class HTTPClient`.
 */
export async function docComment(path: string, declaration?: string): Promise<string> {
  const source = await Deno.readTextFile(new URL(path, ROOT));
  const end = declaration === undefined ? source.length : source.indexOf(`\n${declaration}`);
  if (end < 0) throw new Error(`${path} does not have ${declaration}`);
  const comments = [...source.slice(0, end).matchAll(/^\/\*\*\n([\s\S]*?)^ \*\//gm)];
  const [, text] = (declaration === undefined ? comments[0] : comments.at(-1)) ?? [];
  if (text === undefined) throw new Error(`${path} has no such comment`);
  return text.replaceAll(/^ \* ?/gm, "");
}
