/**
 * The server of the demo: every path misbehaves in one way that real servers do.
 *
 * @module
 */

import { type FakeAnswer, FakeServer, type RecordedRequest } from "../../src/testing/mod.ts";

/** The two origins of the demo; the second is where a redirect leads. */
export interface DemoServers extends AsyncDisposable {
  readonly api: FakeServer;
  readonly elsewhere: FakeServer;
}

/** Starts both. */
export async function startServers(): Promise<DemoServers> {
  const elsewhere = await FakeServer.start(() => ({ json: { here: true } }));
  const api = await FakeServer.start((request) => {
    const visits = api.requests.filter(({ target }) => target === request.target).length;
    return misbehave(request, visits, elsewhere.origin);
  });
  return {
    api,
    elsewhere,
    async [Symbol.asyncDispose]() {
      await api.close();
      await elsewhere.close();
    },
  };
}

const USERS: FakeAnswer = { json: { users: 3 } };

function misbehave({ target }: RecordedRequest, visits: number, elsewhere: string): FakeAnswer {
  switch (target) {
    case "/busy":
      return visits > 1 ? USERS : { status: 503, body: "come back later" };
    case "/limited":
      return visits > 1 ? USERS : limited("slow down", 1);
    case "/tomorrow":
      return limited("quota used up", 86_400);
    case "/slow":
      return { ...USERS, fault: "stall_during_response_body" };
    case "/reset":
      return visits > 1 ? USERS : { fault: "reset_after_request" };
    case "/moved":
      return { status: 302, headers: { Location: `${elsewhere}/new` } };
    case "/truncated":
      return {
        headers: { "Content-Type": "application/json" },
        body: '{"users":[{"name":"Ada"},{"na',
      };
    case "/orders":
      return { fault: "reset_after_request" }; // after it has read the order
    default:
      return { json: {} };
  }
}

function limited(body: string, seconds: number): FakeAnswer {
  return { status: 429, headers: { "Retry-After": String(seconds) }, body };
}
