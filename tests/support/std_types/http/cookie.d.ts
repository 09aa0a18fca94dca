/** A cookie as a Set-Cookie field describes it (RFC 6265, 4.1). */
export interface Cookie {
  /** The name. */
  name: string;
  /** The value. */
  value: string;
  /** `Expires`: a date, or milliseconds since the epoch. */
  expires?: Date | number;
  /** `Max-Age` in seconds. */
  maxAge?: number;
  /** `Domain`. */
  domain?: string;
  /** `Path`. */
  path?: string;
  /** `Secure`. */
  secure?: boolean;
  /** `HttpOnly`. */
  httpOnly?: boolean;
  /** `Partitioned`. */
  partitioned?: boolean;
  /** `SameSite`. */
  sameSite?: "Strict" | "Lax" | "None";
  /** Attributes beyond these, each as `key=value`. */
  unparsed?: string[];
}

/** The cookies of a request's `Cookie` field, name to value. */
export function getCookies(headers: Headers): Record<string, string>;

/** Appends a `Set-Cookie` field. */
export function setCookie(headers: Headers, cookie: Cookie): void;

/** Appends a `Set-Cookie` field that makes the browser forget the cookie. */
export function deleteCookie(
  headers: Headers,
  name: string,
  attributes?: Pick<Cookie, "path" | "domain" | "secure" | "httpOnly" | "partitioned">,
): void;

/** The cookies of a response's `Set-Cookie` fields. */
export function getSetCookies(headers: Headers): Cookie[];
