/**
 * Goals about size and time: bombs, long runs, parsers.
 *
 * @module
 */

// deno-lint-ignore-file no-external-import

import { Readable, type Transform } from "node:stream";
import { constants, createBrotliCompress, createGzip } from "node:zlib";
import { HTTPClient } from "../../mod.ts";
import { parseChallenges } from "../../src/formats/auth_challenges.ts";
import { parseCookieDate } from "../../src/cookies/cookie_date.ts";
import { registrableDomain } from "../../src/cookies/public_suffix.ts";
import { parseSetCookie } from "../../src/cookies/set_cookie.ts";
import { parseAddress } from "../../src/hosts/ip_address.ts";
import { parseContentType } from "../../src/formats/content_type.ts";
import { parseLinks } from "../../src/formats/link_header.ts";
import { continuation, strongValidator } from "../../src/http/download/partial_content.ts";
import { parseHTTPDate } from "../../src/formats/http_date.ts";
import { redactURLs } from "../../src/redact.ts";
import { parseRetryAfter } from "../../src/retry/retry_after.ts";
import { EventStreamParser } from "../../src/formats/event_stream_parser.ts";
import { startServer } from "../bench/server_process.ts";
import { fileDescriptors } from "./faults.ts";
import { each, type Goal, settledMemory } from "./goal.ts";

/** 1 GiB of zeros, compressed piece by piece. */
async function compressed(compressor: Transform): Promise<Blob> {
  const piece = new Uint8Array(2 ** 20);
  Readable.from((function* () {
    for (let count = 0; count < 1024; count++) yield piece;
  })()).pipe(compressor);
  const parts: BlobPart[] = [];
  for await (const part of compressor) parts.push(new Uint8Array(part));
  return new Blob(parts);
}

/** Serves the bombs until its input ends; tells its port. */
async function serveBombs(): Promise<void> {
  const quality = { params: { [constants.BROTLI_PARAM_QUALITY]: 1 } };
  const bodies: Record<string, Blob> = {
    gzip: await compressed(createGzip()),
    br: await compressed(createBrotliCompress(quality)),
  };
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, (request) => {
    const coding = new URL(request.url).pathname.slice(1);
    return new Response(bodies[coding], { headers: { "content-encoding": coding } });
  });
  // deno-lint-ignore no-console -- the parent reads it
  console.log(server.addr.port);
  for await (const _ of Deno.stdin.readable);
  Deno.exit();
}

async function bombScore() {
  const server = new Deno.Command(Deno.execPath(), {
    args: ["run", "--allow-net=127.0.0.1", "--no-check", import.meta.filename!],
    stdin: "piped",
    stdout: "piped",
  }).spawn();
  const output = server.stdout.getReader();
  const port = new TextDecoder().decode((await output.read()).value).trim();
  const origin = `http://127.0.0.1:${port}`;
  await using client = new HTTPClient({ baseUrl: origin, maxRetries: 0 });
  const ways: Record<string, (path: string) => Promise<unknown>> = {
    "get()": (path) => client.get(path),
    "stream": async (path) => {
      for await (const _ of (await client.stream("GET", path)).body);
    },
    "stream bytes()": async (path) => await (await client.stream("GET", path)).bytes(),
    "stream text()": async (path) => await (await client.stream("GET", path)).text(),
  };
  const outcomes: string[] = [];
  let [stopped, rise] = [true, 0];
  for (const coding of ["gzip", "br"]) {
    for (const [way, read] of Object.entries(ways)) {
      await read(`/${coding}`).catch(() => {}); // what the runtime itself grows by is not the call's
      const start = (await settledMemory()).resident;
      let most = start;
      const watch = setInterval(() => most = Math.max(most, Deno.memoryUsage().rss / 2 ** 20), 5);
      const code = await read(`/${coding}`).then(() => "read", (error) => error.code);
      clearInterval(watch);
      if (code !== "response_too_large") stopped = false;
      rise = Math.max(rise, most - start);
      outcomes.push(`${coding} ${way} ${code} ${(most - start).toFixed(0)} MB`);
    }
  }
  await client.close();
  await output.cancel();
  await server.stdin.close();
  await server.status;
  return {
    value: `${stopped ? "all stopped at the limit" : "not all stopped"}, ${
      rise.toFixed(0)
    } MB more resident at the peak of one (${outcomes.join("; ")})`,
    met: stopped && rise <= 128,
  };
}

async function soakScore() {
  await using server = await startServer();
  const url = server.fixed("/json");
  const port = new URL(url).port;
  const { signal } = new AbortController();
  const listeners = new Set<unknown>();
  const { addEventListener: add, removeEventListener: remove } = signal;
  Object.assign(signal, {
    addEventListener(...given: Parameters<typeof add>) {
      listeners.add(given[1]);
      add.apply(signal, given);
    },
    removeEventListener(...given: Parameters<typeof remove>) {
      listeners.delete(given[1]);
      remove.apply(signal, given);
    },
  });
  const client = new HTTPClient();
  await each(10_000, 32, (index) => client.get(url, index % 2 === 0 ? { signal } : undefined));
  const [before, descriptors] = [await settledMemory(), fileDescriptors()];
  const start = performance.now();
  await each(200_000, 32, (index) => client.get(url, index % 2 === 0 ? { signal } : undefined));
  const perSecond = 200_000_000 / (performance.now() - start);
  const after = await settledMemory();
  const more = fileDescriptors() - descriptors;
  const closeWait =
    (await Deno.readTextFile("/proc/net/tcp")).split("\n").filter((line) =>
      line.includes(`:${Number(port).toString(16).toUpperCase().padStart(4, "0")} 08 `)
    ).length;
  await client.close();
  const grown = after.heap - before.heap;
  return {
    value: `heap ${
      grown.toFixed(2)
    } MB more, ${more} descriptors more, ${closeWait} in CLOSE-WAIT, ${listeners.size} listeners left; ${
      Math.round(perSecond)
    } calls/s`,
    met: grown <= 1 && more <= 0 && closeWait === 0 && listeners.size === 0,
  };
}

