/** AWS credentials for a platform's token: what is sent, when it is renewed, and which answers are refused. */

import {
  assert,
  assertEquals,
  assertRejects,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import { HTTPClient, NetworkingError } from "../../../mod.ts";
import { awsPresignedURL, awsSigV4, awsWebIdentity } from "../../../src/auth/sign/mod.ts";
import type { AWSWebIdentityOptions } from "../../../src/auth/sign/mod.ts";
import { readElements } from "../../../src/auth/sign/aws/sts_answer.ts";
import { addressPolicy } from "../../../src/address_policy/mod.ts";
import { tokenFile } from "../../../src/auth/oauth2/mod.ts";

const ROLE = "arn:aws:iam::123456789012:role/reports";
const NOON = Date.UTC(2026, 0, 2, 12);
const TOKEN = "s3cret-identity";
const SECRET = "S3CRETkey";

const credentials = (id: string, endsAt: number) =>
  `<Credentials>
    <SessionToken>s3ss+ion/${id}==</SessionToken><SecretAccessKey>${SECRET}</SecretAccessKey>
    <Expiration>${new Date(endsAt).toISOString()}</Expiration><AccessKeyId>${id}</AccessKeyId>
  </Credentials>`;
/** As AWS documents it. */
const answer = (content: string) =>
  `<?xml version="1.0" encoding="UTF-8"?>
<AssumeRoleWithWebIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">
  <AssumeRoleWithWebIdentityResult>
    <SubjectFromWebIdentityToken>amzn1.account.AF6RHO7KZU5XRVQJGXK6HB56KR2A</SubjectFromWebIdentityToken>
    <AssumedRoleUser><Arn>arn:aws:sts::1:assumed-role/a/b</Arn><AssumedRoleId>A:b</AssumedRoleId></AssumedRoleUser>
    ${content}
    <Provider>www.amazon.com</Provider>
  </AssumeRoleWithWebIdentityResult>
  <ResponseMetadata><RequestId>ad4156e9-bce1-11e2-82e6-6b6efEXAMPLE</RequestId></ResponseMetadata>
</AssumeRoleWithWebIdentityResponse>`;
const refusal = (code: string, message = "no") =>
  `<ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><Error><Type>Sender</Type>` +
  `<Code>${code}</Code><Message>${message}</Message></Error><RequestId>1</RequestId></ErrorResponse>`;

/** A client that signs for an API, and a token service that answers by number. */
function setUp(
  answers: (index: number, now: number) => Response | Promise<Response>,
  options: Partial<AWSWebIdentityOptions> = {},
) {
  const state = { now: NOON, sent: [] as { url: string; form: URLSearchParams }[] };
  const signed: string[] = [];
  const transport = async (url: string, init: RequestInit) => {
    const { host } = new URL(url);
    if (!host.startsWith("sts.")) {
      signed.push(new Headers(init.headers).get("x-amz-security-token") ?? "");
      return new Response("ok");
    }
    const headers = new Headers(init.headers);
    assertEquals([init.method, headers.get("authorization")], ["POST", null]);
    state.sent.push({ url, form: new URLSearchParams(await new Response(init.body).text()) });
    return await answers(state.sent.length - 1, state.now);
  };
  const auth = awsSigV4({
    credentials: awsWebIdentity({ roleArn: ROLE, token: TOKEN, region: "eu-west-1", ...options }),
    ...{ region: "eu-west-1", service: "execute-api", now: () => state.now },
  });
  const client = new HTTPClient({ transport, auth, baseUrl: "https://api.example", maxRetries: 0 });
  return { state, signed, client, auth };
}

const right = (index: number, now: number) =>
  new Response(answer(credentials(`ASIA${index}`, now + 3_600_000)));

Deno.test("a token is exchanged for credentials as AWS documents it, and they sign", async () => {
  const { state, signed, client } = setUp(right, { sessionName: "nightly", expires: { hours: 2 } });
  await client.get("/");
  await client.close();
  assertEquals(state.sent[0]!.url, "https://sts.eu-west-1.amazonaws.com/");
  assertEquals(Object.fromEntries(state.sent[0]!.form), {
    Action: "AssumeRoleWithWebIdentity",
    Version: "2011-06-15",
    RoleArn: ROLE,
    RoleSessionName: "nightly",
    WebIdentityToken: TOKEN,
    DurationSeconds: "7200",
  });
  assertEquals(signed, ["s3ss+ion/ASIA0=="]);
});

// R16.17
Deno.test("calls share one exchange; it is made again five minutes before the end, with a new token", async () => {
  let tokens = 0;
  const { state, signed, client } = setUp(right, {
    token: () => Promise.resolve(`t${tokens++}`),
    region: "cn-north-1",
  });
  await Promise.all(Array.from({ length: 10 }, () => client.get("/")));
  state.now += 3_299_000;
  await client.get("/");
  assertEquals([state.sent.length, new Set(signed).size], [1, 1]);
  state.now += 2_000;
  await Promise.all([client.get("/"), client.get("/")]);
  await client.close();
  assertEquals(state.sent.map(({ form }) => form.get("WebIdentityToken")), ["t0", "t1"]);
  assertEquals(signed.slice(-2), ["s3ss+ion/ASIA1==", "s3ss+ion/ASIA1=="]);
  assertEquals(state.sent[0]!.url, "https://sts.cn-north-1.amazonaws.com.cn/");
});

Deno.test("while the service fails the credentials are used to their end, and then its error passes", async () => {
  const { state, client, signed } = setUp((index, now) =>
    index === 0
      ? right(index, now)
      : new Response(refusal("IDPCommunicationError"), { status: 400 })
  );
  await client.get("/");
  state.now += 3_500_000;
  await client.get("/");
  assertEquals(signed, ["s3ss+ion/ASIA0==", "s3ss+ion/ASIA0=="]);
  state.now += 200_000;
  const error = await assertRejects(
    () => client.get("/"),
    NetworkingError,
    "IDPCommunicationError",
  );
  assertEquals(error.code, "auth_failed");
  await client.close();
});

Deno.test("a caller that leaves does not take the exchange away from the others", async () => {
  const begun = Promise.withResolvers<void>();
  const answered = Promise.withResolvers<Response>();
  const { state, client } = setUp(() => {
    begun.resolve();
    return answered.promise;
  });
  const controller = new AbortController();
  const first = client.get("/", { signal: controller.signal });
  await begun.promise;
  const second = client.get("/");
  await new Promise((resolve) => setTimeout(resolve, 5)); // until it waits as well
  controller.abort("left");
  assertEquals(await first.catch((reason) => reason), "left");
  answered.resolve(right(0, state.now));
  assertEquals((await second).status, 200);
  assertEquals(state.sent.length, 1);
  await client.close();
});

Deno.test("an answer without credentials, and an error, fail the call and show nothing of it", async () => {
  const whole = credentials("ASIA", NOON + 3_600_000);
  const without = (name: string) => answer(whole.replace(new RegExp(`<${name}>.*?</${name}>`), ""));
  const rows: readonly [text: string, status: number, why: string][] = [
    [
      refusal("InvalidIdentityToken", `${TOKEN} is wrong`),
      400,
      "it answered 400, InvalidIdentityToken;",
    ],
    [refusal("AccessDenied"), 403, "it answered 403, AccessDenied; check roleArn"],
    [refusal(`${TOKEN} <b/>`), 400, "it answered 400;"],
    ["", 500, "it answered 500;"],
    [answer(whole), 201, "it answered 201;"],
    ["", 200, "no credentials"],
    ["{}", 200, "no credentials"],
    [refusal("None"), 200, "no credentials"],
    ...["AccessKeyId", "SecretAccessKey", "SessionToken", "Expiration"].map((
      name,
    ): [string, number, string] => [without(name), 200, "no credentials"]),
    [answer(whole.replace(/<Expiration>.*?</, "<Expiration>soon<")), 200, "no credentials"],
    [answer(whole + whole), 200, "no credentials"],
    [answer(whole).slice(0, -20), 200, "no credentials"],
    [answer(whole).replace("<Ass", "<!DOCTYPE a [<!ENTITY b 'c'>]><Ass"), 200, "no credentials"],
    [answer(`<Other>${whole}</Other>`), 200, "no credentials"],
  ];
  for (const [text, status, why] of rows) {
    const { client } = setUp(() => new Response(text, { status }));
    const error = await assertRejects(() => client.get("/"), NetworkingError, why);
    assertEquals([error.code, error.url], ["auth_failed", "https://sts.eu-west-1.amazonaws.com/"]);
    for (const secret of [TOKEN, SECRET]) assert(!Deno.inspect(error).includes(secret), text);
    await client.close();
  }
});

Deno.test("the exchange is a side request: it follows no redirect, and the address policy judges it", async () => {
  const { client } = setUp(() => Response.redirect("https://sts.evil.example/", 307));
  await assertRejects(() => client.get("/"), NetworkingError);
  await client.close();
  const resolve = () => Promise.resolve(["10.0.0.1"]);
  const credentials = awsWebIdentity({ roleArn: ROLE, token: TOKEN, region: "us-east-1" });
  await using guarded = new HTTPClient({
    auth: awsSigV4({ credentials, region: "us-east-1", service: "s3" }),
    transport: () => Promise.reject(new Error("nothing may be sent")),
    addressPolicy: addressPolicy({ resolve }),
    baseUrl: "http://1.1.1.1",
    maxRetries: 0,
  });
  const error = await assertRejects(() => guarded.get("/"), NetworkingError);
  assertEquals(error.code, "address_refused");
});

Deno.test("a provider of ./auth/oauth2 gives the token, and URLs are signed without a client", async () => {
  const file = await Deno.makeTempFile();
  await Deno.writeTextFile(file, `${TOKEN}\n`);
  const forms: URLSearchParams[] = [];
  await using server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen() {} },
    async (request) => {
      forms.push(new URLSearchParams(await request.text()));
      return new Response(answer(credentials("ASIA", Date.now() + 3_600_000)));
    },
  );
  const endpoint = `http://127.0.0.1:${server.addr.port}/sts`;
  const options = { roleArn: ROLE, token: tokenFile(file), endpoint };
  const signed = await awsPresignedURL("https://bucket.example/key", {
    ...{ credentials: awsWebIdentity(options), region: "r", service: "s3" },
  });
  assertEquals(new URL(signed).searchParams.get("X-Amz-Security-Token"), "s3ss+ion/ASIA==");
  assertEquals(forms[0]!.get("WebIdentityToken"), TOKEN);
  await Deno.remove(file);
});

