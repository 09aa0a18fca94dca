/**
 * An HTTP/2 server over TLS, on Node: refuses streams, resets them and says goodbye. Its argument has the
 * certificate, its key, and the authority of its clients if they must have one. Prints its port.
 */

// deno-lint-ignore-file no-console no-external-import no-process-global -- it runs on Node

import { constants, createSecureServer } from "node:http2";

const { cert, key, ca } = JSON.parse(process.argv[2]);
const server = createSecureServer({
  cert,
  key,
  ...ca && { ca, requestCert: true, rejectUnauthorized: true },
});
let sessions = 0;
/** How many requests of a path were processed. */
const seen = {};
/** How many streams of a path came. */
const streams = {};
server.on("session", () => sessions++);
server.on("sessionError", () => {}); // of clients that go away
server.on("stream", (stream, headers) => {
  stream.on("error", () => {});
  const path = headers[":path"];
  if (path === "/stats") {
    stream.respond({ ":status": 200 });
    stream.end(JSON.stringify({ sessions, seen, streams }));
    return;
  }
  const count = streams[path] = (streams[path] ?? 0) + 1;
  if (path.startsWith("/refused") && count <= 2) {
    return stream.close(constants.NGHTTP2_REFUSED_STREAM);
  }
  let size = 0;
  stream.on("data", (chunk) => size += chunk.length);
  stream.on("end", () => {
    seen[path] = (seen[path] ?? 0) + 1;
    if (path.startsWith("/reset") && count === 1) {
      return stream.close(constants.NGHTTP2_INTERNAL_ERROR);
    }
    if (path.startsWith("/cut") && count === 1) {
      stream.respond({ ":status": 200, "content-length": "10" });
      stream.write("half");
      setTimeout(() => stream.close(constants.NGHTTP2_INTERNAL_ERROR), 20);
      return;
    }
    stream.respond({ ":status": 200 });
    if (path.startsWith("/slow")) setTimeout(() => stream.end(String(size)), 20);
    else stream.end(String(size));
    if (path.startsWith("/goaway")) {
      // As servers do: the connection is there until the client has read what came before.
      stream.session.goaway(constants.NGHTTP2_NO_ERROR, stream.id);
      setTimeout(() => stream.session?.close(), 30);
    }
  });
});
server.listen(0, "127.0.0.1", () => console.log(server.address().port));
