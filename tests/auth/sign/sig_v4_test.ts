/** AWS Signature Version 4 in a client: what each attempt is signed with, and what is refused. */

import { assert, assertEquals, assertRejects, assertStrictEquals, assertThrows } from "@std/assert";
import { awsPresignedURL, awsSigV4, type AWSSigV4Options } from "../../../src/auth/sign/mod.ts";
import { CredentialSource, DaySigner } from "../../../src/auth/sign/aws/credentials.ts";
import { s3Path } from "../../../src/auth/sign/aws/canonical_request.ts";
import { HTTPClient, type HTTPClientOptions, NetworkingError } from "../../../mod.ts";
import { FakeClock } from "../../../src/testing/fake_clock.ts";

const SECRET = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
const CREDENTIALS = { accessKeyId: "AKIDEXAMPLE", secretAccessKey: SECRET };
const NOON = Date.UTC(2026, 0, 2, 12);
const S3 = { credentials: CREDENTIALS, region: "us-east-1", service: "s3", now: () => NOON };

interface Sent {
  readonly url: string;
  readonly method: string;
  readonly headers: Headers;
  readonly body: string;
}

/** A client whose server answers by number, and what arrived there. */
function client(
  options: Partial<AWSSigV4Options>,
  answer: (index: number, sent: Sent) => Response = () => new Response("ok"),
  more: HTTPClientOptions = {},
) {
  const sent: Sent[] = [];
  const transport = async (url: string, init: RequestInit) => {
    const { method = "GET", headers } = init;
    const body = await new Response(init.body).text();
    sent.push({ url, method, headers: new Headers(headers), body });
    return answer(sent.length - 1, sent.at(-1)!);
  };
  const auth = awsSigV4({ ...S3, origins: ["https://a.example"], ...options });
  const made = new HTTPClient({
    transport,
    auth,
    retryBackoff: { milliseconds: 1 },
    allowAnyOrigin: true,
    ...more,
  });
  return { sent, client: made };
}

const signatureOf = ({ headers }: Sent) =>
  /Signature=([\da-f]{64})$/.exec(headers.get("authorization") ?? "")?.[1];
const dateAfter = (ms: number) => new Date(ms).toUTCString();

// R16.14
Deno.test("each attempt has a time and a signature of its own, also past midnight", async () => {
  let now = Date.UTC(2026, 0, 2, 23, 59, 59);
  const { client: http, sent } = client({ now: () => now }, (index) => {
    now += 1000;
    return new Response(null, { status: index < 2 ? 503 : 200 });
  });
  await http.get("https://a.example/key");
  await http.close();
  assertEquals(sent.map(({ headers }) => headers.get("x-amz-date")), [
    "20260102T235959Z",
    "20260103T000000Z",
    "20260103T000001Z",
  ]);
  assertEquals(new Set(sent.map(signatureOf)).size, 3);
  assertEquals(sent.map(({ headers }) => /\/(\d{8})\//.exec(headers.get("authorization")!)?.[1]), [
    "20260102",
    "20260103",
    "20260103",
  ]);
});

Deno.test("a signing key is that of its day, its scope and its secret", async () => {
  const signer = new DaySigner();
  const scopes = ["20260102/a/s3/aws4_request", "20260103/a/s3/aws4_request"];
  const signatures = new Set<string>();
  for (const scope of [...scopes, ...scopes]) signatures.add(await signer.sign("one", scope, "x"));
  for (const scope of scopes) signatures.add(await signer.sign("other", scope, "x"));
  assertStrictEquals(signatures.size, 4);
});

Deno.test("a redirect within the origin is signed again, one to another origin is not", async () => {
  const locations = ["/other key", "https://b.example/key"];
  const { client: http, sent } = client({}, (index) => {
    const location = locations[index];
    return location === undefined
      ? new Response("ok")
      : new Response(null, { status: 307, headers: { location } });
  });
  await http.get("https://a.example/key");
  await http.close();
  assertEquals(sent.map(({ url }) => url), [
    "https://a.example/key",
    "https://a.example/other%20key",
    "https://b.example/key",
  ]);
  assertEquals(sent.map((one) => signatureOf(one) !== undefined), [true, true, false]);
  assert(signatureOf(sent[0]!) !== signatureOf(sent[1]!));
  assertEquals([...sent[2]!.headers.keys()].filter((name) => name.startsWith("x-amz-")), []);
});

