import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { installNpmPackage } from "./npm_package.ts";

/** A tar archive of one file. */
function tar(name: string, text: string): Uint8Array<ArrayBuffer> {
  const encoder = new TextEncoder();
  const archive = new Uint8Array(4 * 512);
  const header = archive.subarray(0, 512);
  const field = (offset: number, value: string) => header.set(encoder.encode(value), offset);
  field(0, name);
  field(100, "0000644\0");
  field(124, `${text.length.toString(8).padStart(11, "0")}\0`);
  field(136, "00000000000\0");
  field(148, " ".repeat(8));
  field(156, "0");
  field(257, "ustar\x0000");
  const sum = header.reduce((total, byte) => total + byte, 0);
  field(148, `${sum.toString(8).padStart(6, "0")}\0 `);
  archive.set(encoder.encode(text), 512);
  return archive;
}

/** A registry on loopback that has one package; its own word about the hash is always right. */
async function fakeRegistry(): Promise<
  { url: string; integrity: string; close: () => Promise<void> }
> {
  const manifest = { name: "fake-package", version: "1.0.0" };
  const archive = new Blob([tar("package/package.json", JSON.stringify(manifest))]);
  const stream = archive.stream().pipeThrough(new CompressionStream("gzip"));
  const tarball = await new Response(stream).bytes();
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-512", tarball));
  const integrity = `sha512-${digest.toBase64()}`;
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, (request) => {
    const { origin, pathname } = new URL(request.url);
    if (pathname.endsWith(".tgz")) return new Response(tarball);
    const dist = { tarball: `${origin}/fake-package/-/fake-package-1.0.0.tgz`, integrity };
    return Response.json({
      name: "fake-package",
      "dist-tags": { latest: "1.0.0" },
      versions: { "1.0.0": { ...manifest, dist } },
    });
  });
  return {
    url: `http://127.0.0.1:${server.addr.port}/`,
    integrity,
    close: () => server.shutdown(),
  };
}

/** Runs `use` with a folder and a registry of its own. */
async function withRegistry(
  use: (
    folder: string,
    integrity: string,
    environment: Record<string, string>,
  ) => Promise<void>,
): Promise<void> {
  const registry = await fakeRegistry();
  const folder = await Deno.makeTempDir();
  const environment = {
    DENO_DIR: `${folder}/shared-cache`,
    NO_PROXY: "127.0.0.1",
    NPM_CONFIG_REGISTRY: registry.url,
  };
  try {
    await use(folder, registry.integrity, environment);
  } finally {
    await Deno.remove(folder, { recursive: true });
    await registry.close();
  }
}

const fakePackage = { name: "fake-package", version: "1.0.0" };

Deno.test("installNpmPackage() returns the folder of the package with the pinned hash", async () => {
  await withRegistry(async (folder, integrity, environment) => {
    const installed = await installNpmPackage({ ...fakePackage, integrity }, folder, environment);
    const manifest = JSON.parse(await Deno.readTextFile(`${installed}/package.json`));
    assertEquals(manifest, fakePackage);
  });
});

// R10.2
Deno.test("installNpmPackage() refuses another tarball, also if the registry vouches for it", async () => {
  await withRegistry(async (folder, _integrity, environment) => {
    const integrity = `sha512-${"A".repeat(86)}==`;
    const error = await assertRejects(
      () => installNpmPackage({ ...fakePackage, integrity }, folder, environment),
      Error,
      "Cannot install fake-package@1.0.0",
    );
    assertStringIncludes(error.message, "checksum");
  });
});

Deno.test("installNpmPackage() refuses another tarball, also if Deno has it in its cache", async () => {
  await withRegistry(async (folder, _integrity, environment) => {
    await installNpmPackage(fakePackage, folder, environment);
    await Deno.remove(`${folder}/node_modules`, { recursive: true });
    const integrity = `sha512-${"A".repeat(86)}==`;
    await assertRejects(
      () => installNpmPackage({ ...fakePackage, integrity }, folder, environment),
      Error,
      "checksum",
    );
  });
});
