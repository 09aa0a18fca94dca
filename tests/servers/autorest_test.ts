/**
 * The test server of AutoRest, which checks what it is sent by the descriptions that it ships: all of
 * them are generated, and every operation that its description says all about (the values of what is
 * required) is called.
 */
// deno-lint-ignore-file no-console -- the numbers are part of the result

import { assert, assertEquals } from "@std/assert";
import { generate } from "../../src/generate/mod.ts";
import { API, call, type Operation } from "../../src/generate/runtime/mod.ts";
import { start } from "./independent.ts";

interface Described {
  readonly name: string;
  readonly in: string;
  readonly required?: boolean;
  readonly enum?: readonly unknown[];
  readonly $ref?: string;
}

interface Swagger {
  readonly swagger?: string;
  readonly parameters?: Readonly<Record<string, Described>>;
  readonly paths?: Readonly<Record<string, Readonly<Record<string, SwaggerOperation>>>>;
}

interface SwaggerOperation {
  readonly operationId: string;
  readonly parameters?: readonly Described[];
  readonly responses: Readonly<Record<string, unknown>>;
}

const METHODS = ["get", "put", "post", "delete", "head", "patch", "options"];

/** What cannot be answered with success. */
const EXPECTED: Readonly<Record<string, string>> = {
  "parameterGrouping_postReservedWords": "wants values of optional parameters",
  "parameterGrouping_groupWithConstant": "wants values of optional parameters",
  "Pet_HasModelsParam": "wants values of optional parameters",
  "paths_stringEmpty": "wants an empty value in a path, which we refuse (SPEC 20)",
  "paths_byteEmpty": "wants an empty value in a path, which we refuse (SPEC 20)",
  "files_GetFileLarge": "is larger than maxResponseSize, 3 GB",
  "CreateSecret": "wants a key in a header that is not described",
  "odata_getWithFilter": "wants values of optional parameters",
  "header_customRequestId": "wants values of optional parameters",
  "queries_ArrayStringMultiValid": "wants values of optional parameters",
  "queries_ArrayStringMultiEmpty": "wants null as empty text, which RFC 6570 leaves out",
  "queries_ArrayStringCsvValid": "wants null as empty text, which RFC 6570 leaves out",
  "queries_ArrayStringCsvEmpty": "wants an empty list as empty text, which RFC 6570 leaves out",
  "queries_ArrayStringSsvValid": "wants null as empty text, which RFC 6570 leaves out",
  "queries_ArrayStringTsvValid": "wants tabs, which OpenAPI 3 has not",
  "queries_ArrayStringPipesValid": "wants null as empty text, which RFC 6570 leaves out",
  "Paging_pageWithMaxPageSize": "wants a parameter left out that has only one value",
  "Paging_getMultiplePagesRetryFirst": "fails the first time",
  "Paging_getSinglePagesFailure": "is there to fail",
  "skipUrlEncoding_getSwaggerQueryValid": "wants an extension of AutoRest",
  "getWrappedArray": "is for another path than it has",
  "head": "wants a key",
  "LRORetrys_deleteProvisioning202Accepted200Succeeded": "fails the first time",
  "LRORetrys_delete202Retry200": "fails the first time",
  "LRORetrys_deleteAsyncRelativeRetrySucceeded": "fails the first time",
  "Download_ErrorStream": "is there to fail",
  "GetErrorWithSecrets": "is there to fail",
  "getIncorrectErrorFromServer": "is there to fail",
  "httpFailure_getEmptyError": "is there to fail",
  "httpFailure_getNoModelError": "is there to fail",
  "httpFailure_getNoModelEmpty": "is there to fail",
};

/** Values that the server checks and the description does not have. */
const VALUES: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  "queries_enumValid": { enumQuery: "green color" },
  "queries_byteMultiByte": { byteQuery: "5ZWK6b2E5LiC54ub54uc76ex76Ss76ex76iM76ip" },
  "queries_ArrayStringNoCollectionFormatEmpty": { arrayQuery: ["hello", "nihao", "bonjour"] },
  "paths_enumValid": { enumPath: "green color" },
  "paths_byteMultiByte": { bytePath: "5ZWK6b2E5LiC54ub54uc76ex76Ss76ex76iM76ip" },
  "paths_arrayCsvInPath": { arrayPath: ["ArrayPath1", "begin!*'();:@ &=+$,/?#[]end", "", ""] },
  "paths_base64Url": { base64UrlPath: "bG9yZW0" },
  "paths_unixTimeUrl": { unixTimeUrlPath: 1460505600 },
};

