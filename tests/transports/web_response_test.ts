import { PlainBody } from "../../src/transports/plain_body.ts";
import { toResponse } from "../../src/transports/web_response.ts";
import { assertEquals } from "@std/assert";

const URL_OF_IT = "https://api.example/x";

function answer(status: number, body: PlainBody | null = null, headers: HeadersInit = {}) {
  return {
    ...{ status, statusText: "Fine", headers: new Headers(headers), url: URL_OF_IT },
    ...{ redirected: false, body },
  };
}

Deno.test("a Response has the status, whatever it is, the fields and the URL", () => {
  for (const [status, ok] of [[200, true], [204, true], [304, false], [600, false], [999, false]]) {
    const response = toResponse(answer(status as number, null, [["set-cookie", "a=1"], [
      "set-cookie",
      "b=2",
    ]]));
    assertEquals([response.status, response.ok, response.url], [status, ok, URL_OF_IT]);
    assertEquals(response.headers.getSetCookie(), ["a=1", "b=2"]);
    assertEquals(response instanceof Response, true);
    assertEquals(response.body, null);
  }
});

Deno.test("its body is read as bytes, by chunks, and into a buffer", async () => {
  const ways: ((response: Response) => Promise<string>)[] = [
    (response) => response.text(),
    async (response) => {
      let text = "";
      for await (const chunk of response.body!) text += new TextDecoder().decode(chunk);
      return text;
    },
    async (response) => {
      const reader = response.body!.getReader({ mode: "byob" });
      let text = "";
      for (;;) {
        const { done, value } = await reader.read(new Uint8Array(4));
        if (done) return text;
        text += new TextDecoder().decode(value);
      }
    },
  ];
  for (const read of ways) {
    const body = new PlainBody({ resume() {}, stop() {} }, NaN);
    for (const piece of ["he", "llo"]) body.push(new TextEncoder().encode(piece));
    body.end();
    assertEquals(await read(toResponse(answer(200, body))), "hello");
  }
});

Deno.test("cancelling its body ends the connection", async () => {
  const stopped: unknown[] = [];
  const body = new PlainBody({ resume() {}, stop: (reason) => void stopped.push(reason) }, NaN);
  await toResponse(answer(200, body)).body!.cancel("enough");
  assertEquals(stopped, ["enough"]);
});