// R16.15
Deno.test("S3 gets the hash of the content, a type that is signed, and no token after signing", async () => {
  const { client: http, sent } = client({
    credentials: { ...CREDENTIALS, sessionToken: "t0ken" },
    sessionToken: "added",
  });
  await http.put("https://a.example/key", { a: 1 });
  await http.close();
  const { headers } = sent[0]!;
  const hash = new Uint8Array(
    await crypto.subtle.digest("SHA-256", new TextEncoder().encode('{"a":1}')),
  ).toHex();
  assertStrictEquals(headers.get("x-amz-content-sha256"), hash);
  assertStrictEquals(headers.get("content-type"), "application/json");
  assertStrictEquals(headers.get("x-amz-security-token"), "t0ken");
  assert(
    headers.get("authorization")!.includes(
      "SignedHeaders=content-type;host;x-amz-content-sha256;x-amz-date,",
    ),
  );
});

// R16.15
Deno.test("streams to S3 are an unsigned payload over https:, and refused over http:", async () => {
  const stream = () => new Blob(["part"]).stream();
  const origins = ["https://a.example", "http://a.example", "http://127.0.0.1:9000"];
  const { client: http, sent } = client({ origins });
  for (
    const [origin, data] of [[origins[0], stream()], [origins[0], stream], [origins[2], stream()]]
  ) {
    await http.put(`${origin}/key`, data as ReadableStream);
    const { headers, body } = sent.at(-1)!;
    assertStrictEquals(headers.get("x-amz-content-sha256"), "UNSIGNED-PAYLOAD");
    assertStrictEquals(body, "part");
  }
  let cancelled = false;
  const refused = new ReadableStream({ cancel: () => void (cancelled = true) });
  const error = await assertRejects(
    () => http.put("http://a.example/key", refused),
    NetworkingError,
  );
  assertStrictEquals(error.code, "auth_failed");
  assert(error.message.includes("over https: only; pass bytes"), error.message);
  assert(cancelled);
  // What can be read again is read into memory, and signed.
  await http.put("http://a.example/key", stream);
  assertStrictEquals(sent.at(-1)!.headers.get("x-amz-content-sha256")?.length, 64);
  await http.close();
});

// R16.15
Deno.test("other services want streams signed: a function is read, a stream is refused", async () => {
  const { client: http, sent } = client({ service: "execute-api" });
  await http.post("https://a.example/", () => new Blob(["part"]).stream());
  assertStrictEquals(sent[0]!.body, "part");
  assertStrictEquals(sent[0]!.headers.get("x-amz-content-sha256"), null);
  const error = await assertRejects(
    () => http.post("https://a.example/", new Blob(["part"]).stream()),
    NetworkingError,
  );
  assertStrictEquals(error.code, "auth_failed");
  assert(error.message.includes("execute-api requires it to be signed"), error.message);
  await http.close();
});

// R16.16
Deno.test("a server with another time gets one more request, and later ones with its time", async () => {
  const ahead = 3_600_000;
  const refused = () =>
    new Response(null, { status: 403, headers: { date: dateAfter(NOON + ahead) } });
  const { client: http, sent } = client(
    {},
    (index) => index === 0 ? refused() : new Response("ok"),
  );
  assertStrictEquals((await http.get("https://a.example/key")).statusCode, 200);
  await http.get("https://a.example/key");
  await http.close();
  assertEquals(sent.map(({ headers }) => headers.get("x-amz-date")), [
    "20260102T120000Z",
    "20260102T130000Z",
    "20260102T130000Z",
  ]);
});

