/**
 * Ways to give a client a secret, and ways that lead to other origins; for the tests and the score
 * about where the secret arrives.
 */

import {
  apiKeyAuth,
  type AuthScheme,
  basicAuth,
  bearerAuth,
  EventSourceClient,
  HTTPClient,
  type HTTPClientOptions,
  type RequestOptions,
} from "../../mod.ts";
import { API, items, type Operation } from "../../src/generate/runtime/mod.ts";
import { oauth2 } from "../../src/auth/oauth2/mod.ts";
import { awsSigV4, httpSignature } from "../../src/auth/sign/mod.ts";
import { standard, webhookAuth } from "../../src/webhooks/mod.ts";
import { DPoPProver } from "../../src/auth/oauth2/server/dpop.ts";

/** The API, and an origin that belongs to it as well. */
export const A = "https://api.example";
export const B = "https://b.example";
/** Anybody's: another site, port, scheme, and one below. */
export const ELSEWHERE: readonly string[] = [
  "https://evil.example",
  `${A}:8443`,
  "http://api.example",
  "https://x.api.example",
];

export const STATUSES: readonly number[] = [301, 302, 303, 307, 308];
/** Paths of one call, and of a list; what they say is told at {@linkcode script}. */
export const CHAINS: readonly string[] = "A A>A A>E A>A>E A>B A>E>A A>B>A A>E>E>A>A E>A E>B>A E>E"
  .split(" ");
export const LISTS: readonly string[] =
  "A|A A|E A|B A|A|E|A A>E|E A>E|E|A A|A>E A|E>A E|A E|E A>A|A>E|B|A".split(" ");

/** What must arrive where it was given to, and nowhere else. */
export const SECRET = "S3CRET";
/** The user and password that strangers put into their links; nobody may use them. */
const STRANGER = "stranger:link";

/** The places of paths; E is anybody's. */
export type Place = "A" | "B" | "E";
export type Origins = Readonly<Record<Place, string>>;

/** Who was told where the secret may go. */
export type Owner = "call" | "client" | "origins";

/** A way to give a secret. */
export interface Way {
  readonly name: string;
  /** Whether it was given for the URL of the call, for the `baseUrl`, or for A and B by name. */
  readonly owner: Owner;
  /** A scheme goes along on every request to its origins; a parameter with none but the first. */
  readonly kind: "scheme" | "header" | "parameter";
  readonly client?: HTTPClientOptions;
  readonly call?: RequestOptions;
  /** The client has no `baseUrl`. */
  readonly isBare?: boolean;
  /** In the URL itself. */
  readonly userinfo?: string;
}

/** A key pair, and its thumbprint in the store of what is bound to it. */
const keyPair = await crypto.subtle.generateKey(
  { name: "ECDSA", namedCurve: "P-256" },
  false,
  ["sign", "verify"],
);
const keyThumbprint = await new DPoPProver(keyPair).thumbprint();

/** Every scheme that sends its secret unasked. */
export function schemes(origins?: readonly string[]): Record<string, AuthScheme> {
  const given = origins === undefined ? {} : { origins };
  return {
    bearer: bearerAuth(SECRET, given),
    basic: basicAuth("ada", SECRET, given),
    "API key in a header": apiKeyAuth({ name: "plain", value: SECRET, in: "header", ...given }),
    "API key in the query": apiKeyAuth({ name: "plain", value: SECRET, in: "query", ...given }),
    "API key in a cookie": apiKeyAuth({ name: "plain", value: SECRET, in: "cookie", ...given }),
    "an AWS signature": awsSigV4({
      credentials: { accessKeyId: "AKID", secretAccessKey: "k", sessionToken: SECRET },
      ...{ region: "r", service: "s3", ...given },
    }),
    "an AWS signature in the query": awsSigV4({
      credentials: { accessKeyId: "AKID", secretAccessKey: "k", sessionToken: SECRET },
      ...{ region: "r", service: "s3", in: "query", ...given },
    }),
    "an HTTP signature": httpSignature({ key: new Uint8Array(16), keyId: SECRET, ...given }),
    "a webhook": webhookAuth({
      ...{ secret: "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", scheme: standard(), id: SECRET },
      ...given,
    }),
    OAuth: oauth2({
      tokenEndpoint: "https://id.example/token",
      clientId: "a",
      clientSecret: "b",
      store: { get: () => ({ accessToken: SECRET }), set() {} },
      ...given,
    }),
    "OAuth with DPoP": oauth2({
      tokenEndpoint: "https://id.example/token",
      clientId: "a",
      clientSecret: "b",
      dpop: { keyPair },
      store: { get: () => ({ accessToken: SECRET, keyThumbprint }), set() {} },
      ...given,
    }),
  };
}

