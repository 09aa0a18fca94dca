/**
 * The files of the runtime, for the few cases that need some: Deno, Node and Bun have them.
 *
 * @module
 */

/** As much of `node:fs/promises` as is used. */
interface FileSystem {
  mkdtemp(prefix: string): Promise<string>;
  readdir(folder: string): Promise<string[]>;
  readFile(path: string, encoding: "utf8"): Promise<string>;
  readlink(path: string): Promise<string>;
  stat(path: string): Promise<{ readonly mode: number }>;
  symlink(target: string, path: string): Promise<void>;
  writeFile(path: string, text: string, options?: { readonly mode: number }): Promise<void>;
  rm(path: string, options: { recursive: true }): Promise<void>;
}

/** Runs `use` with a new folder, which is gone afterwards. Fails where there are no files. */
export async function withFolder(
  use: (folder: string, files: FileSystem) => Promise<void>,
): Promise<void> {
  const { process } = globalThis as {
    readonly process?: { getBuiltinModule?(name: string): unknown };
  };
  const files = process?.getBuiltinModule?.("node:fs/promises") as FileSystem | undefined;
  const system = process?.getBuiltinModule?.("node:os") as { tmpdir(): string } | undefined;
  if (files === undefined || system === undefined) throw new Error("this runtime has no files");
  const folder = await files.mkdtemp(`${system.tmpdir()}/networking-`);
  try {
    await use(folder, files);
  } finally {
    await files.rm(folder, { recursive: true });
  }
}
