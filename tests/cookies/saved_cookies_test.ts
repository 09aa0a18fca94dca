import { assertEquals, assertThrows } from "@std/assert";
import { readSavedCookies } from "../../src/cookies/saved_cookies.ts";

const COOKIE = {
  name: "sid",
  value: "hunter2",
  domain: "www.example.com",
  hostOnly: true,
  path: "/",
  secure: false,
  httpOnly: false,
};

Deno.test("readSavedCookies() gives the cookies, and nothing else that is there", () => {
  const cookie = { ...COOKIE, sameSite: "lax", expires: "2030-01-01T00:00:00.000Z" };
  const json = JSON.parse(
    JSON.stringify({ version: 1, cookies: [{ ...cookie, more: 1 }, COOKIE] }),
  );
  assertEquals<unknown>(readSavedCookies(json), [cookie, COOKIE]);
  const polluting = JSON.parse('{"version":1,"cookies":[{"__proto__":{"name":"a"}}]}');
  assertThrows(() => readSavedCookies(polluting), TypeError, "cookies[0].name");
});

// R14.10
Deno.test("readSavedCookies() names what is wrong, and shows no value", () => {
  const wholes: [unknown, string][] = [
    [null, "parse text with JSON.parse() first"],
    ['{"version":1}', "parse text with JSON.parse() first"],
    [[], "an object"],
    [{ cookies: [] }, "version must be 1"],
    [{ version: 1, cookies: {} }, "cookies must be an array"],
    [{ version: 1, cookies: ["sid=1"] }, "cookies[0] must be an object"],
  ];
  const cookies: [Record<string, unknown>, string][] = [
    [{ name: "" }, "cookies[0] must be one that a server can set"],
    [{ name: "a=b" }, "cookies[0].name"],
    [{ name: " a" }, "cookies[0].name"],
    [{ name: 5 }, "cookies[0].name"],
    [{ value: "x\r\nHost: evil" }, "cookies[0].value"],
    [{ value: "x; admin=1" }, "cookies[0].value"],
    [{ value: "\x01" }, "cookies[0] must be one that a server can set"],
    [{ value: undefined }, "cookies[0].value"],
    [{ domain: "WWW.example.com" }, "cookies[0].domain"],
    [{ domain: "www.example.com/" }, "cookies[0].domain"],
    [{ domain: ["www.example.com"] }, "cookies[0].domain"],
    [{ domain: "not a host" }, "cookies[0] must be one that a server can set"],
    [{ domain: "" }, "cookies[0] must be one that a server can set"],
    [{ hostOnly: "yes" }, "cookies[0].hostOnly"],
    [{ path: "x" }, "cookies[0].path"],
    [{ path: "/; Domain=example.com" }, "cookies[0].domain"],
    [{ secure: 1 }, "cookies[0].secure"],
    [{ httpOnly: null }, "cookies[0].httpOnly"],
    [{ sameSite: "Lax" }, "cookies[0].sameSite"],
    [{ sameSite: "any" }, "cookies[0].sameSite"],
    [{ sameSite: null }, "cookies[0].sameSite"],
    [{ sameSite: "none" }, "cookies[0] must be one that a server can set"],
    [{ expires: "later" }, "cookies[0].expires must be an ISO 8601 date"],
    [{ expires: 5 }, "cookies[0].expires must be an ISO 8601 date"],
    [{ domain: "co.uk", hostOnly: false }, "cookies[0].hostOnly"],
    [{ domain: "127.0.0.1", hostOnly: false }, "cookies[0].hostOnly"],
    [{ name: "__Host-sid" }, "cookies[0] must be one that a server can set"],
  ];
  const rows = [
    ...wholes,
    ...cookies.map(([change, message]): [unknown, string] => [
      { version: 1, cookies: [{ ...COOKIE, ...change }] },
      message,
    ]),
  ];
  for (const [json, message] of rows) {
    const error = assertThrows(() => readSavedCookies(json), TypeError, message);
    assertEquals(/hunter2|evil|admin/.test(error.message), false, error.message);
  }
});
