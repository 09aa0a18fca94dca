/** What is not shown: credential headers, cookies, userinfo, secret query parameters. */

import { assert, assertEquals, assertFalse, assertStrictEquals } from "@std/assert";
import { describeURL, REDACTED, redactURL, redactURLs, showOnly } from "../src/redact.ts";
import { isSecretHeader, redactHeaders } from "../src/redact_headers.ts";
import { HARMLESS_HEADERS, SECRET_HEADERS } from "./support/secret_names.ts";
import { assertLinear } from "./support/linear.ts";

/** Stands in every row for what must not be seen. */
const SECRET = "hunter2";

// R15.1
Deno.test("a URL is shown without userinfo, fragment and the values of secret parameters", async (t) => {
  const rows: { url: string; shown: string; source: string }[] = [
    {
      url: "https://example.com/a/b?page=2&sort=name",
      shown: "https://example.com/a/b?page=2&sort=name",
      source: "nothing secret: shown as it is",
    },
    {
      url: `https://user:${SECRET}@example.com/`,
      shown: "https://example.com/",
      source: "RFC 9110 4.2.4: userinfo is a credential",
    },
    {
      url: `https://${SECRET}@example.com:8443/x?y=1`,
      shown: "https://example.com:8443/x?y=1",
      source: "a token as user name, as Git hosts have it",
    },
    {
      url: `https://user:p@${SECRET}@example.com/`,
      shown: "https://example.com/",
      source: "WHATWG URL: the last @ of the authority ends the userinfo",
    },
    {
      url: `wss://user:${SECRET}@example.com/socket`,
      shown: "wss://example.com/socket",
      source: "WebSocket URLs too",
    },
    {
      url: `https://example.com/x#access_token=${SECRET}`,
      shown: "https://example.com/x",
      source: "RFC 6749 4.2.2: the implicit grant answers in the fragment",
    },
    {
      url: `https://example.com/x?a=1#${SECRET}?b=2`,
      shown: "https://example.com/x?a=1",
      source: "a question mark behind # begins no query",
    },
    {
      url: `https://example.com/?access_token=${SECRET}&page=2`,
      shown: `https://example.com/?access_token=${REDACTED}&page=2`,
      source: "RFC 6750 2.3",
    },
    {
      url: `https://example.com/cb?code=${SECRET}&state=${SECRET}`,
      shown: `https://example.com/cb?code=${REDACTED}&state=${REDACTED}`,
      source: "RFC 6749 4.1.2",
    },
    {
      url: `https://blob.example/x?sv=2024&sig=${SECRET}`,
      shown: `https://blob.example/x?sv=2024&sig=${REDACTED}`,
      source: "Azure shared access signatures",
    },
    {
      url:
        `https://s3.example/x?X-Amz-Credential=${SECRET}&X-Amz-Signature=${SECRET}&X-Amz-Date=20260101`,
      shown:
        `https://s3.example/x?X-Amz-Credential=${REDACTED}&X-Amz-Signature=${REDACTED}&X-Amz-Date=20260101`,
      source: "AWS presigned URLs",
    },
    {
      url: `https://maps.example/x?key=${SECRET}`,
      shown: `https://maps.example/x?key=${REDACTED}`,
      source: "Google API keys",
    },
    {
      url: `https://example.com/?user=ann&pass=${SECRET}&passphrase=${SECRET}`,
      shown: `https://example.com/?user=ann&pass=${REDACTED}&passphrase=${REDACTED}`,
      source: "log-in by query",
    },
    {
      url: `https://example.com/?API-Key=${SECRET}&apikey=${SECRET}`,
      shown: `https://example.com/?API-Key=${REDACTED}&apikey=${REDACTED}`,
      source: "spellings of one name",
    },
    {
      url: `https://example.com/?%74oken=${SECRET}`,
      shown: `https://example.com/?%74oken=${REDACTED}`,
      source: "an escaped name is the same name to the server",
    },
    {
      url: `https://example.com/?%zztoken=${SECRET}`,
      shown: `https://example.com/?%zztoken=${REDACTED}`,
      source: "a malformed escape does not hide the name",
    },
    {
      url: `https://example.com/?token=a=${SECRET}`,
      shown: `https://example.com/?token=${REDACTED}`,
      source: "an equals sign in the value, as base64 has it",
    },
    {
      url: `/path?token=${SECRET}`,
      shown: `/path?token=${REDACTED}`,
      source: "relative URLs too",
    },
    { url: "/@user/posts/1", shown: "/@user/posts/1", source: "an @ in a path is no userinfo" },
    {
      url: "https://example.com/@user/posts",
      shown: "https://example.com/@user/posts",
      source: "the same with a host in front",
    },
    { url: "users/a@b.example", shown: "users/a@b.example", source: "the same in a relative URL" },
    { url: "", shown: "", source: "the empty URL" },
  ];
  for (const { url, shown, source } of rows) {
    await t.step(source, () => assertStrictEquals(redactURL(url), shown));
  }
});

