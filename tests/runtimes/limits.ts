/**
 * The one table of what a runtime does not let the library do. The run holds the table to the truth:
 * a case that fails and is not here is a failure, and so is one that is here and passes.
 *
 * @module
 */

/** The runtimes, in the order of the matrix. */
export const TITLES = [
  "Deno 2.9",
  "Deno 2.5",
  "Deno bare",
  "Node 22",
  "Node 24",
  "Bun 1",
  "workerd",
  "workerd 2023",
  "Chromium",
] as const;

/** A runtime. */
export type Title = (typeof TITLES)[number];

/** Cases that cannot pass on some runtimes, and why. */
export interface Limit {
  readonly runtimes: readonly Title[];
  readonly reason: string;
  readonly cases: readonly string[];
}

const NO_WHY = "The reason of a failure is hidden: the code is `connection_failed`.";

const AGAIN = "The runtime itself repeats some requests when a kept connection is lost.";

/** The table. */
export const LIMITS: readonly Limit[] = [
  {
    runtimes: ["Chromium"],
    reason: "Uploads over HTTP/1.1 have no streams and no progress.",
    cases: [
      "a stream goes out as a body",
      "a stream of a known size goes out with its length",
      "an upload tells how far it is",
      "an upload ends with its call, and its stream is let go",
      "an upload to a port where nobody listens is a refused connection",
    ],
  },
  {
    runtimes: ["Deno 2.5"],
    reason: "`fetch` reads inherited properties of its options.",
    cases: ["a polluted prototype changes no request"],
  },
  {
    runtimes: ["Chromium"],
    reason: AGAIN,
    cases: [
      "a POST is not sent again after a lost connection",
      "a POST is not sent again on a connection that was used before",
      "a POST without a body is not sent again on a connection that was used before",
      "a scheme's own request is sent once when a kept connection breaks",
      "a scheme's own request without a body is sent once when a kept connection breaks",
    ],
  },
  {
    runtimes: ["Deno bare"],
    reason: AGAIN,
    cases: [
      "a POST without a body is not sent again on a connection that was used before",
      "a scheme's own request without a body is sent once when a kept connection breaks",
    ],
  },
  {
    runtimes: ["workerd", "workerd 2023"],
    reason: AGAIN,
    cases: ["a scheme's own request without a body is sent once when a kept connection breaks"],
  },
  {
    runtimes: ["Chromium"],
    reason: "The browser itself follows redirects, and hides them.",
    cases: [
      "the hops are in the history",
      "credentials and API keys stay with their origin",
      "maxRedirects: 0 gives the redirect itself",
      "more redirects than maxRedirects are an error",
      "a circle is refused when it closes",
      "a body does not go to another origin unasked",
      "another scheme than http is refused",
      "a redirect is judged like the request",
    ],
  },
  {
    runtimes: ["Chromium", "workerd 2023"],
    reason: "There is no `node:crypto`.",
    cases: ["a checksum is verified"],
  },
  {
    runtimes: ["Chromium", "Deno bare", "workerd", "workerd 2023"],
    reason: "Names are checked and not pinned.",
    cases: ["a name leads to the address that was judged, whatever it leads to by itself"],
  },
  {
    runtimes: ["Chromium", "Deno bare", "workerd 2023"],
    reason: "There are no files.",
    cases: [
      "a file appears under its name when it is whole",
      "a link to a file stays one, and the file keeps its mode",
      "a file that was not whole leaves nothing behind",
      "a description of several files is read from its folder",
    ],
  },
  {
    runtimes: ["workerd"],
    reason: "A relative link is resolved in the working folder, not in its own.",
    cases: ["a link to a file stays one, and the file keeps its mode"],
  },
  {
    runtimes: ["Chromium"],
    reason: "The browser handles cookies, and programs cannot send any.",
    cases: [
      "a jar that was filled before sends what it has",
      "apiKeyAuth() puts the key into a cookie",
    ],
  },
  {
    runtimes: ["Chromium"],
    reason: "A Basic or Digest challenge of the page's origin opens a dialog.",
    cases: [
      "negotiate() answers what the server asks for",
      "digestAuth() computes what the server computes, with one challenge for many calls",
    ],
  },
  {
    runtimes: ["Chromium"],
    reason: "A WebSocket's handshake has no headers.",
    cases: ["headers and credentials are on the handshake"],
  },
  {
    runtimes: ["Chromium", "workerd", "workerd 2023"],
    reason: NO_WHY,
    cases: [
      "a refused connection has its code",
      "a connection that ends before the answer has its code",
      "an answer that is not HTTP has its code",
      "a name without an address has its code",
      "a blocked port has its code",
    ],
  },
  {
    runtimes: ["workerd", "workerd 2023"],
    reason: NO_WHY,
    cases: ["an upload to a port where nobody listens is a refused connection"],
  },
  {
    runtimes: ["Deno 2.5", "Bun 1"],
    reason: "No port is blocked.",
    cases: ["a blocked port has its code"],
  },
  {
    runtimes: ["Chromium", "workerd 2023"],
    reason: "There are no server sockets.",
    cases: ["each fault of FakeServer has its code"],
  },
  {
    runtimes: ["Deno 2.5"],
    reason: "`node:net` does not report when a server is closed.",
    cases: ["each fault of FakeServer has its code"],
  },
  {
    runtimes: ["workerd"],
    reason: NO_WHY,
    cases: ["each fault of FakeServer has its code"],
  },
];
