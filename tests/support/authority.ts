/**
 * An authorization server in memory, as a transport: what its endpoints are asked, and an API that shows
 * the credentials it was sent.
 */

/** A request that arrived. */
export interface Asked {
  readonly url: string;
  readonly method: string;
  readonly headers: Headers;
  readonly form: URLSearchParams;
}

/** What an endpoint answers; `undefined` for a new token. */
export type Answer = (asked: Asked, count: number) => Response | undefined | Promise<Response>;

/** The issuer, and the API. */
export const ISSUER = "https://id.example";
export const API = "https://api.example";

/** A token answer. */
export function token(number: number, more: Record<string, unknown> = {}): Response {
  return Response.json({
    "access_token": `access-${number}`,
    "token_type": "Bearer",
    "expires_in": 300,
    ...more,
  });
}

/** An error of RFC 6749 5.2. */
export function refusal(error: string, status = 400, headers: HeadersInit = {}): Response {
  return Response.json({ error }, { status, headers });
}

/** The server. */
export interface Authority {
  readonly transport: (url: string, init: RequestInit) => Promise<Response>;
  /** All that it was asked, metadata apart. */
  readonly asked: Asked[];
  /** What one endpoint was asked. */
  readonly at: (name: string) => Asked[];
}

/** The server, whose endpoints are answered by path, and the API by `api`. */
export function authority(
  answers: Readonly<Record<string, Answer>> = {},
  metadata: Readonly<Record<string, unknown>> = {},
): Authority {
  const asked: Asked[] = [];
  const transport = async (url: string, init: RequestInit): Promise<Response> => {
    const { pathname, origin } = new URL(url);
    const headers = new Headers(init.headers);
    const body = init.body === undefined || init.body === null
      ? ""
      : await new Response(init.body).text();
    const method = init.method ?? "GET";
    const request = { url, method, headers, form: new URLSearchParams(body) };
    if (pathname.includes("/.well-known/")) {
      return Response.json({
        issuer: ISSUER,
        "token_endpoint": `${ISSUER}/token`,
        "authorization_endpoint": `${ISSUER}/authorize`,
        "device_authorization_endpoint": `${ISSUER}/device`,
        "pushed_authorization_request_endpoint": `${ISSUER}/par`,
        "revocation_endpoint": `${ISSUER}/revoke`,
        "introspection_endpoint": `${ISSUER}/introspect`,
        "code_challenge_methods_supported": ["S256"],
        ...metadata,
      });
    }
    const name = origin === API ? "api" : pathname;
    const count = asked.filter((one) => nameOf(one) === name).length + 1;
    asked.push(request);
    const answer = await answers[name]?.(request, count);
    if (answer !== undefined) return answer;
    return name === "api"
      ? new Response(headers.get("authorization"))
      : name === "/token"
      ? token(count)
      : new Response(null, { status: 404 });
  };
  const nameOf = ({ url }: Asked) => url.startsWith(API) ? "api" : new URL(url).pathname;
  return {
    transport,
    asked,
    at: (name) => asked.filter((one) => nameOf(one) === name),
  };
}

/** The header and the claims of a JWT, unchecked. */
export function read(jwt: string | null): readonly [
  header: Record<string, unknown>,
  claims: Record<string, unknown>,
] {
  const [header, claims] = jwt!.split(".").map((part) => part.length > 100_000 ? {} : decode(part));
  return [header!, claims!];
}

function decode(part: string): Record<string, unknown> {
  try {
    return JSON.parse(atob(part.replaceAll("-", "+").replaceAll("_", "/")));
  } catch {
    return {}; // the signature
  }
}
