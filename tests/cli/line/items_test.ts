/** Items, addresses and names of files, as tables. */

import { completeURL, fileNameOf } from "../../../src/cli/line/addresses.ts";
import { type BodyKind, parseItem, readItems } from "../../../src/cli/line/items.ts";
import { UsageError } from "../../../src/cli/terminal/usage_error.ts";
import { assertEquals, assertRejects, assertThrows } from "@std/assert";

// R23.7
Deno.test("an item is cut at its first separator, the longest that stands there", () => {
  const rows: [text: string, kind: string, name: string, value: string, fromFile: boolean][] = [
    ["Accept:text/html", ":", "Accept", "text/html", false],
    ["X-Time:12:30", ":", "X-Time", "12:30", false],
    ["X-Key:@key.txt", ":", "X-Key", "key.txt", true],
    ["Empty:", ":", "Empty", "", false],
    ["page==2", "==", "page", "2", false],
    ["q==a=b", "==", "q", "a=b", false],
    ["q==@q.txt", "==", "q", "q.txt", true],
    ["name=Ada", "=", "name", "Ada", false],
    ["name=", "=", "name", "", false],
    ["time=12:30", "=", "time", "12:30", false],
    ["mail=a@b.example", "=", "mail", "a@b.example", false],
    ["text=@a=b.txt", "=", "text", "a=b.txt", true],
    ["lines=a\nb", "=", "lines", "a\nb", false],
    ["age:=36", ":=", "age", "36", false],
    ["list:=[1,2]", ":=", "list", "[1,2]", false],
    ["list:=@list.json", ":=", "list", "list.json", true],
    ["photo@a.png", "@", "photo", "a.png", true],
    ["@body.json", "@", "", "body.json", true],
    ["@-", "@", "", "-", true],
    ["a\\:b=c", "=", "a:b", "c", false],
    ["a\\=b==c\\d", "==", "a=b", "c\\d", false],
  ];
  for (const [text, kind, name, value, fromFile] of rows) {
    assertEquals<unknown>(parseItem(text), { kind, name, value, fromFile }, text);
  }
  for (const text of ["", "name", "=value", ":value", "==", ":=1", "name\\=value"]) {
    assertThrows(() => parseItem(text), UsageError, "Cannot use the item", text);
  }
});

const FILES: Readonly<Record<string, string>> = {
  "a.txt": "text\n",
  "a.json": "[1]",
  "k": "key\n",
};
const read = (path: string) => Promise.resolve(new TextEncoder().encode(FILES[path]));

// R23.8, R23.9
Deno.test("items come to the options of a call", async () => {
  const rows: [items: string[], kind: BodyKind, options: unknown][] = [
    [[], "json", {}],
    [["X-A:1", "X-B:", "X-K:@k"], "json", {
      headers: [["X-A", "1"], ["X-B", null], ["X-K", "key"]],
    }],
    [["a==1", "a==2"], "json", { params: [["a", "1"], ["a", "2"]] }],
    [["a=1", "b:=1", "c=@a.txt", "d:=@a.json"], "json", {
      json: { a: "1", b: 1, c: "text\n", d: [1] },
    }],
    [["a=1", "a=2", "b=3"], "form", { form: { a: ["1", "2"], b: ["3"] } }],
    [[], "form", { form: {} }],
    [["a=1"], "multipart", { multipart: { a: ["1"] } }],
  ];
  for (const [items, kind, options] of rows) {
    assertEquals<unknown>(await readItems(items, kind, read), options, items.join(" "));
  }
});

Deno.test("a field named __proto__ is a field", async () => {
  const { json } = await readItems(["__proto__:={}"], "json", read);
  assertEquals(JSON.stringify(json), '{"__proto__":{}}');
});

// R23.7, R23.8
Deno.test("a file is the whole body, or a part of a multipart form", async () => {
  const { data } = await readItems(["@a.json"], "json", read);
  assertEquals([(data as Blob).type, await (data as Blob).text()], ["application/json", "[1]"]);
  const { multipart } = await readItems(["up@some/dir/a.txt"], "multipart", () => read("a.txt"));
  const [file] = (multipart as Record<string, File[]>).up!;
  assertEquals([file!.name, await file!.text()], ["a.txt", "text\n"]);
});

