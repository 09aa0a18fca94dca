/**
 * AWS credentials of a container, from Amazon ECS or EKS Pod Identity.
 * https://docs.aws.amazon.com/sdkref/latest/guide/feature-container-credentials.html
 *
 * @module
 */

import { NetworkingError } from "../../../errors.ts";
import { isLoopbackHost } from "../../../hosts/loopback.ts";
import { type OptionTable, that } from "../../../options/checks.ts";
import { readOptions } from "../../../options/read_options.ts";
import { type Environment, environment } from "../../../runtime/environment.ts";
import { readSecretFile } from "../../../runtime/secret_file.ts";
import { cannotGet, codeIn, readJSON, withOwnPartition } from "./answered_credentials.ts";
import type { AWSCredentialsContext, AWSCredentialsProvider } from "./credentials.ts";
import { requestMetadata } from "./metadata_request.ts";

/** Options of {@linkcode awsContainer}. */
export interface AWSContainerOptions {
  /**
   * The environment variables.
   *
   * @default {process.env}
   */
  readonly env?: Readonly<Record<string, string | undefined>>;
}

const TABLE = {
  env: that<Environment>(
    (value) => typeof value === "object" && value !== null && !Array.isArray(value),
    "an object with the variables of the environment",
  ),
} satisfies OptionTable<AWSContainerOptions>;

const ACTION = "get AWS credentials of a container";
const RELATIVE = "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI";
const FULL = "AWS_CONTAINER_CREDENTIALS_FULL_URI";
const TOKEN = "AWS_CONTAINER_AUTHORIZATION_TOKEN";

/** The credential service of ECS. */
const ECS = "http://169.254.170.2";
/** The plain http hosts of ECS and EKS Pod Identity; this traffic does not leave the machine. */
const CLEAR_TEXT_HOSTS: readonly string[] = ["169.254.170.2", "169.254.170.23", "[fd00:ec2::23]"];

/**
 * Returns a function for the option `credentials`. It requests the credentials of a container from the Amazon ECS or
 * EKS Pod Identity URL in the environment. They are cached, and renewed five minutes before they expire; concurrent
 * calls share one request. The request uses the client's transport and its address policy, and follows no redirect.
 *
 * `AWS_CONTAINER_CREDENTIALS_RELATIVE_URI` is a path at 169.254.170.2; `AWS_CONTAINER_CREDENTIALS_FULL_URI` is an
 * `https:` URL, or an `http:` one at this machine, 169.254.170.2, 169.254.170.23 or [fd00:ec2::23]. The request has
 * the token of `AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE`, which is read each time, or of
 * `AWS_CONTAINER_AUTHORIZATION_TOKEN`. Deno needs `--allow-env` for these four, `--allow-read` for the file, and
 * `--allow-net` for the host.
 *
 * @param options The environment variables.
 * @throws {TypeError} If an option is unknown or of the wrong type. When credentials are needed: if a variable is
 * missing or cannot be used.
 *
 * @example
 * ```ts
 * import { HTTPClient } from "@codomyrmex/networking";
 * import { awsContainer, awsSigV4 } from "@codomyrmex/networking/auth/sign";
 *
 * // The service of the platform, and an API on the same origin:
 * const handler = ({ url, headers }: Request) =>
 *   url.endsWith("/credentials")
 *     ? Response.json({
 *       AccessKeyId: "ASIAEXAMPLE",
 *       SecretAccessKey: "wJalrXUtnFEMI/K7MDENG",
 *       Token: `session of ${headers.get("authorization")}`.replaceAll(" ", "-"),
 *       Expiration: new Date(Date.now() + 3_600_000).toISOString(),
 *     })
 *     : new Response(headers.get("x-amz-security-token"));
 * await using server = Deno.serve({ hostname: "localhost", port: 0, onListen() {} }, handler);
 * const baseUrl = `http://localhost:${server.addr.port}`;
 *
 * const env = { // the platform sets these; leave env out
 *   AWS_CONTAINER_CREDENTIALS_FULL_URI: `${baseUrl}/credentials`,
 *   AWS_CONTAINER_AUTHORIZATION_TOKEN: "pod",
 * };
 * const auth = awsSigV4({
 *   credentials: awsContainer({ env }),
 *   region: "eu-central-1",
 *   service: "execute-api",
 * });
 * await using client = new HTTPClient({ baseUrl, auth });
 * console.log((await client.get("/")).text); // session-of-pod
 * ```
 */
export function awsContainer(options?: AWSContainerOptions): AWSCredentialsProvider {
  const { env: given } = readOptions(ACTION, options, TABLE);
  const provide = async (context: AWSCredentialsContext) => {
    const env = given ?? environment();
    const url = endpointOf(env);
    const token = await tokenOf(env, context);
    const headers = {
      accept: "application/json",
      ...(token !== undefined && { authorization: token }),
    };
    const advice = `check that this container can reach the URL in ${RELATIVE} or ${FULL}`;
    const { status, text } = await requestMetadata(url, { headers }, context, advice);
    if (status === 200) return readJSON("GET", url, text);
    throw cannotGet(
      "GET",
      url,
      `it answered ${status}${codeIn(text)}; check the role of the container`,
    );
  };
  return withOwnPartition(provide);
}

/** Returns the URL in the environment. */
function endpointOf(env: Environment): string {
  const { [RELATIVE]: relative, [FULL]: full } = env;
  if (relative) {
    const url = relative.startsWith("/") && URL.parse(ECS + relative);
    if (url && url.origin === ECS) return url.href;
    throw new TypeError(`Cannot ${ACTION}: ${RELATIVE} must be a path that begins with a slash`);
  }
  if (!full) {
    throw new TypeError(
      `Cannot ${ACTION}: neither ${RELATIVE} nor ${FULL} is set; assign a role to the container`,
    );
  }
  const url = URL.parse(full);
  const isSafe = url?.protocol === "https:" ||
    (url?.protocol === "http:" &&
      (isLoopbackHost(url.hostname) || CLEAR_TEXT_HOSTS.includes(url.hostname)));
  if (url && isSafe && url.username === "" && url.password === "") return url.href;
  throw new TypeError(
    `Cannot ${ACTION}: ${FULL} must be an https: URL without userinfo, or an http: URL of this machine, ` +
      CLEAR_TEXT_HOSTS.join(" or "),
  );
}

/** Returns the token for the service; its file takes precedence. */
async function tokenOf(
  env: Environment,
  { signal }: AWSCredentialsContext,
): Promise<string | undefined> {
  const file = env[`${TOKEN}_FILE`];
  const token = file ? await fileToken(file, signal) : env[TOKEN];
  if (!token) return undefined;
  // A line break would start another header field.
  if (/^[!-~]+(?: [!-~]+)*$/.test(token)) return token;
  throw new TypeError(
    `Cannot ${ACTION}: the token must be visible ASCII characters; it is not shown here`,
  );
}

async function fileToken(file: string, signal: AbortSignal): Promise<string> {
  try {
    return await readSecretFile(file, signal);
  } catch (cause) {
    if (signal.aborted || cause instanceof TypeError) throw cause;
    throw new NetworkingError(
      "auth_failed",
      `Cannot ${ACTION}: the file of ${TOKEN}_FILE cannot be read; check that it is mounted`,
      { cause },
    );
  }
}
