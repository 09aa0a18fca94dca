/**
 * Signed requests. A signature proves who sent a request and what was sent, with a key that never leaves the
 * program. Each attempt, redirect hop and replay is signed after every wait, so the time of the signature is
 * current. Only the origins of the scheme receive signatures. Keys and secrets are never shown.
 *
 * | the service says                          | use                                          |
 * | ----------------------------------------- | -------------------------------------------- |
 * | "AWS Signature Version 4", "access key"   | `awsSigV4({ credentials, region, service })` |
 * | "AssumeRoleWithWebIdentity", "IRSA"       | `credentials: awsWebIdentity({ roleArn, … })` |
 * | "task role", "Pod Identity", "instance profile" | `credentials: awsContainer()`, `awsInstance()` |
 * | "presigned URL", for another user         | `awsPresignedURL(url, options)`              |
 * | "HTTP message signatures", RFC 9421       | `httpSignature({ key, keyId })`              |
 * | "signed responses"                        | `verifyResponses({ keys })`                  |
 * | "Web Bot Auth", "verified bots"           | `webBotAuth({ key, agent })`                 |
 * | you are the server                        | `verifySignature(request, { keys })`         |
 *
 * ## AWS and S3-compatible stores
 *
 * ```ts
 * import { HTTPClient } from "@codomyrmex/networking";
 * import { awsSigV4 } from "@codomyrmex/networking/auth/sign";
 *
 * const handler = ({ headers }: Request) => // shows what was sent
 *   new Response(headers.get("authorization")?.slice(0, 39));
 * const local = { hostname: "localhost", port: 0 };
 * await using server = Deno.serve(local, handler);
 * const auth = awsSigV4({
 *   credentials: {
 *     accessKeyId: "AKIDEXAMPLE",
 *     secretAccessKey: "wJalrXUtnFEMI/K7MDENG",
 *   },
 *   region: "eu-central-1",
 *   service: "s3",
 * });
 * const baseUrl = `http://localhost:${server.addr.port}`;
 * await using s3 = new HTTPClient({ baseUrl, auth });
 * const { text } = await s3.put("/bucket/report.txt", "all is well");
 * console.log(text); // AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE
 * ```
 *
 * **Credentials** may be a function, for roles and metadata services. Credentials with an `expiration` are cached and
 * renewed five minutes before it. Calls that wait at the same time share one request for them.
 *
 * ```ts
 * import { awsSigV4 } from "@codomyrmex/networking/auth/sign";
 *
 * const auth = awsSigV4({
 *   credentials: async () => ({
 *     accessKeyId: "ASIAEXAMPLE",
 *     secretAccessKey: await Promise.resolve("wJalrXUtnFEMI/K7MDENG"),
 *     sessionToken: "t0ken",
 *     expiration: new Date(Date.now() + 3_600_000),
 *   }),
 *   region: "eu-central-1",
 *   service: "dynamodb",
 *   origins: ["https://dynamodb.eu-central-1.amazonaws.com"],
 * });
 * ```
 *
 * **Roles without a secret.** On Kubernetes, in GitHub Actions and on Deno Deploy the platform provides a token, and
 * `awsWebIdentity()` exchanges it for the credentials of a role.
 *
 * ```ts
 * import { tokenFile } from "@codomyrmex/networking/auth/oauth2";
 * import {
 *   awsSigV4,
 *   awsWebIdentity,
 * } from "@codomyrmex/networking/auth/sign";
 *
 * const credentials = awsWebIdentity({
 *   // On EKS these two are AWS_ROLE_ARN and AWS_WEB_IDENTITY_TOKEN_FILE.
 *   roleArn: "arn:aws:iam::123456789012:role/reports",
 *   token: tokenFile("/var/run/secrets/tokens/aws"),
 *   region: "eu-central-1",
 * });
 * const region = "eu-central-1";
 * const auth = awsSigV4({ credentials, region, service: "s3" });
 * ```
 *
 * **Credentials of the platform.** `awsContainer()` uses those of Amazon ECS and EKS Pod Identity, `awsInstance()`
 * those of an EC2 instance. Their addresses are private, so an address policy of the client must allow them.
 *
 * ```ts
 * import {
 *   awsContainer,
 *   awsInstance,
 *   awsSigV4,
 * } from "@codomyrmex/networking/auth/sign";
 *
 * const isContainer = false; // true on ECS, and on EKS with Pod Identity
 * const credentials = isContainer ? awsContainer() : awsInstance();
 * awsSigV4({ credentials, region: "eu-central-1", service: "s3" });
 * ```
 *
 * **Bodies** are read and signed. A stream to S3 is sent as an unsigned payload, over `https:` only. For other
 * services, pass bytes, or a function that returns the stream, which is read into memory.
 *
 * **Clocks.** A server refuses the signature if its clock differs by five minutes or more. The request is then sent
 * again with the server's time, and later requests use that time from the start.
 *
 * **Range.** Fields other than `host`, `content-type`, `content-md5` and `x-amz-*` are signed if you name
 * them: `signedHeaders: ["range"]`.
 *
 * ## Between two parties: RFC 9421
 *
 * The client signs the method, the URL, and the type and the digest of the content. The server verifies the
 * signature with the public key, and takes the content from the result.
 *
 * ```ts
 * import { HTTPClient } from "@codomyrmex/networking";
 * import {
 *   httpSignature,
 *   verifySignature,
 * } from "@codomyrmex/networking/auth/sign";
 *
 * const uses: KeyUsage[] = ["sign", "verify"];
 * const pair = await crypto.subtle.generateKey("Ed25519", false, uses);
 * const { privateKey, publicKey } = pair as CryptoKeyPair;
 * const keys = { ada: publicKey };
 * const handler = async (request: Request) => {
 *   const { keyId, body } = await verifySignature(request, { keys });
 *   const order = new TextDecoder().decode(body);
 *   return new Response(`${keyId} ordered ${order}`);
 * };
 * const local = { hostname: "localhost", port: 0 };
 * await using server = Deno.serve(local, handler);
 * const auth = httpSignature({ key: privateKey, keyId: "ada" });
 * const baseUrl = `http://localhost:${server.addr.port}`;
 * await using client = new HTTPClient({ baseUrl, auth });
 * const { text } = await client.post("/orders", "tea");
 * console.log(text); // ada ordered tea
 * ```
 *
 * **Keys** are CryptoKeys, PEM, JSON Web Keys, or the bytes of a shared secret. The key determines the algorithm:
 * Ed25519, ECDSA with P-256 or P-384, RSA-PSS with SHA-512, HMAC with SHA-256. Signatures of RSA with PKCS#1 v1.5
 * can be verified, but not created.
 *
 * **Signed content.** `components` names the signed fields and derived components, with the parameters of RFC 9421,
 * such as `'"@query-param";name="page"'`. A server names the components that it needs in `required`.
 *
 * **Replays.** A signature is accepted once if the client sets `nonce: true` and the server sets
 * `seen: memoryState()`, or a store of `./shared-state` that its processes share.
 *
 * **Responses.** `verifyResponses({ keys })` accepts only signed responses. It is exchange middleware:
 * `use: { exchange: [verifyResponses({ keys })] }`.
 *
 * ## Bots
 *
 * A site identifies a bot by its key, which the bot publishes at `/.well-known/http-message-signatures-directory`.
 * Each request is signed for its own host, so every origin receives a signature. It works in clients and in the tools
 * for agents: `networkTools({ client: { use: { exchange: [bot] } } })`.
 *
 * ```ts
 * import { HTTPClient } from "@codomyrmex/networking";
 * import { webBotAuth } from "@codomyrmex/networking/auth/sign";
 *
 * const uses: KeyUsage[] = ["sign", "verify"];
 * const pair = await crypto.subtle.generateKey("Ed25519", true, uses);
 * const { privateKey } = pair as CryptoKeyPair;
 * const key = await crypto.subtle.exportKey("jwk", privateKey);
 * const handler = ({ headers }: Request) =>
 *   new Response(headers.get("signature-agent"));
 * const local = { hostname: "localhost", port: 0 };
 * await using server = Deno.serve(local, handler);
 * const bot = webBotAuth({ key, agent: "https://bot.example" });
 * await using client = new HTTPClient({ use: { exchange: [bot] } });
 * const url = `http://localhost:${server.addr.port}/`;
 * const { text } = await client.get(url);
 * console.log(text); // sig1="https://bot.example"
 * ```
 *
 * ## Limits
 *
 * | limit | value |
 * | --- | --- |
 * | a signature of RFC 9421 | valid for 60 seconds (`expires`); verified up to 300 seconds (`maxAge`), 30 in the future |
 * | content that is read for a digest | all of it when signing; at most 1 MiB (`maxSize`) within 10 seconds when verifying |
 * | a presigned URL | 15 minutes (`expires`), at most 7 days |
 * | a credentials provider | 30 seconds; its result is cached until five minutes before `expiration` |
 * | a clock that differs | corrected from five minutes to a day, for a server over `https:` or on this machine |
 * | a secret for HMAC | at least 16 bytes |
 *
 * ## Errors
 *
 * | code | when |
 * | --- | --- |
 * | `auth_failed` | a body cannot be signed, a component is missing, a credentials provider does not respond |
 * | `signature_invalid` | a message is not signed as required; the error names the fault |
 * | a TypeError or RangeError | an option cannot be used; no message shows a key or a secret |
 *
 * A 403 of AWS is returned to the caller, with the reason in its body. A wrong region and a wrong secret look
 * alike.
 *
 * SigV4a, for access points of S3 in several regions, is not supported: WebCrypto has no arithmetic for its
 * keys. Use the endpoint of a region. Signatures in trailers (`;tr`) cannot be covered, since fetch does not
 * expose trailers.
 *
 * Related: webhooks are signed and verified by {@linkcode [webhooks]}; tokens that are bound to a key are `dpop` of
 * {@linkcode [auth/oauth2]}, whose guide has the table of all schemes.
 *
 * @module
 */

