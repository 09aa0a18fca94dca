/** Identities that platforms give. */

// deno-lint-ignore-file no-external-import

import {
  assert,
  assertEquals,
  assertRejects,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import process from "node:process";
import { HTTPClient, NetworkingError } from "../../../../mod.ts";
import {
  githubActions,
  oauth2,
  tokenExchange,
  tokenFile,
} from "../../../../src/auth/oauth2/mod.ts";
import { API, authority, ISSUER, token } from "../../../support/authority.ts";

Deno.test("tokenFile() reads the file for each exchange, without the line break at its end", async () => {
  const path = await Deno.makeTempFile();
  try {
    const server = authority({ "/token": (_, count) => token(count, { "expires_in": 0 }) });
    const grant = tokenExchange({ subjectToken: tokenFile(path) });
    const auth = oauth2({ issuer: ISSUER, grant });
    await using client = new HTTPClient({ baseUrl: API, transport: server.transport, auth });
    for (const text of ["first\n", "second"]) {
      await Deno.writeTextFile(path, text);
      await client.get("/");
    }
    assertEquals(server.at("/token").map(({ form }) => form.get("subject_token")), [
      "first",
      "second",
    ]);
  } finally {
    await Deno.remove(path);
  }
  const error = await tokenFile(path)(lent()).catch((thrown) => thrown);
  assertEquals(error.code, "ENOENT"); // as the runtime has it
});

function lent(
  fetch: (url: string, init: RequestInit) => Promise<Response> = () => Promise.reject(),
) {
  return { fetch, signal: new AbortController().signal };
}

/** Runs with the environment of a job, where it may be changed. */
async function inJob(env: Record<string, string>, run: () => Promise<void>): Promise<void> {
  const before = process.env;
  Object.defineProperty(process, "env", { value: env, configurable: true, writable: true });
  try {
    await run();
  } finally {
    Object.defineProperty(process, "env", { value: before, configurable: true, writable: true });
  }
}

const JOB = {
  ACTIONS_ID_TOKEN_REQUEST_URL: "https://run.example/token?api-version=2.0",
  ACTIONS_ID_TOKEN_REQUEST_TOKEN: "j0b-token",
};

Deno.test("githubActions() asks the run for its identity, for the audience", async () => {
  await inJob(JOB, async () => {
    const asked: [string, string | null][] = [];
    const answer = (url: string, { headers }: RequestInit) => {
      asked.push([url, new Headers(headers).get("authorization")]);
      return Promise.resolve(Response.json({ count: 1, value: "identity" }));
    };
    assertEquals(await githubActions("a b")(lent(answer)), "identity");
    assertEquals(await githubActions()(lent(answer)), "identity");
    assertEquals(asked, [
      ["https://run.example/token?api-version=2.0&audience=a+b", "Bearer j0b-token"],
      ["https://run.example/token?api-version=2.0", "Bearer j0b-token"],
    ]);
  });
});

Deno.test("what is no run with permission, and what gives no identity, is told without its token", async () => {
  for (
    const env of [
      {},
      { ...JOB, ACTIONS_ID_TOKEN_REQUEST_TOKEN: "" },
      { ...JOB, ACTIONS_ID_TOKEN_REQUEST_URL: "http://run.example/" },
    ]
  ) {
    await inJob(env, async () => {
      const error = await assertRejects(() => githubActions()(lent()), TypeError);
      assertStringIncludes(error.message, "id-token: write");
    });
  }
  await inJob(JOB, async () => {
    for (
      const answer of [
        new Response(null, { status: 403 }),
        new Response("<html>"),
        Response.json({}),
      ]
    ) {
      const error = await assertRejects(
        () => githubActions()(lent(() => Promise.resolve(answer))),
        NetworkingError,
      );
      assertEquals(error.code, "auth_failed");
      assert(!Deno.inspect(error).includes("j0b-token"));
    }
  });
  await inJob(JOB, async () => {
    const cause = new NetworkingError("connection_refused", "Cannot GET https://run.example/token");
    const failing = githubActions()(lent(() => Promise.reject(cause)));
    const error = await assertRejects(() => failing, NetworkingError, "run.example");
    assertEquals([error.code, error.cause], ["auth_failed", cause]);
  });
  assertThrows(() => githubActions(""), TypeError, "audience");
  assertThrows(() => tokenFile(""), TypeError, "path");
});
