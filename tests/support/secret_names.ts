/** Names of headers that services use, for every test about what is secret and where it may go. */

/** Each carries a credential, or proves who is calling. */
export const SECRET_HEADERS: readonly string[] = `
  authorization cookie cookie2 proxy-authorization api-key apikey dd-api-key dd-application-key
  job-token ocp-apim-subscription-key private-token x-access-token x-amz-security-token x-api-key
  x-api-token x-auth-key x-auth-token x-client-secret x-csrf-token x-functions-key x-github-token
  x-gitlab-token x-goog-api-key x-rapidapi-key x-session-token x-shopify-access-token x-vault-token
  x-xsrf-token token x-token secret x-secret x-auth x-user-auth auth-token x-password x-session-id
  x-sid session x-jwt x-jwt-assertion x-goog-iap-jwt-assertion x-amzn-oidc-data x-signature
  signature x-hmac x-github-otp x-otp x-mfa-code x-csrf x-xsrf x-key x-master-key x-license-key
  circle-token x-plex-token x-figma-token x-parse-master-key x-bearer dpop x-credential
  cf-access-client-secret x-cookie x-one-time-code x-refresh-token x-ticket x-user-pin jenkins-crumb
  ok-access-sign kc-api-sign x-bapi-sign x-sign cf-access-client-id cf-access-jwt-assertion x-acs-accesskey-id
  x-acs-signature-nonce x-ms-token-aad-access-token x-ms-encryption-key x-jfrog-art-api boxapi
  x-registry-auth x-registry-config x-honeycomb-team x-amz-server-side-encryption-customer-key
`.trim().split(/\s+/);

/** Each is of use to any server that a request may be redirected to. */
export const HARMLESS_HEADERS: readonly string[] = `
  accept accept-language accept-encoding accept-charset accept-datetime if-match if-none-match
  if-modified-since if-unmodified-since if-range idempotency-key x-idempotency-key traceparent
  tracestate baggage b3 x-b3-traceid x-request-id x-correlation-id x-amzn-trace-id sentry-trace
  user-agent cache-control pragma range prefer priority origin dnt sec-fetch-mode sec-gpc
  x-requested-with x-forwarded-for forwarded x-design x-shipping
  x-assign x-keyboard x-amz-date x-ms-version x-ms-date x-acs-version content-digest
`.trim().split(/\s+/);