/** One of another file. */
const UNKNOWN: Described = { name: "", in: "body" };

/** The arguments of an operation, where the description has only one of each. */
function onlyArguments(
  parameters: readonly Described[],
): Readonly<Record<string, unknown>> | undefined {
  const args: Record<string, unknown> = {};
  for (const { name, in: place, required, enum: values } of parameters) {
    if (place === "body" || place === "formData") return undefined;
    if (values?.length === 1) args[name] = values[0];
    else if (required) return undefined;
  }
  return args;
}

Deno.test("AutoRest's test server accepts what generated clients send", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const flags = ["--no-audit", "--no-fund", "--ignore-scripts"];
    const installed = await new Deno.Command("npm", {
      args: [
        "install",
        "--prefix",
        folder,
        ...flags,
        "@microsoft.azure/autorest.testserver@3.3.51",
      ],
      stdout: "null",
      stderr: "null",
    }).output().catch(() => undefined);
    if (!installed?.success) {
      console.log("skipped: AutoRest's test server needs npm and Node");
      return;
    }
    const home = `${folder}/node_modules/@microsoft.azure/autorest.testserver`;
    await using server = await start({
      from: { npm: "@microsoft.azure/autorest.testserver" },
      command: "node",
      args: (
        port,
      ) => [
        `${home}/dist/cli/cli.js`,
        "run",
        "--port",
        String(port),
        "--coverageDirectory",
        folder,
      ],
    });
    await using api = new API({ server: server.origin, security: {} }, { maxRetries: 0 });
    const runtime = import.meta.resolve("../../src/generate/runtime/mod.ts");
    let [documents, called] = [0, 0];
    const failed: string[] = [];
    for await (const { name } of Deno.readDir(`${home}/swagger`)) {
      if (!name.endsWith(".json")) continue;
      const text = await Deno.readTextFile(`${home}/swagger/${name}`);
      const { swagger, parameters: shared = {}, paths = {} }: Swagger = JSON.parse(
        text.replace(/^\ufeff/, ""), // some begin with a byte order mark
      );
      if (swagger === undefined) continue;
      const { files } = await generate(`${home}/swagger/${name}`, { runtime });
      documents++;
      const path = `${folder}/${documents}.ts`;
      await Deno.writeTextFile(path, files.get("api.ts")!);
      const module: Record<string, unknown> = await import(`file://${path}`);
      const operations = new Map(
        // One with a number stands for an operation whose function took the plain name.
        Object.entries(module).filter(([key, value]) =>
          /Operation\d*$/.test(key) && typeof value === "object"
        )
          .map(([, value]) => value as Operation).map((one) => [`${one.method} ${one.path}`, one]),
      );
      for (const [route, item] of Object.entries(paths)) {
        for (const method of METHODS.filter((one) => Object.hasOwn(item, one))) {
          const { operationId, parameters = [], responses } = item[method]!;
          const atPath = (item as { readonly parameters?: readonly Described[] }).parameters ?? [];
          const all = [...atPath, ...parameters].map((one) =>
            one.$ref === undefined ? one : shared[one.$ref.replace(/^#\/parameters\//, "")]
          );
          const args = Object.hasOwn(VALUES, operationId)
            ? VALUES[operationId]!
            : onlyArguments(all.map((one) => one ?? UNKNOWN));
          if (args === undefined || Object.hasOwn(EXPECTED, operationId)) continue;
          const operation = operations.get(`${method.toUpperCase()} ${route}`);
          assert(operation, `${name} has lost ${operationId}`);
          const { statusCode, text } = await call(api, operation, args).response();
          // What it has no route for is no fault of the request.
          if (/Cannot (?:GET|PUT) \//.test(text)) continue;
          called++;
          const wanted = Object.keys(responses).filter((key) => key.startsWith("2"));
          // Some are there to fail, and say with which status.
          const isRight = wanted.includes(String(statusCode)) ||
            `${operationId} ${route}`.includes(String(statusCode));
          if (!isRight) failed.push(`${name} ${operationId}: ${statusCode} ${text.slice(0, 200)}`);
        }
      }
    }
    console.log(`AutoRest: ${documents} descriptions, ${called} operations called`);
    assertEquals(failed, []);
    assert(documents >= 70 && called >= 500);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