/** Every way to give a secret. */
export function ways({ A, B }: Origins): readonly Way[] {
  const all: Way[] = [{
    name: "userinfo",
    owner: "call",
    kind: "header",
    userinfo: `ada:${SECRET}@`,
  }];
  for (const owner of ["call", "client"] as const) {
    for (const [name, auth] of Object.entries(schemes())) {
      all.push({ name: `${name} of the ${owner}`, owner, kind: "scheme", [owner]: { auth } });
    }
    for (const [name, auth] of Object.entries(schemes([A, B]))) {
      const way = { owner: "origins", kind: "scheme", [owner]: { auth } } as const;
      all.push({ name: `${name} of the ${owner}, with origins`, ...way });
    }
    for (const name of ["authorization", "cookie", "x-api-key", "token", "x-session-id"]) {
      const headers = { [name]: SECRET };
      all.push({ name: `${name} of the ${owner}`, owner, kind: "header", [owner]: { headers } });
    }
    const own = { headers: { "x-own": SECRET }, sensitiveHeaders: ["X-Own"] };
    all.push({ name: `header of the ${owner}'s own`, owner, kind: "header", [owner]: own });
    const params = { "api_key": SECRET, size: 5 };
    all.push({ name: `params of the ${owner}`, owner, kind: "parameter", [owner]: { params } });
  }
  const bare = { headers: { "x-api-key": SECRET } };
  all.push({
    name: "header of a client without baseUrl",
    owner: "call",
    kind: "header",
    client: bare,
    isBare: true,
  });
  return all;
}

/** Whether the secret is in what was sent. */
export function has(sent: string): boolean {
  return sent.includes(SECRET) || sent.includes(btoa(`ada:${SECRET}`));
}

/** A request that arrived. */
export interface Arrival {
  readonly place: Place;
  /** Whether a redirect brought it, or a call or page of its own. */
  readonly isHop: boolean;
  readonly hasSecret: boolean;
}

/**
 * Where requests lead: "A" is where the first goes, ">E" a redirect, "|E" the link to the next page.
 * The links and redirects have userinfo of the stranger's.
 */
export function script(
  path: string,
  origins: Origins,
  status: number,
): {
  readonly first: string;
  readonly arrivals: Arrival[];
  readonly transport: (url: string, init: RequestInit) => Promise<globalThis.Response>;
} {
  const steps = path.match(/[>|]?[ABE]/g)!;
  const arrivals: Arrival[] = [];
  const placeOf = (step: string) => step.at(-1) as Place;
  const urlOf = (index: number, userinfo = "") =>
    `${origins[placeOf(steps[index]!)].replace("//", `//${userinfo}`)}/list/${index}`;
  const transport = (url: string, { headers }: RequestInit) => {
    const index = arrivals.length;
    const step = steps[index];
    if (step === undefined || !url.startsWith(urlOf(index))) {
      throw new Error(`${url} was asked for, and not step ${index} of ${path}`);
    }
    const sent = url + JSON.stringify([...new Headers(headers)]);
    if (sent.includes(btoa(STRANGER))) throw new Error(`${url} got what a stranger wrote`);
    if (sent.includes('["dpop"') && !has(sent)) throw new Error(`${url} got a proof alone`);
    arrivals.push({ place: placeOf(step), isHop: step[0] === ">", hasSecret: has(sent) });
    const next = steps[index + 1];
    const location = next === undefined ? "" : urlOf(index + 1, `${STRANGER}@`);
    if (next?.[0] === ">") {
      return Promise.resolve(new Response(null, { status, headers: { location } }));
    }
    const link = next === undefined ? "" : `<${location}>; rel="next"`;
    return Promise.resolve(Response.json([1], { headers: { link } }));
  };
  return { first: urlOf(0), arrivals, transport };
}