Deno.test("a password shows in no spelling of a URL, however malformed", async (t) => {
  const rows: { url: string; source: string }[] = [
    { url: `user:${SECRET}@example.com/x`, source: "no scheme" },
    { url: `//user:${SECRET}@example.com/x`, source: "network-path reference" },
    { url: `http:user:${SECRET}@example.com/x`, source: "no slashes: WHATWG takes them as given" },
    { url: `http:/user:${SECRET}@example.com/x`, source: "one slash: the same" },
    { url: `http:\\\\user:${SECRET}@example.com/x`, source: "backslashes: the same" },
    { url: `http:\\user:${SECRET}@example.com/x`, source: "one backslash: the same" },
    { url: `http:///user:${SECRET}@example.com/x`, source: "three slashes: the same" },
    { url: `http:/\t/user:${SECRET}@example.com/x`, source: "WHATWG takes tabs out" },
    { url: `ht\ntp:/\n/user:${SECRET}@example.com/x`, source: "WHATWG takes newlines out" },
    { url: ` \thttp://user:${SECRET}@example.com/x`, source: "space in front" },
    { url: `ftp://user:${SECRET}@example.com/x`, source: "a scheme that is refused" },
    { url: `http://user:${SECRET}@exa mple.com/x`, source: "a host that does not parse" },
    { url: `http://user:${SECRET}@example.com:99999/x`, source: "a port that does not parse" },
    { url: `http://user:pa/${SECRET}@example.com/x`, source: "a slash in the password, unescaped" },
    { url: `http://user:pa?${SECRET}@example.com/x`, source: "a question mark in the password" },
    { url: `http://user:pa#${SECRET}@example.com/x`, source: "a hash in the password" },
    { url: `http://user:${SECRET}#x@example.com/x`, source: "a hash behind the password" },
    { url: `http://user:${SECRET}/x@example.com/x`, source: "a slash behind the password" },
    { url: `http://user:pa\\${SECRET}@example.com/x`, source: "a backslash in the password" },
  ];
  for (const { url, source } of rows) {
    await t.step(source, () => {
      for (const shown of [redactURL(url), describeURL(url)]) {
        assertFalse(shown.includes(SECRET), shown);
        assert(shown.includes("mple.com"), `the host should still be seen in ${shown}`);
      }
    });
  }
});

// R9.2, R15.2
Deno.test("a URL in a message has origin and path, and no query at all", () => {
  assertStrictEquals(
    describeURL("https://u:p@example.com/a/b?page=2#c"),
    "https://example.com/a/b",
  );
  assertStrictEquals(describeURL("/a?b"), "/a");
});

