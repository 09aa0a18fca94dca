/** The arithmetic of digest authentication, against published examples. */

import { assertEquals, assertNotEquals } from "@std/assert";
import { parseChallenges } from "../../src/formats/auth_challenges.ts";
import {
  chooseChallenge,
  digestAuthorization,
  type DigestChallenge,
  sessionKey,
} from "../../src/auth/digest_response.ts";
import { readVectors } from "../support/vectors.ts";
import { assertLinear } from "../support/linear.ts";

interface Case {
  readonly id: string;
  readonly algorithm: string;
  readonly userhash?: boolean;
  readonly username: string;
  readonly password: string;
  readonly realm: string;
  readonly method: string;
  readonly uri: string;
  readonly nonce: string;
  readonly nc?: string;
  readonly cnonce?: string;
  readonly qop: "auth" | null;
  readonly opaque?: string;
  readonly response: string;
  readonly rejectResponse?: string;
  readonly usernameHash?: string;
}

interface Vectors {
  readonly cases: readonly Case[];
  readonly challenges: readonly {
    readonly h: string;
    readonly pick?: string | null;
    readonly realm?: string;
    readonly retryWithNewNonce?: boolean;
  }[];
}

const { cases, challenges } = await readVectors<Vectors>("digest/digest-auth.json");

const CHALLENGE: DigestChallenge = {
  realm: "r",
  nonce: "n",
  opaque: undefined,
  algorithm: "MD5",
  qop: "auth",
  userhash: false,
  stale: false,
};

function parameters(value: string): Record<string, string | undefined> {
  return Object.fromEntries(parseChallenges(value)[0]!.params);
}

Deno.test("every published answer is made", async (t) => {
  for (const { id, username: user, password, cnonce = "", ...row } of cases) {
    await t.step(id, () => {
      const { realm, nonce, opaque, algorithm, qop, userhash = false, method, uri } = row;
      const challenge = {
        realm,
        nonce,
        opaque,
        algorithm,
        qop: qop ?? undefined,
        userhash,
        stale: false,
      };
      const key = sessionKey(challenge, { user, password }, cnonce);
      const count = parseInt(row.nc ?? "1", 16);
      const use = { method, uri, nonce, cnonce, count };
      const made = parameters(digestAuthorization(challenge, user, key, use));
      assertEquals(made, {
        username: row.usernameHash ?? user,
        realm,
        nonce,
        uri,
        response: row.response,
        algorithm,
        ...opaque !== undefined && { opaque },
        ...qop !== null && { qop, nc: row.nc, cnonce },
        ...userhash && { userhash: "true" },
      });
      assertNotEquals(made.response, row.rejectResponse);
    });
  }
  // deno-lint-ignore no-console -- the count that was asked for
  console.log(`digest: ${cases.length} of ${cases.length} answers`);
});

// R16.12
Deno.test("the challenge to answer is the strongest that can be", async (t) => {
  for (const { h, pick, realm, retryWithNewNonce } of challenges) {
    await t.step(h.slice(0, 60), () => {
      const { chosen } = chooseChallenge(h);
      if (pick === null) return assertEquals(chosen, undefined);
      if (pick !== undefined) assertEquals(chosen?.algorithm ?? "Digest", pick);
      if (realm !== undefined) assertEquals(chosen?.realm, realm);
      if (retryWithNewNonce) assertEquals(chosen?.stale, true);
    });
  }
  const rows: [string, string | undefined, DigestChallenge["qop"]][] = [
    [
      "Digest nonce=n, algorithm=MD5, Digest nonce=n, algorithm=SHA-512-256",
      "SHA-512-256",
      undefined,
    ],
    ["Digest nonce=n, algorithm=sha-256-SESS, qop=auth", "sha-256-SESS", "auth"],
    ['Digest nonce=n, algorithm=MD5, qop="auth-int"', "MD5", "auth-int"],
    ['Digest nonce=n, algorithm=MD5, qop="auth-int , AUTH"', "MD5", "auth"],
    ['Digest nonce=n, algorithm=SHA-256, qop="auth-conf", Digest nonce=n', undefined, undefined],
    ["Digest nonce=n, algorithm=toString", undefined, undefined],
    ["Digest nonce=n, algorithm=SHA-256-sess, Digest nonce=n", undefined, undefined],
  ];
  for (const [field, algorithm, qop] of rows) {
    await t.step(field, () => {
      const { chosen } = chooseChallenge(field);
      assertEquals([chosen?.algorithm, chosen?.qop], [algorithm, qop]);
      if (/Digest nonce=n$/.test(field)) assertEquals(chosen?.nonce, "n"); // MD5, by default
    });
  }
  await t.step("none", () => {
    assertEquals(chooseChallenge('Digest realm="r", qop="auth"').chosen, undefined);
    assertEquals(chooseChallenge('Digest nonce=n, algorithm=SHA-1, qop="x"').offered, [
      "SHA-1 (x)",
    ]);
  });
  await t.step("a long run of spaces takes linear time", async () => {
    await assertLinear("spaces", (size) => "\u00a0".repeat(size), (spaces) => {
      chooseChallenge(`Digest realm="${spaces}"`);
      chooseChallenge(`Digest ${spaces}`);
    });
  });
});

Deno.test("text is quoted, and other than ASCII is in a form that a header can have", () => {
  const use = { method: "GET", uri: '/a"b', nonce: "n", cnonce: "c", count: 255 };
  const rows: [string, Partial<DigestChallenge>, string][] = [
    ['a"d\\a', {}, 'username="a\\"d\\\\a", realm="r"'],
    ["Jäsøn (x)*'", {}, "username*=UTF-8''J%C3%A4s%C3%B8n%20%28x%29%2A%27, realm="],
    ["ada", { realm: 'K\u00c3\u00a4se "1"' }, 'realm="K\u00c3\u00a4se \\"1\\""'],
    ["ada", { qop: "auth-int" }, "qop=auth-int, nc=000000ff, "],
    ["ada", { algorithm: undefined }, 'uri="/a\\"b", response="'],
  ];
  for (const [user, more, expected] of rows) {
    const value = digestAuthorization({ ...CHALLENGE, ...more }, user, "k", use);
    assertEquals(value.includes(expected), true, value);
    new Headers({ authorization: value });
  }
  const key = (user: string) => sessionKey(CHALLENGE, { user, password: "p" }, "c");
  assertEquals(key("e\u0301"), key("\u00e9")); // NFC
});
