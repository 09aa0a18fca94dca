/**
 * Goals about what stays where it belongs: credentials, bodies, addresses, cookies, lines.
 *
 * @module
 */

import { addressPolicy } from "../../src/address_policy/mod.ts";
import {
  apiKeyAuth,
  type AuthScheme,
  basicAuth,
  bearerAuth,
  HTTPClient,
  negotiate,
  NetworkingError,
} from "../../mod.ts";
import { digestAuth } from "../../src/auth/digest.ts";
import {
  clientSecretJwt,
  jwtBearer,
  mutualTls,
  oauth2,
  type OAuth2Options,
  privateKeyJwt,
  tokenExchange,
} from "../../src/auth/oauth2/mod.ts";
import { awsSigV4, httpSignature } from "../../src/auth/sign/mod.ts";
import { DPoPProver } from "../../src/auth/oauth2/server/dpop.ts";
import { CookieJar } from "../../src/cookies/mod.ts";
import { FakeServer } from "../../src/testing/mod.ts";
import {
  A,
  B,
  CHAINS,
  ELSEWHERE,
  expected,
  follow as followPath,
  LIST_VERBS,
  LISTS,
  STATUSES,
  VERBS,
  ways,
} from "../support/credential_ways.ts";
import { hmac, standard, webhookAuth } from "../../src/webhooks/mod.ts";
import type { Goal } from "./goal.ts";

const SECRET = "s3cr3t-Va1ue";
const CREDENTIALS = [
  "authorization",
  "cookie",
  "cookie2",
  "proxy-authorization",
  "x-api-key",
  "api-key",
  "private-token",
  "x-auth-token",
  "x-amz-security-token",
  "x-goog-api-key",
  "x-vault-token",
  "x-of-our-own", // in sensitiveHeaders
];
/** From where, and over where; the last is asked for at the end. */
const CHANGES: readonly (readonly string[])[] = [
  ["http://a.example/", "http://b.example/"],
  ["http://a.example/", "http://x.a.example/"],
  ["http://x.a.example/", "http://a.example/"],
  ["http://a.example/", "http://a.example:8080/"],
  ["https://a.example/", "http://a.example/"],
  ["http://a.example/", "https://a.example/"],
  ["http://localhost/", "http://127.0.0.1/"],
  ["http://a.example/", "//b.example/"],
  ["http://a.example/", "http://b.example/", "http://a.example/back"],
];

const ES256 = { name: "ECDSA", namedCurve: "P-256" };
const keyPair = await crypto.subtle.generateKey(ES256, true, ["sign", "verify"]);
const keyThumbprint = await new DPoPProver(keyPair).thumbprint();
const WEBHOOK_SECRET = "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const HMAC = { header: "x-signature", idHeader: "x-id", template: "{id}.{body}" };

/** Every way to get a token, and to say which client asks. */
const GRANTS: readonly Partial<OAuth2Options>[] = [
  { grant: jwtBearer({ key: keyPair.privateKey, issuer: "ada" }) },
  { grant: tokenExchange({ subjectToken: () => "t" }) },
  { clientId: "a", clientSecret: "b", clientAuthentication: clientSecretJwt() },
  { clientId: "a", clientAuthentication: privateKeyJwt({ key: keyPair.privateKey }) },
  { clientId: "a", clientAuthentication: mutualTls() },
];