Deno.test("URLs inside a text are redacted, the text around them stays", async (t) => {
  const rows: { text: string; shown: string; source: string }[] = [
    {
      text: `<https://api.example/p?page=2&token=${SECRET}>; rel="next"`,
      shown: `<https://api.example/p?page=2&token=${REDACTED}>; rel="next"`,
      source: "Link (RFC 8288)",
    },
    {
      text: `</p?token=${SECRET}>; rel="next"`,
      shown: `</p?token=${REDACTED}>; rel="next"`,
      source: "Link with a relative target",
    },
    {
      text: `https://u:${SECRET}@a.example/ and https://b.example/?key=${SECRET}`,
      shown: `https://a.example/ and https://b.example/?key=${REDACTED}`,
      source: "two of them",
    },
    {
      text: `https://u:it's(${SECRET})@a.example/x`,
      shown: `https://a.example/x`,
      source: "quotes and brackets are allowed in userinfo (WHATWG URL)",
    },
    {
      text: `/login?next=%2F&code=${SECRET}#x`,
      shown: `/login?next=%2F&code=${REDACTED}#x`,
      source: "a relative Location",
    },
    { text: 'W/"abc", 5 > 3?', shown: 'W/"abc", 5 > 3?', source: "no URL at all" },
  ];
  for (const { text, shown, source } of rows) {
    await t.step(source, () => assertStrictEquals(redactURLs(text), shown));
  }
});

// R15.5
Deno.test("redacting a hostile text takes linear time", async () => {
  const pieces = ["?a=", "&token", "https://", "?", "@", "https://u:p@h/?x=1 ", "https://h/?a="];
  for (const piece of [...pieces, "a.", "a:", "%2525", ";a=", "http%3A%2F%2F", "invit_", "</p>"]) {
    await assertLinear(piece, (size) => piece.repeat(size), (text) => {
      redactURLs(text);
      redactURL(text);
    });
  }
});

Deno.test("headers that carry credentials are hidden, the others are shown", async (t) => {
  const hidden: { name: string; source: string }[] = [
    ...SECRET_HEADERS.map((name) => ({ name, source: "what services use" })),
    { name: "set-cookie", source: "RFC 6265" },
    { name: "authentication-info", source: "RFC 9110 11.6.3" },
    { name: "x-amz-content-signature", source: "request signing" },
    { name: "x-my-secret", source: "a home-made name" },
    { name: "x-user-password", source: "a home-made name" },
    { name: "x-refresh-token", source: "a home-made name" },
    { name: "dpop-jwt", source: "a home-made name" },
  ];
  for (const { name, source } of hidden) {
    await t.step(`${name} is hidden (${source})`, () => {
      assertEquals(redactHeaders([[name, SECRET]]), { [name]: REDACTED });
    });
  }
  for (const name of [...HARMLESS_HEADERS, "retry-after", "etag", "date", "surrogate-key"]) {
    await t.step(`${name} is shown`, () => {
      assertEquals(redactHeaders([[name, "value"]]), { [name]: "value" });
    });
  }
});

// R15.2
Deno.test("the caller's sensitive headers are hidden too", () => {
  const headers: [string, string][] = [["x-tenant", SECRET], ["accept", "*/*"]];
  assertEquals(redactHeaders(headers, ["x-tenant"]), { "x-tenant": REDACTED, accept: "*/*" });
});

Deno.test("a URL in a header is redacted", () => {
  assertEquals(
    redactHeaders([["location", `https://u:${SECRET}@example.com/?page=1&token=${SECRET}`]]),
    { location: `https://example.com/?page=1&token=${REDACTED}` },
  );
});

Deno.test("a header named __proto__ is data like any other", () => {
  const shown = redactHeaders([["__proto__", "x"]]);
  assertEquals(Object.entries(shown), [["__proto__", "x"]]);
  assertStrictEquals(Object.getPrototypeOf(shown), Object.prototype);
});

// R15.2
Deno.test("the name says whether a header is secret, in any case of letters", () => {
  for (const name of SECRET_HEADERS) {
    assert(isSecretHeader(name), name);
    assert(isSecretHeader(name.toUpperCase()), name);
  }
  for (const name of HARMLESS_HEADERS) {
    assertFalse(isSecretHeader(name), name);
    assertFalse(isSecretHeader(name.toUpperCase()), name);
  }
});

