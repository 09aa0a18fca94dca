// oidc-provider, certified by the OpenID Foundation, on the port of the first argument. The second one is
// the public key of its client "robot", the third the certificate of its client "mutual", in base64.
// deno-lint-ignore-file no-external-import camelcase -- the names are those of the registry
import { Buffer } from "node:buffer";
import Provider from "npm:oidc-provider@9.13.3";

const [port, key, certificate] = Deno.args;
const CLIENT = { redirect_uris: [], response_types: [], grant_types: ["client_credentials"] };
const USERS = {
  application_type: "native",
  token_endpoint_auth_method: "none",
  grant_types: ["authorization_code", "refresh_token"],
  redirect_uris: ["http://127.0.0.1/callback"],
  response_types: ["code"],
};
const keys = key === undefined ? [] : [JSON.parse(key)];

const provider = new Provider(`http://127.0.0.1:${port}`, {
  clients: [
    { ...CLIENT, client_id: "reports", client_secret: "s3cret value" },
    { ...USERS, client_id: "desk" },
    { ...USERS, client_id: "pushed", require_pushed_authorization_requests: true },
    { ...USERS, client_id: "bound", dpop_bound_access_tokens: true },
    {
      ...USERS,
      client_id: "television",
      grant_types: ["urn:ietf:params:oauth:grant-type:device_code", "refresh_token"],
      redirect_uris: [],
      response_types: [],
    },
    {
      ...CLIENT,
      client_id: "hashed",
      client_secret: "a secret of 32 characters or more",
      token_endpoint_auth_method: "client_secret_jwt",
    },
    ...keys.map((jwk) => ({
      ...CLIENT,
      client_id: "robot",
      token_endpoint_auth_method: "private_key_jwt",
      jwks: { keys: [jwk] },
    })),
    ...(certificate === undefined ? [] : [{
      ...CLIENT,
      client_id: "mutual",
      token_endpoint_auth_method: "tls_client_auth",
      tls_client_auth_subject_dn: certificate,
      tls_client_certificate_bound_access_tokens: true,
    }]),
  ],
  clientAuthMethods: [
    "none",
    "client_secret_basic",
    "client_secret_jwt",
    "private_key_jwt",
    "tls_client_auth",
  ],
  clientDefaults: { authorization_signed_response_alg: undefined },
  enabledJWA: {
    clientAuthSigningAlgValues: ["HS256", "RS256", "PS256", "ES256", "Ed25519", "EdDSA"],
    dPoPSigningAlgValues: ["ES256", "Ed25519", "EdDSA"],
  },
  features: {
    clientCredentials: { enabled: true },
    deviceFlow: { enabled: true },
    dPoP: {
      enabled: true,
      nonceSecret: Buffer.alloc(32, 1),
      requireNonce: () => true,
    },
    introspection: { enabled: true, allowedPolicy: () => true },
    revocation: { enabled: true, allowedPolicy: () => true },
    mTLS: {
      enabled: true,
      tlsClientAuth: true,
      certificateBoundAccessTokens: true,
      // The proxy in front of it has checked that the client has the key.
      getCertificate: (ctx) => {
        const sent = ctx.get("x-client-certificate");
        return sent === "" ? undefined : decodeURIComponent(sent);
      },
      certificateAuthorized: (ctx) => ctx.get("x-client-certificate") !== "",
      certificateSubjectMatches: (ctx, property, expected) =>
        property === "tls_client_auth_subject_dn" && ctx.get("x-client-subject") === expected,
    },
    resourceIndicators: {
      enabled: true,
      defaultResource: () => undefined,
      useGrantedResource: () => true,
      getResourceServerInfo: (_ctx, resource) => ({
        audience: resource,
        accessTokenFormat: "jwt",
        scope: "read",
        jwt: { sign: { alg: "RS256" } },
      }),
    },
  },
  pkce: { required: () => true },
  rotateRefreshToken: true,
  ttl: {
    AccessToken: 600,
    AuthorizationCode: 60,
    ClientCredentials: 600,
    DeviceCode: 600,
    Grant: 600,
    IdToken: 600,
    Interaction: 600,
    RefreshToken: 600,
    Session: 600,
  },
});
provider.proxy = true;
provider.listen(Number(port), "127.0.0.1");
