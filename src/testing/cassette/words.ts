/**
 * What messages say of recordings.
 *
 * @module
 */

import { codeOf } from "../../http/download/file_system.ts";
import { redactURL } from "../../redact.ts";
import { type Exchange, textOf } from "../../recording/exchange.ts";
import type { Matching } from "./matching.ts";

/** What a recording is called. */
export function nameOf({ request, socket }: Exchange): string {
  return `${socket === undefined ? request.method : "WebSocket"} ${redactURL(request.url)}`;
}

/** The parts of a conversation that have no time in them. */
function conversation({ socket }: Exchange): unknown {
  return socket?.frames.map(({ from, data }) => [from, textOf(data)]);
}

/** The length of what it has. */
export function sizeOf({ request, response, socket }: Exchange): number {
  const contents = [request.body, response?.body, ...socket?.frames.map(({ data }) => data) ?? []];
  return contents.reduce<number>((sum, content) => sum + (content?.length ?? 0), 0);
}

/** What changed from one response to the next; `undefined` if nothing that counts. */
export function changeOf(before: Exchange, now: Exchange, matching: Matching): string | undefined {
  const [was, is] = [before, now].map(({ response, failure }) =>
    String(response?.status ?? failure?.code)
  );
  if (was !== is) return `${was} became ${is}`;
  if (now.socket !== undefined) {
    const isSame = JSON.stringify(conversation(before)) === JSON.stringify(conversation(now));
    return isSame ? undefined : "the conversation changed";
  }
  const [had, has] = [before, now].map(({ response }) => textOf(response?.body ?? ""));
  return matching.fitsMessage(had!, has!) ? undefined : "the body changed";
}

/** Why a file cannot be used. */
export function whyNot(what: "read" | "write", path: string, cause: unknown): string {
  if (cause instanceof Error && cause.name === "NotCapable") {
    if (what === "read") return `the program may not read it; add --allow-read=${path}`;
    // It is written under another name, and renamed.
    const folder = path.replace(/[/\\][^/\\]*$|^[^/\\]*$/, "") || ".";
    return `the program may not write it; add --allow-read=${folder} --allow-write=${folder}`;
  }
  const code = codeOf(cause);
  return code === "ENOENT"
    ? "its folder does not exist; make it"
    : `the file system says ${code ?? cause}`;
}
