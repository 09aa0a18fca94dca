// express-openapi-validator of npm, on the port of the first argument: it checks requests by the
// description in the file of the second, and answers 204 to what it accepts.
// deno-lint-ignore-file no-external-import
import express from "npm:express@4.21.2";
import { middleware } from "npm:express-openapi-validator@5.6.2";
import cookieParser from "npm:cookie-parser@1.4.7";

const app = express();
app.use(cookieParser());
app.use(middleware({ apiSpec: Deno.args[1], validateRequests: true, validateResponses: false }));
app.use((request, response) => response.status(request.openapi ? 204 : 404).end());
app.use((error, _request, response, _next) =>
  response.status(error.status ?? 500).json({ errors: error.errors ?? String(error) })
);
app.listen(Number(Deno.args[0]), "127.0.0.1");
