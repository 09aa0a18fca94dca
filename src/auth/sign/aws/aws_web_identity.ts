/**
 * AWS credentials for the platform's identity of a program (AssumeRoleWithWebIdentity).
 *
 * @module
 */

import { type Check, duration, type OptionTable, that } from "../../../options/checks.ts";
import type { Duration } from "../../../options/duration.ts";
import { readOptions } from "../../../options/read_options.ts";
import { VISIBLE_ASCII } from "../../bearer.ts";
import { secretProvider } from "../../credentials.ts";
import { ENDPOINT_RULE, endpointURL } from "../../endpoint_url.ts";
import { cannotGet, readAnswered, shownCode, textOf } from "./answered_credentials.ts";
import type {
  AWSCredentials,
  AWSCredentialsContext,
  AWSCredentialsProvider,
} from "./credentials.ts";
import { readElements } from "./sts_answer.ts";

/** A token of the platform, or a function that returns it; it is called for each exchange. */
export type AWSTokenProvider =
  | string
  | ((context: AWSCredentialsContext) => string | Promise<string>);

/** Options of {@linkcode awsWebIdentity}. */
export interface AWSWebIdentityOptions {
  /** The role to assume, such as `arn:aws:iam::123456789012:role/reports`. */
  readonly roleArn: string;
  /** The token of the platform. `tokenFile()` and `githubActions()` of `./auth/oauth2` return one. */
  readonly token: AWSTokenProvider;
  /** The region of the token service. Set this or `endpoint`. */
  readonly region?: string;
  /** The URL of a compatible token service. */
  readonly endpoint?: string;
  /**
   * The name of the session, which AWS shows in its logs: 2 to 64 letters, digits, and `=,.@-_`.
   *
   * @default {"networking"}
   */
  readonly sessionName?: string;
  /**
   * How long the credentials are valid, in seconds: from 15 minutes to 12 hours. When left out the service
   * decides, usually an hour.
   */
  readonly expires?: Duration;
}

const matching = (pattern: RegExp, required: string): Check<string> =>
  that((value) => typeof value === "string" && pattern.test(value), required);
const token: Check<AWSTokenProvider> = that(
  (value) => typeof value === "string" || typeof value === "function",
  "a token, or a function that returns one",
);
const inRange = duration("expires");
const expires = ((name: string, value: unknown): number => {
  const ms = inRange(name, value);
  if (ms >= 900_000 && ms <= 43_200_000) return ms;
  throw new RangeError(
    `Cannot use ${name}: ${ms / 1000} s: it must be from 15 minutes to 12 hours`,
  );
}) as typeof inRange;

const TABLE = {
  roleArn: matching(
    /^arn:[!-~]+$/,
    "the ARN of a role, such as arn:aws:iam::123456789012:role/reports",
  ),
  token,
  region: matching(/^[a-z\d-]+$/, "the name of a region, such as eu-central-1"),
  endpoint: that<string>((value) => endpointURL(value) !== undefined, ENDPOINT_RULE),
  sessionName: matching(/^[\w=,.@-]{2,64}$/, "2 to 64 letters, digits, and =,.@-_"),
  expires,
} satisfies OptionTable<AWSWebIdentityOptions>;

const ACTION = "get AWS credentials for a web identity";
const RESULT = "AssumeRoleWithWebIdentityResult/Credentials";

