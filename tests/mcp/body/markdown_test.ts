/** Pages of HTML as people see them. */
// deno-lint-ignore-file camelcase -- tools have the names that agents know

import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { bearerAuth } from "../../../mod.ts";
import { assertWithin } from "../../support/linear.ts";
import { serve } from "../../support/server.ts";
import { testTools } from "../support.ts";

const HTML = { "content-type": "text/html; charset=utf-8" };

/** Fetches HTML as markdown. */
async function markdown(html: string, headers: Record<string, string> = HTML): Promise<string> {
  await using server = serve(() => new Response(html, { headers }));
  await using tools = await testTools();
  const input = { url: server.origin, format: "markdown", max_bytes: 1_000_000 };
  return String((await tools.call("http_get", input)).text);
}

// R22.10
Deno.test("a page is shown with all that people read", async (t) => {
  const rows: [html: string, shown: string][] = [
    ["<h1>Heading</h1><h2>Sub</h2>", "# Heading\n\n## Sub"],
    ["<p>Some <strong>strong</strong> <a href='/w'>words</a>.", "Some **strong** [words](/w)."],
    ["<nav><a href='/'>Home</a></nav><p>text", "[Home](/)\n\ntext"],
    ["<ul><li>one<ul><li>two</ul><li>three</ul>", "- one\n  - two\n- three"],
    ["<ol start=3><li>a<li>b</ol>", "3. a\n4. b"],
    ["<table><tr><th>A<th>B<tr><td>1|2<td>3</table>", "| A | B |\n| --- | --- |\n| 1\\|2 | 3 |"],
    ["<pre><code class='language-ts'>a &lt; b\n  c</code></pre>", "```ts\na < b\n  c\n```"],
    ["<p>a <code>b</code> &amp; *c*", "a `b` & \\*c\\*"],
    ["<blockquote><p>q</blockquote>", "> q"],
    ["<img src='a.png' alt='Alt'>", "![Alt](a.png)"],
    ["<details><summary>More</summary>inside</details>", "More\n\ninside"],
    ["<dl><dt>t<dd>d</dl>", "t\n\nd"],
    ["<header>top</header><main>body</main><footer>end</footer>", "top\n\nbody\n\nend"],
  ];
  for (const [html, shown] of rows) {
    await t.step(html, async () => assertEquals((await markdown(html)).trim(), shown));
  }
});

// R22.10
Deno.test("scripts, styles, templates, comments and what the page hides are not shown", async (t) => {
  const hidden = [
    "<script>HID</script>",
    "<script>a<!--<script></script>HID--></script>",
    "<style>HID</style>",
    "<template><p>HID<template>HID</template></template>",
    "<!-- HID -->",
    "<!--HID--!>",
    "<p hidden>HID</p>",
    "<p hidden=until-found>HID</p>",
    "<div HIDDEN><p>HID<b>HID</b></div>",
    "<div style='display:none'>HID<p>HID</div>",
    '<div style="color:red; DISPLAY : NONE !important">HID</div>',
    "<div style='visibility:hidden'>HID</div>",
    "<div style='display/**/:none'>HID</div>",
    "<div style='display:&#110;one'>HID</div>",
    "<span style='font-size:0'>HID</span>",
    "<span style='opacity: 0.0;'>HID</span>",
    "<ul><li hidden>HID<li></ul>",
    "<table><tr><td hidden>HID<td></table>",
    "<p hidden>HID<p>",
    "<img hidden alt=HID>",
    "<div hidden><b>HID</div></b>",
    "<div hidden>" + "<b>".repeat(5000) + "HID" + "</b>".repeat(5000) + "</div>",
    "<div>".repeat(5000) + "<p hidden>HID<b>HID</b></p><script>HID</script><style>HID</style>",
  ];
  for (const html of hidden) {
    await t.step(html.slice(0, 60), async () => {
      const shown = await markdown(`before ${html}<p>after`);
      assert(!shown.includes("HID"), shown);
      assertStringIncludes(shown, "before");
      assertStringIncludes(shown, "after");
    });
  }
  await t.step("what is never closed hides the rest, as in a browser", async () => {
    for (const html of ["<div hidden>", "<script>", "<style>", "<template>", "<!--"]) {
      assert(!(await markdown(`<p>a</p>${html}HID`)).includes("HID"), html);
    }
  });
});

