/** AWS Signature Version 4: AWS's test suite, and the examples of the documentation of S3. */

import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import {
  awsTime,
  canonicalRequest,
  credentialScope,
  normalizedPath,
  parseQuery,
  s3Path,
  signedHeaderNames,
  stringToSign,
} from "../../../src/auth/sign/aws/canonical_request.ts";
import { DaySigner } from "../../../src/auth/sign/aws/credentials.ts";
import { awsPresignedURL, awsSigV4 } from "../../../src/auth/sign/mod.ts";
import { sha256Hex } from "../../../src/auth/web_crypto.ts";
import { HTTPClient } from "../../../mod.ts";
import { readVectors } from "../../support/vectors.ts";

/** A case of awslabs/aws-c-auth, its files by name. */
interface Vector {
  readonly context: {
    readonly credentials: Readonly<
      Record<"access_key_id" | "secret_access_key", string> & { token?: string }
    >;
    readonly region: string;
    readonly service: string;
    readonly timestamp: string;
    readonly normalize: boolean;
    readonly "sign_body": boolean;
    readonly "expiration_in_seconds": number;
    readonly "omit_session_token"?: boolean;
  };
  readonly request: string;
  readonly [file: `${"header" | "query"}-${string}`]: string;
}

interface Parsed {
  readonly method: string;
  readonly path: string;
  readonly search: string;
  readonly headers: readonly [name: string, value: string][];
  readonly body: string;
}

function parse(text: string): Parsed {
  const [head = "", body = ""] = text.replace(/\n$/, "").split("\n\n");
  const [line = "", ...rest] = head.split("\n");
  const [, method = "", target = ""] = /^(\S+) (.*) HTTP\/1\.1$/.exec(line)!;
  const [path = "", search = ""] = target.split("?");
  const fields = rest.join("\n").replaceAll(/\n[ \t]+/g, " ").split("\n");
  const headers = fields.map((field): [string, string] => {
    const colon = field.indexOf(":");
    return [field.slice(0, colon), field.slice(colon + 1)];
  });
  return { method, path, search, headers, body };
}

const vectors = await readVectors<Record<string, Vector>>("sigv4/aws-signing-test-suite-v4.json");

Deno.test("AWS's test suite: canonical request, string to sign and signature, in both forms", async () => {
  let count = 0;
  for (const [name, vector] of Object.entries(vectors)) {
    const { credentials, region, service, timestamp, normalize, ...context } = vector.context;
    const { method, path, search, headers, body } = parse(vector.request);
    const time = awsTime(Date.parse(timestamp));
    const scope = credentialScope(time, region, service);
    const payload = await sha256Hex(body);
    const signsToken = credentials.token !== undefined && !context["omit_session_token"];
    const token = signsToken ? credentials.token : undefined;
    const forms = {
      header: {
        query: parseQuery(search),
        headers: [
          ...headers,
          ["X-Amz-Date", time],
          ...(context["sign_body"] ? [["x-amz-content-sha256", payload]] : []),
          ...(token === undefined ? [] : [["X-Amz-Security-Token", token]]),
        ] as [string, string][],
      },
      query: {
        headers,
        query: [
          ...parseQuery(search),
          ["X-Amz-Algorithm", "AWS4-HMAC-SHA256"],
          ["X-Amz-Credential", `${credentials["access_key_id"]}/${scope}`],
          ["X-Amz-Date", time],
          ["X-Amz-SignedHeaders", signedHeaderNames(headers)],
          ["X-Amz-Expires", String(context["expiration_in_seconds"])],
          ...(token === undefined ? [] : [["X-Amz-Security-Token", token]]),
        ] as [string, string][],
      },
    };
    for (const [form, parts] of Object.entries(forms)) {
      const file = (what: string) => vector[`${form as "header" | "query"}-${what}`];
      const rule = normalize ? normalizedPath : s3Path;
      const canonical = canonicalRequest({ method, path, payload, ...parts }, rule);
      assertStrictEquals(canonical, file("canonical-request"), `${name} (${form})`);
      const text = stringToSign(time, scope, await sha256Hex(canonical));
      assertStrictEquals(text, file("string-to-sign"), `${name} (${form})`);
      const signer = new DaySigner();
      const signature = await signer.sign(credentials["secret_access_key"], scope, text);
      assertStrictEquals(signature, file("signature"), `${name} (${form})`);
      count++;
    }
  }
  assertStrictEquals(count, 76);
});

