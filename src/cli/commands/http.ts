/**
 * `get`, `post` and the other methods: sends one request, and prints the response.
 *
 * @module
 */

import { NetworkingError } from "../../errors.ts";
import { HTTPClient } from "../../http/http_client.ts";
import type { ExchangeMiddleware } from "../../http/settings/middleware.ts";
import type { RequestOptions } from "../../http/settings/options.ts";
import type { StreamingResponse } from "../../http/response/streaming_response.ts";
import {
  clientOptions,
  HTTP_FLAGS,
  HTTP_HELP,
  readCommandLine,
  reportAttempts,
} from "../line/calls.ts";
import { download } from "./download.ts";
import { hasBody, type ItemOptions, wholeBody } from "../line/items.ts";
import {
  curlCommand,
  printRequest,
  type ShownRequest,
  shownRequest,
  unsentRequest,
} from "./shown_request.ts";
import { parseKeepingDigits } from "../../formats/exact_json.ts";
import { printBody, printHead, printRaw } from "../terminal/print.ts";
import type { Screen } from "../terminal/screen.ts";
import type { FlagValues, Terminal } from "../terminal/terminal.ts";
import { asTyped, UsageError } from "../terminal/usage_error.ts";
import { helpOf, type HelpRow, readCount } from "../terminal/flags.ts";

const REQUEST_FLAGS = {
  form: { type: "boolean", short: "f" },
  multipart: { type: "boolean" },
  headers: { type: "boolean", short: "h" },
  body: { type: "boolean", short: "b" },
  print: { type: "string", short: "p", value: "HBhb" },
  output: { type: "string", short: "o", value: "FILE" },
  download: { type: "boolean", short: "d" },
  resume: { type: "boolean" },
  paginate: { type: "boolean" },
  "paginate-items": { type: "string", value: "A.B" },
  offline: { type: "boolean" },
  curl: { type: "boolean" },
  "ignore-stdin": { type: "boolean", short: "I" },
  "max-redirects": { type: "string", value: "N" },
  "no-check-status": { type: "boolean" },
} as const;

const REQUEST_HELP: readonly HelpRow[] = [
  [["form", "multipart"], "send the fields as a form"],
  [["headers", "body"], "print only the head; only the body"],
  [["print"], "HB: head, body of the request; hb: of the response"],
  [["download", "resume"], "save the body to a file; resume a partial file"],
  [["output"], "save the body to FILE; -o - is standard output"],
  [["paginate", "paginate-items"], "print the items (at A.B) of all pages"],
  [["offline", "curl"], "print the request or curl command, send nothing"],
  [["max-redirects"], "0 prints the redirect itself (10)"],
  [["no-check-status"], "exit with 0 for 3xx, 4xx and 5xx too"],
];

/** The help of the commands. */
export const usage: string =
  `Usage: get|post|put|patch|delete|head|options|METHOD URL [item…] [option…]
Items: Header:value name==parameter name=text name:=json a[b]=text name@file
  name@file adds a file to a --multipart form, @file is the whole body, =@file
  inserts its text. The file - is standard input; a post without fields sends it
  unless -I, --ignore-stdin. On Deno: -N; -R and -W for files and --session.
${helpOf({ ...REQUEST_FLAGS, ...HTTP_FLAGS }, [...REQUEST_HELP, ...HTTP_HELP])}`;

const FLAGS = {
  ...REQUEST_FLAGS,
  ...HTTP_FLAGS,
  "check-status": { type: "boolean" }, // HTTPie's name for our default
} as const;

type Values = FlagValues<typeof FLAGS>;

/** Methods without a body, or whose body has no meaning (RFC 9110 9.3). */
const BODYLESS: ReadonlySet<string> = new Set(["GET", "HEAD", "DELETE", "OPTIONS"]);

/** Runs the command of a method; without a method, the items decide. */
export async function run(
  args: readonly string[],
  terminal: Terminal,
  command: string,
): Promise<number> {
  const line = await readCommandLine(command || "get", args, FLAGS, "http", terminal);
  try {
    return await runLine(line, terminal, command);
  } finally {
    line.done();
  }
}

