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
    [{ name: "" }, "cookies[0].name must be a cookie name"],
    [{ name: "a=b" }, "name"],
    [{ name: 5 }, "name"],
    [{ value: "x\r\nHost: evil" }, "cookies[0].value must be a cookie value"],
    [{ value: "x; admin=1" }, "value"],
    [{ value: undefined }, "value"],
    [{ domain: "WWW.example.com" }, "cookies[0].domain must be a host in lower case"],
    [{ domain: "www.example.com/" }, "domain"],
    [{ domain: ["www.example.com"] }, "domain"],
    [{ hostOnly: "yes" }, "cookies[0].hostOnly must be true or false"],
    [{ path: "x" }, "cookies[0].path must be a path"],
    [{ secure: 1 }, "secure"],
    [{ httpOnly: null }, "httpOnly"],
    [{ sameSite: "Lax" }, "sameSite"],
    [{ expires: "later" }, "expires"],
    [{ expires: 5 }, "expires"],
    [{ domain: "co.uk", hostOnly: false }, "all of a public suffix"],
    [{ domain: "127.0.0.1", hostOnly: false }, "address"],
    [{ name: "__Host-sid" }, "prefix"],
    [{ sameSite: "none" }, "sameSite forbids"],
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