// R16.16
Deno.test("a refusal for another reason, or without a time to trust, is the answer", async () => {
  const hour = NOON + 3_600_000;
  const rows: readonly [name: string, status: number, headers: Record<string, string>, string?][] =
    [
      ["less than five minutes", 403, { date: dateAfter(NOON + 299_000) }],
      ["more than a day", 403, { date: dateAfter(NOON + 86_401_000) }],
      ["no date", 403, {}],
      ["no refusal", 404, { date: dateAfter(hour) }],
      ["another error", 403, {
        date: dateAfter(hour),
        "x-amzn-errortype": "AccessDeniedException",
      }],
      ["a date that is none", 403, { date: "1.5" }],
      ["a line that others can write on", 403, { date: dateAfter(hour) }, "http://a.example"],
    ];
  for (const [name, status, headers, origin = "https://a.example"] of rows) {
    const { client: http, sent } = client(
      { origins: [origin] },
      () => new Response(null, { status, headers }),
    );
    assertStrictEquals((await http.get(`${origin}/key`)).statusCode, status, name);
    await http.close();
    assertStrictEquals(sent.length, 1, name);
  }
});

// R16.16
Deno.test("a wrong clock costs one more request, never two, and none that would need a stream again", async () => {
  const refused = () =>
    new Response(null, { status: 400, headers: { date: dateAfter(NOON + 3_600_000) } });
  const { client: http, sent } = client({}, refused);
  assertStrictEquals((await http.get("https://a.example/key")).statusCode, 400);
  assertStrictEquals(sent.length, 2);
  const other = client({}, refused);
  const stream = new Blob(["part"]).stream();
  assertStrictEquals((await other.client.put("https://a.example/key", stream)).statusCode, 400);
  assertStrictEquals(other.sent.length, 1);
  await http.close();
  await other.client.close();
});

// R16.17
Deno.test("a provider is shared, kept until five minutes before the end, and asked again", async () => {
  let [now, calls] = [NOON, 0];
  const source = new CredentialSource("test", () => {
    const expiration = new Date(now + 3_600_000);
    return Promise.resolve({ ...CREDENTIALS, accessKeyId: `K${++calls}`, expiration });
  }, () => now);
  const ids = await Promise.all([source.get(), source.get()]);
  assertEquals(ids.map(({ accessKeyId }) => accessKeyId), ["K1", "K1"]);
  now += 3_299_000;
  assertStrictEquals((await source.get()).accessKeyId, "K1");
  now += 2_000;
  assertStrictEquals((await source.get()).accessKeyId, "K2");
  assertStrictEquals(calls, 2);
});

// R16.17
Deno.test("short-lived credentials are renewed at half of their time; others are asked for each time", async () => {
  let [now, calls] = [NOON, 0];
  const short = new CredentialSource("test", () => {
    calls++;
    return { ...CREDENTIALS, expiration: new Date(now + 60_000) };
  }, () => now);
  await short.get();
  now += 29_000;
  await short.get();
  assertStrictEquals(calls, 1);
  now += 2_000;
  await short.get();
  assertStrictEquals(calls, 2);
  calls = 0;
  const always = new CredentialSource("test", () => (calls++, CREDENTIALS), () => now);
  await always.get();
  await always.get();
  assertStrictEquals(calls, 2);
});

// R16.17
Deno.test("where a provider fails, credentials are used to their end, and then its error passes", async () => {
  let now = NOON;
  let isGone = false;
  const source = new CredentialSource("test", () => {
    if (isGone) throw new Error("metadata service is gone");
    return { ...CREDENTIALS, expiration: new Date(now + 3_600_000) };
  }, () => now);
  await source.get();
  isGone = true;
  now += 3_500_000;
  assertStrictEquals((await source.get()).accessKeyId, "AKIDEXAMPLE");
  now += 200_000;
  await assertRejects(() => source.get(), Error, "metadata service is gone");
});

