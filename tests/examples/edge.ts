import { HTTPClient, NetworkingError } from "@codomyrmex/networking";
import { kvTokenStore, oauth2 } from "@codomyrmex/networking/auth/oauth2";

const env = (name: string) => Deno.env.get(name)!;
const kv = await Deno.openKv(Deno.env.get("KV_PATH"));
const store = kvTokenStore(kv, ["tokens", env("CLIENT_ID")]);
const api = new HTTPClient({
  baseUrl: env("API_URL"),
  totalTimeout: 20, // retries included
  auth: oauth2({
    tokenEndpoint: env("TOKEN_URL"),
    clientId: env("CLIENT_ID"),
    clientSecret: env("CLIENT_SECRET"),
    store,
  }),
});

export default {
  async fetch(request: Request): Promise<Response> {
    const { pathname, search } = new URL(request.url);
    const path = `${pathname.slice(1)}${search}`;
    try {
      if (request.headers.get("accept")?.includes("text/event-stream")) {
        const { body, statusCode } = await api.stream("GET", path);
        const headers = { "content-type": "text/event-stream" };
        return new Response(body, { status: statusCode, headers });
      }
      return (await api.get(path)).toWeb();
    } catch (error) {
      if (!(error instanceof NetworkingError)) throw error;
      return Response.json({ error: error.code }, { status: 502 });
    }
  },
};
