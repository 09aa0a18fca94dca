/** Downloads to paths: what is there decides how it is written. */

import { assert, assertEquals, assertRejects } from "@std/assert";
import { type DownloadOptions, HTTPClient, NetworkingError } from "../../../mod.ts";

const BODY = "0123456789";
const OS = Deno.build.os;

interface Folder {
  readonly path: string;
  readonly requests: () => number;
  download(target: string, options?: DownloadOptions): Promise<unknown>;
}

/** Runs with a folder, and a transport that gives the same content, or the status that is asked for. */
async function inFolder(run: (folder: Folder) => Promise<void>, status = 200): Promise<void> {
  const path = await Deno.makeTempDir();
  let requests = 0;
  const transport = () => {
    requests++;
    return Promise.resolve(new Response(BODY, { status, headers: { etag: '"1"' } }));
  };
  try {
    await using client = new HTTPClient({ transport, maxRetries: 0 });
    await run({
      path,
      requests: () => requests,
      download: (target, options) =>
        client.download("https://api.example/x", `${path}/${target}`, options),
    });
  } finally {
    await Deno.remove(path, { recursive: true });
  }
}

const names = (path: string) => Array.from(Deno.readDirSync(path), ({ name }) => name).toSorted();
const modeOf = (path: string) => Deno.statSync(path).mode! & 0o777;

function isRoot(): boolean {
  if (OS === "windows") return false;
  const { stdout } = new Deno.Command("id", { args: ["-u"] }).outputSync();
  return new TextDecoder().decode(stdout).trim() === "0";
}

async function makeFIFO(path: string): Promise<void> {
  const { success } = await new Deno.Command("mkfifo", { args: [path] }).output();
  assert(success);
}

for (const resume of [false, true]) {
  // R4.22
  Deno.test(`links are followed, and stay links (resume: ${resume})`, async (t) => {
    const rows: [string, Record<string, string>, string | undefined][] = [
      ["to a file", { link: "real" }, "old"],
      ["through another link", { link: "next", next: "real" }, "old"],
      ["to a free name", { link: "real" }, undefined],
      ["to a free name through another link", { link: "next", next: "real" }, undefined],
      ["up and down through a linked folder", { inner: "a/b", link: "inner/../../real" }, "old"],
      ["to a free name, through a linked folder", { inner: "a/b", link: "inner/up" }, undefined],
    ];
    for (const [name, links, old] of rows) {
      await t.step(name, () =>
        inFolder(async ({ path, download }) => {
          await Deno.mkdir(`${path}/a/b`, { recursive: true });
          await Deno.symlink("../../real", `${path}/a/b/up`);
          for (const [link, to] of Object.entries(links)) {
            await Deno.symlink(to, `${path}/${link}`);
          }
          if (old !== undefined) await Deno.writeTextFile(`${path}/real`, old);
          await download("link", { resume });
          assertEquals(await Deno.readTextFile(`${path}/real`), BODY);
          for (const link of Object.keys(links)) {
            assert((await Deno.lstat(`${path}/${link}`)).isSymlink);
          }
          assertEquals(names(path), [...new Set(["a", "real", ...Object.keys(links)])].toSorted());
        }));
    }
  });

  // R4.22
  Deno.test({
    name: `a file keeps its permissions, from before its first byte (resume: ${resume})`,
    ignore: OS === "windows",
    async fn(t) {
      for (const mode of [0o600, 0o640, 0o644, 0o666, 0o755, 0o400, 0o000]) {
        await t.step(mode.toString(8), () =>
          inFolder(async ({ path, download }) => {
            await Deno.writeTextFile(`${path}/file`, "old");
            await Deno.chmod(`${path}/file`, mode);
            if (resume) await Deno.writeTextFile(`${path}/file.part`, "left", { mode: 0o666 });
            const seen: number[] = [];
            const onProgress = () => {
              const part = names(path).find((name) => name.endsWith(".part"))!;
              seen.push(modeOf(`${path}/${part}`));
            };
            await download("file", { resume, onProgress });
            assertEquals(seen, [mode | 0o600]);
            assertEquals(modeOf(`${path}/file`), mode);
          }));
      }
    },
  });

  Deno.test(`a failed download leaves the old file as it was (resume: ${resume})`, () =>
    inFolder(async ({ path, download }) => {
      await Deno.writeTextFile(`${path}/real`, "old");
      await Deno.symlink("real", `${path}/link`);
      await assertRejects(() => download("link", { resume }), NetworkingError);
      assertEquals(await Deno.readTextFile(`${path}/real`), "old");
      assertEquals(names(path), ["link", "real"]);
    }, 404));
}

