// @jmondi/oauth2-server, which exchanges tokens (RFC 8693), on the port of the first argument.
// deno-lint-ignore-file no-external-import
import { AuthorizationServer, OAuthException } from "npm:@jmondi/oauth2-server@4.3.7";
import { requestFromVanilla, responseToVanilla } from "npm:@jmondi/oauth2-server@4.3.7/vanilla";

const grant = "urn:ietf:params:oauth:grant-type:token-exchange";
const client = {
  ...{ id: "reports", name: "reports", secret: "s3cret", redirectUris: [] },
  ...{ allowedGrants: [grant], scopes: [] },
};
const server = new AuthorizationServer(
  {
    getByIdentifier: () => Promise.resolve(client),
    isClientValid: (type, { secret }, given) => Promise.resolve(type === grant && secret === given),
  },
  {
    issueToken: (client, scopes, user) => {
      const accessTokenExpiresAt = new Date(Date.now() + 3_600_000);
      return Promise.resolve({ accessToken: "t", accessTokenExpiresAt, client, user, scopes });
    },
    persist: () => Promise.resolve(),
  },
  {
    getAllByIdentifiers: (names) => Promise.resolve(names.map((name) => ({ name }))),
    finalize: (scopes) => Promise.resolve(scopes),
  },
  "a secret that signs access tokens",
);
server.enableGrantType({
  grant,
  processTokenExchange({ subjectToken, subjectTokenType, audience, actorToken, actorTokenType }) {
    const isRight = subjectToken === "platform-identity" &&
      subjectTokenType === "urn:ietf:params:oauth:token-type:id_token" && audience === "storage" &&
      (actorToken === undefined || actorTokenType === "urn:ietf:params:oauth:token-type:jwt");
    if (!isRight) throw OAuthException.badRequest("the subject token is not known");
    return Promise.resolve({ id: actorToken === undefined ? "ada" : `ada by ${actorToken}` });
  },
});

Deno.serve(
  { hostname: "127.0.0.1", port: Number(Deno.args[0]), onListen() {} },
  async (request) => {
    try {
      const given = await requestFromVanilla(request);
      return responseToVanilla(await server.respondToAccessTokenRequest(given));
    } catch (error) {
      const { errorType = "server_error", status = 500, message } = error;
      return Response.json({ error: errorType, "error_description": message }, { status });
    }
  },
);