Deno.test("items that cannot be sent are refused, with what to write", async () => {
  const rows: [items: string[], kind: BodyKind, why: string][] = [
    [["a:=x"], "json", "for text write a="],
    [["a:=@a.txt"], "json", "the content of a.txt"],
    [["a:=1"], "form", "write a="],
    [["a@a.txt"], "json", "add --multipart"],
    [["@a.txt", "a=1"], "json", "two bodies"],
    [["@a.txt", "@a.json"], "json", "two bodies"],
  ];
  for (const [items, kind, why] of rows) {
    await assertRejects(() => readItems(items, kind, read), UsageError, why);
  }
});

// R23.6
Deno.test("an address gets the scheme that it most likely means", () => {
  const rows: [text: string, http: string, ws: string][] = [
    ["http://a.example/x", "http://a.example/x", "http://a.example/x"],
    ["WSS://a.example", "WSS://a.example", "WSS://a.example"],
    ["a.example/x?y", "https://a.example/x?y", "wss://a.example/x?y"],
    ["a.example:8080", "https://a.example:8080", "wss://a.example:8080"],
    ["localhost:80/x", "http://localhost:80/x", "ws://localhost:80/x"],
    ["LocalHost", "http://LocalHost", "ws://LocalHost"],
    ["127.0.0.1/x", "http://127.0.0.1/x", "ws://127.0.0.1/x"],
    ["[::1]:80/x", "http://[::1]:80/x", "ws://[::1]:80/x"],
    [":8080/x", "http://localhost:8080/x", "ws://localhost:8080/x"],
    [":/x", "http://localhost/x", "ws://localhost/x"],
    [":", "http://localhost", "ws://localhost"],
    ["localhost.evil.example", "https://localhost.evil.example", "wss://localhost.evil.example"],
  ];
  for (const [text, http, ws] of rows) {
    assertEquals([completeURL(text, "http"), completeURL(text, "ws")], [http, ws], text);
  }
});

// R23.16
Deno.test("the name of a download is harmless, whatever the URL", () => {
  const rows: [path: string, name: string][] = [
    ["/a/report.pdf?x=/y", "report.pdf"],
    ["/", "download"],
    ["/a/", "download"],
    ["/.bashrc", "bashrc"],
    ["/..%2f..%2fetc%2fpasswd", "_.._etc_passwd"],
    ["/a%5c..%5cb", "a_.._b"],
    ["/-rf", "rf"],
    ["/%00%1b%5b2J", "__[2J".replace("[", "_")],
    ["/%E3%81%82%20b.txt", "あ b.txt"],
    ["/%ff", "_ff"],
    [`/${"x".repeat(500)}`, "x".repeat(200)],
    // Names that Windows keeps for devices.
    ...["CON", "con", "PRN", "Aux", "nul", "COM1", "com0", "LPT9", "COM²"].flatMap(
      (name): [string, string][] => [
        [`/${encodeURIComponent(name)}`, `_${name}`],
        [`/${encodeURIComponent(name)}.txt`, `_${name}.txt`],
        [`/${encodeURIComponent(name)}.tar.gz`, `_${name}.tar.gz`],
        [`/${encodeURIComponent(name)}.`, `_${name}.`],
        [`/${encodeURIComponent(name)}%20.txt`, `_${name} .txt`],
        [`/.${encodeURIComponent(name)}`, `_${name}`],
        [`/${encodeURIComponent(name)}x`, `${name}x`],
        [`/x${encodeURIComponent(name)}.txt`, `x${name}.txt`],
      ],
    ),
    ["/CONIN$", "_CONIN_"],
    ["/conout$.log", "_conout_.log"],
    ["/COM10", "COM10"],
    ["/console.log", "console.log"],
    ["/null.json", "null.json"],
  ];
  for (const [path, name] of rows) {
    assertEquals(fileNameOf(`http://a.example${path}`), name, path);
  }
});
