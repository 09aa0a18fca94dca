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

/** Prints the body: in a pipe as it comes, for people laid out and escaped, if it is text at all. */
export async function printBody(
  response: StreamingResponse,
  screen: Screen,
  terminal: Terminal,
): Promise<void> {
  if (!screen.isForPeople) {
    for await (const chunk of chunksOf(response.body)) await terminal.output.write(chunk);
    return;
  }
  const type = parseContentType(response.headers.get("content-type"));
  if (isJSON(type)) {
    const text = await response.text();
    await screen.print(...layOutJSON(text) ?? [text], "\n");
    return;
  }
  const { charset = "utf-8", essence } = type;
  const decoder = decoderFor(charset);
  let [isFirst, held, last] = [true, "", "\n"];
  for await (const chunk of chunksOf(response.body)) {
    const isWide = charset.startsWith("utf-16"); // which is full of zero bytes
    if (BINARY.test(essence) || (isFirst && !isWide && chunk.includes(0))) {
      screen.tell([
        "dim",
        "The body is binary, and not shown; -o FILE saves it, and so does > FILE",
      ]);
      return;
    }
    isFirst = false;
    const text = held + decoder.decode(chunk, { stream: true });
    held = text.endsWith("\r") ? "\r" : ""; // a newline may follow in the next chunk
    const shown = held === "" ? text : text.slice(0, -1);
    if (shown !== "") await screen.print(shown);
    last = shown.at(-1) ?? last;
  }
  const rest = held + decoder.decode();
  if (rest !== "") await screen.print(rest);
  if ((rest.at(-1) ?? last) !== "\n") await screen.print("\n");
}
