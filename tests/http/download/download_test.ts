/** Downloads from a server that misbehaves. */

import { assert, assertEquals, assertRejects, assertStrictEquals } from "@std/assert";
// deno-lint-ignore no-external-import -- what comes encoded is made here
import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from "node:zlib";
import {
  type Attempt,
  type DownloadOptions,
  HTTPClient,
  HTTPError,
  NetworkingError,
  type Progress,
  RetryBudget,
} from "../../../mod.ts";
import { type FakeAnswer, FakeServer } from "../../../src/testing/mod.ts";

const ETAG = { etag: '"a"' };
const BODY = "0123456789";
const CUT: FakeAnswer = { headers: ETAG, body: BODY, fault: "disconnect_during_response_body" };
const REST: FakeAnswer = {
  status: 206,
  headers: { "content-range": "bytes 5-9/10", ...ETAG },
  body: "56789",
};
const WHOLE: FakeAnswer = { headers: ETAG, body: BODY };

/** Runs with a server, a client that waits for nothing, and a folder. */
async function withServer(
  answers: readonly FakeAnswer[],
  run: (
    download: (target?: string, options?: DownloadOptions) => Promise<unknown>,
    folder: string,
    server: FakeServer,
  ) => Promise<void>,
): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await using server = (await FakeServer.start()).enqueue(...answers);
    await using client = new HTTPClient({ retryBackoff: 0 });
    await run(
      (target = "file", options) => client.download(server.url, `${folder}/${target}`, options),
      folder,
      server,
    );
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

function names(folder: string): string[] {
  return Array.from(Deno.readDirSync(folder), ({ name }) => name).toSorted();
}

function sentRange({ requests }: FakeServer): (string | null)[] {
  return requests.map(({ headers }) => new Headers(headers).get("range"));
}

// R4.22, R4.24, R4.25, R4.26
Deno.test("a file is whole, or it is not there", async (t) => {
  const rows: [string, FakeAnswer[], (string | null)[]][] = [
    ["at once", [WHOLE], [null]],
    ["empty", [{ body: "" }], [null]],
    ["chunked", [{ body: BODY, chunked: true }], [null]],
    ["continued", [CUT, REST], [null, "bytes=5-"]],
    ["silent, then continued", [{ ...CUT, fault: "stall_during_response_body" }, REST], [
      null,
      "bytes=5-",
    ]],
    ["reset in the middle, no ETag", [{ ...CUT, headers: {} }, WHOLE], [null, null]],
    ["a weak ETag", [{ ...CUT, headers: { etag: 'W/"a"' } }, WHOLE], [null, null]],
    ["no ranges, the same", [CUT, WHOLE], [null, "bytes=5-"]],
    ["no ranges, changed", [CUT, { headers: { etag: '"b"' }, body: BODY }], [null, "bytes=5-"]],
    ["the wrong range", [CUT, { ...REST, headers: { "content-range": "bytes 4-9/10" } }, WHOLE], [
      null,
      "bytes=5-",
      null,
    ]],
    ["another length", [CUT, { ...REST, headers: { "content-range": "bytes 5-9/11" } }, WHOLE], [
      null,
      "bytes=5-",
      null,
    ]],
    ["416", [CUT, { status: 416 }, WHOLE], [null, "bytes=5-", null]],
    ["503 in between", [CUT, { status: 503 }, REST], [null, "bytes=5-", "bytes=5-"]],
    ["a part of the rest", [CUT, {
      status: 206,
      headers: { "content-range": "bytes 5-6/10" },
      body: "56",
    }, { status: 206, headers: { "content-range": "bytes 7-9/10" }, body: "789" }], [
      null,
      "bytes=5-",
      "bytes=7-",
    ]],
  ];
  for (const [name, answers, ranges] of rows) {
    await t.step(name, () =>
      withServer(answers, async (download, folder, server) => {
        await Deno.writeTextFile(`${folder}/file`, "old");
        const idleTimeout = { milliseconds: name.startsWith("silent") ? 40 : 10_000 };
        await download("file", { idleTimeout });
        const expected = name === "empty" ? "" : BODY;
        assertEquals(await Deno.readTextFile(`${folder}/file`), expected);
        assertEquals(names(folder), ["file"]);
        assertEquals(sentRange(server), ranges);
        for (const { headers } of server.requests) {
          const sent = new Headers(headers);
          assertEquals(sent.get("accept-encoding"), "identity");
          assertEquals(sent.has("if-range"), sent.has("range"));
        }
      }));
  }
});

