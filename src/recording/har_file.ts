/**
 * The HTTP Archive format, version 1.2. Additional fields begin with `_`: those of Chromium
 * (`_webSocketMessages`, `_fromCache`, `_error`) and our own.
 *
 * @module
 */

/** A name with a value. */
export interface HARPair {
  /** The name. */
  readonly name: string;
  /** The value. */
  readonly value: string;
}

/** A body. */
export interface HARContent {
  /** The length of the decoded body in bytes. */
  readonly size: number;
  /** The Content-Type. */
  readonly mimeType: string;
  /** The decoded body, if it was kept. */
  readonly text?: string;
  /** `base64` if `text` is base64. */
  readonly encoding?: string;
}

/** One exchange. */
export interface HAREntry {
  /** When it began, in ISO 8601. */
  readonly startedDateTime: string;
  /** How long it took in milliseconds: the sum of `timings`. */
  readonly time: number;
  /** The request. */
  readonly request: {
    /** The method. */
    readonly method: string;
    /** The URL, without fragment. */
    readonly url: string;
    /** The version of HTTP; no runtime reports it. */
    readonly httpVersion: string;
    /** The cookies. */
    readonly cookies: readonly HARPair[];
    /** The header fields. */
    readonly headers: readonly HARPair[];
    /** The query. */
    readonly queryString: readonly HARPair[];
    /** The body. */
    readonly postData?: {
      /** Its Content-Type. */
      readonly mimeType: string;
      /** The body as text, or bytes as base64 with `_encoding`. */
      readonly text: string;
      /** `base64` if `text` is base64. */
      readonly _encoding?: string;
    };
    /** Unknown: -1. */
    readonly headersSize: number;
    /** The length of the body in bytes. */
    readonly bodySize: number;
  };
  /** The response; its status is 0 if there was none. */
  readonly response: {
    /** The status code. */
    readonly status: number;
    /** The reason phrase. */
    readonly statusText: string;
    /** The version of HTTP. */
    readonly httpVersion: string;
    /** The cookies that it sets. */
    readonly cookies: readonly HARPair[];
    /** The header fields. */
    readonly headers: readonly HARPair[];
    /** The body. */
    readonly content: HARContent;
    /** The Location. */
    readonly redirectURL: string;
    /** Unknown: -1. */
    readonly headersSize: number;
    /** Unknown: -1. */
    readonly bodySize: number;
    /** Why there was no response, or why its body ended early. */
    readonly _error?: string;
  };
  /** The state of the cache before the request. */
  readonly cache: Readonly<Record<string, unknown>>;
  /** In milliseconds; -1 if unknown. */
  readonly timings: Readonly<Record<string, number>>;
  /** Additional fields. */
  readonly [own: `_${string}`]: unknown;
}

/** A HAR file. */
export interface HARFile {
  /** Its only member. */
  readonly log: {
    /** The version of the format. */
    readonly version: "1.2";
    /** The program that wrote it. */
    readonly creator: {
      /** The program. */
      readonly name: string;
      /** Its version. */
      readonly version: string;
    };
    /** The exchanges, the oldest first. */
    readonly entries: readonly HAREntry[];
  };
}