const SCHEMES: readonly AuthScheme[] = [
  basicAuth("ada", SECRET),
  bearerAuth(SECRET),
  ...(["header", "query", "cookie"] as const).map((place) =>
    apiKeyAuth({ name: "plain", value: SECRET, in: place })
  ),
  digestAuth(SECRET, SECRET), // it is the user that shows
  oauth2({
    tokenEndpoint: "https://id.example/token",
    clientId: "a",
    clientSecret: "b",
    store: { get: () => ({ accessToken: SECRET }), set() {} },
  }),
  oauth2({
    tokenEndpoint: "https://id.example/token",
    clientId: "a",
    clientSecret: "b",
    dpop: { keyPair },
    store: { get: () => ({ accessToken: SECRET, keyThumbprint }), set() {} },
  }),
  ...(["header", "query"] as const).map((place) =>
    awsSigV4({
      credentials: { accessKeyId: "AKID", secretAccessKey: "k", sessionToken: SECRET },
      ...{ region: "r", service: "s3", in: place },
    })
  ),
  httpSignature({ key: new Uint8Array(16), keyId: SECRET }),
  webhookAuth({ secret: WEBHOOK_SECRET, scheme: standard(), id: SECRET }),
  webhookAuth({ secret: WEBHOOK_SECRET, scheme: hmac(HMAC), id: SECRET }),
  ...GRANTS.map((grant) =>
    oauth2({
      tokenEndpoint: "https://id.example/token",
      store: { get: () => ({ accessToken: SECRET }), set() {} },
      ...grant,
    })
  ),
  negotiate(digestAuth(SECRET, SECRET), basicAuth("ada", SECRET)),
  negotiate(
    basicAuth("ada", SECRET, { allowClearText: true }),
    bearerAuth(SECRET, { allowClearText: true }),
  ),
];

/** What every origin asks for that was sent no credentials by a scheme. */
const ASKED = new Headers([
  ["www-authenticate", 'Digest realm="r", nonce="n", qop="auth"'],
  ["www-authenticate", 'Bearer, Basic realm="r"'],
]);

const BODY = "a body of our own";

function has(text: string): boolean {
  return text.includes(SECRET) || text.includes(btoa(`ada:${SECRET}`));
}

/** Follows a chain; gives every request as text, but the first when it only brings a challenge. */
async function follow(
  chain: readonly string[],
  status: number,
  secret: string | AuthScheme | undefined,
) {
  const seen: string[] = [];
  let step = 0;
  const transport = async (url: string, init: RequestInit) => {
    const sent = init.body instanceof Blob ? await init.body.text() : String(init.body ?? "");
    const head = new Headers(init.headers);
    const given = JSON.stringify([...head]) + url + sent;
    const asks = typeof secret === "object" && !has(given);
    if (asks && step === 0) return new Response(null, { status: 401, headers: ASKED });
    seen.push(given);
    const location = chain[++step];
    if (asks && location === undefined) return new Response(null, { status: 401, headers: ASKED });
    return location === undefined
      ? new Response("end")
      : new Response(null, { status, headers: { location } });
  };
  await using client = new HTTPClient({ transport, allowDowngrade: true, maxRetries: 0 });
  const [url = ""] = chain;
  const sensitiveHeaders = ["x-of-our-own"];
  const call = secret === undefined
    ? client.post(url, BODY)
    : typeof secret === "string"
    ? client.get(url, { headers: { [secret]: `Bearer ${SECRET}` }, sensitiveHeaders })
    : client.get(url, { auth: secret });
  await call.catch((error) => {
    if (!(error instanceof NetworkingError)) throw error;
  });
  return seen;
}

/** Every way to give a secret, along every path: where it arrives unasked, and where it is missing. */
async function bindingCells() {
  let [cells, leaks, missing] = [0, 0, 0];
  const origins = { A, B, E: ELSEWHERE[0]! };
  const shapes = [
    ...Object.values(VERBS).flatMap((verb) => CHAINS.map((path) => ({ verb, path }))),
    ...Object.values(LIST_VERBS).flatMap((verb) => LISTS.map((path) => ({ verb, path }))),
  ];
  for (const way of ways(origins)) {
    for (const { verb, path } of shapes) {
      for (const status of path.includes(">") ? STATUSES : [302]) {
        const arrivals = await followPath(path, way, origins, status, verb);
        const wanted = expected(way, path);
        if (arrivals.length !== wanted.length) throw new Error(`${path} was not followed`);
        for (const [index, { hasSecret }] of arrivals.entries()) {
          cells++;
          if (hasSecret && !wanted[index]) leaks++;
          if (!hasSecret && wanted[index]) missing++;
        }
      }
    }
  }
  return { cells, leaks, missing };
}