// R15.2
Deno.test("the name says whether a query parameter is secret, in any case of letters", async (t) => {
  const secret: Record<string, string> = {
    "code_verifier code_challenge": "RFC 7636",
    "device_code user_code": "RFC 8628",
    "state nonce code id_token id_token_hint client_assertion request_uri": "OAuth, OpenID Connect",
    "sid sess PHPSESSID JSESSIONID connect.sid sessionid session_id osCsid": "session IDs",
    "otp totp pin user_pin mfa 2fa passcode one_time_code verification_code otpCode":
      "one-time codes",
    "ticket pgtId pgtIou": "CAS",
    "SAMLRequest SAMLResponse SAMLart RelayState wresult": "SAML",
    "crumb _csrf csrf_token xsrf csrfmiddlewaretoken authenticity_token __RequestVerificationToken":
      "tokens against request forgery",
    "sig signature sign hmac sas x-amz-signature": "signatures",
    "subscription-key subscriptionKey api_key app_key functions-key": "keys of subscriptions",
    "appid wskey": "OpenWeather and OCLC keys",
    "oobCode magic_link tkn hdnts initData signed_request wctx":
      "codes and tokens of Firebase, Akamai, Telegram, Facebook and WS-Federation",
  };
  for (const [names, source] of Object.entries(secret)) {
    for (const name of names.split(" ")) {
      await t.step(`${name} is hidden (${source})`, () => {
        for (const spelled of [name, name.toUpperCase(), name.toLowerCase()]) {
          const shown = redactURL(`https://a.example/?page=2&${spelled}=${SECRET}`);
          assertStrictEquals(shown, `https://a.example/?page=2&${spelled}=${REDACTED}`);
        }
      });
    }
  }
  const readable =
    "page q id sort order limit offset cursor filter fields include lang locale country_code zipCode " +
    "status_code ssn_last name user email from to since until shipping pinned sort_key partitionKey " +
    "keyword signed_at design assign spin tickets format version side inside resource_id client_id app_id " +
    "response_type redirect_uri scope grant_type code_challenge_method";
  for (const name of readable.split(" ")) {
    await t.step(`${name} stays readable`, () => {
      const url = `https://a.example/?${name}=v`;
      assertStrictEquals(redactURL(url), url);
    });
  }
});