// R4.22
Deno.test("a failed download says why and leaves nothing", async (t) => {
  const rows: [string, FakeAnswer[], DownloadOptions, string][] = [
    ["404", [{ status: 404 }], {}, "http_status"],
    ["every transfer breaks", [CUT, CUT], { maxRetries: 1 }, "body_truncated"],
    ["too large", [WHOLE], { maxResponseSize: 9 }, "response_too_large"],
    ["too large in parts", [CUT, REST], { maxResponseSize: 9 }, "response_too_large"],
    ["a part although the request was for the whole", [REST], {}, "resume_failed"],
    ["a part that does not fit, twice", [CUT, { ...REST, headers: {} }, REST], {}, "resume_failed"],
    ["idle", [{ ...CUT, fault: "stall_during_response_body" }], {
      maxRetries: 0,
      idleTimeout: { milliseconds: 40 },
    }, "idle_timeout"],
    [
      "checksum",
      [WHOLE],
      { checksum: { algorithm: "MD5", value: "0".repeat(32) } },
      "checksum_mismatch",
    ],
  ];
  for (const [name, answers, options, code] of rows) {
    await t.step(name, () =>
      withServer(answers, async (download, folder) => {
        const error = await assertRejects(() => download("file", options), NetworkingError);
        assertEquals(error.code, code);
        assertEquals(names(folder), []);
      }));
  }
});

Deno.test("what fails before its body is tried again by the call alone", async () => {
  const reset = Array<FakeAnswer>(9).fill({ fault: "reset_after_request" });
  await using server = (await FakeServer.start()).enqueue(...reset);
  await using client = new HTTPClient({ retryBackoff: 0, maxRetries: 2, retryBudget: false });
  const error = await client.download(server.url, { write() {} }).catch((error) => error);
  assertEquals([error.code, server.requests.length], ["connection_reset", 3]);
});

Deno.test("a file does not appear when the listener throws at the end", () =>
  withServer([WHOLE], async (download, folder) => {
    const mine = new Error("enough");
    const onProgress = () => {
      throw mine;
    };
    assertStrictEquals(await download("file", { onProgress }).catch((error) => error), mine);
    assertEquals(names(folder), []);
  }));

Deno.test("an error of the target that looks like one of the network is not tried again", async () => {
  await using server = (await FakeServer.start()).enqueue(WHOLE);
  await using client = new HTTPClient({ retryBackoff: 0 });
  const theirs = new NetworkingError("connection_reset", "another connection");
  const write = () => Promise.reject(theirs);
  assertStrictEquals(await client.download(server.url, { write }).catch((error) => error), theirs);
  assertEquals(server.requests.length, 1);
});

Deno.test("the error of a 404 has the response", () =>
  withServer([{ status: 404, body: "gone" }], async (download) => {
    const error = await assertRejects(() => download(), HTTPError);
    assertEquals(error.response.text, "gone");
  }));

// R4.27
Deno.test("with resume, the next run goes on where the last one failed", async (t) => {
  const rows: [string, FakeAnswer, (string | null)[]][] = [
    ["the same content", REST, [null, "bytes=5-"]],
    ["changed", { headers: { etag: '"b"' }, body: BODY }, [null, "bytes=5-"]],
  ];
  for (const [name, second, ranges] of rows) {
    await t.step(name, () =>
      withServer([CUT, second], async (download, folder, server) => {
        const options = { resume: true, maxRetries: 0 };
        await assertRejects(() => download("file", options), NetworkingError);
        assertEquals(names(folder), ["file.part", "file.part.json"]);
        const note = await Deno.readTextFile(`${folder}/file.part.json`);
        assert(!note.includes("127.0.0.1"), "a URL may hold secrets");
        const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(BODY));
        const value = btoa(String.fromCharCode(...new Uint8Array(digest)));
        await download("file", { ...options, checksum: { algorithm: "SHA-256", value } });
        assertEquals(await Deno.readTextFile(`${folder}/file`), BODY);
        assertEquals(names(folder), ["file"]);
        assertEquals(sentRange(server), ranges);
      }));
  }
  await t.step(
    "what another URL left is not used",
    () =>
      withServer([CUT, WHOLE], async (download, folder, server) => {
        const options = { resume: true, maxRetries: 0 };
        await assertRejects(() => download("file", options), NetworkingError);
        await download("file", { ...options, params: { other: 1 } });
        assertEquals(sentRange(server), [null, null]);
        assertEquals(await Deno.readTextFile(`${folder}/file`), BODY);
      }),
  );
  await t.step(
    "a wrong checksum leaves nothing to go on from",
    () =>
      withServer([WHOLE], async (download, folder) => {
        const checksum = { algorithm: "SHA-256", value: "0".repeat(64) } as const;
        await assertRejects(() => download("file", { resume: true, checksum }), NetworkingError);
        assertEquals(names(folder), []);
      }),
  );
});

