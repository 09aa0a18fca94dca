/** How the command line reaches a server: an authority of one's own, a proxy, and certificates unchecked. */

import { selfSigned } from "../../support/certificate.ts";
import { proxy } from "../../support/proxy.ts";
import { inFolder, run } from "../support.ts";
import { assertEquals, assertStringIncludes } from "@std/assert";

// R23.20
Deno.test("--ca trusts a certificate; without it the refusal says what to do", async (t) => {
  const options = {
    hostname: "127.0.0.1",
    port: 0,
    onListen() {},
    ...await selfSigned("localhost"),
  };
  await using server = Deno.serve(options, () => new Response("secure"));
  const url = `https://localhost:${server.addr.port}/`;
  await inFolder(async (cwd) => {
    await Deno.writeTextFile(`${cwd}/ca.pem`, options.cert);
    const files = { cwd, flags: ["-N", "-R"] };
    await t.step("refused", async () => {
      const { code, err } = await run(["get", url, "--max-retries", "0"]);
      assertEquals(code, 1);
      assertStringIncludes(err, "; add --ca FILE to trust its issuer");
    });
    await t.step("trusted", async () => {
      assertEquals((await run(["get", url, "--ca", "ca.pem"], files)).out, "secure");
    });
    await t.step("through a proxy, however its URL is written", async () => {
      await using tunnel = proxy(server.addr.port);
      for (const prefix of ["", "https:", "all:"]) {
        const way = `${prefix}http://127.0.0.1:${tunnel.port}`;
        const { code, out, err } = await run(["get", url, "--ca=ca.pem", `--proxy=${way}`], files);
        assertEquals([code, out, err], [0, "secure", ""]);
      }
      assertEquals(tunnel.heads.map((head) => head.split(" ")[0]), [
        "CONNECT",
        "CONNECT",
        "CONNECT",
      ]);
    });
    await t.step("a file that does not exist is named", async () => {
      const { code, err } = await run(["get", url, "--ca", "no.pem"], files);
      assertEquals(code, 2);
      assertStringIncludes(err, "Cannot read the file no.pem");
    });
    await t.step("a file that is no certificate", async () => {
      await Deno.writeTextFile(`${cwd}/bad.pem`, "bad");
      const { code, err } = await run(["get", url, "--ca", "bad.pem"], files);
      assertEquals([code, err.trimEnd().split("\n").length], [2, 1], err);
    });
    await t.step("a key alone", async () => {
      assertEquals((await run(["get", url, "--cert-key", "ca.pem"], files)).code, 2);
    });
    await t.step("--verify", async () => {
      const { code, err } = await run(["get", url, "--verify", "no"]);
      assertEquals(code, 2);
      assertStringIncludes(err, "--ca FILE");
      assertEquals((await run(["get", url, "--verify", "maybe"])).code, 2);
      assertEquals((await run(["get", url, "--verify=yes", "--ca=ca.pem"], files)).out, "secure");
    });
  });
});