// R4.23
Deno.test("a folder is refused before anything is sent, also at the end of links", () =>
  inFolder(async ({ path, download, requests }) => {
    await Deno.mkdir(`${path}/folder`);
    await Deno.symlink("folder", `${path}/link`);
    for (const target of ["folder", "link", "folder/", "."]) {
      await assertRejects(() => download(target), TypeError, "folder");
    }
    await Deno.symlink("loop", `${path}/loop`);
    await assertRejects(() => download("loop"), Error, "its symbolic links form a loop");
    assertEquals(requests(), 0);
    assertEquals(names(path), ["folder", "link", "loop"]);
  }));

// R4.23
Deno.test({
  name: "a FIFO is written into and stays, whoever comes first",
  ignore: OS === "windows",
  async fn(t) {
    for (const isLate of [false, true]) {
      for (const linked of [false, true]) {
        await t.step(
          `reader ${isLate ? "late" : "early"}, link ${linked}`,
          () =>
            inFolder(async ({ path, download }) => {
              await makeFIFO(`${path}/fifo`);
              if (linked) await Deno.symlink("fifo", `${path}/link`);
              const read = () => new Deno.Command("cat", { args: [`${path}/fifo`] }).output();
              const early = isLate ? undefined : read();
              const done = download(linked ? "link" : "fifo");
              if (isLate) await new Promise((resolve) => setTimeout(resolve, 20));
              const { stdout } = await (early ?? read());
              await done;
              assertEquals(new TextDecoder().decode(stdout), BODY);
              assert((await Deno.lstat(`${path}/fifo`)).isFifo);
              assertEquals(names(path), linked ? ["fifo", "link"] : ["fifo"]);
            }),
        );
      }
    }
    await t.step("more than fits into the pipe comes whole and in order", async () => {
      const path = await Deno.makeTempDir();
      try {
        await makeFIFO(`${path}/fifo`);
        const content = Uint8Array.from({ length: 300_001 }, (_, index) => index % 251);
        const transport = () => Promise.resolve(new Response(content));
        await using client = new HTTPClient({ transport });
        const reader = new Deno.Command("cat", { args: [`${path}/fifo`] }).output();
        await client.download("https://api.example/x", `${path}/fifo`);
        assertEquals((await reader).stdout, content);
      } finally {
        await Deno.remove(path, { recursive: true });
      }
    });
    await t.step(
      "an abort ends the wait for a reader",
      () =>
        inFolder(async ({ path, download }) => {
          await makeFIFO(`${path}/fifo`);
          const signal = AbortSignal.timeout(30);
          await assertRejects(() => download("fifo", { signal }), DOMException);
          assertEquals(names(path), ["fifo"]);
        }),
    );
    await t.step(
      "resume is refused before anything is sent",
      () =>
        inFolder(async ({ path, download, requests }) => {
          await makeFIFO(`${path}/fifo`);
          await assertRejects(
            () => download("fifo", { resume: true }),
            TypeError,
            "not a regular file",
          );
          assertEquals(requests(), 0);
        }),
    );
  },
});

// R4.28
Deno.test("resuming leaves what is not its own alone", async (t) => {
  const plant: Record<string, (at: string, victim: string) => Promise<void>> = {
    "a link": (at, victim) => Deno.symlink(victim, at),
    "a link to a free name": (at, victim) => Deno.symlink(`${victim}-free`, at),
    "a hard link": (at, victim) => Deno.link(victim, at),
    "a folder": (at) => Deno.mkdir(at),
    ...OS !== "windows" && { "a FIFO": makeFIFO },
  };
  for (const [kind, make] of Object.entries(plant)) {
    for (const name of ["file.part", "file.part.json"]) {
      await t.step(`${kind} as ${name}`, () =>
        inFolder(async ({ path, download }) => {
          await Deno.writeTextFile(`${path}/victim`, "precious");
          await make(`${path}/${name}`, `${path}/victim`);
          const before = await Deno.lstat(`${path}/${name}`);
          await download("file", { resume: true });
          assertEquals(await Deno.readTextFile(`${path}/victim`), "precious");
          assertEquals(await Deno.readTextFile(`${path}/file`), BODY);
          assertEquals((await Deno.lstat(`${path}/${name}`)).ino, before.ino);
          assertEquals(names(path), ["file", name, "victim"].toSorted());
        }));
    }
  }
  await t.step({
    name: "files of another user",
    ignore: !isRoot(), // who can give files away
    fn: () =>
      inFolder(async ({ path, download }) => {
        await Deno.writeTextFile(`${path}/file.part`, "#!/bin/sh");
        await Deno.chown(`${path}/file.part`, 12345, null);
        await download("file", { resume: true });
        assertEquals(await Deno.readTextFile(`${path}/file`), BODY);
        assertEquals(await Deno.readTextFile(`${path}/file.part`), "#!/bin/sh");
      }),
  });
});
