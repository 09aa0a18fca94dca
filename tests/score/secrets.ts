/**
 * The goal about secrets: whatever is shown of clients, requests, responses, errors, schemes and webhooks has
 * none.
 *
 * @module
 */

import {
  apiKeyAuth,
  basicAuth,
  bearerAuth,
  HTTPClient,
  negotiate,
  type Response as ClientResponse,
} from "../../mod.ts";
import { digestAuth } from "../../src/auth/digest.ts";
import {
  clientSecretJwt,
  googleServiceAccount,
  jwtBearer,
  oauth2,
  privateKeyJwt,
  tokenExchange,
} from "../../src/auth/oauth2/mod.ts";
import {
  awsPresignedURL,
  awsSigV4,
  httpSignature,
  verifyResponses,
  verifySignature,
  webBotAuth,
} from "../../src/auth/sign/mod.ts";
import { CookieJar } from "../../src/cookies/mod.ts";
import { toBase64 } from "../../src/formats/base64.ts";
import { memoryState } from "../../src/shared_state/mod.ts";
import { logHooks, otel, outcomes } from "../../src/telemetry/mod.ts";
import { FakeServer, toCurl } from "../../src/testing/mod.ts";
import {
  github,
  hmac,
  shopify,
  signWebhook,
  slack,
  standard,
  stripe,
  verifyWebhook,
  webhookAuth,
} from "../../src/webhooks/mod.ts";
import { inMemory } from "../telemetry/memory.ts";
import type { Goal } from "./goal.ts";

const SECRET = "s3cr3t-Va1ue";

const ES256 = { name: "ECDSA", namedCurve: "P-256" };
const keyPair = await crypto.subtle.generateKey(ES256, true, ["sign", "verify"]);
/** A private key in PEM, and what must not be seen of it. */
const KEY_BODY = toBase64(
  new Uint8Array(await crypto.subtle.exportKey("pkcs8", keyPair.privateKey)),
);
const PEM = `-----BEGIN PRIVATE KEY-----\n${KEY_BODY}\n-----END PRIVATE KEY-----`;
const JWK = await crypto.subtle.exportKey("jwk", keyPair.privateKey);
const { d: KEY_NUMBER = "" } = JWK;

/** The schemes of webhooks. */
const WEBHOOKS = {
  standard: standard(),
  github: github(),
  stripe: stripe(),
  slack: slack(),
  shopify: shopify(),
  hmac: hmac({ header: "x-signature" }),
};

/** What `make` gives, or what it is refused with. */
async function outcome(make: () => unknown): Promise<unknown> {
  try {
    return await make();
  } catch (error) {
    return error;
  }
}

/** Every way to refuse a webhook whose secret and body are secret. */
async function webhookRefusals(scheme: keyof typeof WEBHOOKS, secret: string): Promise<unknown[]> {
  const bytes = new TextEncoder().encode(secret.padEnd(16, "."));
  const given = { secret: bytes, scheme: WEBHOOKS[scheme] };
  const headers = await signWebhook(given, secret);
  const send = (body: BodyInit | null = secret) =>
    new Request(`http://localhost/?token=${encodeURIComponent(secret)}`, {
      ...{ method: "POST", headers, body },
    });
  const read = send();
  await read.text();
  const seen = memoryState();
  const text = { ...given, as: "text" } as const;
  await verifyWebhook(send(), { ...text, seen });
  const refused: readonly (() => unknown)[] = [
    () => verifyWebhook({ headers: {}, body: secret }, given), // missing
    () => verifyWebhook(send(), { ...text, secret: new Uint8Array(32) }), // signature
    () => verifyWebhook(send(), { ...text, seen }), // replayed
    () => verifyWebhook(send(), given), // no JSON
    () => verifyWebhook(send(), { ...text, maxSize: 2 }), // too large
    () => verifyWebhook(send(new ReadableStream()), { ...text, bodyTimeout: { milliseconds: 1 } }),
    () => verifyWebhook(send(), { ...text, now: () => 0 }), // stale
    () => verifyWebhook(read, given),
    () => verifyWebhook({ headers, body: { secret } } as never, given),
    () => verifyWebhook(send(), { ...given, secret: secret.slice(0, 3) }), // too short
    () => signWebhook({ ...given, secret: `whpk_${btoa(secret)}` }, secret),
    () => signWebhook({ ...given, secret }, { secret } as never),
    () => webhookAuth(given),
    () => webhookAuth({ ...given, secret: secret.slice(0, 3) }),
  ];
  const shown = await Promise.all(refused.map(outcome));
  // GitHub and Shopify send no time, and what was accepted is there to be seen.
  return [given.scheme, ...shown.filter((one) => !Object.hasOwn(Object(one), "event"))];
}