// R9.5
Deno.test("a URL is redacted where it is relative, or in the query of another", async (t) => {
  const inner = `https://u:${SECRET}@b.example/p?a=1`;
  const once = encodeURIComponent(inner);
  const bare = "https://b.example/p?a=1";
  const rows: { url: string; shown: string; source: string }[] = [
    { url: `/cb#access_token=${SECRET}`, shown: "/cb", source: "RFC 6749 4.2.2, relative" },
    { url: `/x?userPin=${SECRET}`, shown: `/x?userPin=${REDACTED}`, source: "words in capitals" },
    { url: `cb?x=1#${SECRET}`, shown: "cb?x=1", source: "the same without a slash" },
    { url: `#access_token=${SECRET}`, shown: "", source: "a fragment alone" },
    { url: `/in?next=${inner}`, shown: `/in?next=${bare}`, source: "userinfo inside" },
    {
      url: `https://a.example/in?next=${once}&page=2`,
      shown: `https://a.example/in?next=${encodeURIComponent(bare)}&page=2`,
      source: "encoded",
    },
    {
      url: `/in?next=${encodeURIComponent(once)}`,
      shown: `/in?next=${encodeURIComponent(encodeURIComponent(bare))}`,
      source: "encoded twice",
    },
    {
      url: `/in?next=${encodeURIComponent(`//u:${SECRET}@b.example/`)}`,
      shown: `/in?next=${encodeURIComponent("//b.example/")}`,
      source: "without a scheme",
    },
    {
      url: `/in?dsn=postgres://u:${SECRET}@db.example/x`,
      shown: "/in?dsn=postgres://db.example/x",
      source: "another scheme",
    },
    {
      url: `/in?https://u:${SECRET}@b.example/`,
      shown: "/in?https://b.example/",
      source: "a parameter without a name",
    },
    {
      url: `/in?next=%zz${once}`,
      shown: `/in?next=${encodeURIComponent("%zzhttps://b.example/p?a=1")}`,
      source: "behind a malformed escape",
    },
    {
      url: `/in?next=${encodeURIComponent(`/cb?page=1&token=${SECRET}`)}`,
      shown: `/in?next=${encodeURIComponent("/cb?page=1&token=")}${REDACTED}`,
      source: "a secret parameter inside",
    },
    {
      url: `/in?next=${encodeURIComponent(`/cb#access_token=${SECRET}`)}`,
      shown: `/in?next=${encodeURIComponent("/cb")}`,
      source: "a fragment inside",
    },
    {
      url: `/in?next=https://u:${SECRET}&x@b.example/`,
      shown: `/in?next=${REDACTED}&x@b.example/`,
      source: "cut by an & in the password",
    },
    {
      url: `https://proxy.example/fetch/https://u:${SECRET}@b.example/x@y`,
      shown: "https://proxy.example/fetch/https://b.example/x@y",
      source: "a URL in the path",
    },
    {
      url: `/cart;jsessionid=${SECRET}/x;v=1?page=2`,
      shown: `/cart;jsessionid=${REDACTED}/x;v=1?page=2`,
      source: "Servlet specification 7.1.3",
    },
    {
      url: "/in?next=https%3A%2F%2Fb.example%2F&q=50%25&tag=a/b",
      shown: "/in?next=https%3A%2F%2Fb.example%2F&q=50%25&tag=a/b",
      source: "nothing secret: shown as it is",
    },
  ];
  for (const { url, shown, source } of rows) {
    await t.step(source, () => {
      assertStrictEquals(redactURL(url), shown);
      const headers = redactHeaders([["location", url], ["link", `<${url}>; rel="next"`]]);
      assertEquals(headers, { location: shown, link: `<${shown}>; rel="next"` });
      if (!url.startsWith("cb")) assertFalse(redactURLs(`to ${url}`).includes(SECRET));
    });
  }
  await t.step("the caller's own names count in a Location", () => {
    const shown = redactHeaders([["location", `/x?tenant=${SECRET}`]], ["tenant"]);
    assertEquals(shown, { location: `/x?tenant=${REDACTED}` });
  });
  await t.step("deeper than anyone nests, nothing is shown", () => {
    let url = `https://u:${SECRET}@b.example/`;
    for (let depth = 0; depth < 30; depth++) {
      url = `https://a.example/?u=${encodeURIComponent(url)}`;
    }
    assertFalse(redactURL(url).includes(SECRET));
  });
});

// R15.1
Deno.test("showOnly() decides what console.log and JSON.stringify show", () => {
  class Vault {
    readonly secret: string = SECRET;
    readonly label: string = "mine";
  }
  showOnly(Vault, "Vault", ({ label }) => ({ label }));
  const vault = new Vault();
  for (const shown of [Deno.inspect(vault), Deno.inspect([vault]), JSON.stringify({ vault })]) {
    assert(shown.includes("mine"), shown);
    assertFalse(shown.includes(SECRET), shown);
  }
  assert(Deno.inspect(vault).startsWith("Vault {"));
});

Deno.test("showOnly() speaks Node's inspection protocol as well", () => {
  class Vault {
    readonly secret: string = SECRET;
  }
  showOnly(Vault, "Vault", () => ({ label: "mine" }));
  const custom = Reflect.get(new Vault(), Symbol.for("nodejs.util.inspect.custom")) as (
    depth: number,
    options: object,
    inspect: (value: unknown) => string,
  ) => string;
  assertStrictEquals(custom.call(new Vault(), 2, {}, JSON.stringify), 'Vault {"label":"mine"}');
  assertEquals(Object.keys(new Vault()), ["secret"]);
});
