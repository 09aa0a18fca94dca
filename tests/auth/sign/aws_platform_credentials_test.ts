/**
 * AWS credentials that a container and an instance are given: what is asked for, when it is asked for again, and
 * what is refused. Nothing here reaches the real addresses.
 */

import {
  assert,
  assertEquals,
  assertRejects,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import { HTTPClient, NetworkingError } from "../../../mod.ts";
import { addressPolicy } from "../../../src/address_policy/mod.ts";
import {
  awsContainer,
  type AWSCredentialsProvider,
  awsInstance,
  awsSigV4,
} from "../../../src/auth/sign/mod.ts";
import { httpCache } from "../../../src/cache/mod.ts";

const SECRET = "S3CRETkey";
const HOUR = 3_600_000;
const NOON = Date.UTC(2026, 0, 2, 12);

/** As AWS documents it. */
const credentials = (id: string, now: number) => ({
  Code: "Success",
  LastUpdated: new Date(now).toISOString(),
  Type: "AWS-HMAC",
  AccessKeyId: `ASIA${id}`,
  SecretAccessKey: SECRET,
  Token: `s3ss+ion/${id}==`,
  Expiration: new Date(now + HOUR).toISOString(),
});

interface Sent {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** Answers the metadata requests, by number. */
type Service = (sent: Sent, index: number, now: number) => Response | Promise<Response>;

/** A client that signs for an API, and a platform behind its transport. */
function setUp(provider: AWSCredentialsProvider, service: Service) {
  const state = { now: NOON, sent: [] as Sent[], signed: [] as (string | null)[] };
  const transport = async (url: string, init: RequestInit) => {
    const headers = new Headers(init.headers);
    if (url.startsWith("https://api.example")) {
      state.signed.push(headers.get("x-amz-security-token"));
      return new Response("ok", { headers: { "cache-control": "max-age=60" } });
    }
    const own = [...headers].filter(([name]) => !["accept", "accept-encoding"].includes(name));
    const sent = { method: init.method ?? "GET", url, headers: Object.fromEntries(own) };
    state.sent.push(sent);
    return await service(sent, state.sent.length - 1, state.now);
  };
  const auth = awsSigV4({
    ...{ credentials: provider, region: "r", service: "execute-api", now: () => state.now },
  });
  const client = new HTTPClient({ transport, auth, baseUrl: "https://api.example", maxRetries: 0 });
  return { state, client };
}

const given: Service = (_, index, now) => Response.json(credentials(`${index}`, now));

/** An instance that gives a session, the name of its role, and its credentials. */
const instance: Service = ({ method, url }, index, now) => {
  if (method === "PUT") return new Response(`s3ssion-${index}`);
  if (url.endsWith("/security-credentials/")) return new Response("reports");
  return Response.json(credentials(`${index}`, now));
};

const FILE = await Deno.makeTempFile();
await Deno.writeTextFile(FILE, "p0d-token\n");
globalThis.addEventListener("unload", () => Deno.removeSync(FILE));

const TOKEN = "AWS_CONTAINER_AUTHORIZATION_TOKEN";
const ECS = { AWS_CONTAINER_CREDENTIALS_RELATIVE_URI: "/v2/credentials/1?a=b" };
const EKS = {
  AWS_CONTAINER_CREDENTIALS_FULL_URI: "http://169.254.170.23/v1/credentials",
  AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE: FILE,
};

// R16.45
Deno.test("a container is asked for as the platforms document it", async () => {
  const full = (url: string) => ({ AWS_CONTAINER_CREDENTIALS_FULL_URI: url });
  const rows: readonly [env: Record<string, string>, url: string, authorization?: string][] = [
    [ECS, "http://169.254.170.2/v2/credentials/1?a=b"],
    [{ ...ECS, ...EKS }, "http://169.254.170.2/v2/credentials/1?a=b", "p0d-token"],
    [EKS, "http://169.254.170.23/v1/credentials", "p0d-token"],
    [
      { ...EKS, AWS_CONTAINER_AUTHORIZATION_TOKEN: "other" },
      "http://169.254.170.23/v1/credentials",
      "p0d-token",
    ],
    [
      { ...full("http://[fd00:ec2::23]/c"), AWS_CONTAINER_AUTHORIZATION_TOKEN: "Basic YQ==" },
      "http://[fd00:ec2::23]/c",
      "Basic YQ==",
    ],
    [full("http://[fd00:0ec2:0:0:0:0:0:23]/c"), "http://[fd00:ec2::23]/c"],
    [full("http://169.254.170.2/c"), "http://169.254.170.2/c"],
    [full("http://127.0.0.1:1338/c"), "http://127.0.0.1:1338/c"],
    [full("http://127.9.9.9/c"), "http://127.9.9.9/c"],
    [full("http://[::1]:1338/c"), "http://[::1]:1338/c"],
    [full("http://localhost:1338/c"), "http://localhost:1338/c"],
    [full("https://credentials.example/c"), "https://credentials.example/c"],
  ];
  for (const [env, url, authorization] of rows) {
    const { state, client } = setUp(awsContainer({ env }), given);
    await client.get("/");
    await client.close();
    const headers: Record<string, string> = authorization === undefined ? {} : { authorization };
    assertEquals(state.sent, [{ method: "GET", url, headers }]);
    assertEquals(state.signed, ["s3ss+ion/0=="]);
  }
});

// R16.45
Deno.test("a variable that leads elsewhere in clear text is refused, and nothing is sent", async () => {
  const full = (url: string) => ({ AWS_CONTAINER_CREDENTIALS_FULL_URI: url });
  const rows: readonly [env: Record<string, string | undefined>, why: string][] = [
    [{}, "neither AWS_CONTAINER_CREDENTIALS_RELATIVE_URI nor"],
    [full(""), "neither AWS_CONTAINER_CREDENTIALS_RELATIVE_URI nor"],
    ...["http://evil.example/", "http://169.254.170.2.evil.example/", "http://169.254.169.254/c"]
      .map(
        (url): [Record<string, string>, string] => [full(url), "must be an https: URL"],
      ),
    [full("http://127.evil.example/c"), "must be an https: URL"],
    [full("http://10.0.0.1/c"), "must be an https: URL"],
    [full("http://[fd00:ec2::24]/c"), "must be an https: URL"],
    [full("http://[::ffff:169.254.170.2]/c"), "must be an https: URL"],
    [full("http://ada:S3CRETkey@127.0.0.1/c"), "must be an https: URL"],
    [full("https://S3CRETkey@credentials.example/c"), "must be an https: URL"],
    [full("ftp://127.0.0.1/c"), "must be an https: URL"],
    [full("file:///etc/passwd"), "must be an https: URL"],
    [full("v1/credentials"), "must be an https: URL"],
    ...["v2/c", "@evil.example/", ":80@evil.example/", "http://evil.example/", ".evil.example"].map(
      (
        path,
      ): [Record<string, string>, string] => [
        { AWS_CONTAINER_CREDENTIALS_RELATIVE_URI: path },
        "must be a path that begins with a slash",
      ],
    ),
    [{ ...ECS, AWS_CONTAINER_AUTHORIZATION_TOKEN: "a\r\nx: S3CRETkey" }, "visible ASCII"],
    [{ ...ECS, AWS_CONTAINER_AUTHORIZATION_TOKEN: "S3CRETkey\u0100" }, "visible ASCII"],
    [{ ...ECS, AWS_CONTAINER_AUTHORIZATION_TOKEN: "S3CRETkey\n" }, "visible ASCII"],
    [
      { ...ECS, AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE: `${FILE}.none` },
      "check that it is mounted",
    ],
  ];
  for (const [env, why] of rows) {
    const { state, client } = setUp(awsContainer({ env }), given);
    const error = await assertRejects(() => client.get("/"), Error, why, JSON.stringify(env));
    await client.close();
    assert(!Deno.inspect(error).includes(SECRET), Deno.inspect(error));
    assertEquals(state.sent, [], JSON.stringify(env));
  }
});

Deno.test("a relative path never leaves the host of ECS", async () => {
  for (const path of ["//evil.example/c", "/\\evil.example", "/../../c", "/c#d", "/%00", "/ a"]) {
    const env = { AWS_CONTAINER_CREDENTIALS_RELATIVE_URI: path };
    const { state, client } = setUp(awsContainer({ env }), given);
    await client.get("/");
    await client.close();
    assertEquals(new URL(state.sent[0]!.url).origin, "http://169.254.170.2", path);
  }
});

// R16.45
Deno.test("an instance gives a session, then the name of its role, then the credentials", async () => {
  const role = "/latest/meta-data/iam/security-credentials/";
  const token = { "x-aws-ec2-metadata-token": "s3ssion-0" };
  const put = { "x-aws-ec2-metadata-token-ttl-seconds": "60" };
  const v4 = "http://169.254.169.254";
  const v6 = "http://[fd00:ec2::254]";
  const rows: readonly [options: object | undefined, sent: [string, string, object][]][] = [
    [undefined, [
      ["PUT", `${v4}/latest/api/token`, put],
      ["GET", v4 + role, token],
      ["GET", `${v4}${role}reports`, token],
    ]],
    [{ role: "a,b@c", endpoint: `${v6}/` }, [
      ["PUT", `${v6}/latest/api/token`, put],
      ["GET", `${v6}${role}a%2Cb%40c`, token],
    ]],
  ];
  for (const [options, sent] of rows) {
    const { state, client } = setUp(awsInstance(options), instance);
    await client.get("/");
    await client.close();
    assertEquals(
      state.sent,
      sent.map(([method, url, headers]) => ({ method, url, headers })) as never,
    );
    assertEquals(state.signed, [`s3ss+ion/${sent.length - 1}==`]);
  }
});

// R16.17
Deno.test("calls share one request, and it is made again five minutes before the end", async () => {
  for (
    const [provider, service, each] of [
      [awsContainer({ env: ECS }), given, 1],
      [awsInstance(), instance, 3],
    ] as const
  ) {
    const { state, client } = setUp(provider, service);
    await Promise.all(Array.from({ length: 10 }, () => client.get("/")));
    state.now += HOUR - 301_000;
    await client.get("/");
    assertEquals([state.sent.length, new Set(state.signed).size], [each, 1]);
    state.now += 2_000;
    await Promise.all([client.get("/"), client.get("/")]);
    assertEquals([state.sent.length, new Set(state.signed).size], [2 * each, 2]);
    await client.close();
  }
});

// R27.5
Deno.test("a cache shares nothing between two roles, and keeps responses when credentials expire", async () => {
  const pod = (token: string) =>
    awsContainer({ env: { ...EKS, [`${TOKEN}_FILE`]: undefined, [TOKEN]: token } });
  const service: Service = (sent, index, now) =>
    sent.url.includes("/v1/")
      ? Response.json(credentials(sent.headers.authorization!, now))
      : instance(sent, index, now);
  for (const make of [() => [pod("ada"), pod("bob")], () => [awsInstance(), awsInstance()]]) {
    const cache = httpCache();
    for (const provider of make()) {
      const { state, client } = setUp(provider, service);
      const statuses = [(await client.get("/", { cache })).cache?.status];
      state.now += HOUR;
      statuses.push((await client.get("/", { cache })).cache?.status);
      assertEquals(statuses, ["miss", "hit"]);
      await client.close();
    }
  }
});

// R16.45
Deno.test("an answer without credentials fails the call in words, and shows nothing of it", async () => {
  const whole = credentials("", NOON);
  const json = (value: object, status = 200) => Response.json(value, { status });
  const refused = { code: "NotAuthorized", message: `${SECRET} is wrong` };
  const rows: readonly [answer: () => Response, why: string][] = [
    [() => json(refused, 400), "it answered 400, NotAuthorized; check"],
    [() => json({ code: `${SECRET} <b/>` }, 403), "it answered 403; check"],
    [() => new Response(SECRET, { status: 404 }), "it answered 404; "],
    [() => new Response(null, { status: 500 }), "it answered 500; check"],
    [() => json(whole, 201), "it answered 201; check"],
    [() => Response.redirect("http://evil.example/", 307), "it answered 307; check"],
    [() => new Response(""), "no credentials"],
    [() => new Response(`{"AccessKeyId":"${SECRET}"`), "no credentials"],
    [() => new Response("null"), "no credentials"],
    [() => json([whole]), "no credentials"],
    [
      () => json({ Code: "AssumeRoleUnauthorizedAccess" }),
      "no credentials, AssumeRoleUnauthorizedAccess",
    ],
    ...["AccessKeyId", "SecretAccessKey", "Token", "Expiration"].flatMap((
      name,
    ): [() => Response, string][] => [
      [() => json({ ...whole, [name]: undefined }), "no credentials"],
      [() => json({ ...whole, [name]: 5 }), "no credentials"],
      [() => json({ ...whole, [name]: "" }), "no credentials"],
    ]),
    [() => json({ ...whole, Expiration: "soon" }), "no credentials"],
  ];
  for (const [answer, why] of rows) {
    const lastOf: Service = (sent, index, now) =>
      sent.url.endsWith("reports") ? answer() : instance(sent, index, now);
    for (
      const [provider, service] of [
        [awsContainer({ env: ECS }), answer],
        [awsInstance(), lastOf],
      ] as const
    ) {
      const { state, client } = setUp(provider, service);
      const error = await assertRejects(() => client.get("/"), NetworkingError, why);
      assertEquals(error.code, "auth_failed");
      for (const secret of [SECRET, "s3ss"]) assert(!Deno.inspect(error).includes(secret), why);
      assert(state.sent.every(({ url }) => !url.includes("evil")));
      await client.close();
    }
  }
});

Deno.test("an instance without version 2, without a role, or switched off, is told apart", async () => {
  const rows: readonly [service: Service, why: string, sent: number][] = [
    [() => new Response(null, { status: 403 }), "it answered 403; check the metadata options", 1],
    [() => new Response(""), "its response has no session", 1],
    [() => new Response("a\nb"), "its response has no session", 1],
    [({ method }) => new Response(method === "PUT" ? "a" : "", { status: 200 }), "has no role", 2],
    [({ method }) => new Response(method === "PUT" ? "a" : "../../x"), "has no role", 2],
    [({ method }) => new Response(method === "PUT" ? "a" : "r\nq"), "has no role", 2],
    [
      ({ method }) => new Response("a", { status: method === "PUT" ? 200 : 404 }),
      "no such role",
      2,
    ],
    [
      ({ method }) => new Response("a", { status: method === "PUT" ? 200 : 401 }),
      "answered 401",
      2,
    ],
  ];
  for (const [service, why, sent] of rows) {
    const { state, client } = setUp(awsInstance(), service);
    await assertRejects(() => client.get("/"), NetworkingError, why);
    assertEquals(state.sent.length, sent, why); // version 1 is not tried
    await client.close();
  }
});

// R16.45
Deno.test("a service that does not answer has two seconds, and the call fails with what to do", async () => {
  const { client } = setUp(awsInstance(), () => new Promise<Response>(() => {}));
  const time = performance.now();
  const error = await assertRejects(() => client.get("/"), NetworkingError, "within 2 seconds");
  assert(performance.now() - time < 10_000);
  assertStringIncludes(error.message, "the hop limit of the instance must be 2");
  await client.close();
});

Deno.test("over real servers the credentials sign; a redirect is not followed, and the address policy judges", async () => {
  let redirects = false;
  const paths: string[] = [];
  const handler = (request: Request) => {
    const { pathname, origin } = new URL(request.url);
    paths.push(`${request.method} ${pathname}`);
    if (redirects) return Response.redirect(`${origin}/elsewhere`);
    if (pathname === "/api") return new Response(request.headers.get("x-amz-security-token"));
    if (pathname === "/c") return Response.json(credentials("c", Date.now()));
    if (request.method === "PUT") return new Response("session");
    return pathname.endsWith("/")
      ? new Response("reports\n")
      : Response.json(credentials("i", Date.now()));
  };
  await using server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, handler);
  const origin = `http://127.0.0.1:${server.addr.port}`;
  const providers = () => ({
    c: awsContainer({ env: { AWS_CONTAINER_CREDENTIALS_FULL_URI: `${origin}/c` } }),
    i: awsInstance({ endpoint: origin }),
  });
  const clientWith = (credentials: AWSCredentialsProvider, options: object = {}) => {
    const auth = awsSigV4({ credentials, region: "r", service: "execute-api" });
    return new HTTPClient({ baseUrl: origin, auth, maxRetries: 0, ...options });
  };
  for (const [id, provider] of Object.entries(providers())) {
    await using client = clientWith(provider);
    assertEquals((await client.get("/api")).text, `s3ss+ion/${id}==`);
  }
  paths.length = 0;
  for (const provider of Object.values(providers())) {
    // A function without a partition too, whose identity a cache wants to know before the call.
    const plain: AWSCredentialsProvider = (context) => provider(context);
    const policy = { addressPolicy: addressPolicy(), baseUrl: "http://1.1.1.1" };
    for (const more of [{}, { cache: httpCache() }, { dedupe: true }]) {
      for (const one of [provider, plain]) {
        await using client = clientWith(one, { ...policy, ...more });
        const error = await assertRejects(() => client.get("/"), NetworkingError);
        assertEquals(error.code, "address_refused");
      }
    }
  }
  assertEquals(paths, []);
  redirects = true;
  for (const provider of Object.values(providers())) {
    await using client = clientWith(provider);
    await assertRejects(() => client.get("/api"), NetworkingError);
  }
  assertEquals(paths, ["GET /c", "PUT /latest/api/token"]);
});

Deno.test("wrong options are told when it is made", () => {
  const rows: readonly [make: () => unknown, why: string][] = [
    [() => awsContainer({ env: "x" as never }), "variables of the environment"],
    [() => awsContainer({ envs: {} } as never), "envs"],
    [() => awsInstance({ role: "arn:aws:iam::1:role/r" }), "not its ARN"],
    [() => awsInstance({ role: "" }), "not its ARN"],
    ...["http://evil.example", "https://169.254.169.254", "http://169.254.169.254/x", "x"].map((
      endpoint,
    ): [() => unknown, string] => [
      () => awsInstance({ endpoint }),
      "an http: origin of this machine",
    ]),
    [() => awsInstance({ endpoint: "http://a@169.254.169.254" }), "an http: origin"],
    [() => awsInstance({ endpoint: "http://169.254.169.254?a" }), "an http: origin"],
  ];
  for (const [make, why] of rows) assertThrows(make, TypeError, why);
});