/** Every way to refuse a signature by a secret that both sides have. */
async function signatureRefusals(secret: string): Promise<unknown[]> {
  const key = new TextEncoder().encode(secret.padEnd(16, "."));
  const sent = Promise.withResolvers<Request>();
  const transport = (url: string, init: RequestInit) => {
    sent.resolve(new Request(url, { ...init, signal: null }));
    return Promise.resolve(new Response());
  };
  await using client = new HTTPClient({ transport });
  const auth = httpSignature({ key, keyId: "ada", nonce: true });
  await client.post("https://a.example/", secret, { auth });
  const { method, url, headers } = await sent.promise;
  const message = { method, url, headers, body: secret };
  const keys = { ada: key };
  const seen = memoryState();
  await verifySignature(message, { keys, seen });
  const refused: readonly (() => unknown)[] = [
    () => verifySignature({ ...message, headers: {} }, { keys }),
    () => verifySignature(message, { keys: { ada: new Uint8Array(16) } }),
    () => verifySignature(message, { keys: {} }),
    () => verifySignature(message, { keys: { ada: key.subarray(0, 3) } }),
    () => verifySignature(message, { keys: { ada: secret } }),
    () => verifySignature({ ...message, body: `${secret}.` }, { keys }),
    () => verifySignature({ ...message, body: { secret } } as never, { keys }),
    () => verifySignature(message, { keys, seen }),
    () => verifySignature(message, { keys, now: () => 0 }),
    () => verifySignature(message, { keys, maxSize: 2 }),
    () => verifyResponses({ keys }),
  ];
  return [auth, ...await Promise.all(refused.map(outcome))];
}

/** What has a secret and shows without a request: schemes, grants, wrong options, refusals. */
const VALUES: Record<string, (secret: string) => Promise<unknown[]>> = {
  ...Object.fromEntries(
    (Object.keys(WEBHOOKS) as (keyof typeof WEBHOOKS)[]).map((name) => [
      `webhooks of ${name}()`,
      (secret: string) => webhookRefusals(name, secret),
    ]),
  ),
  "signatures of RFC 9421": signatureRefusals,
  "schemes": (secret) => {
    const tokenEndpoint = "https://id.example/token";
    const account = {
      ...{ type: "service_account", "client_email": "ada", "token_uri": tokenEndpoint },
      "private_key": PEM,
    };
    const credentials = { accessKeyId: "AKID", secretAccessKey: secret, sessionToken: secret };
    const own = { clientId: "ada", clientSecret: secret };
    const made: readonly (() => unknown)[] = [
      () => basicAuth("ada", secret),
      () => bearerAuth(secret),
      () => apiKeyAuth({ name: "key", value: secret, in: "query" }),
      () => digestAuth("ada", secret),
      () => negotiate(digestAuth("ada", secret), basicAuth("ada", secret)),
      () => oauth2({ tokenEndpoint, ...own }),
      () => oauth2({ tokenEndpoint, ...own, clientAuthentication: clientSecretJwt() }),
      () => oauth2({ tokenEndpoint, ...own, grant: "password" as "device_code" }),
      () => oauth2({ tokenEndpoint: `not a URL ${secret}`, clientId: "ada" }),
      () => clientSecretJwt(),
      () => privateKeyJwt({ key: PEM }),
      () => privateKeyJwt({ key: JWK as never, algorithm: "RS256" }),
      () => privateKeyJwt({ key: PEM.slice(0, 80) }),
      () => jwtBearer({ key: PEM, issuer: "ada", claims: { secret } }),
      () => jwtBearer({ key: PEM, issuer: "ada", algorithm: "ES384" }),
      () => tokenExchange({ subjectToken: secret }),
      () => googleServiceAccount(account, { scope: "a" }),
      () => googleServiceAccount({ ...account, "private_key": PEM.slice(0, 80) }, { scope: "a" }),
      () => googleServiceAccount(JSON.stringify(account).slice(0, -1), { scope: "a" }),
      () => awsSigV4({ credentials, region: "r", service: "s3" }),
      () =>
        awsSigV4({ credentials: { ...credentials, accessKeyId: "" }, region: "r", service: "s" }),
      () => awsPresignedURL("not a URL", { credentials, region: "r", service: "s3" }),
      () => webBotAuth({ key: PEM, label: "A" }),
      () => webBotAuth({ key: { ...JWK, d: "" } }),
      () => httpSignature({ key: JWK }),
      () => httpSignature({ key: JWK, algorithm: "ed25519" }),
      () => httpSignature({ key: secret }),
      () => httpSignature({ key: { kty: "oct", k: btoa(secret).slice(0, 8) } }),
    ];
    return Promise.all(made.map(outcome));
  },
};

