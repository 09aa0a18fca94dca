/**
 * A failure in the words of the one who reads it: an agent, who can change arguments, and whose operator
 * can change flags of the command `mcp`. Our own words come first; what others wrote stands behind the
 * notice.
 *
 * @module
 */
// deno-lint-ignore-file camelcase -- codes of errors

import { NetworkingError, type NetworkingErrorCode } from "../../errors.ts";
import { PermissionError } from "../../refusal_errors.ts";
import { AddressError } from "../../refusal_errors.ts";
import { describeURL } from "../../redact.ts";
import { quoted } from "./tool_error.ts";

/** What a failure is called, and what to do about it. */
interface Words {
  readonly why: string;
  readonly advice?: string;
  /** Whether the message of the library says more, maybe in words of the server. */
  readonly hasDetails?: true;
}

const TRY_LATER = "Try again later.";

/** The words for each code; they name no option of the library. */
const WORDS: Readonly<Partial<Record<NetworkingErrorCode, Words>>> = {
  invalid_url: {
    why: "it is not a URL that this tool can use",
    advice: "Give an absolute URL: http: or https:, or ws: or wss: for a WebSocket.",
  },
  dns_failed: { why: "no address was found for its host", advice: "Check the host name." },
  connection_refused: {
    why: "nothing accepts connections there",
    advice: "Check host and port.",
  },
  connection_reset: { why: "the connection broke", advice: TRY_LATER },
  connection_failed: { why: "the connection failed", advice: TRY_LATER },
  body_truncated: { why: "the connection ended in the middle of the body", advice: TRY_LATER },
  port_blocked: { why: "no request is sent to this port", advice: "Use another port." },
  proxy_refused: {
    why: "the proxy of this server refused the connection",
    advice: "The operator of this server has to check its proxy.",
  },
  tls_failed: {
    why: "there is no secure connection to it",
    advice: "Check the host name and the scheme.",
    hasDetails: true,
  },
  protocol_error: { why: "the server breaks the protocol", hasDetails: true },
  redirect_refused: {
    why: "it redirects to where this tool does not follow",
    advice: "Ask for the other URL itself, if it may be reached.",
    hasDetails: true,
  },
  too_many_redirects: {
    why: "it redirects more often than the operator of this server allows",
    advice: "Ask for the last URL itself.",
  },
  decode_failed: { why: "the answer is not what this tool reads", hasDetails: true },
  auth_failed: {
    why: "the credential could not be used",
    advice: "Use another credential, or ask the operator of this server.",
    hasDetails: true,
  },
  response_too_large: { why: "the answer is longer than the operator of this server allows" },
  handshake_rejected: {
    why: "the server does not open a WebSocket there",
    advice: "Check the URL and the credential.",
    hasDetails: true,
  },
  subprotocol_mismatch: {
    why: "the server agrees to none of the protocols",
    advice: "Change protocols.",
    hasDetails: true,
  },
  connection_closed: { why: "the server closed the connection", hasDetails: true },
  closed: { why: "this server is being stopped" },
};

const TIMEOUT = /_timeout$/;

/**
 * The text for a failure.
 *
 * @param error What the tool threw.
 * @param input The arguments of the call.
 */
export function explain(error: Error, input: unknown): string {
  if (error.name === "NotCapable") {
    return `${error.message}. The operator of this server has to start it with more permissions.`;
  }
  if (!(error instanceof NetworkingError)) {
    return error.message.replaceAll("idempotencyKey", "idempotency_key");
  }
  const { code, attempts, retryAfterMs, message, method = "reach", url } = error;
  const given = givenURL(input);
  // Where redirects led is text of others.
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

/** The URL among the arguments, as the URL parser spells it. */
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
      advice: `The operator of this server has to start it with ${flag}.`,
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
  const ask = (flags: string) =>
    `Use another URL. The operator of this server can allow it: ${flags}.`;
  switch (rule) {
    case "private":
      return range === "cloud metadata" || range === "link-local"
        ? {
          why: `its address is not public (${range})`,
          advice: ask("--allow-private, and --allow-host with the address itself"),
        }
        : {
          why: `its address is not public (${range})`,
          advice: ask(`--allow-private and --allow-host ${host}`),
        };
    case "allowHosts":
      return {
        why: "its host is not one of the hosts that may be reached",
        advice: ask(`--allow-host ${host}`),
      };
    case "denyHosts":
      return {
        why: "its host is one of the hosts that may not be reached",
        advice: "Use another URL. The operator of this server set --deny-host.",
      };
    case "ports":
      return {
        why: "its port is not one of the ports that may be used",
        advice: ask(`--allow-port ${port || "N"}`),
      };
    case "schemes":
      return {
        why: "its scheme is not one of the schemes that may be used",
        advice: ask("policy.schemes in the file of --config"),
      };
    case "userinfo":
      return { why: "it has a user name or a password", advice: "Leave them out of the URL." };
    default:
      return { why: "its address cannot be judged", advice: "Use another URL." };
  }
}
