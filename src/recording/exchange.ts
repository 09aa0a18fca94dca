/**
 * Recorded exchanges, in one shape for cassettes and HAR files.
 *
 * @module
 */

import type { Attempt } from "../errors.ts";
import { fromBase64, toBase64 } from "../formats/base64.ts";
import { parseContentType } from "../formats/content_type.ts";

/** Header fields in order. */
export type Pairs = readonly (readonly [name: string, value: string])[];

/** A body or a message: a string if it is UTF-8 text, otherwise bytes. */
export type Content = string | Uint8Array<ArrayBuffer>;

/** A failure of the network. */
export interface Failure {
  /** The code of the NetworkingError. */
  readonly code: string;
  /** Its message. */
  readonly message: string;
}

/** A request as it was sent. */
export interface RecordedRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: Pairs;
  readonly body?: Content | undefined;
  /** The length of the body in bytes, if `body` does not have all of it. */
  readonly size?: number | undefined;
}

/** A part of a streamed body, and its time of arrival. */
export interface Chunk {
  /** Milliseconds since the head. */
  readonly ms: number;
  readonly text: string;
}

/** A response as it was received. */
export interface RecordedResponse {
  readonly status: number;
  readonly statusText: string;
  /** Without Content-Encoding and Content-Length, if the body is decoded. */
  readonly headers: Pairs;
  readonly body?: Content | undefined;
  /** The length of the decoded body in bytes, if `body` does not have all of it. */
  readonly size?: number | undefined;
  /** The parts of the body, if it is a stream of events. */
  readonly chunks?: readonly Chunk[] | undefined;
  /** How the body ended early: the reader left, or the connection broke. */
  readonly end?: "left" | Failure | undefined;
}

/** A message of a WebSocket. */
export interface Frame {
  readonly from: "client" | "server";
  /** Milliseconds since the socket opened. */
  readonly ms: number;
  readonly data: Content;
}

/** A conversation over a WebSocket. */
export interface RecordedSocket {
  readonly protocols: readonly string[];
  /** The protocol that the server chose. */
  readonly protocol: string;
  readonly frames: readonly Frame[];
  /** How it ended, and on which side; missing while it is open. */
  readonly close?: {
    readonly by: "client" | "server";
    readonly code: number;
    readonly reason: string;
  } | undefined;
}

/** Facts of the client about an exchange that are not on the wire. */
export interface CallFacts {
  /** The number of the call, the same for all its exchanges. */
  readonly call: number;
  /** The attempt, from 1. */
  readonly attempt: number;
  /** The redirect hop, from 0. */
  readonly hop: number;
  readonly resentFor?: string | undefined;
  /** The wait before the attempt, in milliseconds. */
  readonly waitedMs?: number | undefined;
  readonly waitReason?: string | undefined;
  /** The time in the queue of a limiter, in milliseconds. */
  readonly queuedMs?: number | undefined;
  /** Every attempt of the call, on its last exchange. */
  readonly attempts?: readonly Attempt[] | undefined;
  /** Why there was no further attempt. */
  readonly retrySkipped?: string | undefined;
  /** How the cache handled this exchange, if it did. */
  readonly cache?: { readonly status: string; readonly ageMs?: number } | undefined;
  /** Whether the response was shared with another call. */
  readonly deduplicated?: boolean | undefined;
}

/** One request and its outcome; a WebSocket is an exchange too. */
export interface Exchange {
  readonly request: RecordedRequest;
  readonly response?: RecordedResponse | undefined;
  /** Why there was no response. */
  readonly failure?: Failure | undefined;
  readonly socket?: RecordedSocket | undefined;
  /** When it began, in milliseconds since 1970; missing if unknown. */
  readonly startedAt?: number | undefined;
  /** Milliseconds to the head of the response. */
  readonly waitMs?: number | undefined;
  /** Milliseconds from the head to the end of the body. */
  readonly receiveMs?: number | undefined;
  readonly facts?: CallFacts | undefined;
}

/** Returns the first value of a header field; names match in any case. */
export function field(headers: Pairs, name: string): string | undefined {
  return headers.find(([found]) => found.toLowerCase() === name)?.[1];
}

/** Returns the media type of a body, without parameters. */
export function typeOf(headers: Pairs): string {
  return parseContentType(field(headers, "content-type") ?? null).essence;
}

/** Returns bytes as content: as text if they are UTF-8 without control characters. */
export function contentOf(bytes: Uint8Array<ArrayBuffer>): Content {
  try {
    const text = STRICT.decode(bytes);
    // deno-lint-ignore no-control-regex -- control characters are what is looked for
    return /[\x00-\x08\x0b\x0e-\x1a\x1c\x1d\x1f\x7f]/.test(text) ? bytes : text;
  } catch {
    return bytes; // no UTF-8
  }
}

/** Returns the bytes of a content. */
export function bytesOf(content: Content): Uint8Array<ArrayBuffer> {
  return typeof content === "string" ? new TextEncoder().encode(content) : content;
}

/** Returns the length of a content in bytes. */
export function sizeOf(content: Content | undefined): number {
  return content === undefined ? 0 : bytesOf(content).length;
}

/** Returns a content as text, for comparison and for HAR. */
export function textOf(content: Content): string {
  return typeof content === "string" ? content : toBase64(content);
}

/** Decodes base64 to content; returns `undefined` if it is malformed. */
export function contentOfBase64(text: string): Content | undefined {
  const bytes = fromBase64(text);
  return bytes && contentOf(bytes);
}

const STRICT = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