/** All that is shown of a value: by a console, as JSON, and of an error its message and its stack. */
function shownOf(value: unknown): string[] {
  const shown = [Deno.inspect(value, { depth: 9, showHidden: true }), `${JSON.stringify(value)}`];
  return value instanceof Error ? [...shown, `${value.message}${value.stack}`] : shown;
}

type Place = (
  client: HTTPClient,
  url: string,
  secret: string,
  hooks: object,
) => Promise<ClientResponse>;

/** Where a secret may be put. */
const PLACES: Record<string, Place> = {
  userinfo: (client, url, secret, hooks) =>
    client.get(url.replace("//", `//ada:${encodeURIComponent(secret)}@`), { hooks }),
  "token parameter": (client, url, secret, hooks) =>
    client.get(url, { params: { token: secret }, hooks }),
  "api_key in the URL": (client, url, secret, hooks) =>
    client.get(`${url}?api_key=${encodeURIComponent(secret)}`, { hooks }),
  authorization: (client, url, secret, hooks) =>
    client.get(url, { headers: { authorization: `Bearer ${secret}` }, hooks }),
  "client's authorization": (client, url, secret, hooks) =>
    client.extend({ headers: { authorization: secret } }).get(url, { hooks }),
  cookie: (client, url, secret, hooks) =>
    client.get(url, { headers: { cookie: `sid=${secret}` }, hooks }),
  "x-api-key": (client, url, secret, hooks) =>
    client.get(url, { headers: { "x-api-key": secret }, hooks }),
  "proxy-authorization": (client, url, secret, hooks) =>
    client.get(url, { headers: { "proxy-authorization": secret }, hooks }),
  "a sensitive header": (client, url, secret, hooks) =>
    client.get(url, { headers: { "x-own": secret }, sensitiveHeaders: ["x-own"], hooks }),
  "a URL in a header": (client, url, secret, hooks) =>
    client.get(url, { headers: { referer: `http://x.example/?access_token=${secret}` }, hooks }),
  "JSON body": (client, url, secret, hooks) => client.post(url, { password: secret }, { hooks }),
  "form body": (client, url, secret, hooks) =>
    client.request("POST", url, { form: { password: secret }, hooks }),
  "multipart body": (client, url, secret, hooks) =>
    client.request("POST", url, { multipart: { password: secret }, hooks }),
  "cookie jar": (client, url, secret, hooks) => {
    const cookies = new CookieJar();
    cookies.setCookie(`sid=${secret.replace(/[^\w-]/g, "")}`, url);
    return client.extend({ cookies }).get(url, { hooks });
  },
  "basicAuth()": (client, url, secret, hooks) =>
    client.get(url, { auth: basicAuth("ada", secret), hooks }),
  "bearerAuth()": (client, url, secret, hooks) =>
    client.get(url, { auth: bearerAuth(secret.replaceAll(" ", "")), hooks }),
  "apiKeyAuth() in a header": (client, url, secret, hooks) =>
    client.get(url, { auth: apiKeyAuth({ name: "X-Plain", value: secret, in: "header" }), hooks }),
  "apiKeyAuth() in the query": (client, url, secret, hooks) =>
    client.get(url, { auth: apiKeyAuth({ name: "plain", value: secret, in: "query" }), hooks }),
  "digestAuth()": (client, url, secret, hooks) =>
    client.get(`${url}digest`, { auth: digestAuth("ada", secret), hooks }),
  "oauth2()": (client, url, secret, hooks) => {
    const tokenEndpoint = `${url}token`;
    const auth = oauth2({ tokenEndpoint, clientId: "ada", clientSecret: secret });
    return client.get(url, { auth, hooks });
  },
  "oauth2() with DPoP": (client, url, secret, hooks) => {
    const tokenEndpoint = `${url}bound-token`;
    const auth = oauth2({ tokenEndpoint, clientId: "ada", clientSecret: secret, dpop: true });
    return client.get(url, { auth, hooks });
  },
  "oauth2() with clientSecretJwt()": (client, url, secret, hooks) => {
    const clientAuthentication = clientSecretJwt();
    const own = { clientId: "ada", clientSecret: secret, clientAuthentication };
    return client.get(url, { auth: oauth2({ tokenEndpoint: `${url}token`, ...own }), hooks });
  },
  "oauth2() with privateKeyJwt()": (client, url, secret, hooks) => {
    const clientAuthentication = privateKeyJwt({ key: PEM });
    const own = { clientId: "ada", clientAuthentication, parameters: { secret } };
    return client.get(url, { auth: oauth2({ tokenEndpoint: `${url}token`, ...own }), hooks });
  },
  "oauth2() with jwtBearer()": (client, url, secret, hooks) => {
    const grant = jwtBearer({ key: PEM, issuer: "ada", claims: { secret } });
    return client.get(url, { auth: oauth2({ tokenEndpoint: `${url}token`, grant }), hooks });
  },
  "oauth2() with tokenExchange()": (client, url, secret, hooks) => {
    const grant = tokenExchange({ subjectToken: () => secret.replaceAll(" ", "") });
    return client.get(url, { auth: oauth2({ tokenEndpoint: `${url}token`, grant }), hooks });
  },
  ...Object.fromEntries((["header", "query"] as const).map((place): [string, Place] => [
    `awsSigV4() in the ${place}`,
    (client, url, secret, hooks) => {
      const given = secret.replaceAll(" ", "");
      const credentials = { accessKeyId: "AKID", secretAccessKey: given, sessionToken: given };
      const auth = awsSigV4({ credentials, region: "r", service: "s3", in: place });
      return client.get(url, { auth, hooks });
    },
  ])),
  "httpSignature()": (client, url, secret, hooks) => {
    const key = new TextEncoder().encode(secret.padEnd(16, "."));
    return client.post(url, "x", { auth: httpSignature({ key, keyId: secret }), hooks });
  },
  "webBotAuth()": (client, url, secret, hooks) => {
    const bot = webBotAuth({ key: PEM, agent: "https://bot.example" });
    const own = client.extend({ use: { exchange: [bot] } });
    return own.get(url, { params: { token: secret }, hooks });
  },
  ...Object.fromEntries(
    (Object.keys(WEBHOOKS) as (keyof typeof WEBHOOKS)[]).map((name): [string, Place] => [
      `webhookAuth() of ${name}()`,
      (client, url, secret, hooks) => {
        const own = new TextEncoder().encode(secret.padEnd(16, "."));
        const auth = webhookAuth({ secret: own, scheme: WEBHOOKS[name] });
        return client.post(url, { password: secret }, { auth, hooks });
      },
    ]),
  ),
  "oauth2() with googleServiceAccount()": (client, url, secret, hooks) => {
    const account = { type: "service_account", "client_email": "ada", "private_key": PEM };
    const file = { ...account, "token_uri": `${url}token` };
    const grant = googleServiceAccount(file, { scope: secret });
    return client.get(url, { auth: oauth2({ grant }), hooks });
  },
  "oauth2() with a refresh token": (client, url, secret, hooks) => {
    const own = { clientId: "ada", refreshToken: secret };
    return client.get(url, { auth: oauth2({ tokenEndpoint: `${url}token`, ...own }), hooks });
  },
  "fragment": (client, url, secret, hooks) =>
    client.get(`${url}#access_token=${secret}`, { hooks }),
  "password in a query of a redirect": (client, url, secret, hooks) =>
    client.get(`${url}redirect?password=${encodeURIComponent(secret)}`, { hooks }),
};

