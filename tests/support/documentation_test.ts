/** The reference as HTML: every link in it leads somewhere. */

import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { brokenLinks, buildDocumentation } from "./documentation.ts";

Deno.test("every link between the pages of the reference leads to a place that is there, and imports have the package's name", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const { success, output } = await buildDocumentation(folder);
    assert(success, output);
    assertEquals(await brokenLinks(folder), []);
    const client = await Deno.readTextFile(`${folder}/~/HTTPClient.html`);
    assertStringIncludes(client, "import { HTTPClient } from &quot;@codomyrmex/networking&quot;;");
    const jar = await Deno.readTextFile(`${folder}/cookies/~/CookieJar.html`);
    assertStringIncludes(
      jar,
      "import { CookieJar } from &quot;@codomyrmex/networking/cookies&quot;;",
    );
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("a link to no file, to no place, or that was left as a tag is found", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const page = (body: string) => `<body>${body}</body>`;
    await Deno.mkdir(`${folder}/a`);
    await Deno.writeTextFile(
      `${folder}/index.html`,
      page(
        `<h1 id="x&#x2F;y">t</h1><a href="#x/y"></a><a href="a&#x2F;"></a><a href="a/#there"></a>` +
          `<a href="a/#gone"></a><a href="b.html"></a><a href="https://a.example/#b"></a>{@linkcode Gone}`,
      ),
    );
    await Deno.writeTextFile(`${folder}/a/index.html`, page(`<b id="there"></b><a href=".."></a>`));
    assertEquals((await brokenLinks(folder)).sort(), [
      "/index.html: a/#gone",
      "/index.html: b.html",
      "/index.html: {@linkcode Gone}",
    ]);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