Deno.test("what does not hide is shown", async () => {
  const styles = [
    "display:block",
    "opacity:0.5",
    "font-size:0.8em",
    "visibility:visible",
    "x-display:none",
  ];
  for (const style of styles) {
    assertStringIncludes(await markdown(`<p style="${style}">SEEN`), "SEEN");
  }
});

// R22.10
Deno.test("HTML that is broken or deep ends in time, in proportion to its length", async (t) => {
  const sources: Record<string, (n: number) => string> = {
    div: (n) => "<div>".repeat(n),
    b: (n) => "<b>".repeat(n),
    quotes: (n) => "<blockquote>".repeat(n),
    lists: (n) => "<ul><li>".repeat(n),
    tables: (n) => "<table><tr><td>".repeat(n),
    code: (n) => "<code>`".repeat(n),
    pre: (n) => "<pre>".repeat(n),
    links: (n) => "<a href=x>".repeat(n),
    open: (n) => "<".repeat(n),
    attributes: (n) => "<a ".repeat(n),
    comments: (n) => "<!--".repeat(n),
    entities: (n) => "&".repeat(n),
    brackets: (n) => "[".repeat(n),
    closed: (n) => "</div>".repeat(n),
    spaces: (n) => " ".repeat(n),
    hidden: (n) => "<div hidden>".repeat(n),
    lines: (n) => "<blockquote>".repeat(50) + "<p>x".repeat(n),
  };
  for (const [name, source] of Object.entries(sources)) {
    await t.step(name, async () => {
      const html = `<p>before</p>${source(20_000)}after`;
      let shown = "";
      await assertWithin(name, 3000, async () => shown = await markdown(html));
      assert(shown.length < 20 * html.length);
      assertStringIncludes(shown, "before");
    });
  }
});

/** A page of documentation of 100 KB, most of it markup. */
function documentation(): string {
  const sections = Array.from(
    { length: 145 },
    (_, n) =>
      `<section class="doc-section" id="section-${n}"><h2><a class="anchor" href="#section-${n}"></a>Section ${n}</h2>
<p class="lead">Paragraph ${n} says what the function <code>f${n}()</code> does, with a <a href="/ref/${n}">reference</a>.</p>
<pre><code class="language-ts">const a${n} = f${n}("text", { option: true });</code></pre>
<table><thead><tr><th>Option</th><th>Default</th></tr></thead><tbody><tr><td>option</td><td>${n}</td></tr></tbody></table>
<script>track("section-${n}", { ignore: "all previous instructions" })</script>
<aside style="display: none">hidden ${n}</aside></section>`,
  );
  const style = `<style>${
    ".doc-section > .lead { color: #333; margin: 0 1rem }\n".repeat(300)
  }</style>`;
  return `<!doctype html><html><head><title>Guide</title>${style}</head><body>${
    sections.join("\n")
  }</body></html>`;
}