Deno.test("who asks is the session of the role, also after the credentials were renewed", async () => {
  const { auth } = setUp(right);
  const { partition } = auth as { partition: (signal: AbortSignal) => Promise<string> };
  const name = await partition.call(auth, new AbortController().signal);
  for (const part of [ROLE, "networking", "eu-west-1"]) assertStringIncludes(name, part);
});

Deno.test("wrong options are told when it is made, and never the token", async () => {
  const good = { roleArn: ROLE, token: TOKEN, region: "eu-west-1" };
  const rows: readonly [options: object, message: string][] = [
    [{}, "roleArn is missing"],
    [{ roleArn: ROLE }, "token is missing"],
    [{ roleArn: ROLE, token: TOKEN }, "either region or endpoint"],
    [{ ...good, endpoint: "https://sts.example" }, "either region or endpoint"],
    [{ ...good, roleArn: "reports" }, "the ARN of a role"],
    [{ ...good, region: "evil.example/" }, "the name of a region"],
    [{ ...good, region: undefined, endpoint: "http://sts.example" }, "an https: URL"],
    [{ ...good, region: undefined, endpoint: "https://a:b@sts.example" }, "an https: URL"],
    [{ ...good, sessionName: "a b" }, "2 to 64 letters"],
    [{ ...good, sessionName: "a" }, "2 to 64 letters"],
    [{ ...good, token: `${TOKEN}\n` }, "trim() it"],
    [{ ...good, token: 5 }, "a token, or a function"],
    [{ ...good, roleARN: ROLE }, "roleArn"],
  ];
  for (const [options, message] of rows) {
    const error = assertThrows(() => awsWebIdentity(options as never), TypeError, message);
    assert(!error.message.includes(TOKEN), error.message);
  }
  for (const expires of [{ seconds: 899 }, { hours: 13 }]) {
    assertThrows(() => awsWebIdentity({ ...good, expires }), RangeError, "15 minutes to 12 hours");
  }
  const { client, state } = setUp(right, { token: () => `${TOKEN} ` });
  const error = await assertRejects(() => client.get("/"), TypeError, "token must be visible");
  assert(!error.message.includes(TOKEN));
  assertEquals(state.sent.length, 0);
  await client.close();
});

