// @20minutes/s3rver, a store compatible with S3 that checks signatures, on the port of the first argument.
// deno-lint-ignore-file no-external-import
import S3rver from "npm:@20minutes/s3rver@4.0.4";

const directory = Deno.makeTempDirSync();
globalThis.addEventListener("unload", () => Deno.removeSync(directory, { recursive: true }));
Deno.addSignalListener("SIGTERM", () => Deno.exit());
await new S3rver({
  address: "127.0.0.1",
  port: Number(Deno.args[0]),
  directory,
  silent: true,
  configureBuckets: [{ name: "bucket" }],
}).run();