/**
 * Returns a function for the option `credentials`. It exchanges a platform's token for the credentials of a role
 * (AssumeRoleWithWebIdentity). They are cached, and renewed five minutes before they expire; concurrent calls
 * share one exchange. The request uses the client's transport and its address policy.
 *
 * @param options The role, the token, and the token service.
 * @throws {TypeError} If an option is missing, unknown or of the wrong type.
 * @throws {RangeError} If `expires` is out of range.
 *
 * @example
 * ```ts
 * import { HTTPClient } from "@codomyrmex/networking";
 * import { awsSigV4, awsWebIdentity } from "@codomyrmex/networking/auth/sign";
 *
 * // A token service, and an API on the same origin:
 * const given = (name: string, text: string) => `<${name}>${text}</${name}>`;
 * const result = given("Credentials", [
 *   given("AccessKeyId", "ASIAEXAMPLE"),
 *   given("SecretAccessKey", "wJalrXUtnFEMI/K7MDENG"),
 *   given("SessionToken", "session"),
 *   given("Expiration", new Date(Date.now() + 3_600_000).toISOString()),
 * ].join(""));
 * const action = "AssumeRoleWithWebIdentity";
 * const answer = given(`${action}Response`, given(`${action}Result`, result));
 * const handler = ({ method, headers }: Request) =>
 *   new Response(method === "POST" ? answer : headers.get("x-amz-security-token"));
 * await using server = Deno.serve({ hostname: "localhost", port: 0, onListen() {} }, handler);
 * const baseUrl = `http://localhost:${server.addr.port}`;
 *
 * const credentials = awsWebIdentity({
 *   roleArn: "arn:aws:iam::123456789012:role/reports",
 *   // On Kubernetes: tokenFile(path) of ./auth/oauth2; in GitHub Actions: githubActions("sts.amazonaws.com").
 *   token: () => "platform-identity",
 *   endpoint: baseUrl, // or region: "eu-central-1"
 * });
 * const auth = awsSigV4({ credentials, region: "eu-central-1", service: "execute-api" });
 * await using client = new HTTPClient({ baseUrl, auth });
 * console.log((await client.get("/")).text); // session
 * ```
 */
export function awsWebIdentity(options: AWSWebIdentityOptions): AWSCredentialsProvider {
  const given = readOptions(ACTION, options, TABLE);
  const { roleArn, token, region, endpoint, sessionName = "networking", expires } = given;
  if (roleArn === undefined) throw new TypeError(`Cannot ${ACTION}: roleArn is missing; set it`);
  if (token === undefined) throw new TypeError(`Cannot ${ACTION}: token is missing; set it`);
  if ((region === undefined) === (endpoint === undefined)) {
    throw new TypeError(`Cannot ${ACTION}: set either region or endpoint`);
  }
  const domain = region?.startsWith("cn-") ? "amazonaws.com.cn" : "amazonaws.com";
  const url = new URL(endpoint ?? `https://sts.${region}.${domain}`).href;
  const required = "visible ASCII characters without spaces, at least one";
  const identity = secretProvider<AWSCredentialsContext>(
    ...[ACTION, "token", token, (text: string) => VISIBLE_ASCII.test(text), required] as const,
  );
  const provide = async (context: AWSCredentialsContext) => {
    const body = new URLSearchParams({
      Action: "AssumeRoleWithWebIdentity",
      Version: "2011-06-15",
      RoleArn: roleArn,
      RoleSessionName: sessionName,
      WebIdentityToken: await identity(context),
      ...(expires !== undefined && { DurationSeconds: `${Math.floor(expires / 1000)}` }),
    });
    const { fetch, signal } = context;
    const init = { method: "POST", headers: { accept: "text/xml" }, body, signal };
    const response = await fetch(url, init);
    return readCredentials(url, response.status, await textOf(response));
  };
  return Object.assign(provide, { partition: JSON.stringify([url, roleArn, sessionName]) });
}

/** Returns the credentials of a response. */
function readCredentials(url: string, status: number, text: string): AWSCredentials {
  const elements = readElements(text);
  if (status !== 200) {
    const name = shownCode(elements?.get("Error/Code"));
    const advice = "check roleArn, its trust policy, and the token";
    throw cannotGet("POST", url, `it answered ${status}${name}; ${advice}`);
  }
  const found = readAnswered((name) => elements?.get(`${RESULT}/${name}`));
  if (found === undefined) throw cannotGet("POST", url, "its response has no credentials");
  return found;
}
