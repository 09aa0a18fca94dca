// oauth2-mock-server of Axa, on the port of the first argument.
// deno-lint-ignore-file no-external-import
import { OAuth2Server } from "npm:oauth2-mock-server@8.2.3";

const server = new OAuth2Server();
await server.issuer.keys.generate("RS256");
await server.start(Number(Deno.args[0]), "127.0.0.1");
