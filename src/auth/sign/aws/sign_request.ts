/**
 * Adds an AWS signature to a request, in its headers or in its query.
 *
 * @module
 */

import { type HeaderRecord, mergeHeaders } from "../../../http/request/headers.ts";
import { sha256Hex } from "../../web_crypto.ts";
import {
  ALGORITHM,
  awsTime,
  canonicalRequest,
  credentialScope,
  normalizedPath,
  parseQuery,
  s3Path,
  signedHeaderNames,
  stringToSign,
  writeQuery,
} from "./canonical_request.ts";
import type { AWSCredentials, DaySigner } from "./credentials.ts";

/** Replaces the hash if the content is not signed. */
export const UNSIGNED = "UNSIGNED-PAYLOAD";

/** The parameters of a signature. */
export interface Signing {
  readonly credentials: AWSCredentials;
  readonly signer: DaySigner;
  readonly region: string;
  readonly service: string;
  /** The time of the signature, in milliseconds. */
  readonly at: number;
  /** Whether the session token is signed; a few services require it to be added afterwards. */
  readonly signsToken: boolean;
  /** Names of additional header fields to sign, in lower case. */
  readonly also: ReadonlySet<string>;
  /** The SHA-256 of the content, or {@linkcode UNSIGNED}. */
  readonly payload: string;
}

/** A request with its signature. */
export interface SignedRequest {
  readonly url: string;
  readonly headers: HeaderRecord;
}

interface Target {
  readonly method: string;
  readonly url: string;
  readonly headers: HeaderRecord;
}

/** Whether a service follows the rules of S3. */
export function isS3(service: string): boolean {
  return service === "s3" || service.startsWith("s3-") || service === "s3express";
}

/** The name of the header field or the parameter with the session token. */
const TOKEN = "X-Amz-Security-Token";

/** Returns the request with the signature in its Authorization header. */
export async function signHeaders(target: Target, signing: Signing): Promise<SignedRequest> {
  const { credentials: { accessKeyId, sessionToken }, signsToken, payload, service } = signing;
  const time = awsTime(signing.at);
  const url = wireURL(target.url, service);
  const token = sessionToken === undefined ? {} : { [TOKEN]: sessionToken };
  const headers = mergeHeaders(target.headers, {
    "x-amz-date": time,
    ...(isS3(service) && { "x-amz-content-sha256": payload }),
    ...(signsToken ? token : { [TOKEN]: undefined }),
  });
  const signed = headersToSign(headers, url, signing.also);
  const query = parseQuery(url.search);
  const { scope, signature } = await sign(target.method, url, query, signed, time, signing);
  const authorization = `${ALGORITHM} Credential=${accessKeyId}/${scope}, ` +
    `SignedHeaders=${signedHeaderNames(signed)}, Signature=${signature}`;
  return { url: url.href, headers: mergeHeaders(headers, { authorization, ...token }) };
}

/** Returns the request with the signature in its query, valid for `seconds`. */
export async function signQuery(
  target: Target,
  signing: Signing,
  seconds: number,
): Promise<SignedRequest> {
  const { credentials: { accessKeyId, sessionToken }, region, service, signsToken } = signing;
  const time = awsTime(signing.at);
  const url = wireURL(target.url, service);
  const signed = headersToSign(target.headers, url, signing.also);
  const query = parseQuery(url.search).filter(([name]) => !OWN.test(name));
  const token: [string, string][] = sessionToken === undefined ? [] : [[TOKEN, sessionToken]];
  query.push(
    ["X-Amz-Algorithm", ALGORITHM],
    ["X-Amz-Credential", `${accessKeyId}/${credentialScope(time, region, service)}`],
    ["X-Amz-Date", time],
    ["X-Amz-SignedHeaders", signedHeaderNames(signed)],
    ["X-Amz-Expires", String(seconds)],
  );
  if (signsToken) query.push(...token);
  const { signature } = await sign(target.method, url, query, signed, time, signing);
  query.push(["X-Amz-Signature", signature]);
  if (!signsToken) query.push(...token);
  url.search = writeQuery(query);
  return { url: url.href, headers: target.headers };
}

/** Matches the parameters of a previous signature, which are replaced. */
const OWN = /^X-Amz-(?:Algorithm|Credential|Date|SignedHeaders|Expires|Security-Token|Signature)$/i;

/** Returns the URL in an unambiguous encoding: a plus sign is data, as in the signature. */
function wireURL(given: string, service: string): URL {
  const url = new URL(given);
  if (isS3(service)) url.pathname = s3Path(url.pathname);
  if (url.search !== "") url.search = writeQuery(parseQuery(url.search));
  return url;
}

const ALWAYS = /^(?:content-type|content-md5|x-amz-.*)$/;

/** Returns the host, the content's type and checksum, the fields of AWS, and the additional fields. */
function headersToSign(
  headers: HeaderRecord,
  { host }: URL,
  also: ReadonlySet<string>,
): [name: string, value: string][] {
  const own = Object.entries(headers).filter(([name]) => ALWAYS.test(name) || also.has(name));
  return [["host", headers["host"] ?? host], ...own.filter(([name]) => name !== "host")];
}

async function sign(
  method: string,
  { pathname: path }: URL,
  query: [string, string][],
  headers: [string, string][],
  time: string,
  { credentials, signer, region, service, payload }: Signing,
): Promise<{ readonly scope: string; readonly signature: string }> {
  const rule = isS3(service) ? s3Path : normalizedPath;
  const canonical = canonicalRequest({ method, path, query, headers, payload }, rule);
  const scope = credentialScope(time, region, service);
  const text = stringToSign(time, scope, await sha256Hex(canonical));
  return { scope, signature: await signer.sign(credentials.secretAccessKey, scope, text) };
}
