/**
 * What is asked of a client over HTTP/2, the same on Deno and Node.
 *
 * @module
 */

import { HTTPClient, NetworkingError, type Transport } from "../../mod.ts";

/** What the server of `http2_server.mjs` counted. */
interface Stats {
  readonly sessions: number;
  readonly seen: Readonly<Record<string, number>>;
}

/** The outcome of each case. */
export type HTTP2Outcomes = Readonly<Record<string, unknown>>;

/** What all of them come to. */
export const EXPECTED: HTTP2Outcomes = {
  "200 requests at once over one connection": [200, 1],
  "an upload of 3 MB": ["3000000", 1],
  "a write whose stream is refused is sent again, and processed once": ["2", 1],
  "a write whose stream is reset is not sent again": ["connection_reset", 1],
  "a read whose stream is reset is sent again": ["0", 2],
  "a read whose body is cut is sent again": ["0", 2],
  "reads after a goodbye go over another connection": ["0", "0", "0"],
  "writes around a goodbye are processed once": 3,
};

/** Runs the cases. */
export async function runHTTP2Cases(
  origin: string,
  make: () => Transport,
): Promise<HTTP2Outcomes> {
  const client = new HTTPClient({
    ...{ baseUrl: origin, transport: make(), timeout: 20, retryBackoff: { milliseconds: 1 } },
  });
  const stats = async () => (await client.get("/stats")).json<Stats>();
  const seen = async (path: string) => (await stats()).seen[path];
  const text = async (call: Promise<{ readonly text: string }>): Promise<string> => {
    try {
      return (await call).text;
    } catch (error) {
      if (error instanceof NetworkingError) return error.code;
      throw error;
    }
  };
  try {
    await client.get("/ok"); // Deno opens more connections while it does not know that one is enough
    const all = await Promise.all(Array.from({ length: 200 }, () => client.get("/slow")));
    const { sessions } = await stats();
    const upload = new Uint8Array(3_000_000);
    const goodbyes: string[] = [];
    const found: Record<string, unknown> = {
      "200 requests at once over one connection": [all.filter(({ ok }) => ok).length, sessions],
      "an upload of 3 MB": [await text(client.post("/upload", upload)), await seen("/upload")],
      "a write whose stream is refused is sent again, and processed once": [
        await text(client.post("/refused", "ab")),
        await seen("/refused"),
      ],
      "a write whose stream is reset is not sent again": [
        await text(client.post("/reset-post", "ab")),
        await seen("/reset-post"),
      ],
      "a read whose stream is reset is sent again": [
        await text(client.get("/reset-get")),
        await seen("/reset-get"),
      ],
      "a read whose body is cut is sent again": [
        await text(client.get("/cut")),
        await seen("/cut"),
      ],
    };
    for (let time = 0; time < 3; time++) goodbyes.push(await text(client.get("/goaway-get")));
    found["reads after a goodbye go over another connection"] = goodbyes;
    for (let time = 0; time < 3; time++) await text(client.post("/goaway-post", ""));
    found["writes around a goodbye are processed once"] = await seen("/goaway-post");
    return found;
  } finally {
    await client.close();
  }
}