/** The 104 ways to name an address that a guard has to refuse, or a URL that is none. */
function hostileURLs(): string[] {
  const v4 = [
    "127.0.0.1",
    "127.1",
    "127.0.1",
    "2130706433",
    "0x7f000001",
    "0x7f.1",
    "0177.0.0.1",
    "017700000001",
    "0x7f.0x0.0x0.0x1",
    "127.0.0.1.",
    "0.0.0.0",
    "0",
    "127.255.255.254",
    "10.0.0.1",
    "10.1",
    "0xa000001",
    "172.16.0.1",
    "172.31.255.255",
    "192.168.0.1",
    "192.168.1",
    "3232235521",
    "169.254.169.254",
    "2852039166",
    "0xa9fea9fe",
    "0251.0376.0251.0376",
    "169.254.170.2",
    "100.100.100.200",
    "100.64.0.1",
    "192.0.0.192",
    "198.18.0.1",
    "224.0.0.1",
    "255.255.255.255",
    "１２７.０.０.１",
    "127。0。0。1",
    "①②⑦.⓪.⓪.①",
    "%31%32%37.0.0.1",
    "127.0.0.%31",
    "1\u00ad27.0.0.1",
    "localhost",
    "LOCALHOST",
    "localhost.",
    "x.localhost",
    "ｌｏｃａｌｈｏｓｔ",
    "loc%61lhost",
  ];
  const v6 = [
    "::1",
    "0:0:0:0:0:0:0:1",
    "::",
    "::ffff:127.0.0.1",
    "::ffff:7f00:1",
    "::127.0.0.1",
    "::ffff:a9fe:a9fe",
    "64:ff9b::7f00:1",
    "64:ff9b::169.254.169.254",
    "64:ff9b:1::1",
    "2002:7f00:1::",
    "2002:a9fe:a9fe::",
    "2001:0:0:0:0:0:80ff:fffe",
    "fe80::1",
    "febf::1",
    "fc00::1",
    "fd00:ec2::254",
    "fd12:3456::1",
    "ff02::1",
    "fec0::1",
    "100::1",
    "2001:db8::1",
    "::ffff:0:127.0.0.1",
    "5f00::1",
  ].map((address) => `[${address}]`);
  const urls = [...v4, ...v6].map((host) => `http://${host}/`);
  return urls.concat([
    "http:127.0.0.1/",
    "http:/127.0.0.1/",
    "http:///127.0.0.1/",
    "http:\\\\127.0.0.1\\",
    "\thttp://127.0.0.1/",
    "http://127.0.0.1:80/",
    "http://127.0.0.1#@example.com/",
    "http://example.com@127.0.0.1/",
    "http://example.com:80@127.0.0.1/",
    "http://a:b@127.1/",
    "http://127.0.0.1\\@example.com/",
    "http://127.0.0.1%2f@localhost/",
    "http://[::1]:80/",
    "http://[::1%25lo]/",
    "http://127.0.0.1\n/",
    "ht\ntp://127.0.0.1/",
    "https://127.0.0.1/",
    "https://[::1]/",
    "file:///etc/passwd",
    "ftp://127.0.0.1/",
    "gopher://127.0.0.1/",
    "data:text/plain,x",
    "javascript:1",
    "blob:http://127.0.0.1/x",
    "unix:/run/x.sock",
    "dict://127.0.0.1/",
    "ldap://127.0.0.1/",
    "ws://127.0.0.1/",
    "http://",
    "http://%00/",
    "http://1.2.3.4.5/",
    "http://256.1.1.1/",
    "http://0x100000000/",
    "http://[::1/",
    "http://127.0.0.1:99999/",
    "http://a b/",
  ]);
}

async function addressScore() {
  const wrong: string[] = [];
  let sent = 0;
  const transport = () => {
    sent++;
    return Promise.resolve(new Response());
  };
  // Any name resolves, to a public address: what is refused is refused for what it says itself.
  const resolve = () => Promise.resolve(["1.1.1.1"]);
  await using client = new HTTPClient({
    transport,
    addressPolicy: addressPolicy({ resolve }),
    maxRetries: 0,
  });
  await client.get("http://public.example/");
  if (sent !== 1) throw new Error("The policy refuses everything, so nothing would be shown");
  const urls = hostileURLs();
  for (const url of urls) {
    sent = 0;
    const outcome = await client.get(url).then(() => "sent", (error) => error);
    if (!(outcome instanceof NetworkingError) || sent > 0) wrong.push(JSON.stringify(url));
  }
  const tests = await runTests(
    "tests/hosts/ip_address_test.ts",
    "tests/address_policy/address_policy_test.ts",
  );
  const [, passed = "0", failed = "all"] = /(\d+) passed.*\| (\d+) failed/.exec(tests) ?? [];
  return {
    value: `${wrong.length} of ${urls.length}; ${passed} tests passed, ${failed} failed${
      wrong.length > 0 ? `: ${wrong.slice(0, 5).join("; ")}` : ""
    }`,
    met: wrong.length === 0 && urls.length === 104 && Number(passed) > 20 && failed === "0",
  };
}

