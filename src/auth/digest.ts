/**
 * Digest authentication (RFC 7616): proves that the caller knows the password without sending it. Routers,
 * cameras and other devices require it. It has its own entry because it brings hash functions.
 *
 * ```ts
 * import { HTTPClient } from "@codomyrmex/networking";
 * import { digestAuth } from "@codomyrmex/networking/auth/digest";
 *
 * const challenge =
 *   'Digest realm="r", nonce="n", qop="auth", algorithm=SHA-256';
 * const headers = { "www-authenticate": challenge };
 * const handler = (request: Request) => {
 *   const answer = request.headers.get("authorization") ?? "";
 *   return answer.startsWith('Digest username="ada"')
 *     ? new Response("welcome")
 *     : new Response(null, { status: 401, headers });
 * };
 * const local = { hostname: "localhost", port: 0 };
 * await using server = Deno.serve(local, handler);
 * const auth = digestAuth("ada", "engine");
 * const baseUrl = `http://localhost:${server.addr.port}`;
 * await using client = new HTTPClient({ baseUrl, auth });
 * console.log((await client.get("/")).text); // welcome
 * ```
 *
 * The first request to an origin has no credentials. The second one answers the server's challenge. Later
 * calls answer the same challenge immediately, each with its own count, until it is stale or the server sends
 * a newer nonce. So there is one extra request for each origin and client, not for each call.
 *
 * | topic | behaviour |
 * | --- | --- |
 * | algorithms | SHA-512-256, SHA-512, SHA-256 and MD5, with and without `-sess`; the strongest offered one is used |
 * | quality of protection | `auth`, or `auth-int` (with the body) if nothing else is offered; without `qop` as in RFC 2069 |
 * | the password | a string, or a function that returns it, called at every challenge |
 * | bodies | are sent again after a challenge; for a stream, pass a function that creates it |
 * | origins | credentials go to the origin of `baseUrl`, of the call, or to the option `origins` |
 * | sockets | a `WebSocketClient` cannot see the challenge, so it refuses this scheme before it sends anything |
 *
 * ## Questions
 *
 * **Is it safe over `http:`?** Anyone on the network path can send a challenge and guess the password from
 * the credentials: prefer `https:`.
 *
 * **The server offers several schemes.** Use `negotiate()` of `.`, which answers the strongest challenge it
 * can:
 *
 * ```ts
 * import { basicAuth, HTTPClient, negotiate } from "@codomyrmex/networking";
 * import { digestAuth } from "@codomyrmex/networking/auth/digest";
 *
 * const digest = 'Digest realm="r", nonce="n", algorithm=SHA-256';
 * const headers = new Headers([
 *   ["www-authenticate", 'Basic realm="r"'],
 *   ["www-authenticate", digest],
 * ]);
 * const handler = (request: Request) =>
 *   request.headers.has("authorization")
 *     ? new Response(request.headers.get("authorization")!.split(" ")[0])
 *     : new Response(null, { status: 401, headers });
 * const local = { hostname: "localhost", port: 0 };
 * await using server = Deno.serve(local, handler);
 * const auth = negotiate(
 *   basicAuth("ada", "engine"),
 *   digestAuth("ada", () => Promise.resolve("engine")),
 * );
 * const baseUrl = `http://localhost:${server.addr.port}`;
 * await using client = new HTTPClient({ baseUrl, auth });
 * console.log((await client.get("/")).text); // Digest
 * ```
 *
 * **I get a 401.** The password is wrong, or the server is not an origin that receives credentials. A 401 for
 * another reason than the nonce is returned to the caller, and the request is not repeated. The next call
 * starts with the new challenge.
 *
 * **I get `auth_failed`.** The message has the reason. Either the server requires an algorithm or quality
 * that is not in the table, or the body was a stream that cannot be sent again.
 *
 * The parameters `domain` and `rspauth` are ignored. Other schemes: `basicAuth()`, `bearerAuth()` and
 * `apiKeyAuth()` of `.`, `./auth/oauth2`, `./auth/sign`; the guide of `./auth/oauth2` shows which one to use.
 *
 * @module
 */

import { NetworkingError } from "../errors.ts";
import type { ResponseHead } from "../hooks.ts";
import type { HTTPRequest } from "../http/request/http_request.ts";
import { readOptions } from "../options/read_options.ts";
import { describeURL, showOnly } from "../redact.ts";
import { parseChallenges } from "../formats/auth_challenges.ts";
import {
  AUTH_CHECKS,
  type AuthOptions,
  schemeFacts,
  secretProvider,
  withHeader,
} from "./credentials.ts";
import {
  ALGORITHMS,
  chooseChallenge,
  digestAuthorization,
  type DigestChallenge,
  sessionKey,
} from "./digest_response.ts";
import type { AuthFlow, AuthScheme } from "../http/settings/auth_scheme.ts";
import { readRequestBody } from "./read_request_body.ts";

