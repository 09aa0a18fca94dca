import { assertEquals } from "@std/assert";
import { apiKeyAuth, basicAuth, bearerAuth, HTTPClient } from "../../mod.ts";
import { CookieJar } from "../../src/cookies/mod.ts";
import { har } from "../../src/telemetry/mod.ts";
import { cassette, type MockCall, MockTransport } from "../../src/testing/mod.ts";

const HOST = "https://api.example";

let made = 0;
/** A secret that is like no other; every second one needs escapes. */
function secret(kind: string): string {
  made++;
  return `${kind}${made}-Zq${made * 7919}${made % 2 ? "" : '&="ü+/'}x`;
}

/** The spellings of a secret that a file is searched for. */
function spellings(value: string): string[] {
  const bytes = new TextEncoder().encode(value);
  const base64 = btoa(String.fromCharCode(...bytes));
  return [
    value,
    encodeURIComponent(value),
    new URLSearchParams({ a: value }).toString().slice(2),
    JSON.stringify(value).slice(1, -1),
    JSON.stringify(JSON.stringify(value)).slice(1, -1),
    base64.replace(/=+$/, ""),
    base64.replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, ""),
  ];
}

/** Echoes all that it was sent in the spellings that servers use. */
function echo({ url, headers, text }: MockCall): string {
  const seen = [url, text, ...[...headers].map(([name, value]) => `${name}: ${value}`)].join("\n");
  const bytes = new TextEncoder().encode(seen);
  const base64 = btoa(String.fromCharCode(...bytes));
  return JSON.stringify({
    seen,
    base64,
    encoded: encodeURIComponent(seen),
    twice: JSON.stringify(seen),
  });
}

