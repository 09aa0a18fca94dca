// Tests that Vitest and Jest run: the package's doubles among their globals, realms and fake timers. Jest is
// started with --experimental-vm-modules, since the package is ES modules.

/** Not literal: the packages are where the script is run, and nowhere else. */
const load = (name) => import(name);
const { HTTPClient, HTTPError, NetworkingError, TimeoutError } = await load(
  "@codomyrmex/networking",
);
const { FakeClock, FakeServer, MockTransport } = await load("@codomyrmex/networking/testing");

const { test, expect } = globalThis;
/** What both call the same. */
const fake = globalThis.vi ?? (await load("@jest/globals")).jest;
const URL_OF_API = "http://api.example/";
const BUSY = { status: 503, headers: { "retry-after": "60" } };

test("MockTransport answers and remembers", async () => {
  const transport = new MockTransport()
    .on("POST", "/users", { fail: "connection_refused" }, { status: 201, json: { id: 7 } })
    .on("GET", "/none", { status: 404, json: { title: "none" } });
  const client = new HTTPClient({ baseUrl: URL_OF_API, transport, retryBackoff: 0 });
  const { statusCode, jsonData, attempts } = await client.post("users", { name: "Ada" });
  expect([statusCode, jsonData, attempts.length]).toEqual([201, { id: 7 }, 2]);
  expect(transport.calls[1].json()).toEqual({ name: "Ada" });
  const refused = client.get("none", { throwOnError: true });
  await expect(refused).rejects.toBeInstanceOf(HTTPError);
  transport.assertDone();
  await expect(client.get("other")).rejects.toThrow(NetworkingError);
});

test("FakeClock moves long waits", async () => {
  const clock = new FakeClock();
  const installed = clock.install();
  try {
    const transport = new MockTransport().on("GET", "/", BUSY, { body: "done" });
    const call = new HTTPClient({ transport }).get(URL_OF_API);
    await clock.advance(60);
    expect((await call).text).toBe("done");
  } finally {
    installed.restore();
  }
});

test("the runner's own timers move them too", async () => {
  fake.useFakeTimers();
  try {
    const transport = new MockTransport()
      .on("GET", "/", BUSY, { body: "done" })
      .on("GET", "/late", { delay: "forever" });
    const client = new HTTPClient({ transport });
    const call = client.get(URL_OF_API);
    await fake.advanceTimersByTimeAsync(61_000);
    expect((await call).text).toBe("done");
    const late = client.get(`${URL_OF_API}late`, { maxRetries: 0 }).catch((error) => error);
    await fake.advanceTimersByTimeAsync(31_000);
    expect(await late).toBeInstanceOf(TimeoutError);
  } finally {
    fake.useRealTimers();
  }
});

test("a fetch that is replaced is called", async () => {
  const spy = fake.spyOn(globalThis, "fetch");
  spy.mockImplementation(() => Promise.resolve(Response.json({ mocked: true })));
  try {
    expect((await new HTTPClient().get(URL_OF_API)).json()).toEqual({ mocked: true });
    expect(spy).toHaveBeenCalledTimes(1);
  } finally {
    spy.mockRestore();
  }
});

test("every kind of body goes over the wire and back", async () => {
  const server = await FakeServer.start(({ body }) => ({ body }));
  const client = new HTTPClient({ baseUrl: server.origin });
  try {
    const bytes = new TextEncoder().encode("hi");
    const form = new FormData();
    form.set("file", new File(["hi"], "hi.txt"));
    for (
      const [body, expected] of [
        ["text", "text"],
        [{ a: 1 }, '{"a":1}'],
        [[1], "[1]"],
        [Uint8Array.from(bytes), "hi"],
        [bytes.buffer, "hi"],
        [new Blob(["hi"]), "hi"],
        [new URLSearchParams({ a: "1" }), "a=1"],
        [new Blob(["hi"]).stream(), "hi"],
        [{ stream: new Blob(["hi"]).stream(), size: 2 }, "hi"],
        [() => "made", "made"],
        [form, expect.stringContaining("hi.txt")],
      ]
    ) {
      const response = await client.put("x", body);
      expect(response.text).toEqual(expected);
      expect(response.content).toBeInstanceOf(Uint8Array);
    }
    const lines = [];
    const streamed = await client.stream("PUT", "x", { data: "a\nb\n" });
    for await (const line of streamed.lines()) lines.push(line);
    expect(lines).toEqual(["a", "b"]);
    const enough = new Error("enough");
    const aborted = client.get("x", { signal: AbortSignal.abort(enough) });
    await expect(aborted).rejects.toBe(enough);
  } finally {
    await client.close();
    await server.close();
  }
});
