/**
 * AWS credentials of an EC2 instance, from version 2 of its metadata service.
 * https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instance-metadata-v2-how-it-works.html
 *
 * @module
 */

import { isLoopbackHost } from "../../../hosts/loopback.ts";
import { type OptionTable, that } from "../../../options/checks.ts";
import { readOptions } from "../../../options/read_options.ts";
import { environmentVariable } from "../../../runtime/environment.ts";
import { VISIBLE_ASCII } from "../../bearer.ts";
import { cannotGet, codeIn, readJSON, withOwnPartition } from "./answered_credentials.ts";
import type { AWSCredentialsContext, AWSCredentialsProvider } from "./credentials.ts";
import { requestMetadata } from "./metadata_request.ts";

/** Options of {@linkcode awsInstance}. */
export interface AWSInstanceOptions {
  /** The role of the instance; requested from the service when left out. */
  readonly role?: string;
  /**
   * The URL of the service; over IPv6 it is `http://[fd00:ec2::254]`.
   *
   * @default {"http://169.254.169.254"}
   */
  readonly endpoint?: string;
}

/** The plain http hosts of the service; this traffic does not leave the machine. */
const HOSTS: readonly string[] = ["169.254.169.254", "[fd00:ec2::254]"];
const ROLE = /^[\w+=,.@-]{1,64}$/;

/** Returns the origin of an endpoint, or undefined if it is not allowed. */
function originOf(given: unknown): string | undefined {
  const url = typeof given === "string" ? URL.parse(given) : null;
  const isService = url?.protocol === "http:" &&
    (HOSTS.includes(url.hostname) || isLoopbackHost(url.hostname));
  return url && isService && url.href === `${url.origin}/` ? url.origin : undefined;
}

const TABLE = {
  role: that<string>(
    (value) => typeof value === "string" && ROLE.test(value),
    "the name of a role, not its ARN",
  ),
  endpoint: that<string>(
    (value) => originOf(value) !== undefined,
    `http://${HOSTS.join(" or http://")}, or an http: origin of this machine`,
  ),
} satisfies OptionTable<AWSInstanceOptions>;

const ACTION = "get AWS credentials of an instance";
const DISABLED = "AWS_EC2_METADATA_DISABLED";
const PATH = "/latest/meta-data/iam/security-credentials/";
/** The lifetime of a session, which is used once. */
const SESSION_SECONDS = "60";
const ADVICE =
  "check that this is an instance with its metadata service enabled; in a container the hop limit of the instance must be 2";

/**
 * Returns a function for the option `credentials`. It requests the credentials of an EC2 instance's role from the
 * metadata service (IMDSv2 only: first a session, then the role). They are cached, and renewed five minutes before
 * they expire; concurrent calls share one request. The requests use the client's transport and its address policy,
 * which must allow the address. They follow no redirect, and time out after 2 seconds each.
 * `AWS_EC2_METADATA_DISABLED=true` disables the function.
 *
 * @param options The role, and the URL of the service.
 * @throws {TypeError} If an option is unknown or of the wrong type.
 *
 * @example
 * ```ts
 * import { awsInstance, awsSigV4 } from "@codomyrmex/networking/auth/sign";
 *
 * const auth = awsSigV4({ credentials: awsInstance(), region: "eu-central-1", service: "s3" });
 * console.log(auth.name); // AWS4-HMAC-SHA256
 * ```
 */
export function awsInstance(options?: AWSInstanceOptions): AWSCredentialsProvider {
  const { role, endpoint = `http://${HOSTS[0]}` } = readOptions(ACTION, options, TABLE);
  const origin = originOf(endpoint)!;
  const provide = async (context: AWSCredentialsContext) => {
    if (environmentVariable(DISABLED) === "true") {
      throw cannotGet("GET", origin, `${DISABLED} is true`);
    }
    const session = await request(`${origin}/latest/api/token`, context, {
      method: "PUT",
      headers: { "x-aws-ec2-metadata-token-ttl-seconds": SESSION_SECONDS },
    });
    if (!VISIBLE_ASCII.test(session)) {
      throw cannotGet(
        "PUT",
        origin,
        "its response has no session; it is not a metadata service of version 2",
      );
    }
    const headers = { "x-aws-ec2-metadata-token": session };
    const name = role ?? (await request(origin + PATH, context, { headers })).trim();
    if (!ROLE.test(name)) throw cannotGet("GET", origin, "the instance has no role; attach one");
    const url = origin + PATH + encodeURIComponent(name);
    return readJSON("GET", url, await request(url, context, { headers }));
  };
  return withOwnPartition(provide);
}

/** Sends a request, and returns the text of the response. */
async function request(
  url: string,
  context: AWSCredentialsContext,
  init: { readonly method?: string; readonly headers: Record<string, string> },
): Promise<string> {
  const { status, text } = await requestMetadata(url, init, context, ADVICE);
  if (status === 200) return text;
  const why = status === 404 && init.method === undefined
    ? "; the instance has no such role"
    : "; check the metadata options of the instance";
  throw cannotGet(init.method ?? "GET", url, `it answered ${status}${codeIn(text)}${why}`);
}