/**
 * Answers a server's strongest Digest challenge (RFC 7616): SHA-512-256, SHA-512, SHA-256 or MD5, with
 * or without `-sess`. It covers the request (`auth`), or the request and its body (`auth-int`) if the
 * server offers nothing else.
 *
 * The first request to an origin has no credentials. The next ones answer its challenge, each with its own
 * count, until the server sends a newer nonce. A stream cannot be sent again after a challenge: pass a
 * function that creates it. Prefer `https:`: anyone on the network path can send a challenge, and guess the
 * password from the credentials.
 *
 * @param user The user name.
 * @param password The password, or a function that returns it. The function is called at every challenge.
 * @param options The origins that receive the credentials.
 * @throws {TypeError} If the user or the password has control characters; for a function, during the call.
 *
 * @example
 * ```ts
 * import { HTTPClient } from "@codomyrmex/networking";
 * import { digestAuth } from "@codomyrmex/networking/auth/digest";
 *
 * const challenge = { "www-authenticate": 'Digest realm="r", nonce="n", qop="auth", algorithm=SHA-256' };
 * const handler = (request: Request) => {
 *   const given = request.headers.get("authorization");
 *   return given === null
 *     ? new Response(null, { status: 401, headers: challenge })
 *     : new Response(given.slice(0, 21));
 * };
 * const local = { hostname: "localhost", port: 0 };
 * await using server = Deno.serve(local, handler);
 * const auth = digestAuth("ada", "engine");
 * const baseUrl = `http://localhost:${server.addr.port}`;
 * await using client = new HTTPClient({ baseUrl, auth });
 * console.log((await client.get("/")).text); // Digest username="ada"
 * ```
 */
export function digestAuth(
  user: string,
  password: string | (() => string | Promise<string>),
  options?: AuthOptions,
): AuthScheme {
  return new DigestScheme(user, password, options);
}

const ACTION = "make Digest authentication";

/** The challenge that requests to an origin answer. */
interface Session {
  readonly challenge: DigestChallenge;
  readonly key: string;
  readonly cnonce: string;
  nonce: string;
  count: number;
  /** The previous nonces. */
  readonly earlier: string[];
}

/** The number of responses that may overtake each other. */
const EARLIER_NONCES = 64;

class DigestScheme implements AuthScheme {
  static {
    showOnly(this, "AuthScheme", schemeFacts);
  }

  readonly name = "Digest";
  readonly origins: readonly string[] | undefined;
  readonly #user: string;
  readonly #password: () => string | Promise<string>;
  /** The sessions by origin: a nonce is valid only in its own realm. */
  readonly #sessions = new Map<string, Session>();

  constructor(
    user: string,
    password: string | (() => string | Promise<string>),
    options: AuthOptions | undefined,
  ) {
    const isText = (text: string) => !/\p{Cc}/u.test(text);
    if (typeof user !== "string" || !isText(user)) {
      throw new TypeError(`Cannot ${ACTION}: the user must be a string without control characters`);
    }
    const required = "a string without control characters";
    this.#user = user;
    this.#password = secretProvider(ACTION, "password", password, isText, required);
    this.origins = readOptions(ACTION, options, AUTH_CHECKS).origins;
  }

  async *authenticate(request: HTTPRequest): AuthFlow {
    const { origin } = new URL(request.url);
    let session = this.#sessions.get(origin);
    let head = yield session === undefined ? request : await this.#answer(request, session);
    for (let answers = 0;; answers++) {
      if (session !== undefined) takeNextNonce(session, head);
      if (head.statusCode !== 401 || answers === 2) return;
      const challenge = readChallenge(head, request);
      if (challenge === undefined) return;
      // The credentials were refused, not the nonce.
      if (answers === 1 && !challenge.stale) return void this.#sessions.delete(origin);
      session = await this.#begin(challenge);
      this.#sessions.set(origin, session);
      head = yield await this.#answer(request, session);
    }
  }

  async #begin(challenge: DigestChallenge): Promise<Session> {
    const cnonce = crypto.randomUUID().replaceAll("-", "");
    const credentials = { user: this.#user, password: await this.#password() };
    const key = sessionKey(challenge, credentials, cnonce);
    return { challenge, key, cnonce, nonce: challenge.nonce, count: 0, earlier: [] };
  }

  async #answer(request: HTTPRequest, session: Session): Promise<HTTPRequest> {
    const { challenge, key, nonce, cnonce } = session;
    const count = ++session.count; // before any wait, so that each request has its own
    const { pathname, search } = new URL(request.url);
    const integrity = challenge.qop === "auth-int";
    const { request: sent, body } = integrity ? await readRequestBody(request) : { request };
    const use = { method: request.method, uri: pathname + search, nonce, cnonce, count, body };
    const value = digestAuthorization(challenge, this.#user, key, use);
    return withHeader(sent, "authorization", value);
  }
}

/**
 * Takes over the next nonce of the server (RFC 7616 3.5). A late response may have an already used one. Its
 * count would restart, and the server would see a replay.
 */
function takeNextNonce(session: Session, head: ResponseHead): void {
  const info = head.headers.get("authentication-info");
  const next = info && parseChallenges(`Digest ${info}`)[0]?.params.get("nextnonce");
  if (!next || next === session.nonce || session.earlier.includes(next)) return;
  session.earlier.push(session.nonce);
  if (session.earlier.length > EARLIER_NONCES) session.earlier.shift();
  Object.assign(session, { nonce: next, count: 0 });
}

/** Returns the challenge to answer, if the server sent a Digest challenge. */
function readChallenge(
  head: ResponseHead,
  { method, url }: HTTPRequest,
): DigestChallenge | undefined {
  const { chosen, offered } = chooseChallenge(head.headers.get("www-authenticate") ?? "");
  if (chosen === undefined && offered.length > 0) {
    throw new NetworkingError(
      "auth_failed",
      `Cannot authenticate ${method} ${describeURL(url)}: the server requires Digest with ` +
        `${
          offered.join(", ")
        }; this client supports ${ALGORITHMS}, with qop auth, auth-int or none`,
      { method, url },
    );
  }
  return chosen;
}
