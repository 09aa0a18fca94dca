/**
 * Shows a request: as text for `--print` and `--offline`, as a command for `--curl`.
 *
 * @module
 */

import { HTTPClient } from "../../http/http_client.ts";
import type { HTTPRequest } from "../../http/request/http_request.ts";
import type { HTTPClientOptions, RequestOptions } from "../../http/settings/options.ts";
import { quote, toCurl } from "../../testing/to_curl.ts";
import { printBytes } from "../terminal/print.ts";
import type { Screen } from "../terminal/screen.ts";
import type { Terminal } from "../terminal/terminal.ts";

/** A request as it is sent. */
export interface ShownRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array<ArrayBuffer> | undefined;
}

/** Returns the request to show; credentials are hidden unless `secrets` is true. */
export async function shownRequest(request: HTTPRequest, secrets: boolean): Promise<ShownRequest> {
  const opened = await request.body?.open();
  const body = opened && await new globalThis.Response(opened.body).bytes();
  const { method, url, headers }: HTTPRequest = secrets
    ? request
    : JSON.parse(JSON.stringify(request)); // the JSON form is the redacted one
  const type = opened?.contentType;
  const isTyped = type === undefined || "content-type" in headers;
  return { method, url, headers: isTyped ? headers : { ...headers, "content-type": type }, body };
}

/** Returns the first request of a call without sending it. */
export async function unsentRequest(
  method: string,
  url: string,
  call: RequestOptions,
  secrets: boolean,
  cookies: HTTPClientOptions["cookies"],
): Promise<ShownRequest> {
  let shown: ShownRequest | undefined;
  const transport = () => Promise.reject(new Error("nothing is sent"));
  await using client = new HTTPClient({
    ...cookies !== undefined && { cookies },
    transport: Object.assign(transport, { sendsHost: true }),
    use: {
      exchange: [async (request) => {
        shown = await shownRequest(request, secrets);
        return new globalThis.Response(null);
      }],
    },
  });
  await client.request(method, url, { ...call, maxRedirects: 0 });
  return shown!;
}

/** Returns the request as a curl command. The body is not redacted: the user typed it. */
export function curlCommand(
  request: ShownRequest,
  bodyFile: string | undefined,
  report: Screen["report"],
): string {
  const { body } = request;
  if (!body?.includes(0)) return toCurl(request, { secrets: true });
  // A zero byte is not possible in an argument.
  const command = toCurl({ ...request, body: undefined }, { secrets: true });
  if (bodyFile === undefined) {
    report([
      "yellow",
      "The body has a zero byte and is not in the command; save it to the file body",
    ]);
  }
  return `${command} \\\n  --data-binary ${quote(`@${bodyFile ?? "body"}`)}`;
}

/** Prints the head, the body or both. */
export async function printRequest(
  { method, url, headers, body }: ShownRequest,
  parts: string,
  screen: Screen,
  terminal: Terminal,
): Promise<void> {
  if (parts.includes("H")) {
    await screen.print(["bold", `${method} ${url}`], "\n");
    for (const [name, value] of Object.entries(headers)) {
      await screen.print(["cyan", name], `: ${value}\n`);
    }
    await screen.print("\n");
  }
  if (parts.includes("B") && body !== undefined && body.length > 0) {
    await printBytes(body, headers["content-type"] ?? null, screen, terminal);
    if (!screen.isForPeople) await screen.print("\n");
  }
}