/** What the scheme puts on the wire for a request. */
async function sent(
  options: Omit<Parameters<typeof awsSigV4>[0], "credentials"> & { token?: string },
  method: string,
  url: string,
  headers: Record<string, string> = {},
  data?: string | Uint8Array,
): Promise<{ readonly url: string; readonly headers: Headers }> {
  const seen: { url: string; headers: Headers }[] = [];
  const transport = (url: string, init: RequestInit) => {
    seen.push({ url, headers: new Headers(init.headers) });
    return Promise.resolve(new Response("ok"));
  };
  const { token, ...rest } = options;
  const auth = awsSigV4({
    credentials: {
      accessKeyId: rest.service === "s3" ? "AKIAIOSFODNN7EXAMPLE" : "AKIDEXAMPLE",
      secretAccessKey: rest.service === "s3"
        ? "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
        : "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
      ...(token !== undefined && { sessionToken: token }),
    },
    ...rest,
  });
  await using client = new HTTPClient({ transport });
  await client.request(method, url, { headers, auth, ...(data !== undefined && { data }) });
  return seen[0]!;
}

// R16.14
Deno.test("AWS's test suite through the client: what arrives has the published signature", async () => {
  let [count, elsewhere] = [0, 0];
  for (const [name, vector] of Object.entries(vectors)) {
    const { credentials, region, service, timestamp, normalize, ...context } = vector.context;
    const { method, path, search, headers } = parse(vector.request);
    // URLs have no dot segments and no unescaped characters; the length is the runtime's; several lines
    // of a field are one where they come from options.
    const names = headers.map(([name]) => name.toLowerCase());
    const isOther = !normalize || /[^\x21-\x7e]/.test(path + search) || context["sign_body"] ||
      new Set(names).size < names.length;
    if (isOther) {
      elsewhere++;
      continue;
    }
    for (const form of ["header", "query"] as const) {
      const own = Object.fromEntries(headers.filter(([name]) => name !== "Host"));
      const { url, headers: arrived } = await sent(
        {
          region,
          service,
          in: form,
          signedHeaders: Object.keys(own),
          expires: { seconds: context["expiration_in_seconds"] },
          now: () => Date.parse(timestamp),
          sessionToken: context["omit_session_token"] ? "added" : "signed",
          ...(credentials.token !== undefined && { token: credentials.token }),
        },
        method,
        `https://example.amazonaws.com${path}${search === "" ? "" : `?${search}`}`,
        own,
      );
      const wanted = parse(vector[`${form}-signed-request`]!);
      if (form === "header") {
        const authorization = wanted.headers.find(([name]) => name === "Authorization")![1];
        assertStrictEquals(arrived.get("authorization"), authorization, name);
        assertStrictEquals(arrived.get("x-amz-security-token"), credentials.token ?? null);
      } else {
        const pairs = (text: string) => text.split("&").toSorted();
        assertEquals(pairs(new URL(url).search.slice(1)), pairs(wanted.search), name);
      }
      count++;
    }
  }
  assertEquals([count, elsewhere], [48, 14]);
});

Deno.test("the documented examples of S3 have their signatures", async () => {
  const now = () => Date.UTC(2013, 4, 24);
  const s3 = { region: "us-east-1", service: "s3", now } as const;
  const origin = "https://examplebucket.s3.amazonaws.com";
  const rows: readonly [signature: string, ...Parameters<typeof sent>][] = [
    [
      "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41",
      ...[{ ...s3, signedHeaders: ["range"] }, "GET", `${origin}/test.txt`] as const,
      { range: "bytes=0-9" },
    ],
    [
      "98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd",
      ...[{ ...s3, signedHeaders: ["date"] }, "PUT", `${origin}/test$file.text`] as const,
      { date: "Fri, 24 May 2013 00:00:00 GMT", "x-amz-storage-class": "REDUCED_REDUNDANCY" },
      new TextEncoder().encode("Welcome to Amazon S3."), // which have no type of their own
    ],
    [
      "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543",
      ...[s3, "GET", `${origin}/?lifecycle`] as const,
    ],
    [
      "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7",
      ...[s3, "GET", `${origin}/?max-keys=2&prefix=J`] as const,
    ],
  ];
  for (const [signature, ...given] of rows) {
    const { headers } = await sent(...given);
    const authorization = headers.get("authorization") ?? "";
    assert(authorization.endsWith(`Signature=${signature}`), `${given[2]}: ${authorization}`);
  }
  const url = await awsPresignedURL(`${origin}/test.txt`, {
    credentials: {
      accessKeyId: "AKIAIOSFODNN7EXAMPLE",
      secretAccessKey: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
    },
    ...s3,
    expires: { seconds: 86_400 },
  });
  const query = new URL(url).searchParams;
  assertStrictEquals(
    query.get("X-Amz-Signature"),
    "aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404",
  );
});