async function runLine(
  line: Awaited<ReturnType<typeof readCommandLine<typeof FLAGS>>>,
  terminal: Terminal,
  command: string,
): Promise<number> {
  const { values, screen, url, session, common } = line;
  const method = (command || (hasBody(line.items) ? "post" : "get")).toUpperCase();
  const isRaw = values.output === "-";
  const saves = !isRaw && (values.download || values.output !== undefined);
  const pages = values.paginate || values["paginate-items"] !== undefined;
  const shows = values.offline || values.curl;
  refuse("--headers with --body: use one of them", [values.headers, values.body]);
  refuse("--print with --headers or --body: use its letters h and b instead", [
    values.headers ?? values.body,
    values.print,
  ]);
  refuse("--form with --multipart: use one of them", [values.form, values.multipart]);
  refuse("-o, --download, --paginate, --curl and --offline together: use one of them", [
    saves || isRaw,
    pages,
    values.curl,
    values.offline,
  ]);
  if ((saves || pages) && method !== "GET") {
    throw new UsageError("Cannot use --download, -o FILE or --paginate here: they need get");
  }
  if (values.resume && !saves) {
    throw new UsageError("Cannot use --resume here: it needs --download or -o FILE");
  }
  if (hasBody(line.items) && ["GET", "HEAD"].includes(method)) {
    throw new UsageError(
      `Cannot send a body with ${command}: write query parameters as name==value, or use post`,
    );
  }
  const parts = partsToPrint(values, method, screen);
  const items = await withStandardInput(line.items, method, command, values, terminal, screen);
  const { "max-redirects": redirects, secrets = false } = values;
  const call: RequestOptions = {
    ...items,
    ...common,
    ...redirects !== undefined && { maxRedirects: readCount("--max-redirects", redirects) },
    // A streamed body is not held in memory, so it has no limit.
    ...(saves || isRaw || !(pages || screen.isForPeople)) && { maxResponseSize: false as const },
  };
  if (shows) {
    const shown = await asTyped(() => unsentRequest(method, url, call, secrets, session?.cookies));
    if (values.curl) await screen.print(curlCommand(shown, line.bodyFile, screen.report), "\n");
    else await printRequest(shown, values.print ?? "HB", screen, terminal);
    return 0;
  }
  let sent: ShownRequest | undefined;
  const keep: ExchangeMiddleware = async (request, next) => {
    sent = await shownRequest(request, secrets);
    return await next(request);
  };
  const exchange = /[HB]/.test(parts) ? [keep] : [];
  const client = new HTTPClient(await clientOptions({ ...line, items }, terminal, exchange));
  try {
    if (saves) {
      await download(client, url, call, values, terminal, screen);
      return 0;
    }
    if (pages) {
      await printItems(client, url, call, values["paginate-items"] ?? "", screen);
      return 0;
    }
    const response = await asTyped(() => client.stream(method, url, call));
    screen.status();
    if (values.verbose) reportAttempts(response.attempts, screen.report);
    if (sent !== undefined) await printRequest(sent, parts, screen, terminal);
    return await printResponse(response, isRaw ? "raw" : parts, values, screen, terminal);
  } catch (error) {
    screen.status();
    if (values.verbose && error instanceof NetworkingError) {
      reportAttempts(error.attempts, screen.report);
    }
    throw error;
  } finally {
    await client.close();
    await session?.save();
  }
}

/** Returns the letters of HBhb to print. */
function partsToPrint({ print, headers, body }: Values, method: string, screen: Screen): string {
  if (print !== undefined && !/^[HBhb]*$/.test(print)) {
    throw new UsageError(
      `Cannot use --print ${print}: it must be letters of HBhb, for head and body of the request ` +
        "and of the response",
    );
  }
  if (print !== undefined) return print;
  if (headers || method === "HEAD") return "h"; // HEAD has no body
  return body || !screen.isForPeople ? "b" : "hb";
}

/** Adds a pipe or a file on standard input as the body, if the request takes it. */
async function withStandardInput(
  items: ItemOptions,
  method: string,
  command: string,
  values: Values,
  terminal: Terminal,
  screen: Screen,
): Promise<ItemOptions> {
  if (values["ignore-stdin"] || hasBody(items) || !terminal.input.isGiven) return items;
  if (BODYLESS.has(method)) {
    if (command === "" || method === "DELETE") {
      const how = command === "" ? "write post before the URL" : "add @-";
      screen.report(["dim", `Standard input is not sent; to send it ${how}`]);
    }
    return items;
  }
  screen.status("Reading standard input; -I ignores it");
  const bytes = await terminal.readBytes("-");
  screen.status();
  return { ...items, data: wholeBody("-", bytes) };
}

/** Prints a response, and returns the exit code. */
async function printResponse(
  response: StreamingResponse,
  parts: string,
  values: Values,
  screen: Screen,
  terminal: Terminal,
): Promise<number> {
  const { statusCode, reason, method } = response;
  const code = statusCode < 300 || values["no-check-status"] ? 0 : Math.trunc(statusCode / 100);
  const hasBody = method !== "HEAD";
  try {
    if (parts === "raw") {
      await printRaw(response, terminal);
      return Math.min(code, 5);
    }
    if (parts.includes("h")) await printHead(response, screen);
    else if (code !== 0) screen.report(["yellow", `${statusCode} ${reason}`]);
    if (parts.includes("b") && hasBody) {
      if (parts.includes("h")) await screen.print("\n");
      await printBody(response, screen, terminal);
    }
  } finally {
    await response.cancel();
  }
  return Math.min(code, 5);
}

/** Throws if more than one of the options is set. */
function refuse(what: string, given: readonly unknown[]): void {
  const count = given.filter((value) => value !== undefined && value !== false).length;
  if (count > 1) throw new UsageError(`Cannot use ${what}`);
}

async function printItems(
  client: HTTPClient,
  url: string,
  call: RequestOptions,
  path: string,
  screen: Screen,
): Promise<void> {
  const items = ({ text }: { readonly text: string }): readonly unknown[] => {
    let found: unknown;
    try {
      found = parseKeepingDigits(text);
    } catch (cause) {
      if (cause instanceof RangeError) throw new UsageError(cause.message, { cause });
      throw new UsageError("Cannot read the items of the page: the page is not JSON", { cause });
    }
    for (const name of path === "" ? [] : path.split(".")) {
      const isObject = typeof found === "object" && found !== null && Object.hasOwn(found, name);
      found = isObject ? (found as Record<string, unknown>)[name] : undefined;
    }
    if (Array.isArray(found)) return found;
    throw new UsageError(
      `Cannot read the items of the page: ${
        path === "" ? "it is not a JSON array" : `there is no array at ${path}`
      }; set their path with --paginate-items, such as data.items`,
    );
  };
  const pages = client.paginate(url, { ...call, items })[Symbol.asyncIterator]();
  for (let next; !(next = await asTyped(() => pages.next())).done;) {
    await screen.print(JSON.stringify(next.value), "\n");
  }
}
