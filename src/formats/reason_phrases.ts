/**
 * The reason phrases of HTTP statuses (RFC 9110 15), for responses without one, as in HTTP/2 and HTTP/3. A
 * test compares them with `@std/http/status`, which is ten times as large.
 *
 * @module
 */

/** Numbers, each followed by the phrases of that status and the next ones. */
const PHRASES = "100,Continue,Switching Protocols,Processing,Early Hints," +
  "200,OK,Created,Accepted,Non Authoritative Info,No Content,Reset Content,Partial Content," +
  "Multi Status,Already Reported,226,IM Used," +
  "300,Multiple Choices,Moved Permanently,Found,See Other,Not Modified,Use Proxy," +
  "307,Temporary Redirect,Permanent Redirect," +
  "400,Bad Request,Unauthorized,Payment Required,Forbidden,Not Found,Method Not Allowed," +
  "Not Acceptable,Proxy Auth Required,Request Timeout,Conflict,Gone,Length Required," +
  "Precondition Failed,Content Too Large,URI Too Long,Unsupported Media Type," +
  "Range Not Satisfiable,Expectation Failed,I'm a teapot,421,Misdirected Request," +
  "Unprocessable Entity,Locked,Failed Dependency,Too Early,Upgrade Required," +
  "428,Precondition Required,Too Many Requests,431,Request Header Fields Too Large," +
  "451,Unavailable For Legal Reasons," +
  "500,Internal Server Error,Not Implemented,Bad Gateway,Service Unavailable,Gateway Timeout," +
  "HTTP Version Not Supported,Variant Also Negotiates,Insufficient Storage,Loop Detected," +
  "510,Not Extended,Network Authentication Required";

let phrases: string[] | undefined;

/** Returns the reason phrase of a status; empty if the status has none. */
export function reasonPhrase(statusCode: number): string {
  if (phrases === undefined) {
    phrases = [];
    let status = 0;
    for (const part of PHRASES.split(",")) {
      if (/\d/.test(part)) status = Number(part);
      else phrases[status++] = part;
    }
  }
  return phrases[statusCode] ?? "";
}
