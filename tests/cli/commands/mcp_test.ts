/** The command `mcp`: what it asks of its operator, and what it says on standard error. */

import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { HTTPClient } from "../../../mod.ts";
import {
  jwkThumbprint,
  type VerifiedSignature,
  verifySignature,
} from "../../../src/auth/sign/mod.ts";
import { readBot } from "../../../src/cli/commands/credentials.ts";
import type { Terminal } from "../../../src/cli/terminal/terminal.ts";
import { runCommand } from "../../support/gate.ts";
import { serve } from "../../support/server.ts";

const ROOT = new URL("../../../", import.meta.url).pathname;

/** Runs the command until its standard input ends. */
function mcp(...args: string[]) {
  const flags = ["run", "--cached-only", "--no-prompt", "--allow-net", "--allow-read"];
  return new Deno.Command(Deno.execPath(), {
    args: [...flags, `${ROOT}src/cli/mod.ts`, "mcp", ...args],
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  });
}

async function ended(...args: string[]) {
  const { code, stderr } = await mcp(...args).output();
  return { code, told: new TextDecoder().decode(stderr).trim() };
}

Deno.test("--allow-private alone is wrong use, and says that it needs --allow-host", async () => {
  const { code, told } = await ended("--allow-private");
  assertEquals(code, 2);
  assertStringIncludes(told, "--allow-host");
  const both = await ended("--allow-private", "--allow-host", "127.0.0.1");
  assertEquals(both, { code: 0, told: "" });
});

Deno.test("the bot of the configuration signs every request of the tools, and its key is not shown", async () => {
  const pair = await crypto.subtle.generateKey("Ed25519", true, ["sign", "verify"]);
  const { privateKey, publicKey } = pair as CryptoKeyPair;
  const jwk = await crypto.subtle.exportKey("jwk", privateKey);
  const terminal = { environment: () => JSON.stringify(jwk) } as unknown as Terminal;
  const bot = await readBot({ key: { env: "KEY" }, agent: "https://bot.example" }, terminal);
  const found = Promise.withResolvers<VerifiedSignature>();
  await using server = serve((request) => {
    const { method, url, headers } = request;
    const wanted = { keys: () => publicKey, tag: "web-bot-auth", required: ["@authority"] };
    found.resolve(verifySignature({ method, url, headers }, wanted));
    return new Response("ok");
  });
  await using client = new HTTPClient({ use: { exchange: bot } });
  await client.get(server.origin);
  assertEquals((await found.promise).keyId, await jwkThumbprint(jwk));
  assertEquals(await readBot(undefined, terminal), []);
  const folder = await Deno.makeTempDir();
  try {
    const file = `${folder}/config.json`;
    for (const key of ["{s3cret", "s3cret"]) {
      await Deno.writeTextFile(file, JSON.stringify({ bot: { key } }));
      const { code, told } = await ended("--config", file);
      assertEquals(code, 2);
      assertStringIncludes(told, "Cannot use key");
      assert(!told.includes("s3cret"), told);
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

// R22.22
Deno.test("more than 50 tools are told of, with what to use instead", async () => {
  const folder = await Deno.makeTempDir();
  try {
    for (const count of [47, 48]) { // and three that are always there
      const paths = Object.fromEntries(
        Array.from({ length: count }, (_, n) => [`/${n}`, { get: { responses: {} } }]),
      );
      const description = { openapi: "3.1.0", info: { title: "A", version: "1" }, paths };
      const file = `${folder}/${count}.json`;
      const servers = [{ url: "https://api.example" }];
      await Deno.writeTextFile(file, JSON.stringify({ ...description, servers }));
      const { told } = await ended("--api", `a=${file}`, "--each-operation");
      if (count === 47) assertEquals(told, "");
      else {
        for (const words of ["51 tools", '"only"', "api_describe", "api_call"]) {
          assertStringIncludes(told, words);
        }
      }
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("over HTTP nothing is on standard error that is not ours, and a client that leaves ends its call", async () => {
  const [arrived, left] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  await using slow = serve((request) => {
    request.signal.addEventListener("abort", () => left.resolve());
    arrived.resolve();
    return new Promise(() => {});
  });
  const url = slow.origin;
  const child = mcp("--http", "0", "--allow-private", "--allow-host", "127.0.0.1").spawn();
  const lines: string[] = [];
  const listening = Promise.withResolvers<string>();
  const reading = (async () => {
    for await (const text of child.stderr.pipeThrough(new TextDecoderStream())) {
      lines.push(text);
      const found = /Listening on (\S+)/.exec(text)?.[1];
      if (found !== undefined) listening.resolve(found);
    }
  })();
  try {
    const server = await listening.promise;
    const ask = (method: string, params: object, signal?: AbortSignal) =>
      fetch(server, {
        method: "POST",
        signal: signal ?? null,
        headers: {
          "accept": "application/json, text/event-stream",
          "content-type": "application/json",
        },
        body: JSON.stringify({ jsonrpc: "2.0", id: 1, method, params }),
      });
    assertStringIncludes(await (await ask("tools/list", {})).text(), "http_get");
    const gone = new AbortController();
    const call = { name: "http_get", arguments: { url } };
    const asked = ask("tools/call", call, gone.signal).then((response) => response.text())
      .catch(() => "left");
    await arrived.promise;
    gone.abort();
    assertEquals(await asked, "left");
    await left.promise;
  } finally {
    child.kill("SIGTERM");
    await child.stdout.cancel();
    await child.status;
    await reading;
  }
  assertEquals(lines.join("").trim().split("\n").length, 1, lines.join(""));
});

Deno.test("--help needs no package and no permission", async () => {
  const args = ["run", "--cached-only", "--no-prompt", `${ROOT}src/cli/mod.ts`, "mcp", "--help"];
  const { success, output } = await runCommand(Deno.execPath(), args);
  assertEquals(success, true, output);
  assertStringIncludes(output, "--allow-private");
});