/** Which requests of a path must have the secret of a way. */
export function expected({ owner, kind }: Way, path: string): readonly boolean[] {
  const steps = path.match(/[>|]?[ABE]/g)!;
  const named: Record<Owner, string> = { call: steps[0]!, client: "A", origins: "AB" };
  // What belongs to the baseUrl is not for a list or a chain that begins elsewhere.
  const isFor = owner === "origins" || named[owner].includes(steps[0]!);
  let isInside = true;
  return steps.map((step) => {
    const isNamed = isFor && named[owner].includes(step.at(-1)!);
    isInside = (step[0] === ">" ? isInside : true) && isNamed;
    return isInside && !(kind === "parameter" && step[0] === ">");
  });
}

/** Sends what a way says to a URL. */
export type Verb = (client: HTTPClient, url: string, way: Way) => Promise<unknown>;

/** Every kind of call that follows redirects. */
export const VERBS: Readonly<Record<string, Verb>> = {
  get: (client, url, { call }) => client.get(url, call),
  stream: async (client, url, { call }) => await (await client.stream("GET", url, call)).bytes(),
  download: (client, url, { call }) =>
    client.download(url, new WritableStream(), { ...call, resume: false }),
  extended: (client, url, { call }) =>
    client.extend({ baseUrl: new URL(url).origin }).get(url, call),
  events: async (client, url, { call }) => {
    await using events = new EventSourceClient(url, { client, reconnect: false, ...call });
    // The answer is no event stream, which is told when all of the chain was followed.
    await events.connect().catch(() => {});
  },
};

/** Every kind of list; a generated one has its credentials from `createAPI({ auth })`. */
export const LIST_VERBS: Readonly<Record<string, Verb>> = {
  paginate: (client, url, { call }) => Array.fromAsync(client.paginate(url, call)),
  generated: (client, url, { call: { auth, ...call } = {} }) => {
    const { origin, username, password, pathname } = new URL(url);
    const baseUrl = origin.replace("//", username === "" ? "//" : `//${username}:${password}@`);
    const security = { own: { type: "http", scheme: "bearer" } } as const;
    const api = new API({ server: A, security }, {
      client,
      baseUrl: origin,
      ...(auth && { auth: { own: auth } }),
    });
    const operation: Operation = {
      id: "list",
      method: "GET",
      path: pathname,
      responses: {},
      server: baseUrl,
      ...(auth && { security: [["own"]] }),
      pages: { next: { by: "link" } },
    };
    return Array.fromAsync(items(api, operation, {}, call));
  },
};

/** What arrives where, when a client with the secret goes along a path. */
export async function follow(
  path: string,
  way: Way,
  origins: Origins,
  status: number,
  verb: Verb,
): Promise<readonly Arrival[]> {
  const { first, arrivals, transport } = script(path, origins, status);
  await using client = new HTTPClient({
    ...(!way.isBare && { baseUrl: origins.A }),
    allowAnyOrigin: true,
    allowDowngrade: true,
    maxRetries: 0,
    ...way.client,
    transport,
  });
  await verb(client, first.replace("//", `//${way.userinfo ?? ""}`), way);
  return arrivals;
}
