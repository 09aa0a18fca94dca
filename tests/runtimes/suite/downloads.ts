/**
 * Downloads: to a writer, to a stream, and where there are files to a path.
 *
 * @module
 */

import { HTTPClient, NetworkingError } from "@codomyrmex/networking";
import type { FakeAnswer } from "@codomyrmex/networking/testing";
import { equal, failure } from "./assert.ts";
import { type Case, feature, QUICK } from "./case.ts";
import { withFolder } from "./files.ts";

const headers = { etag: '"v1"' };
/** The first half, and the rest for who asks for it. */
const IN_TWO: readonly FakeAnswer[] = [
  { headers, body: "0123456789", fault: "disconnect_during_response_body" },
  { status: 206, headers: { ...headers, "content-range": "bytes 5-9/10" }, body: "56789" },
];

/** A writer that keeps what it is given. */
function memory(): { write(chunk: Uint8Array): void; text(): string } {
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  return {
    write: (chunk) => void chunks.push(chunk.slice()),
    text: () => chunks.map((chunk) => new TextDecoder().decode(chunk)).join(""),
  };
}

/** The cases. */
export const downloads: readonly Case[] = feature("downloads", {
  async "a writer gets the bytes, and progress is told"({ url, answer }) {
    await answer("/x", { body: "x".repeat(100_000) });
    const target = memory();
    const told: number[] = [];
    const { size, transfers } = await new HTTPClient().download(url("/x"), target, {
      onProgress: ({ transferred }) => void told.push(transferred),
    });
    equal([size, transfers, told.at(-1), target.text().length], [100_000, 1, 100_000, 100_000]);
  },
  async "a WritableStream gets the bytes, and is closed"({ url, answer }) {
    await answer("/x", { body: "hello" });
    const through = new TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>>();
    const text = new Response(through.readable).text();
    await new HTTPClient().download(url("/x"), through.writable);
    equal(await text, "hello");
  },
  async "an error status is an error, and the writer gets nothing"({ url, answer }) {
    await answer("/x", { status: 404, body: "none" });
    const target = memory();
    const error = await failure(NetworkingError, new HTTPClient().download(url("/x"), target));
    equal([error.code, target.text()], ["http_status", ""]);
  },
  async "a transfer that breaks goes on where it was"({ broken, fail, requests }) {
    await fail("/x", ...IN_TWO);
    const target = memory();
    const { size, transfers } = await new HTTPClient(QUICK).download(broken("/x"), target);
    equal([size, transfers, target.text()], [10, 2, "0123456789"]);
    equal((await requests()).map(({ headers }) => headers.range), [undefined, "bytes=5-"]);
  },
  // R4.22
  async "a checksum is verified"({ url, answer }) {
    await answer("/x", { body: "hello" });
    const value = "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824";
    const checksum = { algorithm: "SHA-256", value } as const;
    const client = new HTTPClient();
    equal((await client.download(url("/x"), memory(), { checksum })).size, 5);
    await answer("/x", { body: "hollo" });
    const error = await failure(
      NetworkingError,
      client.download(url("/x"), memory(), { checksum }),
    );
    equal(error.code, "checksum_mismatch");
  },
  async "the content of an encoded body is what is written and counted"({ url, answer }) {
    await answer("/x", { body: "hello", gzip: true });
    const target = memory();
    const { size } = await new HTTPClient().download(url("/x"), target);
    equal([size, target.text()], [5, "hello"]);
  },
  async "a link to a file stays one, and the file keeps its mode"({ url, answer }) {
    await answer("/x", { body: "new" });
    await withFolder(async (folder, files) => {
      await files.writeFile(`${folder}/real`, "old", { mode: 0o600 });
      await files.symlink("real", `${folder}/link`);
      for (const resume of [false, true]) {
        await new HTTPClient().download(url("/x"), `${folder}/link`, { resume });
        equal([(await files.readdir(folder)).sort(), await files.readlink(`${folder}/link`)], [
          ["link", "real"],
          "real",
        ]);
        equal(await files.readFile(`${folder}/real`, "utf8"), "new");
        equal((await files.stat(`${folder}/real`)).mode & 0o777, 0o600);
      }
    });
  },
  async "a file appears under its name when it is whole"({ broken, fail }) {
    await fail("/x", ...IN_TWO);
    await withFolder(async (folder, files) => {
      const { size } = await new HTTPClient(QUICK).download(broken("/x"), `${folder}/a`);
      equal([size, await files.readdir(folder)], [10, ["a"]]);
      equal(await files.readFile(`${folder}/a`, "utf8"), "0123456789");
    });
  },
  async "a file that was not whole leaves nothing behind"({ broken, fail }) {
    await fail("/x", { status: 500 });
    await withFolder(async (folder, files) => {
      const client = new HTTPClient({ maxRetries: 0 });
      await failure(NetworkingError, client.download(broken("/x"), `${folder}/a`));
      equal(await files.readdir(folder), []);
    });
  },
});