// R13.11
Deno.test("no secret that was sent or answered reaches a file, in whatever spelling", async () => {
  const secrets: string[] = [];
  const take = (kind: string) => {
    const one = secret(kind);
    secrets.push(one);
    return one;
  };
  /** Without what a header field or a cookie cannot carry. */
  const plain = (kind: string) => {
    const one = secret(kind).replace(/[^\w-]/g, "");
    secrets.push(one);
    return one;
  };
  const folder = await Deno.makeTempDir();
  try {
    for (const name of ["tape.json", "tape.har"]) {
      secrets.length = 0;
      const mock = new MockTransport();
      mock.on("POST", "/token", {
        json: {
          access_token: plain("access"),
          refresh_token: plain("refresh"),
          id_token: plain("id"),
          nested: { credentials: { user: take("user"), list: [take("listed")] } },
        },
        headers: [
          ["set-cookie", `sid=${plain("sid")}; HttpOnly; Path=/`],
          ["set-cookie", `theme=${plain("theme")}`],
          ["x-csrf-token", plain("csrf")],
          ["location", `/next?code=${plain("code")}#access_token=${plain("fragment")}`],
        ],
      });
      const html = `<input name="csrf_token" value="${plain("input")}"><secret>${
        plain("element")
      }</secret>`;
      mock.on("GET", "/page", { body: html, headers: { "content-type": "text/html" } });
      mock.on("GET", "/events", {
        body: `data: {"token":"${plain("event")}"}\n\ndata: {"password":"${plain("event")}"}\n\n`,
        headers: { "content-type": "text/event-stream" },
      });
      const image = new Uint8Array(6000).fill(255);
      mock.on("*", "/*", (call) => {
        const inside = new TextEncoder().encode(call.headers.get("authorization") ?? "");
        const bytes = Uint8Array.from([...image, ...inside, 0]);
        return call.url.includes("image")
          ? { body: bytes, headers: { "content-type": "image/png" } }
          : { body: echo(call), headers: { "content-type": "application/json" } };
      });
      const path = `${folder}/${name}`;
      const seen = har();
      const named = take("named");
      const transport = cassette(path, {
        mode: "record",
        transport: mock,
        redact: {
          names: ["x-badge", "badge"],
          values: [named],
          text: (text) => text.replace("Ada", "Bob"),
        },
      });
      const client = new HTTPClient({
        transport,
        cookies: new CookieJar(),
        use: seen,
        baseUrl: HOST,
      });
      // An early request has in plain sight what only a later one makes a secret.
      const late = plain("late");
      await client.get(`/early/${late}`);
      await client.post("/token", null, {
        form: { grant_type: "password", password: take("password"), client_secret: take("client") },
      });
      await client.get("/page");
      await client.get("/events");
      await client.get("/me", { auth: bearerAuth(late) });
      await client.get("/basic", { auth: basicAuth("ann", take("basic")) });
      await client.get("/image", { auth: bearerAuth(plain("image")) });
      await client.get("/key", {
        auth: apiKeyAuth({ in: "header", name: "x-api-key", value: plain("key") }),
      });
      await client.get("/query", {
        params: { api_key: take("query"), sig: take("query"), next: `/x?token=${take("inner")}` },
      });
      await client.post("/json", {
        user: { name: "Ada", password: take("json"), apiKey: take("json"), otp: 48151623 },
        tokens: [take("listed"), take("listed")],
        text: `see https://a.example/?access_token=${plain("link")}`,
        badge: take("badge"),
        note: `the value ${named} is named`,
      });
      secrets.push("48151623");
      await client.post(
        "/form",
        new URLSearchParams({ code_verifier: take("form"), pin: take("pin") }),
      );
      const form = new FormData();
      form.set("password", take("multipart"));
      form.set("file", new Blob([new Uint8Array([0, 1, 2])]), "a.bin");
      await client.post("/multipart", form);
      await client.get("/header", {
        headers: { "x-badge": plain("badge"), "x-auth-token": plain("auth") },
      });
      await client.get(`/cookies`, { headers: { "x-note": "plain" } });
      await client.close();
      await seen.write(`${folder}/seen.har`);
      assertEquals(secrets.length > 30, true, `${secrets.length}`);
      for await (const { name: file } of Deno.readDir(folder)) {
        const text = await Deno.readTextFile(`${folder}/${file}`);
        for (const value of secrets) {
          // What only the caller knows is known to the cassette alone.
          if (file === "seen.har" && (value === named || value.includes("badge"))) continue;
          for (const spelled of spellings(value)) {
            const at = text.indexOf(spelled);
            assertEquals(at, -1, `${file}: ${value} as ${text.slice(at - 100, at + 50)}`);
          }
        }
        if (file === name) assertEquals(text.includes("Ada"), false);
      }
      const replaying = new HTTPClient({
        transport: cassette(path, { mode: "replay" }),
        baseUrl: HOST,
      });
      const me = await replaying.get("/me", { auth: bearerAuth("whatever") });
      assertEquals(me.statusCode, 200);
      assertEquals(
        /"seen":"https:\/\/api.example\/me\\n\\n.*authorization: Bearer REDACTED-/.test(me.text),
        true,
        me.text,
      );
      await replaying.close();
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("what only looks like a secret stays as it is", async () => {
  const folder = await Deno.makeTempDir();
  const path = `${folder}/tape.json`;
  const body = {
    ...{ author: "Ada Lovelace", authors: ["Ada"], state: "open", code: 404, key: "a/b.png" },
    ...{ token_type: "Bearer", token_endpoint: "https://a.example/token", expires_in: 3600 },
    usage: { total_tokens: 12, max_tokens: 4096 },
    ...{ session: "closed", authenticated: true, pin: null, password: "", status: "secretary" },
    ...{ tokenExpiresAt: "2026-11-28", passwordPolicy: "strong", cookie_name: "sid" },
  };
  const mock = new MockTransport().on("GET", "/x", {
    json: body,
    headers: { "access-control-allow-credentials": "true", "www-authenticate": `Bearer realm="a"` },
  });
  const get = async (transport: ReturnType<typeof cassette>) => {
    await using client = new HTTPClient({ transport });
    const response = await client.get(`${HOST}/x?page=1&state=open`);
    return [response.json(), response.headers.get("access-control-allow-credentials")];
  };
  const recorded = await get(cassette(path, { mode: "record", transport: mock }));
  assertEquals(recorded, [body, "true"]);
  assertEquals(await get(cassette(path, { mode: "replay" })), recorded);
  await Deno.remove(folder, { recursive: true });
});
