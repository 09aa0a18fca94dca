/** Digest authentication over the wire, against a server that checks every answer by itself. */

// deno-lint-ignore-file no-external-import

import { createHash } from "node:crypto";
import {
  assert,
  assertEquals,
  assertRejects,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import { basicAuth, HTTPClient, negotiate, NetworkingError } from "../../mod.ts";
import { digestAuth } from "../../src/auth/digest.ts";
import { serve } from "../support/server.ts";

/** What a server of these tests does beside the usual. */
interface Ways {
  readonly algorithm?: string;
  readonly qop?: string;
  readonly userhash?: boolean;
  /** Requests that a nonce is good for. */
  readonly nonceUses?: number;
  /** Gives the next nonce with every answer. */
  readonly nextNonce?: boolean;
}

const OPENSSL: Record<string, string> = {
  "MD5": "md5",
  "SHA-256": "sha256",
  "SHA-512-256": "sha512-256",
  "SHA-512": "sha512",
};

/** The scheme of RFC 7616, written from the other side: Mufasa's password is "Circle of Life". */
function digestServer(ways: Ways = {}) {
  const { algorithm = "MD5", qop = "auth", userhash = false, nonceUses = Infinity } = ways;
  const hash = (data: string | Uint8Array) =>
    createHash(OPENSSL[algorithm.replace("-sess", "")]!).update(data).digest("hex");
  const nonces = new Map<string, Set<string>>();
  const seen: Record<string, string>[] = [];
  let newest = "";
  const newNonce = () => {
    newest = `nonce-${nonces.size + 1}`;
    nonces.set(newest, new Set());
    return newest;
  };
  const challenge = (more = "") =>
    new Response("who?", {
      status: 401,
      headers: {
        "www-authenticate": `Digest realm="a \\"b\\"", nonce="${newNonce()}", opaque="o", ` +
          `algorithm=${algorithm}${
            qop === "" ? "" : `, qop="${qop}"`
          }, userhash=${userhash}${more}`,
      },
    });
  const server = serve(async (request) => {
    const given = request.headers.get("authorization");
    if (!given?.startsWith("Digest ")) return challenge();
    const read = Object.fromEntries(
      Array.from(
        given.slice(7).matchAll(/(\w+\*?)=(?:"((?:[^"\\]|\\.)*)"|([^,]*))(?:, |$)/g),
        ([, name, text, word]) => [name!, text?.replaceAll(/\\(.)/g, "$1") ?? word!],
      ),
    );
    seen.push(read);
    const { nonce = "", nc = "", cnonce = "", opaque, realm } = read;
    const uses = nonces.get(nonce);
    const { pathname, search } = new URL(request.url);
    let key = hash('Mufasa:a "b":Circle of Life');
    if (algorithm.endsWith("-sess")) key = hash(`${key}:${nonce}:${cnonce}`);
    const body = new Uint8Array(await request.arrayBuffer());
    const integrity = read.qop === "auth-int" ? `:${hash(body)}` : "";
    const middle = qop === "" ? nonce : `${nonce}:${nc}:${cnonce}:${read.qop}`;
    const response = hash(
      `${key}:${middle}:${hash(`${request.method}:${pathname}${search}${integrity}`)}`,
    );
    const name = userhash ? hash('Mufasa:a "b"') : "Mufasa";
    const right = read.response === response && read.username === name && realm === 'a "b"' &&
      read.uri === pathname + search && opaque === "o" && (qop === "" || qop.includes(read.qop!));
    if (!right || uses === undefined) return challenge();
    if (uses.has(nc) && qop !== "") return new Response("replayed", { status: 400 });
    uses.add(nc);
    if (uses.size > nonceUses) return challenge(", stale=TRUE");
    const headers = ways.nextNonce
      ? { "authentication-info": `nextnonce="${newNonce()}"` }
      : undefined;
    return new Response(body.byteLength > 0 ? body : "welcome", headers && { headers });
  });
  return Object.assign(server, { seen });
}

