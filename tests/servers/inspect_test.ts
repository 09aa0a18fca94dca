/** The inspector's page in Chromium: what people see and do there. */

import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { HTTPClient, WebSocketClient } from "../../mod.ts";
import { httpCache } from "../../src/cache/mod.ts";
import { Breaker, Limiter } from "../../src/limits/mod.ts";
import { inspect } from "../../src/telemetry/mod.ts";
import { serve, type TestServer } from "../support/server.ts";
import { Chromium, type Page } from "./chromium.ts";

const BUSY = { status: 503, headers: { "retry-after": "1" } };
const MARKUP = "</script><script>document.title='owned'</script><img src=x onerror=alert(1)>";

const NOTHING = { status: 404, headers: { "x-note": MARKUP } };

/** A server that is busy at first, and whose socket is lost at first. */
function serveTrouble(): TestServer {
  const visits = new Map<string, number>();
  return serve((request, path) => {
    const visit = (visits.get(path) ?? 0) + 1;
    visits.set(path, visit);
    if (path === "/ticks") {
      const { socket, response } = Deno.upgradeWebSocket(request);
      socket.onopen = () => {
        socket.send("tick");
        if (visit === 1) setTimeout(() => socket.close(4000, "moving"), 50);
      };
      return response;
    }
    if (path === "/busy") return visit === 1 ? new Response("", BUSY) : Response.json([visit]);
    if (path === "/moved") return Response.redirect(new URL("/users", request.url), 302);
    if (path === "/gone") return new Response("no such thing", NOTHING);
    return new Response("it", { headers: { "cache-control": "max-age=60" } });
  });
}

/** What the table shows: a row each. */
const rowsOf = (page: Page) =>
  page.evaluate<string[][]>(
    `[...document.querySelectorAll("#rows tr:not([hidden])")].map((tr) =>
      [...tr.cells].slice(0, 3).map((cell) => cell.innerText.replace(/\\s+/g, " ").trim()))`,
  );

const ignore = !await Chromium.isInstalled();

