/**
 * Files, for the scripts of the gate.
 *
 * @module
 */

/** Copies a file, or a folder with all that is in it. */
export async function copy(from: string, to: string): Promise<void> {
  if ((await Deno.stat(from)).isFile) return await Deno.copyFile(from, to);
  await Deno.mkdir(to);
  for await (const { name } of Deno.readDir(from)) await copy(`${from}/${name}`, `${to}/${name}`);
}

/** Runs `use` with a temporary folder, which is gone afterwards. */
export async function withTempDir<T>(use: (folder: string) => Promise<T>): Promise<T> {
  const folder = await Deno.makeTempDir({ prefix: "networking-" });
  try {
    return await use(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** The files below a folder whose names end so, as paths from there, in order. */
export async function filesBelow(folder: string | URL, ending: string): Promise<string[]> {
  const root = folder instanceof URL ? folder.pathname : folder;
  const found: string[] = [];
  const read = async (below: string): Promise<void> => {
    for await (const { name, isDirectory } of Deno.readDir(`${root}/${below}`)) {
      if (isDirectory) await read(`${below}${name}/`);
      else if (name.endsWith(ending)) found.push(below + name);
    }
  };
  await read("");
  return found.sort();
}