/** What the gate's own tests print, run with the permissions that they have there. */
async function runTests(...files: string[]): Promise<string> {
  const allowed = [
    "--allow-net=127.0.0.1,[::1],localhost,*.invalid",
    "--allow-read",
    "--allow-run",
  ];
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["test", "--no-check", "--no-prompt", ...allowed, "--allow-write", ...files],
    cwd: new URL("../../", import.meta.url),
    env: { NO_COLOR: "1" },
  }).output();
  return new TextDecoder().decode(stdout);
}

type Input = (client: HTTPClient, url: string, text: string) => Promise<unknown>;

/** Every string that a caller may have from somebody else. */
const INPUTS: Record<string, Input> = {
  "header name": (client, url, text) => client.get(url, { headers: { [text]: "v" } }),
  "header value": (client, url, text) => client.get(url, { headers: { "x-value": text } }),
  method: (client, url, text) => client.request(text, url),
  path: (client, url, text) => client.get(url + text),
  query: (client, url, text) => client.get(`${url}?q=${text}`),
  userinfo: (client, url, text) => client.get(url.replace("//", `//${text}@`)),
  "parameter name": (client, url, text) => client.get(url, { params: { [text]: "v" } }),
  "parameter value": (client, url, text) => client.get(url, { params: { p: text } }),
  "form name": (client, url, text) => client.request("POST", url, { form: { [text]: "v" } }),
  "form value": (client, url, text) => client.request("POST", url, { form: { f: text } }),
  "part name": (client, url, text) => client.request("POST", url, { multipart: { [text]: "v" } }),
  filename: (client, url, text) =>
    client.request("POST", url, { multipart: { f: new File(["x"], text) } }),
  "part type": (client, url, text) =>
    client.request("POST", url, { multipart: { f: new File(["x"], "n", { type: text }) } }),
  "stream part": (client, url, text) =>
    client.request("POST", url, {
      multipart: { f: { stream: () => new Blob(["x"]).stream(), filename: text, type: text } },
    }),
  "Blob type": (client, url, text) => client.post(url, new Blob(["x"], { type: text })),
  "idempotency key": (client, url, text) =>
    client.request("POST", url, { data: "x", idempotencyKey: text }),
  "basicAuth()": (client, url, text) => client.get(url, { auth: basicAuth(text, text) }),
  "bearerAuth()": (client, url, text) => client.get(url, { auth: bearerAuth(() => text) }),
  "digestAuth()": (client, url, text) => client.get(url, { auth: digestAuth(text, text) }),
  "oauth2()": (client, url, text) =>
    client.get(url, {
      auth: oauth2({
        tokenEndpoint: url,
        clientId: "a",
        clientSecret: "b",
        store: { get: () => ({ accessToken: text }), set() {} },
      }),
    }),
  "apiKeyAuth() in a header": (client, url, text) =>
    client.get(url, { auth: apiKeyAuth({ name: "x-key", value: text, in: "header" }) }),
  "apiKeyAuth() in the query": (client, url, text) =>
    client.get(url, { auth: apiKeyAuth({ name: text, value: text, in: "query" }) }),
  "apiKeyAuth() in a cookie": (client, url, text) =>
    client.get(url, { auth: apiKeyAuth({ name: "key", value: text, in: "cookie" }) }),
  cookie: (client, url, text) => {
    const cookies = new CookieJar();
    cookies.setCookie(`a=${text}`, url);
    return client.extend({ cookies }).get(url);
  },
  "base URL": (client, url, text) => client.extend({ baseUrl: url + encodeURI(text) }).get(text),
};

