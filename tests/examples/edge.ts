import { HTTPClient, NetworkingError } from "@codomyrmex/networking";
import { kvTokenStore, oauth2 } from "@codomyrmex/networking/auth/oauth2";

const { API_URL, TOKEN_URL, CLIENT_ID, CLIENT_SECRET, KV_PATH } = Deno.env.toObject();
const store = kvTokenStore(await Deno.openKv(KV_PATH), ["tokens", CLIENT_ID!]);
const api = new HTTPClient({
  baseUrl: API_URL!,
  totalTimeout: 20, // retries included
  auth: oauth2({
    tokenEndpoint: TOKEN_URL!,
    clientId: CLIENT_ID!,
    clientSecret: CLIENT_SECRET!,
    store,
  }),
});

export default {
  async fetch(request: Request): Promise<Response> {
    const { pathname, search } = new URL(request.url);
    const path = `${pathname.slice(1)}${search}`;
    try {
      if (request.headers.get("accept")?.includes("text/event-stream")) {
        const { body, statusCode: status } = await api.stream("GET", path);
        return new Response(body, { status, headers: { "content-type": "text/event-stream" } });
      }
      return (await api.get(path)).toWeb();
    } catch (error) {
      if (!(error instanceof NetworkingError)) throw error;
      return Response.json({ error: error.code }, { status: 502 });
    }
  },
};