export { awsSigV4 } from "./aws/aws_sig_v4.ts";
export type { AWSSigningOptions, AWSSigV4Options } from "./aws/options.ts";
export { awsContainer, type AWSContainerOptions } from "./aws/aws_container.ts";
export { awsInstance, type AWSInstanceOptions } from "./aws/aws_instance.ts";
export { awsPresignedURL, type AWSPresignedURLOptions } from "./aws/aws_presigned_url.ts";
export {
  type AWSTokenProvider,
  awsWebIdentity,
  type AWSWebIdentityOptions,
} from "./aws/aws_web_identity.ts";
export type {
  AWSCredentials,
  AWSCredentialsContext,
  AWSCredentialsOption,
  AWSCredentialsProvider,
} from "./aws/credentials.ts";
export { httpSignature, type HTTPSignatureOptions } from "./http_signature.ts";
export { verifySignature } from "./verify_signature.ts";
export type {
  KeyFinder,
  VerificationKey,
  VerifiedSignature,
  VerifySignatureOptions,
} from "./verify_options.ts";
export { verifyResponses, type VerifyResponsesOptions } from "./verify_responses.ts";
export type { MessageFields } from "../../http/received/received_message.ts";
export type {
  SignedMessage,
  SignedRequestMessage,
  SignedResponseMessage,
} from "./signed_message.ts";
export {
  jwkThumbprint,
  type SignatureAlgorithm,
  type SignatureJWK,
  type SignatureKey,
} from "./signing_key.ts";
export type { WebCryptoKey } from "../keys/algorithms.ts";
export type { FieldType } from "./components.ts";
export type { DigestAlgorithm } from "./content_digest.ts";
export {
  agentCardFault,
  parseBotRegistry,
  parseSignatureAgent,
  type SignatureAgent,
  webBotAuth,
  type WebBotAuthOptions,
} from "./web_bot_auth.ts";
