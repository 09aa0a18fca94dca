/**
 * `get`, `post` and the other methods: sends one request, and gives what comes back.
 *
 * @module
 */

import { NetworkingError } from "../../errors.ts";
import { HTTPClient } from "../../http/http_client.ts";
import type { RequestOptions } from "../../http/settings/options.ts";
import type { StreamingResponse } from "../../http/response/streaming_response.ts";
import { toCurl } from "../../testing/to_curl.ts";
import { CALL_FLAGS, CALL_USAGE, readCommandLine, tellAttempts } from "./calls.ts";
import { download } from "./download.ts";
import { clientFor, unsent } from "./host_header.ts";
import { hasBody } from "./items.ts";
import { printBody, printHead } from "../terminal/print.ts";
import type { Screen } from "../terminal/screen.ts";
import type { FlagValues, Terminal } from "../terminal/terminal.ts";
import { UsageError } from "../terminal/usage_error.ts";
import { readCount } from "../terminal/flags.ts";

/** How the commands are used. */
export const usage: string = `Usage: get|post|put|patch|delete|head|options URL [item…] [option…]

Items: Header:value  name==parameter  name=text  name:=json  name@file  @file
  name= and name:= are fields of the body, name@file is a file of a --multipart
  form, @file the whole body. Behind every other separator @file stands for its
  content. The file - is standard input. :8080/x is http://localhost:8080/x.

  -f, --form, --multipart   send the fields as a form
  -h, --headers, -b, --body print the head only, the body only
  -d, --download            to a file; -o FILE to this one; --resume to go on
      --paginate            print the items of all pages, one a line
      --paginate-items A.B  where a page has them
      --curl                print the command for curl instead
      --max-redirects N     0 gives the redirect itself (10)
      --no-check-status     exit with 0 for 3xx, 4xx and 5xx too
${CALL_USAGE}`;

const FLAGS = {
  ...CALL_FLAGS,
  body: { type: "boolean", short: "b" },
  "check-status": { type: "boolean" }, // what HTTPie calls our default
  curl: { type: "boolean" },
  download: { type: "boolean", short: "d" },
  form: { type: "boolean", short: "f" },
  headers: { type: "boolean", short: "h" },
  "max-redirects": { type: "string" },
  multipart: { type: "boolean" },
  "no-check-status": { type: "boolean" },
  output: { type: "string", short: "o" },
  paginate: { type: "boolean" },
  "paginate-items": { type: "string" },
  resume: { type: "boolean" },
} as const;

type Values = FlagValues<typeof FLAGS>;

/** Runs the command of a method; without one, the items decide. */
export async function run(
  args: readonly string[],
  terminal: Terminal,
  command: string,
): Promise<number> {
  const line = await readCommandLine(command || "get", args, FLAGS, "http", terminal);
  const { values, screen, url, items, common } = line;
  const method = (command || (hasBody(items) ? "post" : "get")).toUpperCase();
  const saves = values.download || values.output !== undefined;
  const pages = values.paginate || values["paginate-items"] !== undefined;
  refuse("--headers with --body: give one of them", values.headers && values.body);
  refuse("--form with --multipart: give one of them", values.form && values.multipart);
  const modes = [saves, pages, values.curl].filter((mode) => mode).length;
  refuse("--download, --paginate and --curl together: give one of them", modes > 1);
  refuse("--download or --paginate here: they are for get", (saves || pages) && method !== "GET");
  refuse("--resume alone: it is for --download", values.resume && !saves);
  refuse(
    `a body with ${command}: it has none; a query parameter is name==value, or use post`,
    hasBody(items) && ["GET", "HEAD"].includes(method),
  );
  const { "max-redirects": redirects } = values;
  const call: RequestOptions = {
    ...items,
    ...common,
    ...redirects !== undefined && { maxRedirects: readCount("--max-redirects", redirects) },
    // What is passed on piece by piece is not held in memory.
    ...(saves || !(pages || screen.isForPeople)) && { maxResponseSize: false as const },
  };
  if (values.curl) {
    await screen.print(await curlCommand(method, url, call, values.secrets === true), "\n");
    return 0;
  }
  const client = clientFor(items);
  try {
    if (saves) {
      await download(client, url, call, values, terminal, screen);
      return 0;
    }
    if (pages) {
      await printItems(client, url, call, values["paginate-items"] ?? "", screen);
      return 0;
    }
    return await exchange(await client.stream(method, url, call), values, screen, terminal);
  } catch (error) {
    if (values.verbose && error instanceof NetworkingError) {
      tellAttempts(error.attempts, screen.tell);
    }
    throw error;
  } finally {
    await client.close();
  }
}

/** Prints a response; gives the exit code. */
async function exchange(
  response: StreamingResponse,
  values: Values,
  screen: Screen,
  terminal: Terminal,
): Promise<number> {
  const { statusCode, reason, attempts, method } = response;
  const isHead = method === "HEAD"; // of which there is nothing else to see
  const showsHead = values.headers || (!values.body && (screen.isForPeople || isHead));
  const code = statusCode < 300 || values["no-check-status"] ? 0 : Math.trunc(statusCode / 100);
  try {
    if (values.verbose) tellAttempts(attempts, screen.tell);
    if (showsHead) await printHead(response, screen);
    else if (code !== 0) screen.tell(["yellow", `${statusCode} ${reason}`]);
    if (!values.headers && !isHead) {
      if (showsHead) await screen.print("\n");
      await printBody(response, screen, terminal);
    }
  } finally {
    await response.cancel();
  }
  return code > 5 ? 5 : code;
}

/** What cannot go together. */
function refuse(what: string, isGiven: boolean | undefined): void {
  if (isGiven) throw new UsageError(`Cannot use ${what}`);
}

/** The request as it would be sent first. */
async function curlCommand(
  method: string,
  url: string,
  call: RequestOptions,
  secrets: boolean,
): Promise<string> {
  let command = "";
  const client = new HTTPClient({
    transport: unsent(),
    use: {
      exchange: [async (request) => {
        const opened = await request.body?.open();
        const body = opened && await new globalThis.Response(opened.body).bytes();
        const shown = secrets ? request : JSON.parse(JSON.stringify(request));
        command = toCurl({ ...shown, body }, { secrets });
        return new globalThis.Response(null);
      }],
    },
  });
  await client.request(method, url, { ...call, maxRedirects: 0 });
  return command;
}

async function printItems(
  client: HTTPClient,
  url: string,
  call: RequestOptions,
  path: string,
  screen: Screen,
): Promise<void> {
  const items = (page: { json(): unknown }): readonly unknown[] => {
    let found = page.json();
    for (const name of path === "" ? [] : path.split(".")) {
      const isObject = typeof found === "object" && found !== null && Object.hasOwn(found, name);
      found = isObject ? (found as Record<string, unknown>)[name] : undefined;
    }
    if (Array.isArray(found)) return found;
    throw new UsageError(
      `Cannot read the items of the page: ${
        path === "" ? "it is no JSON array" : `there is no array at ${path}`
      }; say where they are with --paginate-items, such as data.items`,
    );
  };
  for await (const item of client.paginate(url, { ...call, items })) {
    await screen.print(JSON.stringify(item), "\n");
  }
}