async function secretScore() {
  const found: string[] = [];
  let looked = 0;
  const look = (name: string, form: string, outputs: readonly string[]) => {
    const spellings = [form, SECRET, encodeURIComponent(form), btoa(form), btoa(`ada:${form}`)]
      .concat(KEY_BODY, KEY_NUMBER) // private keys
      .concat("eyJhbGciOi", "eyJ0eXAiOi"); // and tokens that they sign
    for (const output of outputs) {
      looked++;
      const hit = spellings.find((spelling) => output.includes(spelling));
      if (hit !== undefined) found.push(`${name} in output ${outputs.indexOf(output)}`);
    }
  };
  await using server = await FakeServer.start(async (request, connection) => {
    if (request.target.endsWith("token")) {
      const type = request.target === "/token" ? "Bearer" : "DPoP";
      const token = JSON.stringify({ access_token: SECRET, token_type: type });
      const head = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: ";
      return await connection.write(`${head}${token.length}\r\n\r\n${token}`);
    }
    if (request.target === "/digest" && !/^authorization:/im.test(request.raw)) {
      const head = 'HTTP/1.1 401 Unauthorized\r\nwww-authenticate: Digest realm="r", nonce="n"\r\n';
      return await connection.write(`${head}content-length: 0\r\n\r\n`);
    }
    const location = request.target.includes("redirect") ? `location: /?token=${SECRET}\r\n` : "";
    const status = location === "" ? "200 OK" : "302 Found";
    await connection.write(
      `HTTP/1.1 ${status}\r\n${location}set-cookie: sid=${SECRET}\r\ncontent-length: 2\r\n\r\nok`,
    );
  });
  const forms = [SECRET, `${SECRET} /?&`, `${SECRET}=+%`];
  for (const [name, place] of Object.entries(PLACES)) {
    for (const form of forms) {
      const outputs: string[] = [];
      const show = (value: unknown) => outputs.push(Deno.inspect(value, { depth: 9 }));
      const hooks = {
        onRequest: (event: { request: Parameters<typeof toCurl>[0] }) => {
          show(event);
          outputs.push(JSON.stringify(event), toCurl(event.request));
        },
        onResponse: show,
        onRedirect: show,
        onError: show,
      };
      using told = inMemory();
      const write = (...told: unknown[]) => void outputs.push(JSON.stringify(told));
      const sink = { debug: write, info: write, warn: write, error: write };
      const ended = outcomes({ sink: write });
      const spans = otel({ spans: "client" });
      const operations = otel({ spans: "internal" });
      await using client = new HTTPClient({
        maxRetries: 0,
        hooks: logHooks({ level: "debug", sink }),
        use: {
          operation: [...operations.operation!, ended.operation],
          exchange: spans.exchange!,
        },
      });
      const response = await place(client, server.url, form, hooks);
      show(response);
      show(client);
      outputs.push(JSON.stringify(response), JSON.stringify(client));
      const before = outputs.length;
      const failed = await place(client, "http://127.0.0.1:1/", form, hooks).catch((error) =>
        error
      );
      show(failed);
      outputs.push(JSON.stringify(failed), `${failed.message}${failed.stack}`);
      outputs.push(...[...told.spans, ...told.points].map((one) => JSON.stringify(one)));
      // From either call the request, its JSON, its curl command, and what came of it; without a
      // token there is no request.
      const fewest = name.startsWith("oauth2()") ? 4 : 7;
      if (before < 8 || outputs.length - before < fewest) {
        throw new Error(`${name} showed too little`);
      }
      look(name, form, outputs);
    }
  }
  for (const [name, make] of Object.entries(VALUES)) {
    for (const form of forms) look(name, form, (await make(form)).flatMap(shownOf));
  }
  return {
    value: `${found.length} found in ${looked} outputs${
      found.length > 0 ? `: ${[...new Set(found)].slice(0, 6).join("; ")}` : ""
    }`,
    met: found.length === 0 && looked >= 4000,
  };
}

/** G12. */
export const SECRETS: readonly Goal[] = [
  {
    id: "G12",
    what:
      "secrets found in what is shown, in 39 places × 3 forms, each in 15 outputs or more, with log lines, outcomes, spans and metrics; and of schemes, webhooks and signatures, right and refused",
    target: "0 in 4,000",
    measure: secretScore,
  },
];