// R16.17
Deno.test("a provider that does not answer is given up after 30 seconds", async () => {
  const clock = new FakeClock();
  using _installed = clock.install();
  const source = new CredentialSource("test", () => new Promise(() => {}), Date.now);
  const error = assertRejects(() => source.get(), NetworkingError, "within 30 seconds");
  await clock.advance(30);
  assertStrictEquals((await error).code, "auth_failed");
});

// R16.14
Deno.test("wrong options are told when the scheme is made, and never what is secret", () => {
  const rows: readonly [options: object, message: string][] = [
    [{}, "credentials is missing"],
    [{ ...S3, region: undefined }, "region is missing"],
    [{ ...S3, region: "us east" }, "Cannot use region"],
    [{ ...S3, service: "a/b" }, "Cannot use service"],
    [{ ...S3, credentials: "x" }, "credentials must be an object"],
    [{ ...S3, credentials: { accessKeyId: "S3CRET/1", secretAccessKey: "S3CRET" } }, "accessKeyId"],
    [{ ...S3, credentials: { accessKeyId: "A", secretAccessKey: "S3CRET\n" } }, "secretAccessKey"],
    [{ ...S3, credentials: { ...CREDENTIALS, sessionToken: "S3CRET x" } }, "sessionToken"],
    [{ ...S3, credentials: { ...CREDENTIALS, expiration: "S3CRET" } }, "expiration must be a Date"],
    [{ ...S3, signedHeaders: ["user-agent"] }, "that neither the runtime nor a proxy changes"],
    [{ ...S3, signedHeaders: ["a b"] }, "that neither the runtime nor a proxy changes"],
    [{ ...S3, in: "body" }, "header, query"],
    [{ ...S3, secret: "S3CRET" }, "secret"],
  ];
  for (const [options, message] of rows) {
    const error = assertThrows(() => awsSigV4(options as AWSSigV4Options), TypeError, message);
    assert(!error.message.includes("S3CRET"), error.message);
  }
  assertThrows(() => awsSigV4({ ...S3, expires: { hours: 169 } }), RangeError, "7 days");
  assertThrows(() => awsSigV4({ ...S3, expires: { milliseconds: 900 } }), RangeError, "1 second");
});

Deno.test("a presigned URL keeps what the URL asks for, and replaces a signature that was there", async () => {
  const url = "https://a.example/a+b/c d?X-Amz-Signature=old&X-Amz-Date=old&q=a+b&versionId=1";
  const made = new URL(
    await awsPresignedURL(url, { ...S3, headers: { "Content-Type": "text/a" } }),
  );
  assertStrictEquals(made.pathname, "/a%2Bb/c%20d");
  assertEquals([...made.searchParams.keys()], [
    "q",
    "versionId",
    "X-Amz-Algorithm",
    "X-Amz-Credential",
    "X-Amz-Date",
    "X-Amz-SignedHeaders",
    "X-Amz-Expires",
    "X-Amz-Signature",
  ]);
  assert(made.search.startsWith("?q=a%2Bb&")); // a plus sign is data
  assertStrictEquals(made.searchParams.get("X-Amz-SignedHeaders"), "content-type;host");
  assertStrictEquals(made.searchParams.get("X-Amz-Expires"), "900");
  await assertRejects(() => awsPresignedURL("/key?token=x", S3), TypeError, '"/key"');
  await assertRejects(
    () => awsPresignedURL("https://a.example/", {} as typeof S3),
    TypeError,
    "credentials is missing",
  );
});

Deno.test("the paths of S3 are encoded once, and keep what is in them", () => {
  const rows: [path: string, encoded: string][] = [
    ["/a//b", "/a//b"],
    ["/a%2Fb", "/a/b"],
    ["/a(b)*!'", "/a%28b%29%2A%21%27"],
    ["/%C3%BC%20", "/%C3%BC%20"],
    ["/100%", "/100%25"],
    ["/%FF", "/%25FF"],
    ["/", "/"],
  ];
  for (const [path, encoded] of rows) assertStrictEquals(s3Path(path), encoded);
});
