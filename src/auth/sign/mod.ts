/**
 * Signed requests. A signature proves who sends a request, and what was sent, with a key that never leaves
 * the program. It is made for each attempt, redirect hop and replay, after every wait, so that its time is
 * fresh. It goes to the origins that the scheme is for, and to no other. Keys and secrets are never shown.
 *
 * | the service says                          | use                                          |
 * | ----------------------------------------- | -------------------------------------------- |
 * | "AWS Signature Version 4", "access key"   | `awsSigV4({ credentials, region, service })` |
 * | "presigned URL", for somebody else's use  | `awsPresignedUrl(url, options)`              |
 *
 * ## AWS, and stores that are compatible with S3
 *
 * ```ts
 * import { HTTPClient } from "@codomyrmex/networking";
 * import { awsSigV4 } from "@codomyrmex/networking/auth/sign";
 *
 * const handler = (request: Request) =>
 *   new Response(/Credential=AKIDEXAMPLE/.exec(request.headers.get("authorization") ?? "")?.[0]);
 * await using server = Deno.serve({ hostname: "localhost", port: 0, onListen() {} }, handler);
 * const auth = awsSigV4({
 *   credentials: { accessKeyId: "AKIDEXAMPLE", secretAccessKey: "wJalrXUtnFEMI/K7MDENG" },
 *   region: "eu-central-1",
 *   service: "s3",
 * });
 * await using s3 = new HTTPClient({ baseUrl: `http://localhost:${server.addr.port}`, auth });
 * console.log((await s3.put("/bucket/report.txt", "all is well")).text); // Credential=AKIDEXAMPLE
 * ```
 *
 * **Credentials** may be a function, for roles and metadata services. What it returns with an `expiration` is
 * kept, renewed five minutes before it, and asked for once by all calls that wait.
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
 * console.log(auth); // AuthScheme { name: "AWS4-HMAC-SHA256", origins: [ … ] }
 * ```
 *
 * **Bodies** are read and signed. A stream to S3 goes as an unsigned payload, over `https:` only. For other
 * services, give bytes, or a function that makes the stream, which is read into memory.
 *
 * **Clocks.** A server whose clock is five minutes or more away refuses the signature. The request goes once
 * more with the server's time, and later ones have that time at once.
 *
 * **Range.** Fields besides `host`, `content-type`, `content-md5` and `x-amz-*` are signed if you name
 * them: `signedHeaders: ["range"]`.
 *
 * @module
 */

export { awsSigV4 } from "./aws/aws_sig_v4.ts";
export type { AWSSigningOptions, AWSSigV4Options } from "./aws/options.ts";
export { awsPresignedUrl, type AWSPresignedUrlOptions } from "./aws/aws_presigned_url.ts";
export type { AWSCredentials, AWSCredentialsOption } from "./aws/credentials.ts";