// R4.26
Deno.test("a stream or writer gets each byte once, or an error", async (t) => {
  const rows: [string, FakeAnswer[], string | undefined][] = [
    ["at once", [WHOLE], undefined],
    ["continued", [CUT, REST], undefined],
    ["no ranges, the same", [CUT, WHOLE], undefined],
    ["changed", [CUT, { headers: { etag: '"b"' }, body: BODY }], "resume_failed"],
    ["no validator", [{ ...CUT, headers: {} }], "resume_failed"],
    ["416", [CUT, { status: 416 }], "resume_failed"],
  ];
  for (const [name, answers, code] of rows) {
    await t.step(name, async () => {
      await using client = new HTTPClient({ retryBackoff: 0 });
      for (const kind of ["stream", "writer"]) {
        await using server = (await FakeServer.start()).enqueue(...answers);
        let text = "";
        let end: unknown = "open";
        const write = (chunk: Uint8Array) => void (text += new TextDecoder().decode(chunk));
        const target = kind === "writer" ? { write } : new WritableStream({
          write,
          close: () => void (end = "closed"),
          abort: (error) => void (end = error.code),
        });
        const outcome = await client.download(server.url, target).catch((error) => error);
        assertEquals(outcome.code, code);
        assertEquals(text, code === undefined ? BODY : "01234");
        if (kind === "stream") assertEquals(end, code ?? "closed");
        if (code === undefined) {
          assertEquals([outcome.size, outcome.transfers], [10, answers.length]);
        }
      }
    });
  }
});

Deno.test("a writer that takes a part of a chunk is given the rest", async () => {
  await using server = (await FakeServer.start()).enqueue(WHOLE);
  let text = "";
  const write = (chunk: Uint8Array) => {
    text += new TextDecoder().decode(chunk.subarray(0, 3));
    return Promise.resolve(Math.min(3, chunk.length));
  };
  await new HTTPClient().download(server.url, { write });
  assertEquals(text, BODY);
});

Deno.test("progress goes on after a break, and knows the total", async () => {
  await using server = (await FakeServer.start()).enqueue(CUT, REST);
  await using client = new HTTPClient({ retryBackoff: 0 });
  const told: Progress[] = [];
  await client.download(server.url, { write() {} }, { onProgress: (p) => void told.push(p) });
  const { transferred, total } = told.at(-1)!;
  assertEquals([transferred, total], [10, 10]);
  assertEquals(
    told.map((p) => p.transferred),
    told.map((p) => p.transferred).toSorted((a, b) => a - b),
  );
});

Deno.test("an error of the target or the listener passes unchanged", async () => {
  await using client = new HTTPClient();
  const mine = new Error("disk full");
  const fail = () => {
    throw mine;
  };
  const rows: Parameters<HTTPClient["download"]>[] = [
    ["", { write: fail }],
    ["", new WritableStream({ write: fail })],
    ["", { write() {} }, { onProgress: fail }],
  ];
  for (const [, target, options] of rows) {
    await using server = (await FakeServer.start()).enqueue(WHOLE);
    const error = await client.download(server.url, target, options).catch((error) => error);
    assertStrictEquals(error, mine);
  }
});

