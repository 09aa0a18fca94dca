/**
 * The types of bodies, as callers pass them and as they are sent.
 *
 * @module
 */

import type { PlainObject } from "../../formats/json_value.ts";
import type { ParamsOption } from "../../formats/url_params.ts";
import type { MultipartOption } from "./form_fields.ts";

/** A body that is sent unchanged. */
export type RawBody =
  | string
  | URLSearchParams
  | FormData
  | Blob
  | ArrayBuffer
  | ArrayBufferView
  | ReadableStream<Uint8Array>;

/** A stream whose length is known, so that Content-Length can be sent; not in browsers. */
export interface SizedStream {
  /** The content. */
  readonly stream: ReadableStream<Uint8Array>;
  /** The length in bytes. A stream of another length fails the call before the body is complete. */
  readonly size: number;
}

/** Returns a new body for each transmission, so that it can be sent again. */
export type BodyFactory = () => RawBody | SizedStream | Promise<RawBody | SizedStream>;

/**
 * What `data` accepts: nothing (`undefined`, `null`), a {@linkcode RawBody}, a {@linkcode SizedStream}, or
 * a function that returns one of these. A plain object, array, number or boolean is sent as JSON.
 */
export type BodyData =
  | RawBody
  | SizedStream
  | BodyFactory
  | number
  | boolean
  | null
  | undefined
  | readonly unknown[]
  | { readonly [key: string]: unknown }
  | PlainObject;

/** What `form` accepts; arrays repeat the field, `undefined` and `null` are left out. */
export type FormOption = ParamsOption;

/**
 * The four options for a body; at most one may be set.
 *
 * @example An upload with progress, a form with a file, and a job
 *
 * A `Blob` is read while it is sent, so a large file takes no memory: `openAsBlob(path)` of `node:fs` opens a file as one
 * on Deno and Node, `Bun.file(path)` on Bun. Poll a job while its status is 202.
 *
 * ```ts
 * import { HTTPClient } from "@codomyrmex/networking";
 *
 * let polls = 0;
 * const handler = async (request: Request) => {
 *   await request.bytes();
 *   const isReady = request.method === "GET" && ++polls > 2;
 *   if (isReady) return new Response("ready");
 *   const headers = { location: "/jobs/1", "retry-after": "0" };
 *   return new Response("queued", { status: 202, headers });
 * };
 * const local = { hostname: "localhost", port: 0 };
 * await using server = Deno.serve(local, handler);
 * const baseUrl = `http://localhost:${server.addr.port}`;
 * await using client = new HTTPClient({ baseUrl });
 *
 * const film = new Blob(["x".repeat(300_000)]); // openAsBlob("film.mp4")
 * await client.put("/film", film, {
 *   onProgress: ({ transferred, total }) => console.log(transferred, total),
 * });
 * const file = new File([film], "film.mp4", { type: "video/mp4" });
 * const multipart = { title: "Ants", file };
 * let job = await client.post("/films", null, { multipart });
 * const address = job.headers.get("location") ?? "";
 * for (let tries = 0; job.statusCode === 202 && tries < 100; tries++) {
 *   const waitMs = job.retryAfterMs ?? 1000;
 *   await new Promise((resolve) => setTimeout(resolve, waitMs));
 *   job = await client.get(address);
 * }
 * console.log(job.statusCode, job.text); // 200 ready
 * ```
 */
export interface BodyOptions {
  /** A JSON value, sent as `application/json`. */
  readonly json?: unknown;
  /** A body by its type; see {@linkcode BodyData}. */
  readonly data?: BodyData;
  /** Fields, sent as `application/x-www-form-urlencoded`. */
  readonly form?: FormOption;
  /** Fields and files, sent as `multipart/form-data`. */
  readonly multipart?: MultipartOption;
}

/** An opened body, ready for fetch. */
export interface OpenedBody {
  /** The body for fetch. */
  readonly body:
    | Exclude<RawBody, FormData | ArrayBufferView | ReadableStream>
    | ArrayBufferView<ArrayBuffer>
    | ReadableStream<Uint8Array<ArrayBuffer>>;
  /** Its Content-Type, if it has one. */
  readonly contentType?: string;
  /** The length of a stream in bytes, if Content-Length is sent with it. */
  readonly size?: number;
}

/** A body that can be opened for a transmission. */
export interface BodySource {
  /** Whether it can be opened more than once. */
  readonly replayable: boolean;
  /** The Content-Type, if it is known before the body is opened. */
  readonly contentType?: string;
  /** Opens the body; an error of a {@linkcode BodyFactory} passes through unchanged. */
  open(): OpenedBody | Promise<OpenedBody>;
}

/** The names of {@linkcode BodyOptions}. */
export const BODY_OPTIONS: readonly (keyof BodyOptions)[] = ["json", "data", "form", "multipart"];
