/**
 * Prints a response: the head, and the body formatted for people or unchanged for a pipe.
 *
 * @module
 */

import { chunksOf } from "../../runtime/byte_streams.ts";
import { decoderFor, isJSON, parseContentType } from "../../formats/content_type.ts";
import type { StreamingResponse } from "../../http/response/streaming_response.ts";
import { layOutJSON } from "./json_text.ts";
import type { Screen } from "./screen.ts";
import type { Terminal } from "./terminal.ts";

/** Prints the status and the header fields. */
export async function printHead(
  { statusCode, reason, headers, ok }: StreamingResponse,
  screen: Screen,
): Promise<void> {
  await screen.print([ok ? "green" : "yellow", `${statusCode} ${reason}`.trim()], "\n");
  for (const [name, value] of headers) await screen.print(["cyan", name], `: ${value}\n`);
}

/** Media types that are never shown as text. */
const BINARY =
  /^(?:image\/(?!svg)|audio\/|video\/|font\/|application\/(?:octet-stream|pdf|zip|gzip|wasm)$)/;

/** Prints the unchanged body as it arrives. */
export async function printRaw(response: StreamingResponse, terminal: Terminal): Promise<void> {
  for await (const chunk of chunksOf(response.body)) await terminal.output.write(chunk);
}

/** Prints the body: unchanged in a pipe; formatted and escaped for people, if it is text. */
export async function printBody(
  response: StreamingResponse,
  screen: Screen,
  terminal: Terminal,
): Promise<void> {
  if (!screen.isForPeople) return await printRaw(response, terminal);
  const type = parseContentType(response.headers.get("content-type"));
  if (isJSON(type)) return await printJSON(await response.text(), screen);
  const { charset = "utf-8", essence } = type;
  const decoder = decoderFor(charset);
  // Text that begins like JSON is held until it is clear whether it is JSON.
  const maybeJSON = ["", "text/plain"].includes(essence) ? new MaybeJSON() : undefined;
  let [isFirst, held, last] = [true, "", "\n"];
  async function show(text: string): Promise<void> {
    if (text === "") return;
    await screen.print(text);
    last = text.at(-1)!;
  }
  for await (const chunk of chunksOf(response.body)) {
    const isWide = charset.startsWith("utf-16"); // its text has zero bytes
    if (BINARY.test(essence) || (isFirst && !isWide && chunk.includes(0))) {
      return reportBinary(screen);
    }
    isFirst = false;
    const decoded = decoder.decode(chunk, { stream: true });
    const text = held + (maybeJSON?.pass(decoded) ?? decoded);
    held = text.endsWith("\r") ? "\r" : ""; // a newline may follow in the next chunk
    await show(held === "" ? text : text.slice(0, -1));
  }
  const kept = maybeJSON?.rest ?? "";
  const rest = held + decoder.decode();
  if (kept !== "" && rest === "") return await printJSON(kept, screen);
  await show(kept + rest);
  if (last !== "\n") await screen.print("\n");
}

/** Prints the whole body of a request in the same format. */
export async function printBytes(
  bytes: Uint8Array<ArrayBuffer>,
  contentType: string | null,
  screen: Screen,
  terminal: Terminal,
): Promise<void> {
  if (!screen.isForPeople) return await terminal.output.write(bytes);
  if (bytes.includes(0)) return reportBinary(screen);
  const type = parseContentType(contentType);
  const text = decoderFor(type.charset ?? "utf-8").decode(bytes);
  if (isJSON(type) || BEGINS_LIKE_JSON.test(text)) return await printJSON(text, screen);
  await screen.print(text.endsWith("\n") ? text : `${text}\n`);
}

async function printJSON(text: string, screen: Screen): Promise<void> {
  const tokens = layOutJSON(text);
  await screen.printAll(tokens ?? [text]);
  if (tokens !== undefined || !text.endsWith("\n")) await screen.print("\n");
}

function reportBinary(screen: Screen): void {
  screen.report(["dim", "The body is binary and is not shown; save it with -o FILE or > FILE"]);
}

/** The start of an object or a list; a log line that begins with a date in brackets does not match. */
const BEGINS_LIKE_JSON =
  /^\s*(?:\{\s*["}]|\[\s*(?:[[{"\]]|-?\d+(?:\.\d+)?\s*[,\]]|(?:true|false|null)\s*[,\]]))/;

/** The most text that is held before it is shown. */
const MOST_HELD = 16 * 2 ** 20;

/** Holds text that may be JSON, and passes on other text and lines of JSON. */
class MaybeJSON {
  /** The held text. */
  rest = "";
  #isHolding: boolean | undefined;

  pass(text: string): string {
    const seen = this.rest + text;
    if (this.#isHolding === undefined && seen.trimStart().length >= 2) {
      this.#isHolding = BEGINS_LIKE_JSON.test(seen);
    }
    const [, first = "", more = ""] = /^\s*(.+)\n\s*(\S)/.exec(seen) ?? [];
    if (seen.length > MOST_HELD || (more !== "" && layOutJSON(first) !== undefined)) {
      this.#isHolding = false;
    }
    this.rest = this.#isHolding === false ? "" : seen;
    return this.#isHolding === false ? seen : "";
  }
}
