/**
 * HTTP Digest on the server's side (RFC 7616), with SHA-256, for the user `ada` whose password is
 * `engine`: only who computes the response rightly gets in.
 *
 * @module
 */

const REALM = "suite";
const NONCE = "bm9uY2U";

/** Lets the request in, or challenges it. */
export async function digestAnswer(request: Request): Promise<Response> {
  const given = request.headers.get("authorization") ?? "";
  const { pathname, search } = new URL(request.url);
  if (given.startsWith("Digest ")) {
    const field = (name: string) =>
      new RegExp(`\\b${name}="?([^",]*)"?`).exec(given)?.[1] ?? "missing";
    const secret = await hash(`ada:${REALM}:engine`);
    const what = await hash(`${request.method}:${pathname}${search}`);
    const expected = await hash(
      [secret, NONCE, field("nc"), field("cnonce"), "auth", what].join(":"),
    );
    if (field("response") === expected && field("uri") === pathname + search) {
      return new Response("welcome");
    }
  }
  const challenge = `Digest realm="${REALM}", nonce="${NONCE}", qop="auth", algorithm=SHA-256`;
  return new Response("who?", { status: 401, headers: { "www-authenticate": challenge } });
}

async function hash(text: string): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return new Uint8Array(digest).toHex();
}
