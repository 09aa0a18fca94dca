/**
 * AWS credentials that an instance of EC2 is given, by version 2 of its metadata service.
 * https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instance-metadata-v2-how-it-works.html
 *
 * @module
 */

import { isLoopbackHost } from "../../../hosts/loopback.ts";
import { type OptionTable, that } from "../../../options/checks.ts";
import { readOptions } from "../../../options/read_options.ts";
import { environmentVariable } from "../../../runtime/environment.ts";
import { VISIBLE_ASCII } from "../../bearer.ts";
import { cannotGet, codeIn, readJSON } from "./answered_credentials.ts";
import type { AWSCredentialsContext, AWSCredentialsProvider } from "./credentials.ts";
import { askMetadata } from "./metadata_request.ts";

/** Options of {@linkcode awsInstance}. */
export interface AWSInstanceOptions {
  /** The role of the instance; the service is asked for its name when left out. */
  readonly role?: string;
  /**
   * Where the service answers: that of IPv6 is `http://[fd00:ec2::254]`.
   *
   * @default {"http://169.254.169.254"}
   */
  readonly endpoint?: string;
}

/** Where the service answers in clear text; it does not leave the machine. */
const HOSTS: readonly string[] = ["169.254.169.254", "[fd00:ec2::254]"];
const ROLE = /^[\w+=,.@-]{1,64}$/;

/** The origin of an endpoint, or undefined if it cannot be one. */
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
/** A session is for one use. */
const SESSION_SECONDS = "60";
const ADVICE =
  "check that this is an instance with its metadata service on; in a container the hop limit of the instance must be 2";

/**
 * Returns a function for the option `credentials`: it takes the credentials of the role that an instance of EC2
 * has, from its metadata service (IMDSv2 only: a session first, then the role). They are kept, and renewed five
 * minutes before they expire; calls at the same time share one request. The requests go through the client's
 * transport and its address policy, which must allow the address; they follow no redirect, and have 2 seconds each.
 * `AWS_EC2_METADATA_DISABLED=true` switches it off.
 *
 * @param options The role, and where the service is.
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
    const session = await ask(`${origin}/latest/api/token`, context, {
      method: "PUT",
      headers: { "x-aws-ec2-metadata-token-ttl-seconds": SESSION_SECONDS },
    });
    if (!VISIBLE_ASCII.test(session)) {
      throw cannotGet(
        "PUT",
        origin,
        "it gave no session; this is no metadata service of version 2",
      );
    }
    const headers = { "x-aws-ec2-metadata-token": session };
    const name = role ?? (await ask(origin + PATH, context, { headers })).trim();
    if (!ROLE.test(name)) throw cannotGet("GET", origin, "the instance has no role; attach one");
    const url = origin + PATH + encodeURIComponent(name);
    return readJSON("GET", url, await ask(url, context, { headers }));
  };
  return Object.assign(provide, { partition: JSON.stringify(["instance", origin, role]) });
}

/** The text of an answer. */
async function ask(
  url: string,
  context: AWSCredentialsContext,
  init: { readonly method?: string; readonly headers: Record<string, string> },
): Promise<string> {
  const { status, text } = await askMetadata(url, init, context, ADVICE);
  if (status === 200) return text;
  const why = status === 404 && init.method === undefined
    ? "; the instance has no such role"
    : "; check the metadata options of the instance";
  throw cannotGet(init.method ?? "GET", url, `it answered ${status}${codeIn(text)}${why}`);
}
