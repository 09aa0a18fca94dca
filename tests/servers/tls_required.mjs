/**
 * Runs on Node: a TLS server that wants a client's certificate, and ends the handshake without one. It speaks
 * HTTP/2 as well unless a third argument says no, and answers with the version and the name of the client.
 */

// deno-lint-ignore-file no-external-import no-process-global -- it runs on Node

import { readFileSync } from "node:fs";
import { createSecureServer } from "node:http2";
import { createServer } from "node:https";

const [port, folder, isOld] = process.argv.slice(2);
const read = (name) => readFileSync(`${folder}/${name}`);
const options = {
  cert: read("cert.pem"),
  key: read("key.pem"),
  ca: read("client.pem"),
  requestCert: true,
  rejectUnauthorized: true,
};
const answer = ({ httpVersion, socket, stream }, response) => {
  const { subject } = (stream?.session.socket ?? socket).getPeerCertificate();
  response.end(`${httpVersion} ${subject.CN}`);
};
const server = isOld === undefined
  ? createSecureServer({ ...options, allowHTTP1: true }, answer)
  : createServer(options, answer);
server.listen(Number(port), "127.0.0.1");