Deno.test(
  "people see on the page why calls wait, and can use it by keyboard",
  { ignore },
  async () => {
    await using server = serveTrouble();
    await using inspector = inspect({ port: 0, bodies: true, onListen() {} });
    await using client = new HTTPClient({
      baseUrl: server.origin,
      ...{ use: inspector, cache: httpCache(), breaker: new Breaker() },
      ...{ limit: new Limiter({ concurrency: 2, learn: false }), retryBackoff: 0.05 },
    });
    await using chromium = await Chromium.start();
    const page = await chromium.newPage();
    await page.show(1360, 800, "light");
    await page.goto(await inspector.url);
    assertStringIncludes(await page.text("#empty"), "No calls yet");

    // A retry shows its wait, while it waits and afterwards.
    const busy = client.get("/busy");
    busy.catch(() => {}); // what is wrong is told below
    await page.until(`document.querySelector("#rows .part.wait.open")`);
    assertEquals(await rowsOf(page), [["GET /busy", "○ waiting", "1"]]);
    await busy;
    await page.until(`document.querySelector("#rows .result")?.innerText.includes("200")`);
    assertEquals(await rowsOf(page), [["GET /busy", "● 200", "2"]]);
    assertMatch(await page.text("#rows .part.wait > span"), /^1\.\d+ s$/);
    assertStringIncludes(
      await page.evaluate<string>(`document.querySelector("#rows .part.wait").title`),
      "because the server said Retry-After: 1",
    );

    // A socket's reconnect appears.
    await using socket = inspector.observe(
      new WebSocketClient(`${server.origin.replace("http", "ws")}/ticks`, { retryBackoff: 0.05 }),
    );
    socket.on("message", () => {});
    await socket.connect();
    await page.until(`document.querySelector("#sockets .log")?.innerText.includes("reconnected")`);
    assertStringIncludes(await page.text("#sockets"), "lost: 4000 moving");
    assertStringIncludes(await page.text("#sockets .pill"), "open");

    // Redirects, the cache, failures.
    await client.get("/moved");
    await client.get("/users");
    await client.get("/users");
    await client.get("/gone");
    await page.until(`document.querySelectorAll("#rows tr").length === 5`);
    assertEquals((await rowsOf(page)).slice(1), [
      ["GET /moved", "● 200", "1"],
      ["GET /users", "● 200", "1"],
      ["GET /users", "◆ 200 hit", "–"],
      ["GET /gone", "▲ 404", "1"],
    ]);
    assertStringIncludes(await page.text("#origins"), server.origin);
    assertStringIncludes(await page.text("#origins"), "retry budget");
    assertStringIncludes(await page.text("#origins .pill"), "breaker closed");

    // The filter, by keyboard.
    await page.press("/");
    await page.type("gone");
    assertEquals((await rowsOf(page)).map(([name]) => name), ["GET /gone"]);
    await page.press("Escape");
    assertEquals((await rowsOf(page)).length, 5);
    await page.press("f");
    assertEquals((await rowsOf(page)).map(([name]) => name), ["GET /gone"]);
    await page.press("f");
    await page.press("/");
    await page.type("no such");
    assertStringIncludes(await page.text("#empty"), "No call matches");
    await page.press("Escape");

    // Arrows select, Enter shows the words, Escape leaves them.
    await page.press("ArrowDown");
    await page.press("Enter");
    assertMatch(await page.text("#detail"), /waited 1\.\d+ s before attempt 2/);
    await page.press("ArrowDown");
    assertStringIncludes(await page.text("#detail h3"), "GET /moved");
    assertEquals(
      await page.evaluate(`document.activeElement.getAttribute("aria-selected")`),
      "true",
    );
    await page.press("Escape");
    assertEquals(await page.evaluate(`document.querySelector("#detail").hidden`), true);

    // Who reads is not disturbed by other calls.
    await page.press("Enter");
    await page.evaluate(`document.querySelector("#detail summary").focus()`);
    await page.press("Enter");
    await client.get("/users?while=reading");
    await page.until(`document.querySelectorAll("#rows tr").length === 6`);
    assertEquals(await page.evaluate(`document.activeElement.tagName`), "SUMMARY");
    assertEquals(await page.evaluate(`document.querySelector("#detail details").open`), true);
    await page.press("Escape");

    // Text from elsewhere stays text.
    await page.press("End");
    await page.press("ArrowUp");
    await page.press("Enter");
    await page.evaluate(`document.querySelector("#detail summary").click()`);
    assertStringIncludes(await page.text("#detail"), MARKUP);
    await page.until(`document.querySelector("#detail pre")?.innerText === "no such thing"`);
    assertEquals(await page.evaluate("document.title"), "Inspector");
    await page.press("Escape");

    // Pause holds what comes.
    await page.press(" ");
    await client.get("/users?after=pause");
    await page.until(`document.querySelector("#status").innerText.includes("1 changed since")`);
    assertEquals((await rowsOf(page)).length, 6);
    await page.press(" ");
    assertEquals((await rowsOf(page)).length, 7);

    // It fits a telephone, and bars stay in their lanes.
    await page.show(360, 740, "dark");
    assertEquals(await page.evaluate("document.documentElement.scrollWidth"), 360);
    assert(
      await page.evaluate(
        `document.querySelector("#side").getBoundingClientRect().top >=
        document.querySelector("#rows").getBoundingClientRect().bottom - 1`,
      ),
    );
    await page.show(1360, 800, "light");
    await page.press("Home");
    await page.press("Enter");
    const spills = await page.evaluate<number>(
      `[...document.querySelectorAll("#rows .part")].filter((part) => {
      const [own, lane] = [part, part.parentElement].map((one) => one.getBoundingClientRect());
      return own.left < lane.left - 1 || own.right > lane.right + 4;
    }).length`,
    );
    assertEquals(spills, 0);

    const folder = await Deno.makeTempDir({ prefix: "networking-inspector-" });
    for (const scheme of ["light", "dark"] as const) {
      await page.show(1360, 800, scheme);
      await page.screenshot(`${folder}/${scheme}.png`);
      assert((await Deno.stat(`${folder}/${scheme}.png`)).size > 10_000);
    }
    // deno-lint-ignore no-console -- for whoever wants to look
    console.log(`the page is in ${folder}/light.png and ${folder}/dark.png`);

    assertEquals(page.complaints, []);
    const { origin } = new URL(await inspector.url);
    for (const url of page.requests) assert(url.startsWith(origin) || url.startsWith("data:"), url);

    // The end of the program is told.
    await socket.close();
    await inspector.close();
    await page.until(`document.querySelector("#status").innerText.includes("has ended")`);
  },
);

Deno.test("contrast is enough in both colour schemes", { ignore }, async () => {
  await using inspector = inspect({ port: 0, onListen() {} });
  await using chromium = await Chromium.start();
  const page = await chromium.newPage();
  for (const scheme of ["light", "dark"] as const) {
    await page.show(1360, 800, scheme);
    await page.goto(await inspector.url);
    // WCAG 2.2, 1.4.3 for text and 1.4.11 for what is drawn.
    const low = await page.evaluate<string[]>(`(() => {
      const context = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
      const probe = document.createElement("i");
      document.body.append(probe);
      const light = (name) => {
        probe.style.color = "var(--" + name + ")";
        context.fillStyle = getComputedStyle(probe).color;
        context.fillRect(0, 0, 1, 1);
        const [r, g, b] = [...context.getImageData(0, 0, 1, 1).data].map((value) => {
          const part = value / 255;
          return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
        });
        return 0.2126 * r + 0.7152 * g + 0.0722 * b;
      };
      const ratio = (one, two) => {
        const [high, low] = [light(one), light(two)].sort((a, b) => b - a);
        return (high + 0.05) / (low + 0.05);
      };
      const text = ["text", "dim", "goodtext", "badtext", "movedtext", "waittext"];
      const grounds = ["panel", "bg", "raised", "select"];
      const drawn = ["good", "bad", "moved", "wait", "queue", "cache"];
      const pairs = [
        ...text.flatMap((one) => grounds.map((ground) => [one, ground, 4.5])),
        ["waittext", "waitbg", 4.5], ["queuetext", "queuebg", 4.5], ["accent", "select", 4.5],
        ...drawn.map((one) => [one, "panel", 3]),
      ];
      return pairs.filter(([one, ground, least]) => ratio(one, ground) < least)
        .map(([one, ground]) => one + " on " + ground + ": " + ratio(one, ground).toFixed(2));
    })()`);
    assertEquals(low, [], scheme);
  }
});
