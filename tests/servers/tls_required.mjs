// deno-lint-ignore-file no-external-import no-process-global -- it runs on Node
/** Runs on Node: a TLS server that wants a client's certificate, and ends the handshake without one. */

import { readFileSync } from "node:fs";
import { createServer } from "node:https";

const [port, folder] = process.argv.slice(2);
const read = (name) => readFileSync(`${folder}/${name}`);
createServer({
  cert: read("cert.pem"),
  key: read("key.pem"),
  ca: read("client.pem"),
  requestCert: true,
  rejectUnauthorized: true,
}, (request, response) => {
  response.end(request.socket.getPeerCertificate().subject.CN);
}).listen(Number(port), "127.0.0.1");
