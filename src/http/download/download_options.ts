/**
 * The options and the result of a download.
 *
 * @module
 */

import { HTTP_HABITS } from "../../options/http_habits.ts";
import { ownOptions } from "../../options/option_names.ts";
import { callable, type Check, flag, type OptionTable, text } from "../../options/checks.ts";
import { oneOf } from "../../options/one_of.ts";
import { options, readPart } from "../../options/read_options.ts";
import { BODY_OPTIONS } from "../body/body_types.ts";
import { type Checksum, hashFunction } from "./checksum.ts";
import type { RequestOptions } from "../settings/options.ts";
import type { ProgressListener } from "../body/progress_meter.ts";
import { CALL_NAMES } from "../settings/settings.ts";

/** Options of {@linkcode HTTPClient.download}. */
export interface DownloadOptions
  extends Omit<RequestOptions, "json" | "data" | "form" | "multipart"> {
  /** Called with the bytes written so far; the total is unknown if the body is content-encoded. */
  readonly onProgress?: ProgressListener;
  /**
   * Whether a failed download keeps `PATH.part` and `PATH.part.json`, so that the next one to the same path
   * resumes. Broken transfers within a call are always resumed. If these files are links, or another user
   * owns them, they are not used, and the download restarts. A URL with a new signature (`X-Amz-*`,
   * `X-Goog-*`, `sig`, `Expires`, `token` and the like) counts as the same if the response has the same
   * strong validator and length. On Windows, where files show no owner, the folder must be private. Do not
   * run two downloads to one path at the same time.
   *
   * @default {false}
   */
  readonly resume?: boolean;
  /** The expected checksum of the decoded content; needs `node:crypto`: Deno, Node, Bun. */
  readonly checksum?: Checksum;
}

const BODY_NAMES: ReadonlySet<string> = new Set(BODY_OPTIONS);
const OWN = {
  onProgress: callable<ProgressListener>(),
  resume: flag,
  checksum: options(
    {
      algorithm: oneOf("SHA-256", "SHA-384", "SHA-512", "SHA-1", "MD5"),
      value: text,
    } satisfies OptionTable<Checksum>,
  ) as Check<Checksum>,
} satisfies OptionTable<Pick<DownloadOptions, "onProgress" | "resume" | "checksum">>;

const NAMES: ReadonlySet<string> = new Set(
  [...CALL_NAMES, ...Object.keys(OWN)].filter((name) => !BODY_NAMES.has(name)),
);
const ELSEWHERE = new Map(
  [...BODY_NAMES].map((name) => [name, "a request with a body, not to a download"]),
);

/** Returns the checked options of a download, and those of its calls. */
export function readDownload(
  given: DownloadOptions | undefined,
): Pick<DownloadOptions, "onProgress" | "resume" | "checksum"> & { readonly call: RequestOptions } {
  const { onProgress, resume, checksum, ...call } = ownOptions(
    "download",
    given,
    NAMES,
    ELSEWHERE,
    HTTP_HABITS,
  );
  const own = readPart({ onProgress, resume, checksum }, OWN);
  hashFunction(own.checksum); // throws before anything is sent
  return { ...own, call };
}

/** The result of a download. */
export interface Download {
  /** The URL of the response, after redirects. */
  readonly url: string;
  /** The header fields of the last response. */
  readonly headers: Headers;
  /** The length of the decoded content, in bytes. */
  readonly size: number;
  /** The number of transfers; more than one if it was resumed or restarted. */
  readonly transfers: number;
}