function clientFor(origin: string, password: string | (() => string) = "Circle of Life") {
  return new HTTPClient({ baseUrl: origin, auth: digestAuth("Mufasa", password) });
}

// R16.12, R16.13
Deno.test("every algorithm, quality and kind of body", async (t) => {
  for (const algorithm of Object.keys(OPENSSL)) {
    for (const suffix of ["", "-sess"]) {
      for (const qop of ["", "auth", "auth-int", "auth,auth-int"].slice(suffix === "" ? 0 : 1)) {
        await t.step(`${algorithm}${suffix} ${qop}`, async () => {
          const userhash = algorithm === "SHA-256";
          await using server = digestServer({ algorithm: algorithm + suffix, qop, userhash });
          await using client = clientFor(server.origin);
          assertEquals((await client.get("/a?b=c%20d")).text, "welcome");
          assertEquals((await client.post("/", "räksmörgås")).text, "räksmörgås");
          assertEquals((await client.put("/", { a: 1 })).text, '{"a":1}');
          const form = await client.post("/", undefined, { multipart: { file: new Blob(["x"]) } });
          assertStringIncludes(form.text, 'name="file"');
          const makes = () => new Blob(["streamed"]).stream();
          assertEquals((await client.put("/", makes)).text, "streamed");
          assertEquals(server.requests.length, 6); // one challenge for all
          if (qop !== "") {
            assertEquals(server.seen.map(({ nc }) => Number(nc)), [1, 2, 3, 4, 5]);
          }
        });
      }
    }
  }
});

Deno.test("100 calls at once after the first have 100 counts of one nonce", async () => {
  await using server = digestServer();
  await using client = clientFor(server.origin);
  await client.get("/");
  const answers = await Promise.all(Array.from({ length: 100 }, () => client.get("/")));
  assertEquals(new Set(answers.map(({ statusCode }) => statusCode)), new Set([200]));
  assertEquals(server.requests.length, 102);
});

// R16.13
Deno.test("a nonce that is stale or unknown is replaced, and the server's next one used", async (t) => {
  await t.step("stale", async () => {
    await using server = digestServer({ nonceUses: 2 });
    await using client = clientFor(server.origin);
    for (let count = 0; count < 5; count++) assertEquals((await client.get("/")).text, "welcome");
    assertEquals(server.requests.length, 1 + 2 + 2 + 1 + 2);
  });
  await t.step("stale at once", async () => {
    await using server = digestServer({ nonceUses: 0 });
    await using client = clientFor(server.origin);
    assertEquals((await client.get("/")).statusCode, 401);
    assertEquals(server.requests.length, 3);
  });
  await t.step("nextnonce", async () => {
    await using server = digestServer({ nextNonce: true, nonceUses: 1 });
    await using client = clientFor(server.origin);
    for (let count = 0; count < 3; count++) assertEquals((await client.get("/")).text, "welcome");
    assertEquals(server.seen.map(({ nonce, nc }) => `${nonce} ${nc}`), [
      "nonce-1 00000001",
      "nonce-2 00000001",
      "nonce-3 00000001",
    ]);
  });
});

Deno.test("an answer that was overtaken does not begin the count of a nonce again", async () => {
  const scheme = digestAuth("Mufasa", "Circle of Life");
  const request = {
    method: "GET",
    url: "http://a.example/",
    headers: {},
    context: {},
    attempt: 1,
    hop: 0,
  };
  const context = { fetch, signal: new AbortController().signal };
  const head = (statusCode: number, name: string, value: string) => ({
    statusCode,
    headers: new Headers({ [name]: value }),
  });
  const sent = (step: IteratorResult<{ readonly headers: object }, void>) => {
    const { authorization } = step.value!.headers as { readonly authorization: string };
    return [/nonce="(.*?)"/, /nc=(\w+)/].map((part) => part.exec(authorization)?.[1]);
  };
  const flows = Array.from(
    { length: 4 },
    () => scheme.authenticate(request as never, context as never),
  );
  const [first, second, third, fourth] = flows as [
    typeof flows[0],
    typeof flows[0],
    typeof flows[0],
    typeof flows[0],
  ];
  await first.next();
  const challenge = head(401, "www-authenticate", 'Digest realm="r", qop="auth", nonce="one"');
  assertEquals(sent(await first.next(challenge as never)), ["one", "00000001"]);
  assertEquals(sent(await second.next()), ["one", "00000002"]);
  const next = (nonce: string) => head(200, "authentication-info", `nextnonce="${nonce}"`) as never;
  await first.next(next("two"));
  assertEquals(sent(await third.next()), ["two", "00000001"]);
  await second.next(next("two")); // the same once more
  assertEquals(sent(await fourth.next()), ["two", "00000002"]);
  await third.next(next("one")); // one from before
  const fifth = scheme.authenticate(request as never, context as never);
  assertEquals(sent(await fifth.next()), ["two", "00000003"]);
  await fourth.return();
  await fifth.return();
});