Deno.test("an abort ends a wait for the target, the back-off and the body", async (t) => {
  const never = () => new Promise<void>(() => {});
  const rows: [string, FakeAnswer, Parameters<HTTPClient["download"]>[1]][] = [
    ["the target", WHOLE, { write: never }],
    ["the back-off", CUT, { write() {} }],
    ["the body", { ...CUT, fault: "stall_during_response_body" }, { write() {} }],
  ];
  for (const [name, answer, target] of rows) {
    await t.step(name, async () => {
      await using server = (await FakeServer.start()).enqueue(answer);
      await using client = new HTTPClient({ retryBackoff: 60 });
      const abort = new AbortController();
      const call = client.download(server.url, target, { signal: abort.signal }).catch((error) =>
        error
      );
      while (server.requests.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
      await new Promise((resolve) => setTimeout(resolve, 20));
      abort.abort("enough");
      assertEquals(await call, "enough");
    });
  }
  await t.step("close()", async () => {
    await using server = (await FakeServer.start()).enqueue(CUT);
    const client = new HTTPClient({ retryBackoff: 60 });
    const call = client.download(server.url, { write() {} }).catch((error) => error);
    while (server.requests.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    await new Promise((resolve) => setTimeout(resolve, 20));
    await client.close();
    assertEquals((await call).code, "closed");
  });
});

Deno.test("bad arguments are refused before anything is sent", async (t) => {
  const checksum = { algorithm: "SHA-256", value: "00" } as const;
  const rows: [string, Parameters<HTTPClient["download"]>[1], DownloadOptions, string][] = [
    ["no target", undefined as never, {}, "the target must be a path"],
    ["a folder", "folder/", {}, "not of a folder"],
    ["an empty path", "", {}, "not of a folder"],
    ["resume of a stream", new WritableStream(), { resume: true }, "must be a path"],
    [
      "a Range of one's own",
      { write() {} },
      { headers: { range: "bytes=1-" } },
      "with a Range header",
    ],
    [
      "a digest of another length",
      { write() {} },
      { checksum },
      "32 bytes in hexadecimal or Base64",
    ],
    [
      "an unknown hash",
      { write() {} },
      { checksum: { ...checksum, algorithm: "CRC32" as "MD5" } },
      "must be one of SHA-256",
    ],
    [
      "a body",
      { write() {} },
      { data: "x" } as DownloadOptions,
      "the option data belongs to a request with a body",
    ],
  ];
  await using client = new HTTPClient();
  for (const [name, target, options, message] of rows) {
    await t.step(name, async () => {
      await assertRejects(
        () => client.download("http://127.0.0.1:9/", target, options),
        TypeError,
        message,
      );
    });
  }
});

/** A server of 10,000 bytes that breaks each transfer off after so many. */
function breaking(bytes: number, validator = '"a"'): Promise<FakeServer> {
  return FakeServer.start(async (request, connection) => {
    const range = /bytes=(\d+)-/.exec(request.header("range") ?? "");
    const from = Number(range?.[1] ?? 0);
    const head = range === null
      ? "HTTP/1.1 200 OK\r\n"
      : `HTTP/1.1 206 Partial Content\r\nContent-Range: bytes ${from}-9999/10000\r\n`;
    const body = BODY.repeat(1000).slice(from, from + bytes);
    await connection.write(
      `${head}ETag: ${validator}\r\nContent-Length: ${10_000 - from}\r\n\r\n${body}`,
    );
    await connection.pause(10);
    if (from + bytes < 10_000) connection.close();
  });
}

// R4.25
Deno.test("a transfer with progress has its retries back", async (t) => {
  const rows: [string, number, number, string | undefined][] = [
    ["15 % each", 1500, 2, undefined],
    ["1 % each counts", 100, 1, "retry_budget"],
    ["less than 1 % each does not", 99, 1, "max_retries"],
    ["without retries there are none to have back", 1500, 0, "max_retries"],
  ];
  for (const [name, bytes, maxRetries, skipped] of rows) {
    await t.step(name, async () => {
      await using server = await breaking(bytes);
      const retryBudget = new RetryBudget({ capacity: 140 });
      await using client = new HTTPClient({ retryBackoff: 0, maxRetries, retryBudget });
      const outcome = await client.download(server.url, { write() {} }).catch((error) => error);
      assertEquals([outcome.size, outcome.retrySkipped], [skipped ? undefined : 10_000, skipped]);
    });
  }
  await t.step("what comes again after a restart is no progress", async () => {
    await using server = await breaking(5000, 'W/"a"');
    const folder = await Deno.makeTempDir();
    try {
      await using client = new HTTPClient({ retryBackoff: 0, maxRetries: 2, retryBudget: false });
      const error = await assertRejects(
        () => client.download(server.url, `${folder}/file`),
        NetworkingError,
      );
      assertEquals([error.retrySkipped, server.requests.length], ["max_retries", 3]);
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  });
});

Deno.test("the error of a broken download accounts for every request", async (t) => {
  const rows: [string, FakeAnswer[], string, string[], string][] = [
    [
      "broken at every transfer",
      [CUT, { ...CUT }, { ...CUT }],
      "body_truncated",
      ["body_truncated", "body_truncated", "body_truncated"],
      "5 of 10 bytes arrived in 3 transfers",
    ],
    [
      "a call that had retries of its own",
      [{ status: 503 }, CUT, CUT, CUT],
      "body_truncated",
      ["503", "body_truncated", "body_truncated", "body_truncated"],
      "5 of 10 bytes arrived in 3 transfers",
    ],
    ["no transfer follows a status", [CUT, { status: 404 }], "http_status", [
      "body_truncated",
      "404",
    ], "404"],
  ];
  for (const [name, answers, code, attempts, said] of rows) {
    await t.step(name, async () => {
      await using server = (await FakeServer.start()).enqueue(...answers);
      await using client = new HTTPClient({ retryBackoff: 0, maxRetries: 2 });
      const error = await client.download(server.url, { write() {} }).catch((error) => error);
      assertEquals(error.code, code);
      assertEquals(
        error.attempts.map(({ statusCode, errorCode }: Attempt) => errorCode ?? `${statusCode}`),
        attempts,
      );
      assertEquals(
        error.attempts.map(({ number }: Attempt) => number),
        attempts.map((_, i) => i + 1),
      );
      assertEquals(error.retrySkipped, code === "http_status" ? undefined : "max_retries");
      assert(error.message.includes(said), error.message);
    });
  }
});

// R7.2
Deno.test("maxResponseSize limits a download where it was given", async (t) => {
  const size = 100 * 1024 * 1024 + 1;
  const chunk = new Uint8Array(1024 * 1024);
  const transport = () => {
    let left = size;
    const body = new ReadableStream({
      pull(controller) {
        controller.enqueue(chunk.subarray(0, Math.min(left, chunk.length)));
        left -= chunk.length;
        if (left <= 0) controller.close();
      },
    });
    return Promise.resolve(new Response(body));
  };
  const limit = { maxResponseSize: 1024 };
  const rows: [string, HTTPClient, DownloadOptions, boolean][] = [
    ["the default does not count", new HTTPClient({ transport }), {}, false],
    ["one of the client", new HTTPClient({ transport, ...limit }), {}, true],
    ["one of the call", new HTTPClient({ transport }), limit, true],
    ["one that was inherited", new HTTPClient({ transport, ...limit }).extend({}), {}, true],
    ["one in extend()", new HTTPClient({ transport }).extend(limit), {}, true],
    [
      "false in the call",
      new HTTPClient({ transport, ...limit }),
      { maxResponseSize: false },
      false,
    ],
    [
      "the default, written out",
      new HTTPClient({ transport, maxResponseSize: size - 1 }),
      {},
      true,
    ],
  ];
  for (const [name, client, options, isLimited] of rows) {
    await t.step(name, async () => {
      const outcome = await client.download("https://api.example/", { write() {} }, options)
        .catch((error) => error);
      assertEquals([outcome.size, outcome.code], [
        isLimited ? undefined : size,
        isLimited ? "response_too_large" : undefined,
      ]);
    });
  }
});

// R4.27
Deno.test("a link that was signed again is resumed if the content is proved the same", async (t) => {
  const signed = "X-Amz-Date=1&x-goog-signature=1&Expires=1&Signature=1&sig=1&token=1";
  const again = signed.replaceAll("=1", "=2");
  const part = (headers: Record<string, string>): FakeAnswer => ({ ...REST, headers });
  const range = "bytes 5-9/10";
  const rows: [string, string, FakeAnswer[], (string | null)[]][] = [
    ["the same", again, [REST], ["bytes=5-"]],
    ["none of the parameters", "", [REST], ["bytes=5-"]],
    ["another ETag", again, [part({ "content-range": range, etag: '"b"' }), WHOLE], [
      "bytes=5-",
      null,
    ]],
    ["no ETag", again, [part({ "content-range": range }), WHOLE], ["bytes=5-", null]],
    ["another length", again, [part({ "content-range": "bytes 5-9/11", ...ETAG }), WHOLE], [
      "bytes=5-",
      null,
    ]],
    ["no length", again, [part({ "content-range": "bytes 5-9/*", ...ETAG }), WHOLE], [
      "bytes=5-",
      null,
    ]],
    ["the whole, the same", again, [WHOLE], ["bytes=5-"]],
    ["the whole, changed", again, [{ headers: { etag: '"b"' }, body: "abcdefghij" }], ["bytes=5-"]],
    ["another parameter", `${again}&versionId=2`, [WHOLE], [null]],
  ];
  for (const [name, query, answers, ranges] of rows) {
    await t.step(name, async () => {
      const folder = await Deno.makeTempDir();
      try {
        await using server = (await FakeServer.start()).enqueue(CUT, ...answers);
        await using client = new HTTPClient({ retryBackoff: 0, maxRetries: 0 });
        const get = (query: string) =>
          client.download(`${server.url}?${query}`, `${folder}/file`, { resume: true });
        await assertRejects(() => get(signed), NetworkingError);
        await get(query);
        assertEquals(sentRange(server), [null, ...ranges]);
        const expected = name === "the whole, changed" ? "abcdefghij" : BODY;
        assertEquals(await Deno.readTextFile(`${folder}/file`), expected);
      } finally {
        await Deno.remove(folder, { recursive: true });
      }
    });
  }
});

// R4.24
Deno.test("content that is stored encoded is decoded, for its size and checksum too", async (t) => {
  const content = new TextEncoder().encode("content ".repeat(1000));
  const joined = (...parts: Uint8Array[]) => new Uint8Array(parts.flatMap((part) => [...part]));
  const rows: [string, string, Uint8Array][] = [
    ["gzip", "gzip", gzipSync(content)],
    [
      "gzip of several members",
      "gzip",
      joined(
        gzipSync(content.subarray(0, 3)),
        gzipSync(content.subarray(3)),
      ),
    ],
    ["x-gzip", "x-gzip", gzipSync(content)],
    ["deflate", "deflate", deflateSync(content)],
    ["deflate without a header", "deflate", deflateRawSync(content)],
    ["br", "br", brotliCompressSync(content)],
    ["two codings", "gzip, br", brotliCompressSync(gzipSync(content))],
    ["a label that is no compression", "aws-chunked", content],
  ];
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", content));
  const checksum = { algorithm: "SHA-256", value: btoa(String.fromCharCode(...digest)) } as const;
  for (const [name, coding, body] of rows) {
    await t.step(name, async () => {
      const folder = await Deno.makeTempDir();
      try {
        const answer = { headers: { ...ETAG, "content-encoding": coding }, body: body.slice() };
        await using server = (await FakeServer.start()).enqueue(answer);
        await using client = new HTTPClient();
        const { size } = await client.download(server.url, `${folder}/file`, { checksum });
        assertEquals(size, content.length);
        assertEquals(await Deno.readFile(`${folder}/file`), content);
      } finally {
        await Deno.remove(folder, { recursive: true });
      }
    });
  }
  const bad: [string, string, Uint8Array, string][] = [
    ["a coding nobody takes off", "compress", new Uint8Array([0x1f, 0x9d, 1, 2, 3]), "compress"],
    ["bytes that are not in it", "gzip", new Uint8Array([0x1f, 0x8b, 1, 2, 3, 4, 5, 6]), "gzip"],
    ["cut off within the coding", "gzip", gzipSync(content).slice(0, 30), "gzip"],
  ];
  for (const [name, coding, body, said] of bad) {
    await t.step(
      name,
      () =>
        withServer([{ headers: { "content-encoding": coding }, body: body.slice() }], async (
          download,
          folder,
        ) => {
          const error = await assertRejects(
            () => download("file", { resume: true }),
            NetworkingError,
          );
          assert(error.message.includes(said), error.message);
          assertEquals(error.attempts.length, 1);
          assertEquals(names(folder), []);
        }),
    );
  }
});

Deno.test("with resume, the note never stands next to bytes that it is not of", async (t) => {
  // A process that is killed leaves what is there: neither file may speak of the other's content.
  for (const [title, path] of [["of another URL", "/b"], ["of content that changed", "/a"]]) {
    await t.step(title!, async () => {
      const folder = await Deno.makeTempDir();
      const note = () => Deno.readTextFile(`${folder}/file.part.json`);
      let left: string | undefined;
      let isFirst = true;
      await using server = await FakeServer.start(async (_request, connection) => {
        const validator = isFirst ? 'ETag: "a"\r\n' : "";
        await connection.write(
          `HTTP/1.1 200 OK\r\n${validator}Content-Length: 10\r\n\r\nabcde`,
        );
        for (let turn = 0; turn < 40 && !isFirst && left !== ""; turn++) {
          await connection.pause(5);
          left = await note();
        }
        isFirst = false;
        connection.close();
      });
      await using client = new HTTPClient({ maxRetries: 0 });
      const run = (path: string) =>
        client.download(server.url + path, `${folder}/file`, { resume: true });
      await assertRejects(() => run("/a"), NetworkingError);
      assert((await note()).includes('\\"a\\"'));
      await assertRejects(() => run(path!), NetworkingError);
      assertEquals(left, "");
      await Deno.remove(folder, { recursive: true });
    });
  }
});