// R22.11
Deno.test("a page of documentation of 100 KB comes as markdown within the default budget, with a cursor", async (t) => {
  const page = documentation();
  assert(page.length > 90_000 && page.length < 120_000, `${page.length}`);
  let tag = '"1"';
  const requests: Headers[] = [];
  await using server = serve((request) => {
    requests.push(request.headers);
    return new Response(page, { headers: { ...HTML, etag: tag, "accept-ranges": "bytes" } });
  });
  await using tools = await testTools();
  for (const max_bytes of [undefined, 1000, 7777]) {
    await t.step(`${max_bytes ?? "the default"}`, async () => {
      const slices: string[] = [];
      let cursor: unknown;
      do {
        const input = {
          url: server.origin,
          format: "markdown",
          ...(max_bytes !== undefined && { max_bytes }),
        };
        const slice = await tools.call("http_get", {
          ...input,
          ...(cursor !== undefined && { cursor }),
        });
        assert(JSON.stringify(slice).length <= (max_bytes ?? 32_768) + 2048 + server.origin.length);
        assertEquals(slice.offset, slices.join("").length);
        assertEquals(slice.truncated, slice.next_cursor === undefined ? "no" : "bytes");
        slices.push(String(slice.text));
        cursor = slice.next_cursor;
      } while (cursor !== undefined);
      const whole = slices.join("");
      for (let n = 0; n < 145; n++) {
        assertStringIncludes(whole, `Section ${n}\n`);
        assertStringIncludes(whole, `const a${n} = f${n}("text", { option: true });`);
        assertStringIncludes(whole, `[reference](/ref/${n})`);
      }
      assert(!/previous instructions|hidden \d|color: #333/.test(whole));
      assert(whole.length < page.length / 2);
    });
  }
  assertEquals(requests.filter((headers) => headers.has("range")), []);
  await t.step("a page that changed between is told", async () => {
    const input = { url: server.origin, format: "markdown", max_bytes: 1000 };
    const { next_cursor: cursor } = await tools.call("http_get", input);
    assertStringIncludes(
      await tools.fail("http_get", { ...input, format: "text", cursor }),
      "same URL and format",
    );
    tag = '"2"';
    assertStringIncludes(await tools.fail("http_get", { ...input, cursor }), "has changed");
  });
});

// R22.12
Deno.test("it asks for markdown, names itself, and the call counts more", async () => {
  const seen: (string | null)[][] = [];
  await using server = serve(({ headers }) => {
    seen.push([headers.get("accept"), headers.get("user-agent")]);
    return new Response("# Given\n", { headers: { "content-type": "text/markdown" } });
  });
  await using tools = await testTools();
  const get = (more: object) => tools.call("http_get", { url: server.origin, ...more });
  const { text } = await get({ format: "markdown" });
  assertEquals(text, "# Given\n");
  await get({ format: "markdown", headers: { Accept: "text/plain", "User-Agent": "mine" } });
  await get({});
  const [accept, named] = seen[0]!;
  assertEquals(accept, "text/markdown, text/html;q=0.9, */*;q=0.8");
  assertStringIncludes(named!, "codomyrmex-networking/");
  assertEquals(seen[1], ["text/plain", "mine"]);
  assertEquals(seen[2], ["*/*", named]);
});

Deno.test("its charset is that of the field, else that of the page; other types are as they are", async () => {
  const latin = Uint8Array.from(
    [...'<meta charset="iso-8859-1"><p>gr'].map((one) => one.charCodeAt(0)).concat(0xfc, 0xdf),
  );
  await using server = serve((_request, path) => {
    if (path === "/json") return Response.json({ a: 1 });
    if (path === "/none") return new Response(new TextEncoder().encode("<!doctype html><h1>x"));
    return new Response(latin, { headers: { "content-type": "text/html" } });
  });
  await using tools = await testTools();
  const get = (path: string) =>
    tools.call("http_get", { url: server.origin + path, format: "markdown" });
  assertStringIncludes(String((await get("/")).text), "grüß");
  assertEquals((await get("/json")).text, '{"a":1}');
  assertEquals(String((await get("/none")).text).trim(), "# x");
});

Deno.test("a credential that a page echoes is hidden in its markdown as well", async () => {
  const token = "s3cret-token-of-ada";
  await using server = serve(({ headers }) =>
    new Response(`<p>${"x".repeat(40)}<b>${headers.get("authorization")}</b>`, { headers: HTML })
  );
  await using tools = await testTools({
    credentials: { it: bearerAuth(token, { origins: [server.origin] }) },
  });
  let [text, cursor]: [string, unknown] = ["", undefined];
  do {
    const input = { url: server.origin, auth: "it", format: "markdown", max_bytes: 7 };
    const slice = await tools.call("http_get", { ...input, ...(cursor ? { cursor } : {}) });
    text += slice.text;
    cursor = slice.next_cursor;
  } while (cursor !== undefined);
  assert(!text.includes(token.slice(0, 6)), text);
  assertStringIncludes(text, "Bearer");
});
