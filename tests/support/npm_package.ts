/**
 * Gets a package from npm through Deno's own npm support, so that proxies, credentials and mirrors
 * that Deno is set up for keep working, and neither `npm` nor `tar` is needed.
 *
 * @module
 */

/** A package of npm, in one exact version. */
export interface NpmPackage {
  /** The name. */
  readonly name: string;
  /** The exact version. */
  readonly version: string;
  /** The hash of the tarball, as lock files spell it. Without it, the registry's own word counts. */
  readonly integrity?: string;
}

/**
 * Puts the package below `folder`, which must exist, and returns the package's folder. Throws with
 * what Deno printed if it cannot be had, or is not what `integrity` says. `environment` adds to the
 * variables that Deno sees.
 */
export async function installNpmPackage(
  wanted: NpmPackage,
  folder: string,
  environment: Readonly<Record<string, string>> = {},
): Promise<string> {
  const { name, version, integrity } = wanted;
  const config = {
    imports: { [name]: `npm:${name}@${version}` },
    nodeModulesDir: "auto",
    minimumDependencyAge: 0,
  };
  await Deno.writeTextFile(`${folder}/deno.json`, JSON.stringify(config));
  const env: Record<string, string> = { ...environment, NO_COLOR: "1" };
  const args = ["install"];
  if (integrity !== undefined) {
    await Deno.writeTextFile(`${folder}/deno.lock`, JSON.stringify(lockFile(wanted, integrity)));
    args.push("--frozen");
    // Deno compares the hash when it downloads, not when it finds the package in its cache.
    env.DENO_DIR = `${folder}/cache`;
  }
  const command = new Deno.Command(Deno.execPath(), { args, cwd: folder, env, stdin: "null" });
  const { success, stderr } = await command.output();
  if (!success) {
    throw new Error(`Cannot install ${name}@${version}:\n${new TextDecoder().decode(stderr)}`);
  }
  return `${folder}/node_modules/${name}`;
}

/** A lock file (version 5) that accepts nothing but the one tarball. */
function lockFile({ name, version }: NpmPackage, integrity: string): unknown {
  const specifier = `npm:${name}@${version}`;
  return {
    version: "5",
    specifiers: { [specifier]: version },
    npm: { [`${name}@${version}`]: { integrity } },
    workspace: { dependencies: [specifier] },
  };
}
