import { assertEquals } from "@std/assert";
import type { Exchange, Pairs } from "../../src/recording/exchange.ts";
import { SecretKeeper } from "../../src/recording/secrets.ts";

const SECRET = "s3cret-Value-77";

/** An exchange with this body. */
function withBody(body: string | Uint8Array<ArrayBuffer>, type: string): Exchange {
  const headers: Pairs = [["content-type", type]];
  return {
    request: { method: "GET", url: "http://a.example/", headers: [] },
    response: { status: 200, statusText: "OK", headers, body },
  };
}

/** What is kept of the exchange. */
function kept(exchange: Exchange): string {
  const keeper = new SecretKeeper();
  const { request, response } = keeper.hide(keeper.strip(exchange));
  const body = response?.body ?? "";
  const text = typeof body === "string" ? body : new TextDecoder("latin1").decode(body);
  return JSON.stringify([request, response?.headers, text]);
}

const BODIES: readonly (readonly [title: string, type: string, body: string])[] = [
  ["a member of JSON", "application/json", `{"a":{"password":"${SECRET}"}}`],
  ["a list in JSON", "application/json", `{"tokens":["${SECRET}"]}`],
  ["an object in JSON", "application/json", `{"credentials":{"user":"${SECRET}"}}`],
  ["JSON within JSON", "application/json", JSON.stringify({ a: `{"token":"${SECRET}"}` })],
  ["JSON of another type", "text/plain", `{"token":"${SECRET}"}`],
  ["a line of JSON", "application/x-ndjson", `{"a":1}\n{"token":"${SECRET}"}\n`],
  ["a line among lines of JSON", "text/plain", `{"a":1}\ntoken: ${SECRET}\n`],
  ["a JSON text sequence", "application/json-seq", `\x1e{"token":"${SECRET}"}\n`],
  ["an event", "text/event-stream", `event: x\ndata: {"token":"${SECRET}"}\n\n`],
  ["a form", "application/x-www-form-urlencoded", `a=1&client_secret=${SECRET}&b=2`],
  ["a form as text", "text/plain", `access_token=${SECRET}&scope=all`],
  ["GraphQL", "application/json", `{"query":"{ login(password: \\"${SECRET}\\") { id } }"}`],
  ["an element of XML", "application/xml", `<a><secret>${SECRET}</secret></a>`],
  ["an attribute of XML", "application/xml", `<user password="${SECRET}" />`],
  ["a field of a form in HTML", "text/html", `<input name="csrf_token" type=x value="${SECRET}">`],
  ["a meta element of HTML", "text/html", `<meta name="csrf-token" content="${SECRET}">`],
  ["YAML", "application/yaml", `a: 1\npassword: ${SECRET}\n`],
  ["an environment", "text/plain", `A=1\nAPI_KEY=${SECRET}\n`],
  ["a script", "text/javascript", `config = { apiKey: '${SECRET}', a: 1 }`],
  ["a URL in a text", "text/plain", `see http://a.example/?token=${SECRET}.`],
  ["userinfo in a text", "text/plain", `git clone https://me:${SECRET}@a.example/x`],
  ["a JSON Web Token", "text/plain", `it is eyJhbGciOiJ9.eyJzdWIiOiIxIn0.${SECRET}`],
];

for (const [title, type, body] of BODIES) {
  // R21.12
  Deno.test(`a secret is found in ${title}`, () => {
    const found = kept(withBody(body, type));
    assertEquals([found.includes(SECRET), found.includes("REDACTED-1")], [false, true], found);
  });
}

// R21.12
Deno.test("a secret of a multipart body is hidden in bytes, and in the text that follows", () => {
  const boundary = "----b";
  const secret = "pässwort-77";
  const text =
    `--${boundary}\r\nContent-Disposition: form-data; name="password"\r\n\r\n${secret}\r\n` +
    `--${boundary}\r\nContent-Disposition: form-data; name="file"\r\n\r\n`;
  const bytes = Uint8Array.from([
    ...new TextEncoder().encode(text),
    ...[0, 255],
    ...new TextEncoder().encode(`\r\n--${boundary}--\r\n`),
  ]);
  const keeper = new SecretKeeper();
  const type = `multipart/form-data; boundary=${boundary}`;
  const upload = keeper.hide(keeper.strip(withBody(bytes, type)));
  const hidden = new TextDecoder().decode(upload.response!.body as Uint8Array);
  assertEquals([hidden.includes(secret), hidden.includes("****")], [false, true]);
  assertEquals(keeper.hideText(`it was ${secret}`), "it was REDACTED-1");
});

// R21.12
Deno.test("header fields, cookies and URLs keep what is no secret", () => {
  const keeper = new SecretKeeper({ names: ["x-badge"] });
  const { request, response } = keeper.hide(keeper.strip({
    request: {
      method: "GET",
      url: `http://me:${SECRET}@a.example/p;jsessionid=${SECRET}1?a=1&sig=${SECRET}2#${SECRET}3`,
      headers: [
        ["Authorization", `Basic ${btoa(`me:${SECRET}4`)}`],
        ["Cookie", `a=${SECRET}5; b=x`],
        ["x-badge", "7"],
        ["accept", "text/html"],
      ],
    },
    response: {
      status: 401,
      statusText: "",
      headers: [
        ["set-cookie", `a=${SECRET}5; Path=/; HttpOnly`],
        ["www-authenticate", `Digest realm="a", nonce="${SECRET}6", qop="auth"`],
        ["access-control-allow-credentials", "true"],
        ["location", `/next?code=${SECRET}7&page=2`],
      ],
    },
  }));
  const text = JSON.stringify([request, response]);
  assertEquals(text.includes(SECRET), false, text);
  assertEquals(
    request.url.replaceAll(/REDACTED-\d+/g, "*"),
    "http://a.example/p;jsessionid=*?a=1&sig=*",
  );
  const fields = (pairs: Pairs) => pairs.map(([, value]) => value.replaceAll(/REDACTED-\d+/g, "*"));
  assertEquals(fields(request.headers), ["Basic *", "a=*; b=*", "*", "text/html"]);
  assertEquals(fields(response!.headers), [
    "a=*; Path=/; HttpOnly",
    `Digest realm="a", nonce="*", qop="auth"`,
    "true",
    "/next?code=*&page=2",
  ]);
});