/** Hostile text of a length for each parser. */
const PARSERS: Record<string, (size: number) => () => unknown> = {
  "Link": (size) => bind(parseLinks, `<${"<,;".repeat(size / 3)}`, "http://a.example/"),
  "Link quotes": (size) => bind(parseLinks, `<a>;rel="${"\\".repeat(size)}`, "http://a.example/"),
  "Retry-After": (size) => bind(parseRetryAfter, `${"9".repeat(size)} `, 0),
  "HTTP-date": (size) => bind(parseHTTPDate, " ".repeat(size), 0),
  "Content-Type": (size) => bind(parseContentType, `a/b;${" ;".repeat(size / 2)}charset=`),
  "Set-Cookie": (size) => bind(parseSetCookie, `a=b${" ;=".repeat(size / 3)}`, 0),
  "cookie date": (size) => bind(parseCookieDate, "1:".repeat(size / 2)),
  "event stream": (size) => {
    const bytes = new TextEncoder().encode("data:\r".repeat(size / 6));
    return () => [...new EventStreamParser().push(bytes)];
  },
  "event line": (size) => {
    const bytes = new Uint8Array(size).fill(0x61);
    return () => {
      const parser = new EventStreamParser();
      for (let at = 0; at < size; at += 100) [...parser.push(bytes.subarray(at, at + 100))];
    };
  },
  "challenges": (size) => bind(parseChallenges, `x ${'a="'.repeat(size / 3)}`),
  "challenge parameters": (size) => bind(parseChallenges, `x ${"a=b,".repeat(size / 4)}`),
  "challenge quotes": (size) => bind(parseChallenges, `x a="${"\\\\".repeat(size / 2)}`),
  "IPv6 address": (size) => bind(parseAddress, ":".repeat(size)),
  "IPv4 address": (size) => bind(parseAddress, "1.".repeat(size / 2)),
  "registrable domain": (size) => bind(registrableDomain, "a.".repeat(size / 2)),
  "Content-Range": (size) => {
    const headers = new Headers({ "content-range": `bytes ${"1".repeat(size)}-` });
    return bind(continuation, 206, headers, { written: 1 });
  },
  "ETag": (size) => bind(strongValidator, new Headers({ etag: `"${"a".repeat(size)}` })),
  "URL redaction": (size) => bind(redactURLs, "?a".repeat(size / 2)),
  "URL redaction @": (size) => bind(redactURLs, `http://${"@:".repeat(size / 2)}`),
};

function bind<Given extends unknown[]>(
  parse: (...given: Given) => unknown,
  ...given: Given
): () => unknown {
  return () => parse(...given);
}

function parserScore() {
  const slow: string[] = [];
  let [slowest, steepest] = [0, 0];
  for (const [name, make] of Object.entries(PARSERS)) {
    const warm = make(200_000);
    for (let count = 0; count < 5; count++) warm();
    const times = [50_000, 100_000, 200_000].map((size) => {
      const parse = make(size);
      const samples = Array.from({ length: 15 }, () => {
        const start = performance.now();
        parse();
        return performance.now() - start;
      });
      return Math.min(...samples);
    });
    const growth = Math.sqrt(times[2]! / times[0]!); // of one doubling, over two
    slowest = Math.max(slowest, times[2]!);
    // Below a millisecond the clock says nothing of growth.
    if (times[2]! > 1) steepest = Math.max(steepest, growth);
    if (times[2]! > 50 || (times[2]! > 1 && growth > 2.5)) {
      slow.push(`${name} ${times.map((ms) => ms.toFixed(2))}`);
    }
  }
  return Promise.resolve({
    value: `slowest ${slowest.toFixed(1)} ms at 200 KB, steepest ${
      steepest.toFixed(2)
    } per doubling, of ${Object.keys(PARSERS).length} inputs${
      slow.length > 0 ? `; slow: ${slow}` : ""
    }`,
    met: slow.length === 0,
  });
}

/** G6, G20, G25. */
export const LOAD: readonly Goal[] = [
  {
    id: "G6",
    what: "bombs of 1 GiB in gzip and br, read in four ways, 100 MiB allowed",
    target: "stopped at the limit, at most 128 MB more resident",
    measure: bombScore,
  },
  {
    id: "G20",
    what: "what 200,000 calls leave behind, 32 at a time, half of them with one signal",
    target: "heap within 1 MB, no descriptor, no socket, no listener",
    measure: soakScore,
  },
  {
    id: "G25",
    what: "time of the parsers on hostile input that doubles",
    target: "at most 2.5 times per doubling and 50 ms at 200 KB",
    measure: parserScore,
  },
];

if (import.meta.main) await serveBombs();
