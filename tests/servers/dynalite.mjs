// dynalite, a database compatible with DynamoDB, behind aws4, another's signer: dynalite looks at the form of
// signatures alone, so the request is signed again by aws4 and both signatures are compared.
// deno-lint-ignore-file no-external-import
import aws4 from "npm:aws4@1.13.2";
import dynalite from "npm:dynalite@4.0.0";

const port = Number(Deno.args[0]);
const inner = dynalite({ createTableMs: 0 });
await new Promise((resolve) => inner.listen(0, "127.0.0.1", resolve));
const origin = `http://127.0.0.1:${inner.address().port}`;
const credentials = { accessKeyId: "AKIDEXAMPLE", secretAccessKey: "right" };

Deno.serve({ hostname: "127.0.0.1", port, onListen() {} }, async (request) => {
  const body = await request.text();
  const given = request.headers.get("authorization") ?? "";
  const names = /SignedHeaders=([^,]*)/.exec(given)?.[1].split(";") ?? [];
  const headers = Object.fromEntries(names.map((name) => [name, request.headers.get(name)]));
  const { pathname, search } = new URL(request.url);
  const target = { method: request.method, path: pathname + search, body, service: "dynamodb" };
  const own = { ...target, region: "eu-central-1", headers: { ...headers } };
  // aws4 adds the fields that it would send; those that were not signed are taken out again.
  const signer = new aws4.RequestSigner(own, credentials);
  signer.prepareRequest();
  for (const name of Object.keys(own.headers)) {
    if (!names.includes(name.toLowerCase())) delete own.headers[name];
  }
  if (signer.authHeader() !== given) {
    return Response.json({ __type: "com.amazon.coral.service#InvalidSignatureException" }, {
      status: 400,
    });
  }
  return await fetch(origin + pathname, { method: "POST", headers: request.headers, body });
});
