import {
  assert,
  assertEquals,
  assertMatch,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import { bearerAuth, ConnectionError, HTTPClient, NetworkingError } from "../../mod.ts";
import { CookieJar } from "../../src/cookies/mod.ts";
import {
  type Cassette,
  cassette,
  type CassetteOptions,
  FakeClock,
  FakeServer,
  MockTransport,
} from "../../src/testing/mod.ts";

const HOST = "http://api.example";

/** A file in a folder of its own, and clients that record and replay it. */
async function withTape(
  work: (tools: {
    readonly path: string;
    readonly folder: string;
    readonly mock: MockTransport;
    tape(mode: CassetteOptions["mode"], options?: CassetteOptions): Cassette;
    using<T>(
      mode: CassetteOptions["mode"],
      call: (client: HTTPClient) => Promise<T>,
      options?: CassetteOptions,
    ): Promise<T>;
    text(): Promise<string>;
  }) => Promise<void>,
): Promise<void> {
  const folder = await Deno.makeTempDir();
  const path = `${folder}/tape.json`;
  const mock = new MockTransport();
  const tape = (mode: CassetteOptions["mode"], options: CassetteOptions = {}) =>
    cassette(path, { mode, transport: mock, ...options });
  try {
    await work({
      ...{ path, folder, mock, tape },
      async using(mode, call, options) {
        const client = new HTTPClient({ transport: tape(mode, options), retryBackoff: 0 });
        try {
          return await call(client);
        } finally {
          await client.close();
        }
      },
      text: () => Deno.readTextFile(path),
    });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("what was recorded is replayed without the network, and the file can be read", () =>
  withTape(async ({ mock, using, text, path }) => {
    const bytes = new Uint8Array([0, 255, 1]);
    mock.on("GET", "/users", { json: [{ name: "Ada" }], headers: { "x-b": "2", "x-a": "1" } });
    mock.on("GET", "/page", {
      body: "line 1\nline 2\n",
      headers: { "content-type": "text/plain" },
    });
    mock.on("GET", "/bytes", { body: bytes });
    mock.on("GET", "/none", { status: 204 });
    mock.on("POST", "/users", { status: 201, body: "{}" });
    const calls = async (client: HTTPClient) => [
      (await client.get(`${HOST}/users`)).json(),
      (await client.get(`${HOST}/page`)).text,
      (await client.get(`${HOST}/bytes`)).content,
      (await client.get(`${HOST}/none`)).statusCode,
      (await client.post(`${HOST}/users`, { name: "Bob" })).statusCode,
    ];
    const recorded = await using("record", calls);
    assertEquals(mock.calls.length, 5);
    assertEquals(await using("replay", calls), recorded);
    assertEquals(mock.calls.length, 5);
    const { exchanges } = JSON.parse(await text());
    assertEquals(exchanges[0], {
      request: { method: "GET", url: `${HOST}/users`, headers: {} },
      response: {
        status: 200,
        headers: { "content-type": "application/json", "x-a": "1", "x-b": "2" },
        waitMs: exchanges[0].response.waitMs,
        json: [{ name: "Ada" }],
      },
    });
    assertEquals(exchanges[1].response.text, ["line 1", "line 2", ""]);
    assertEquals(exchanges[2].response.base64, "AP8B");
    assertEquals(exchanges[4].request.json, { name: "Bob" });
    assertEquals((await Deno.stat(path)).mode! & 0o777, 0o600);
  }));

// R13.6, R13.12
Deno.test("a failed connection, a retry and a cut body are replayed as they were", () =>
  withTape(async ({ mock, using }) => {
    mock.on("GET", "/x", { fail: "connection_refused" }, { status: 503, body: "later" }, {
      body: "done",
    });
    mock.on("GET", "/cut", { body: "half of it", fail: "body_truncated" });
    const calls = async (client: HTTPClient) => {
      const response = await client.get(`${HOST}/x`);
      const cut = await assertRejects(
        () => client.get(`${HOST}/cut`, { maxRetries: 0 }),
        ConnectionError,
      );
      return [
        response.text,
        response.attempts.map((one) => one.errorCode ?? one.statusCode),
        cut.code,
      ];
    };
    const recorded = await using("record", calls);
    assertEquals(recorded, ["done", ["connection_refused", 503, 200], "body_truncated"]);
    assertEquals(await using("replay", calls), recorded);
  }));

// R13.9
Deno.test("equal requests get their responses in recorded order, and no more than there are", () =>
  withTape(async ({ mock, using }) => {
    mock.on("GET", "/poll", { body: "1" }, { body: "2" }, { body: "3" });
    const poll = (times: number) => async (client: HTTPClient) => {
      const seen: string[] = [];
      for (let time = 0; time < times; time++) seen.push((await client.get(`${HOST}/poll`)).text);
      return seen;
    };
    await using("record", poll(3));
    assertEquals(await using("replay", poll(3)), ["1", "2", "3"]);
    const error = await assertRejects(() => using("replay", poll(4)), NetworkingError);
    assertEquals(error.code, "no_recording");
    assertStringIncludes(error.message, "every recording that matches was used");
    assertEquals(await using("replay", poll(5), { repeat: true }), ["1", "2", "3", "3", "3"]);
  }));

// R13.9
Deno.test("bodies match by what they mean", () =>
  withTape(async ({ mock, using }) => {
    mock.on("POST", "/x", (call) => ({ body: `got ${call.body.length > 0}` }));
    const form = (fields: [string, string][]) => {
      const data = new FormData();
      for (const [name, value] of fields) data.set(name, value);
      return data;
    };
    await using("record", async (client) => {
      await client.post(`${HOST}/x?a=1&b=2`, { a: 1, b: [{ c: 2, d: 3 }] });
      await client.post(`${HOST}/x`, new URLSearchParams("a=1&b=2"));
      await client.post(`${HOST}/x`, form([["a", "1"]]));
      await client.post(`${HOST}/x`, new Blob(["stream"]).stream());
    });
    await using("replay", async (client) => {
      await client.post(`${HOST}/x`, new URLSearchParams("b=2&a=1"));
      await client.post(`${HOST}/x?b=2&a=1`, { b: [{ d: 3, c: 2 }], a: 1 });
      await client.post(`${HOST}/x`, "stream", { headers: { "content-type": "text/plain" } });
      await client.post(`${HOST}/x`, form([["a", "1"]]));
    });
    for (
      const [body, words] of [
        [{ a: 1, b: [{ c: 2, d: 4 }] }, /differs in body\.b\.0\.d: recorded 3, sent 4/],
        [new URLSearchParams("a=1&b=3"), /recorded .*"a=1&b=2".*, sent .*"a=1&b=3"/],
      ] as const
    ) {
      const url = body instanceof URLSearchParams ? `${HOST}/x` : `${HOST}/x?a=1&b=2`;
      const error = await assertRejects(
        () => using("replay", (client) => client.post(url, body)),
        NetworkingError,
      );
      assertMatch(error.message, words);
    }
  }));

// R13.10
Deno.test("the error names the nearest recording and what differs", () =>
  withTape(async ({ mock, using }) => {
    mock.on("*", "/*", () => ({ body: "" }));
    await using("record", async (client) => {
      await client.get(`${HOST}/users?page=1&size=10`);
      await client.post(`${HOST}/users`, { name: "Ada", tags: ["x"] });
      await client.delete(`${HOST}/groups/7`);
    });
    const rows: [(client: HTTPClient) => Promise<unknown>, RegExp][] = [
      [
        (client) => client.get(`${HOST}/users?page=2&size=10`),
        /number 1, GET .*differs in parameter page: recorded "1", sent "2";/,
      ],
      [
        (client) => client.get(`${HOST}/users?page=1`),
        /number 1, .*parameter size: recorded "10", sent none;/,
      ],
      [
        (client) => client.post(`${HOST}/users`, { name: "Bob", tags: [] }),
        /number 2, POST .*body\.name: recorded "Ada", sent "Bob"; body\.tags\.0: recorded "x", sent none;/,
      ],
      [
        (client) => client.delete(`${HOST}/groups/8`),
        /number 3, DELETE .*differs in URL: recorded "http:\/\/api.example\/groups\/7", sent "[^"]*\/8";/,
      ],
      [(client) => client.put(`${HOST}/groups/7`, null), /method: recorded "DELETE", sent "PUT";/],
    ];
    for (const [call, words] of rows) {
      const error = await assertRejects(() => using("replay", call), NetworkingError);
      assertEquals([error.code, error.attempts.length], ["no_recording", 1]);
      assertMatch(error.message, words);
      assertMatch(error.message, /to record, .*mode: "refresh"/);
    }
    const secret = await assertRejects(
      () => using("replay", (client) => client.get(`${HOST}/users?page=1&token=s3cret-value`)),
      NetworkingError,
    );
    assertEquals(secret.message.includes("s3cret-value"), false);
  }));

// R13.9
Deno.test("match: chosen headers, a changed URL, a changed body, no body, recorded order", () =>
  withTape(async ({ mock, using }) => {
    mock.on("*", "/*", (call) => ({ body: call.headers.get("accept-language") ?? "none" }));
    await using("record", async (client) => {
      for (const language of ["de", "en"]) {
        await client.post(`${HOST}:1234/x?at=17`, `sent at 17`, {
          headers: { "accept-language": language },
        });
      }
    });
    const ask = (language: string) => (client: HTTPClient) =>
      client.post(`${HOST}:99/x?at=18`, "sent at 18", { headers: { "accept-language": language } });
    const match = {
      headers: ["Accept-Language"],
      url: (url: string) => url.replace(/:\d+\//, "/").replace(/at=\d+/, ""),
      body: (body: string) => body.replace(/\d+/, ""),
    };
    assertEquals((await using("replay", ask("en"), { match })).text, "en");
    assertEquals((await using("replay", ask("de"), { match })).text, "de");
    await assertRejects(
      () => using("replay", ask("fr"), { match }),
      NetworkingError,
      "header Accept",
    );
    const { headers: _, ...anyHeaders } = match;
    assertEquals((await using("replay", ask("fr"), { match: anyHeaders })).text, "de");
    const noBody = { ...match, body: false };
    assertEquals((await using("replay", ask("en"), { match: noBody })).text, "en");
    const ordered = { ...match, order: "recorded" } as const;
    await assertRejects(() => using("replay", ask("en"), { match: ordered }), NetworkingError);
    assertEquals((await using("replay", ask("de"), { match: ordered })).text, "de");
  }));

// R13.8
Deno.test("parallel calls keep the order in which they began", () =>
  withTape(async ({ mock, using, text }) => {
    mock.on("GET", "/*", async (call) => {
      const index = Number(call.url.at(-1));
      await new Promise((resolve) => setTimeout(resolve, 5 * (9 - index)));
      return { body: `${index}` };
    });
    const calls = (client: HTTPClient) =>
      Promise.all([0, 1, 2, 3, 4].map(async (n) => (await client.get(`${HOST}/${n}`)).text));
    const recorded = await using("record", calls);
    const { exchanges } = JSON.parse(await text());
    assertEquals(
      exchanges.map(({ request }: { request: { url: string } }) => request.url.at(-1)),
      ["0", "1", "2", "3", "4"],
    );
    assertEquals(await using("replay", calls), recorded);
  }));

// R13.6
Deno.test("auto replays a file that exists, and where the environment may not be read", () =>
  withTape(async ({ mock, using, path }) => {
    mock.on("GET", "/x", { body: "x" });
    const get = (client: HTTPClient) => client.get(`${HOST}/x`);
    const error = await assertRejects(() => using("auto", get), NetworkingError);
    assertEquals(error.code, "no_recording");
    assertStringIncludes(error.message, `Cannot use the cassette ${path}: it does not exist`);
    await using("record", get);
    const tape = cassette(path);
    assertEquals(tape.mode, "auto");
    await using("auto", get, {});
    const client = new HTTPClient({ transport: tape });
    assertEquals((await get(client)).text, "x");
    assertEquals([tape.mode, tape.unused], ["replay", []]);
    await client.close();
  }));

// R13.7
Deno.test("refresh keeps what has not changed, and says what has", () =>
  withTape(async ({ mock, tape, using, text }) => {
    mock.on("GET", "/same", { json: { a: 1 }, headers: { date: "1" } }, { json: { a: 1 } });
    mock.on("GET", "/other", { json: { a: 1 } }, { json: { a: 2 } });
    mock.on("GET", "/gone", { body: "here" }, { status: 404 });
    mock.on("GET", "/never", { body: "kept" });
    mock.on("GET", "/new", { body: "new" });
    const all = async (client: HTTPClient, paths: string[]) => {
      for (const path of paths) await client.get(`${HOST}/${path}`);
    };
    await using("record", (client) => all(client, ["same", "other", "gone", "never"]));
    const before = JSON.parse(await text()).exchanges;
    const refreshed = tape("refresh");
    const client = new HTTPClient({ transport: refreshed });
    await all(client, ["same", "other", "gone", "new"]);
    await client.close();
    assertEquals([refreshed.mode, refreshed.unused], ["refresh", [`GET ${HOST}/never`]]);
    assertEquals(refreshed.changed, [
      `GET ${HOST}/other: the body changed`,
      `GET ${HOST}/gone: 200 became 404`,
      `GET ${HOST}/new is new`,
    ]);
    const after = JSON.parse(await text()).exchanges;
    assertEquals(after[0], before[0]);
    assertEquals(after[1].response.json, { a: 2 });
    assertEquals(after[2].response.status, 404);
    assertEquals(after[3], before[3]);
    assertEquals(after.length, 5);
  }));

Deno.test("what cannot be a cassette is told, and left as it is", () =>
  withTape(async ({ path, using, text, folder }) => {
    const get = (client: HTTPClient) => client.get(`${HOST}/x`);
    for (const content of ["", "{", "[]", `{"cassette":2,"exchanges":[]}`, `{"cassette":1}`]) {
      await Deno.writeTextFile(path, content);
      for (const mode of ["replay", "refresh"] as const) {
        const error = await assertRejects(() => using(mode, get), NetworkingError);
        assertEquals(error.code, "no_recording");
      }
      assertEquals(await text(), content);
    }
    const outside = { request: { method: "GET", url: HOST }, response: { file: "../secret" } };
    await Deno.writeTextFile(path, JSON.stringify({ cassette: 1, exchanges: [outside] }));
    await assertRejects(() => using("replay", get), NetworkingError, "must be next to it");
    const missing = cassette(`${folder}/none/tape.json`, { mode: "record" });
    const client = new HTTPClient({ transport: missing, maxRetries: 0 });
    await assertRejects(() => client.get("http://127.0.0.1:9/"), NetworkingError, "make it");
    await client.close().catch(() => {});
  }));

// R13.8
Deno.test("a run that breaks off leaves a whole file, and no other", () =>
  withTape(async ({ mock, tape, folder, text }) => {
    mock.on("GET", "/a", { body: "a" }).on("GET", "/hang", { delay: "forever" });
    const client = new HTTPClient({ transport: tape("record"), maxRetries: 0 });
    await client.get(`${HOST}/a`);
    const hanging = client.get(`${HOST}/hang`, { timeout: { milliseconds: 20 } });
    await assertRejects(() => hanging);
    // Not closed: the program ends here.
    assertEquals(JSON.parse(await text()).exchanges.length, 1);
    assertEquals((await Array.fromAsync(Deno.readDir(folder))).map(({ name }) => name), [
      "tape.json",
    ]);
    await client.close();
  }));

// R13.8
Deno.test("two programs do not write one file", () =>
  withTape(async ({ mock, tape }) => {
    mock.on("GET", "/*", () => ({ body: "x" }));
    const [one, two] = [tape("record"), tape("record")];
    const clients = [one, two].map((transport) => new HTTPClient({ transport, maxRetries: 0 }));
    await clients[0]!.get(`${HOST}/1`);
    await clients[1]!.get(`${HOST}/2`);
    const error = await assertRejects(() => clients[0]!.get(`${HOST}/3`), NetworkingError);
    assertStringIncludes(error.message, "another program has changed it");
    await Promise.allSettled(clients.map((client) => client.close()));
  }));

Deno.test("large bytes are in a file next to it, which goes when it is not used any more", () =>
  withTape(async ({ mock, using, folder, text }) => {
    const image = new Uint8Array(5000).fill(200);
    mock.on("GET", "/x", { body: image, headers: { "content-type": "image/png" } }, {
      body: "small",
    });
    const get = (client: HTTPClient) => client.get(`${HOST}/x`);
    await using("record", get);
    assertEquals(JSON.parse(await text()).exchanges[0].response.file, "tape.1.png");
    assertEquals(await Deno.readFile(`${folder}/tape.1.png`), image);
    assertEquals((await using("replay", get)).content, image);
    await using("record", get);
    assertEquals((await Array.fromAsync(Deno.readDir(folder))).map(({ name }) => name), [
      "tape.json",
    ]);
  }));

// R13.10
Deno.test("strict rejects when a recording was not used", () =>
  withTape(async ({ mock, using }) => {
    mock.on("GET", "/*", () => ({ body: "x" }));
    await using("record", async (client) => {
      await client.get(`${HOST}/1`);
      await client.get(`${HOST}/2?key=s3cret-value`);
    });
    const one = (client: HTTPClient) => client.get(`${HOST}/1`);
    const error = await assertRejects(
      () => using("replay", one, { strict: true }),
      NetworkingError,
    );
    assertStringIncludes(error.message, `not used: GET ${HOST}/2`);
  }));

// R13.12
Deno.test("an event stream is replayed event by event, with its timing if that is asked for", () =>
  withTape(async ({ mock, using, tape, text }) => {
    const encoder = new TextEncoder();
    const parts = ["data: 1\n\nda", "ta: 2\n", "\ndata: 3\n\n"];
    const body = () =>
      new ReadableStream<Uint8Array<ArrayBuffer>>({
        async start(controller) {
          for (const part of parts) {
            controller.enqueue(encoder.encode(part));
            await new Promise((resolve) => setTimeout(resolve, 30));
          }
          controller.close();
        },
      });
    const headers = { "content-type": "text/event-stream" };
    mock.on("GET", "/events", () => ({ body: body(), headers }));
    const read = async (client: HTTPClient) => {
      const seen: string[] = [];
      await using response = await client.stream("GET", `${HOST}/events`);
      for await (const { data } of response.events()) seen.push(data);
      return seen;
    };
    assertEquals(await using("record", read), ["1", "2", "3"]);
    const { stream } = JSON.parse(await text()).exchanges[0].response;
    assertEquals(
      stream.map((one: { text: string[] }) => one.text.join("\n")).join(""),
      parts.join(""),
    );
    assert(stream.at(-1).ms >= 50);
    assertEquals(await using("replay", read), ["1", "2", "3"]);

    const clock = new FakeClock();
    using _installed = clock.install();
    const client = new HTTPClient({ transport: tape("replay", { timing: "recorded" }) });
    let done = false;
    const reading = read(client).finally(() => done = true);
    for (let step = 0; step < 10; step++) await clock.advance(0);
    assertEquals(done, false);
    for (let step = 0; step < 20 && !done; step++) await clock.advance(0.02);
    assertEquals(await reading, ["1", "2", "3"]);
    await client.close();
  }));

// R13.6, R13.11
Deno.test("cookies and credentials of a session are replayed through their marks", () =>
  withTape(async ({ mock, path, tape, text }) => {
    mock.on("POST", "/login", {
      json: { access_token: "real-token-of-ada-1" },
      headers: { "set-cookie": "sid=real-session-99; Path=/" },
    });
    mock.on("GET", "/me", (call) => ({
      body: `${call.headers.get("authorization")} ${call.headers.get("cookie")}`,
    }));
    const session = async (client: HTTPClient, password: string) => {
      const login = await client.post(`${HOST}/login`, { user: "ada", password });
      const { access_token: token } = login.json<{ access_token: string }>();
      return (await client.get(`${HOST}/me`, { auth: bearerAuth(token) })).text;
    };
    const recording = new HTTPClient({ transport: tape("record"), cookies: new CookieJar() });
    assertEquals(
      await session(recording, "real-password-1"),
      "Bearer real-token-of-ada-1 sid=real-session-99",
    );
    await recording.close();
    const written = await text();
    for (const secret of ["real-token-of-ada-1", "real-session-99", "real-password-1"]) {
      assertEquals(written.includes(secret), false, secret);
    }
    const replaying = new HTTPClient({
      transport: cassette(path, { mode: "replay" }),
      cookies: new CookieJar(),
    });
    assertEquals(await session(replaying, "another"), "Bearer REDACTED-3 sid=REDACTED-2");
    await replaying.close();
  }));

// R13.12
Deno.test("a connection that breaks, refuses or stalls is recorded as what the client makes of it", () =>
  withTape(async ({ path }) => {
    const server = await FakeServer.start();
    server.enqueue(
      { body: "reset in here", fault: "reset_during_response_body" },
      { fault: "disconnect_after_request" },
      { raw: "this is no HTTP\r\n\r\n", fault: "disconnect_after_response" },
      { body: "stalls in here", fault: "stall_during_response_body" },
    );
    const code = async (client: HTTPClient, path: string) => {
      const timeout = { milliseconds: path === "/stall" ? 60 : 5000 };
      const error = await assertRejects(
        () => client.get(server.origin + path, { maxRetries: 0, timeout }),
        NetworkingError,
      );
      return error.code;
    };
    const paths = ["/reset", "/gone", "/noise", "/stall"];
    const recording = new HTTPClient({ transport: cassette(path, { mode: "record" }) });
    const recorded: string[] = [];
    for (const one of paths) recorded.push(await code(recording, one));
    await server.close();
    recorded.push(await code(recording, "/refused"));
    await recording.close();
    assertEquals(recorded.slice(3), ["attempt_timeout", "connection_refused"]);
    const replaying = new HTTPClient({ transport: cassette(path, { mode: "replay" }) });
    const replayed: string[] = [];
    for (const one of [...paths, "/refused"]) replayed.push(await code(replaying, one));
    await replaying.close();
    // The clock was the client's: the recording has as much of the body as had come.
    assertEquals(replayed, recorded.with(3, "no_recording"));
  }));

Deno.test("uploads are recorded, also one whose end nobody asked for and one that is answered early", () =>
  withTape(async ({ path, text }) => {
    const server = await FakeServer.start();
    server.enqueue({ body: "sized" }, { body: "unsized" }, {
      status: 413,
      fault: "answer_before_request_body",
    });
    const bytes = (length: number) => new Uint8Array(length).fill(65);
    const stream = (length: number) => new Blob([bytes(length)]).stream();
    const endless = () =>
      new ReadableStream<Uint8Array<ArrayBuffer>>({
        pull: (controller) => controller.enqueue(bytes(1000)),
      });
    const calls = async (client: HTTPClient) => [
      (await client.post(server.origin, { stream: stream(3000), size: 3000 })).text,
      (await client.post(server.origin, stream(2000))).text,
      await client.post(`${server.origin}/early`, endless()).then(
        ({ statusCode }) => statusCode,
        ({ code }) => code,
      ),
    ];
    const recording = new HTTPClient({
      transport: cassette(path, { mode: "record" }),
      maxRetries: 0,
    });
    const recorded = await calls(recording);
    await recording.close();
    await server.close();
    assertEquals(recorded.slice(0, 2), ["sized", "unsized"]);
    const { exchanges } = JSON.parse(await text());
    const lengths = exchanges.map(({ request }: { request: { text?: string } }) =>
      request.text?.length
    );
    assertEquals(lengths.slice(0, 2), [3000, 2000]);
    const match = { body: false }; // of an endless upload nobody knows how much was sent
    const { origin } = server;
    const replaying = new HTTPClient({ transport: cassette(path, { mode: "replay", match }) });
    assertEquals((await replaying.post(origin, "x")).text, "sized");
    await replaying.close();
  }));