async function injectionScore() {
  const injected: string[] = [];
  let raw = "";
  let arrived = 0;
  await using server = await FakeServer.start(async (request, connection) => {
    arrived++;
    // In a body only the head of a part has lines that count; the values of fields are data.
    const [head = "", ...pieces] = request.raw.split("\r\n\r\n");
    raw += [head, ...pieces.filter((piece) => piece.includes("Content-Disposition"))].join("\n");
    await connection.write("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n");
  });
  await using client = new HTTPClient({ maxRetries: 0 });
  const controls = ["\r", "\n", "\r\n", "\0", "\u010a", "\u560d\u560a", "\u2028", "\x7f"];
  let cells = 0;
  for (const [name, input] of Object.entries(INPUTS)) {
    for (const control of controls) {
      cells++;
      raw = "";
      try {
        await input(client, server.url, `a${control}x-injected: 1`);
      } catch {
        // What is refused is not on the wire, which is all that counts here.
      }
      if (/[\r\n]x-injected/i.test(raw)) {
        injected.push(`${name} with ${JSON.stringify(control)}`);
      }
    }
  }
  return {
    value: `${injected.length} of ${cells}, of which ${arrived} were sent${
      injected.length > 0 ? `: ${injected.slice(0, 5).join("; ")}` : ""
    }`,
    met: injected.length === 0 && arrived > cells / 4,
  };
}

async function cookieScore() {
  const text = await runTests("tests/cookies/");
  const counts = [/(\d+) of (\d+) cookie exchanges/, /(\d+) of (\d+) dates/, /psl: (\d+) of (\d+)/]
    .map((pattern) => pattern.exec(text)?.slice(1, 3).join("/") ?? "none");
  return {
    value: `${counts.join(", ")}`,
    met: counts.join() === "222/222,70/70,82/82" && /\| 0 failed/.test(text),
  };
}

/** G1, G2, G10, G14, G16. */
export const CONFINEMENT: readonly Goal[] = [
  {
    id: "G1",
    what:
      "credentials that a redirect takes to another origin, in 12 headers and 20 schemes × 9 changes of origin × 5 statuses; requests that have one unasked, or lack one: every way to give it × calls, streams, downloads, event streams, extended clients and lists, generated too, along 22 paths",
    target: "0 in 1440; 0 and 0",
    async measure() {
      let [cells, leaks] = [0, 0];
      for (const secret of [...CREDENTIALS, ...SCHEMES]) {
        for (const chain of CHANGES) {
          for (const status of STATUSES) {
            cells++;
            const [first = "", ...rest] = await follow(chain, status, secret);
            if (!has(first) || rest.length !== chain.length - 1) {
              throw new Error(`The chain ${chain} was not followed with the secret`);
            }
            if (rest.some(has)) leaks++;
          }
        }
      }
      const bound = await bindingCells();
      return {
        value: `${leaks} in ${cells}; ${bound.leaks} and ${bound.missing} of ${bound.cells}`,
        met: leaks === 0 && cells === 1440 && bound.leaks + bound.missing === 0 &&
          bound.cells > 10_000,
      };
    },
  },
  {
    id: "G2",
    what: "bodies that a redirect takes to another origin unasked",
    target: "0 in 45",
    async measure() {
      let [cells, leaks] = [0, 0];
      for (const chain of CHANGES) {
        for (const status of STATUSES) {
          cells++;
          const [first = "", ...rest] = await follow(chain, status, undefined);
          if (!first.includes(BODY)) throw new Error("The body was not sent at all");
          if (rest.some((text) => text.includes(BODY))) leaks++;
        }
      }
      return { value: `${leaks} in ${cells}`, met: leaks === 0 };
    },
  },
  {
    id: "G10",
    what:
      "hostile URLs that a client with addressPolicy lets through, and the tests of its ranges, names, redirects and pins",
    target: "0 of 104, all passed",
    measure: addressScore,
  },
  {
    id: "G14",
    what:
      "lines that a string with control characters adds to a request, for every string that is taken",
    target: "0",
    measure: injectionScore,
  },
  {
    id: "G16",
    what: "cookie exchanges, cookie dates and public suffixes as the published vectors have them",
    target: "222/222, 70/70, 82/82",
    measure: cookieScore,
  },
];