Deno.test("elements are read with their references, and other XML is refused", () => {
  const rows: readonly [xml: string, expected: Record<string, string> | undefined][] = [
    ["<a/>", { a: "" }],
    ["<a>x</a>", { a: "x" }],
    ["<a><b> x\n</b><c y='1' z=\"2\"/></a>", { b: "x", c: "" }],
    ["<a><b><c>1</c></b><d>2</d></a>", { "b/c": "1", d: "2" }],
    ["\ufeff<?xml version='1.0'?>\n<a><b>&lt;&amp;&gt;&quot;&apos;&#65;&#x42;</b></a>\n", {
      b: "<&>\"'AB",
    }],
    ["", undefined],
    ["x", undefined],
    ["<a>", undefined],
    ["<a></b>", undefined],
    ["<a><b></a></b>", undefined],
    ["<a/><b/>", undefined],
    ["<a/>x", undefined],
    ["</a>", undefined],
    ["<a><b>1</b><b>2</b></a>", undefined],
    ["<a>&other;</a>", undefined],
    ["<a>&toString;</a>", undefined],
    ["<a>& </a>", undefined],
    ["<a>&#0;</a>", undefined],
    ["<a>&#x110000;</a>", undefined],
    ["<a><!-- --></a>", undefined],
    ["<a><![CDATA[x]]></a>", undefined],
    ["<!DOCTYPE a><a/>", undefined],
    ["<a b=<>x</a>", undefined],
    ["< a/>", undefined],
  ];
  for (const [xml, expected] of rows) {
    const found = readElements(xml);
    assertEquals(found && Object.fromEntries(found), expected, xml);
  }
});
