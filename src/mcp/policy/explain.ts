/**
 * Explains a failure to an agent, which can change arguments, and to its operator, who can change flags of the
 * command `mcp`. Our own text comes first; text from others follows the notice.
 *
 * @module
 */
// deno-lint-ignore-file camelcase -- its keys are error codes

import { NetworkingError, type NetworkingErrorCode } from "../../errors.ts";
import { PermissionError } from "../../refusal_errors.ts";
import { AddressError } from "../../refusal_errors.ts";
import { describeURL } from "../../redact.ts";
import { quoted } from "./tool_error.ts";

/** The reason of a failure, and the advice. */
interface Words {
  readonly why: string;
  readonly advice?: string;
  /** Whether the library's message has details, which may be text from the server. */
  readonly hasDetails?: true;
}

const TRY_LATER = "Try again later.";

/** The words for each code, without option names of the library. */
const WORDS: Readonly<Partial<Record<NetworkingErrorCode, Words>>> = {
  invalid_url: {
    why: "it is not a URL that this tool can use",
    advice: "Use an absolute URL: http: or https:, or ws: or wss: for a WebSocket.",
  },
  dns_failed: { why: "no address was found for its host", advice: "Check the host name." },
  connection_refused: {
    why: "nothing accepts connections there",
    advice: "Check host and port.",
  },
  connection_reset: { why: "the connection broke", advice: TRY_LATER },
  connection_failed: { why: "the connection failed", advice: TRY_LATER },
  body_truncated: { why: "the connection ended in the middle of the body", advice: TRY_LATER },
  port_blocked: { why: "requests to this port are not allowed", advice: "Use another port." },
  proxy_refused: {
    why: "the proxy of this server refused the connection",
    advice: "Ask the operator of this server to check its proxy.",
  },
  tls_failed: {
    why: "the TLS connection failed",
    advice: "Check the host name and the scheme.",
    hasDetails: true,
  },
  protocol_error: { why: "the server violates the protocol", hasDetails: true },
  redirect_refused: {
    why: "it redirects to a URL that this tool does not follow",
    advice: "Request that URL itself, if it is allowed.",
    hasDetails: true,
  },
  too_many_redirects: {
    why: "it redirects more often than the operator of this server allows",
    advice: "Request the last URL itself.",
  },
  decode_failed: { why: "this tool cannot decode the response", hasDetails: true },
  auth_failed: {
    why: "the credential could not be used",
    advice: "Use another credential, or ask the operator of this server.",
    hasDetails: true,
  },
  response_too_large: { why: "the response is longer than the operator of this server allows" },
  handshake_rejected: {
    why: "the server refused the WebSocket handshake",
    advice: "Check the URL and the credential.",
    hasDetails: true,
  },
  subprotocol_mismatch: {
    why: "the server accepts none of the protocols",
    advice: "Change protocols.",
    hasDetails: true,
  },
  connection_closed: { why: "the server closed the connection", hasDetails: true },
  closed: { why: "this server is stopping" },
};

const TIMEOUT = /_timeout$/;

/**
 * Returns the text for a failure.
 *
 * @param error The error of the tool.
 * @param input The arguments of the call.
 */
export function explain(error: Error, input: unknown): string {
  if (error.name === "NotCapable") {
    return `${error.message}. Ask the operator to start this server with more permissions.`;
  }
  if (!(error instanceof NetworkingError)) {
    return error.message.replaceAll("idempotencyKey", "idempotency_key");
  }
  const { code, attempts, retryAfterMs, message, method = "reach", url } = error;
  const given = givenURL(input);
  // A URL after redirects is text from others.
  const isElsewhere = url !== undefined && (given === undefined || !isSame(given, url));
  const { why, advice, hasDetails } = wordsFor(error, isElsewhere ? undefined : given);
  const isSocket = given !== undefined && /^wss?:/i.test(given);
  const action = given === undefined
    ? "call the API"
    : `${isSocket ? "connect to" : method} ${describeURL(given)}`;
  const tried = attempts.length > 1 ? `; it was tried ${attempts.length} times` : "";
  // The second sentence of a message is advice for programs.
  const details = hasDetails
    ? message.split("; ", 1)[0]
    : isElsewhere
    ? describeURL(url)
    : undefined;
  const parts = [
    `Cannot ${action}: ${why} (${code}${tried}).`,
    advice ?? "",
    retryAfterMs === undefined ? "" : `Wait ${Math.ceil(retryAfterMs / 1000)} s.`,
    details === undefined ? "" : quoted(details, 300),
  ];
  return parts.filter(Boolean).join(" ");
}

/** Returns the URL among the arguments, as the URL parser serializes it. */
function givenURL(input: unknown): string | undefined {
  const { url } = Object(input);
  if (typeof url !== "string") return undefined;
  return URL.parse(url)?.href ?? JSON.stringify(url.slice(0, 200));
}

function isSame(given: string, url: string): boolean {
  const plain = (one: string) => describeURL(one).replace(/^ws/i, "http").replace(/\/$/, "");
  return plain(given) === plain(url) || !URL.canParse(url);
}

function wordsFor(error: NetworkingError, given: string | undefined): Words {
  if (error instanceof AddressError) return addressWords(error, given);
  const { code } = error;
  if (error instanceof PermissionError) {
    const flag = given === undefined ? "more permissions" : error.flag;
    return {
      why: "this server has no permission for it",
      advice: `Ask the operator to start this server with ${flag}.`,
    };
  }
  if (TIMEOUT.test(code)) {
    const { limitMs } = error as { readonly limitMs?: number };
    return {
      why: `it took longer than ${
        (limitMs ?? 0) / 1000
      } s, which the operator of this server allows`,
      advice: TRY_LATER,
    };
  }
  return WORDS[code] ?? { why: "the call failed", hasDetails: true };
}

function addressWords({ rule, range }: AddressError, given = ""): Words {
  const { hostname: host = "HOST", port = "" } = URL.parse(given) ?? {};
  const allow = (flags: string) =>
    `Use another URL. The operator of this server can allow it: ${flags}.`;
  switch (rule) {
    case "private":
      return range === "cloud metadata" || range === "link-local"
        ? {
          why: `its address is not public (${range})`,
          advice: allow("--allow-private, and --allow-host with the address itself"),
        }
        : {
          why: `its address is not public (${range})`,
          advice: allow(`--allow-private and --allow-host ${host}`),
        };
    case "allowHosts":
      return {
        why: "its host is not on the list of allowed hosts",
        advice: allow(`--allow-host ${host}`),
      };
    case "denyHosts":
      return {
        why: "its host is on the list of denied hosts",
        advice: "Use another URL. The operator of this server set --deny-host.",
      };
    case "ports":
      return {
        why: "its port is not on the list of allowed ports",
        advice: allow(`--allow-port ${port || "N"}`),
      };
    case "schemes":
      return {
        why: "its scheme is not on the list of allowed schemes",
        advice: allow("policy.schemes in the file of --config"),
      };
    case "userinfo":
      return { why: "it has a user name or a password", advice: "Remove them from the URL." };
    default:
      return { why: "its address cannot be checked", advice: "Use another URL." };
  }
}