// R16.13
Deno.test("a wrong password is a 401, asked for again at the next challenge", async () => {
  await using server = digestServer();
  let password = "wrong";
  await using client = clientFor(server.origin, () => password);
  assertEquals((await client.get("/")).statusCode, 401);
  assertEquals(server.requests.length, 2);
  password = "Circle of Life";
  assertEquals((await client.get("/")).text, "welcome");
});

Deno.test("a stream that cannot be made again is refused when a challenge comes, and goes when none does", async () => {
  await using server = digestServer();
  await using client = clientFor(server.origin);
  const stream = () => new Blob(["once"]).stream();
  const error = await assertRejects(() => client.post("/", stream()), NetworkingError);
  assertEquals(error.code, "auth_failed");
  assertStringIncludes(error.message, "pass a function");
  assertEquals((await client.post("/", stream())).text, "once"); // the challenge is known now
});

// R16.12
Deno.test("a challenge that cannot be answered is an auth_failed that names it", async () => {
  const headers = {
    "www-authenticate": 'Digest realm="r", nonce="n", algorithm=SHA-1, qop="auth"',
  };
  await using server = serve(() => new Response(null, { status: 401, headers }));
  await using client = clientFor(server.origin);
  const error = await assertRejects(() => client.get("/?key=1"), NetworkingError);
  assertEquals(error.code, "auth_failed");
  assertEquals(
    error.message,
    `Cannot authenticate GET ${server.origin}/: the server requires Digest with SHA-1 (auth); ` +
      "this client supports SHA-512-256, SHA-512, SHA-256 and MD5, each also with -sess, with qop auth, " +
      "auth-int or none",
  );
});

Deno.test("negotiate() prefers it to Basic, and no credentials go where there is no challenge", async () => {
  await using server = digestServer();
  const auth = negotiate(
    basicAuth("Mufasa", "Circle of Life"),
    digestAuth("Mufasa", "Circle of Life"),
  );
  await using client = new HTTPClient({ baseUrl: server.origin, auth });
  assertEquals((await client.get("/")).text, "welcome");
  assertEquals((await client.get("/")).text, "welcome");
  assertEquals(server.requests.length, 3);
  await using plain = serve((request) =>
    new Response(request.headers.get("authorization"), { status: 401 })
  );
  await using other = clientFor(plain.origin);
  assertEquals((await other.get("/")).text, "");
  assertEquals(plain.requests.length, 1);
});

Deno.test("wrong credentials and options are a TypeError that shows none of them", () => {
  const rows: (() => unknown)[] = [
    () => digestAuth("a\nb", "s3cret"),
    () => digestAuth("ada", "s3cret\r\n"),
    () => digestAuth("ada", 5 as unknown as string),
    () => digestAuth("ada", "s3cret", { origin: "https://a.example" } as object),
    () => new HTTPClient({ auth: digestAuth("ada", "s3cret") }),
  ];
  for (const row of rows) {
    const { message } = assertThrows(row, TypeError);
    assert(!message.includes("s3cret"), message);
  }
  const shown = Deno.inspect(digestAuth("ada", "s3cret"), { depth: 9, showHidden: true });
  assert(!shown.includes("s3cret"), shown);
});
