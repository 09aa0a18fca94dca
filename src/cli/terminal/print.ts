/**
 * A response for people or for the next program: the head, and the body laid out or byte for byte.
 *
 * @module
 */

import { chunksOf } from "../../runtime/byte_streams.ts";
import { decoderFor, isJSON, parseContentType } from "../../formats/content_type.ts";
import type { StreamingResponse } from "../../http/response/streaming_response.ts";
import { layOutJSON } from "./json_text.ts";
import type { Screen } from "./screen.ts";
import type { Terminal } from "./terminal.ts";

/** Prints status and header fields. */
export async function printHead(
  { statusCode, reason, headers, ok }: StreamingResponse,
  screen: Screen,
): Promise<void> {
  await screen.print([ok ? "green" : "yellow", `${statusCode} ${reason}`.trim()], "\n");
  for (const [name, value] of headers) await screen.print(["cyan", name], `: ${value}\n`);
}

/** Media types whose bytes say nothing to people, whatever they are. */
const BINARY =
  /^(?:image\/(?!svg)|audio\/|video\/|font\/|application\/(?:octet-stream|pdf|zip|gzip|wasm)$)/;

/** Prints the body byte for byte, as it arrives. */
export async function printRaw(response: StreamingResponse, terminal: Terminal): Promise<void> {
  for await (const chunk of chunksOf(response.body)) await terminal.output.write(chunk);
}

/** Prints the body: in a pipe as it comes, for people laid out and escaped, if it is text at all. */
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
  // Text that begins like JSON is held until it is clear whether it is.
  const maybeJSON = ["", "text/plain"].includes(essence) ? new MaybeJSON() : undefined;
  let [isFirst, held, last] = [true, "", "\n"];
  async function show(text: string): Promise<void> {
    if (text === "") return;
    await screen.print(text);
    last = text.at(-1)!;
  }
  for await (const chunk of chunksOf(response.body)) {
    const isWide = charset.startsWith("utf-16"); // which is full of zero bytes
    if (BINARY.test(essence) || (isFirst && !isWide && chunk.includes(0))) {
      return tellBinary(screen);
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

/** Prints a whole body of a request, in the same way. */
export async function printBytes(
  bytes: Uint8Array<ArrayBuffer>,
  contentType: string | null,
  screen: Screen,
  terminal: Terminal,
): Promise<void> {
  if (!screen.isForPeople) return await terminal.output.write(bytes);
  if (bytes.includes(0)) return tellBinary(screen);
  const type = parseContentType(contentType);
  const text = decoderFor(type.charset ?? "utf-8").decode(bytes);
  if (isJSON(type) || BEGINS_LIKE_JSON.test(text)) return await printJSON(text, screen);
  await screen.print(text.endsWith("\n") ? text : `${text}\n`);
}

async function printJSON(text: string, screen: Screen): Promise<void> {
  const pieces = layOutJSON(text);
  await screen.printAll(pieces ?? [text]);
  if (pieces !== undefined || !text.endsWith("\n")) await screen.print("\n");
}

function tellBinary(screen: Screen): void {
  screen.tell(["dim", "The body is binary, and not shown; -o FILE saves it, and so does > FILE"]);
}

/** An object or a list; a line of a log that begins with a date in brackets is neither. */
const BEGINS_LIKE_JSON =
  /^\s*(?:\{\s*["}]|\[\s*(?:[[{"\]]|-?\d+(?:\.\d+)?\s*[,\]]|(?:true|false|null)\s*[,\]]))/;

/** No more than this is held before it is shown. */
const MOST_HELD = 16 * 2 ** 20;

/** Holds text that may be JSON; passes text that is not, and lines of JSON, on as they come. */
class MaybeJSON {
  /** What is held. */
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
