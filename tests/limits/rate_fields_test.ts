/** What servers say of their limits: each family, well-formed and not. */

import { type Quota, readQuota } from "../../src/limits/rate_fields.ts";
import { assertEquals } from "@std/assert";

const NOW = Date.parse("2026-11-28T12:00:00Z");

// R26.11
Deno.test("the strictest quota of the fields counts, and what is malformed counts for nothing", () => {
  const quota = (remaining: number, resetMs: number, limit?: number): Quota => ({
    remaining,
    resetMs,
    limit,
  });
  const rows: [fields: Record<string, string>, quota: Quota | undefined][] = [
    // draft-ietf-httpapi-ratelimit-headers-06
    [
      { "ratelimit-limit": "100, 100;w=60", "ratelimit-remaining": "50", "ratelimit-reset": "30" },
      quota(50, 30_000, 100),
    ],
    [{ "ratelimit-remaining": "0", "ratelimit-reset": "7" }, quota(0, 7_000)],
    [{ "ratelimit-remaining": "0" }, undefined],
    [{ "ratelimit-remaining": "-1", "ratelimit-reset": "7" }, undefined],
    [{ "ratelimit-remaining": "1e3", "ratelimit-reset": "7" }, undefined],
    // draft 07
    [{ ratelimit: "limit=100, remaining=50, reset=30" }, quota(50, 30_000, 100)],
    [{ ratelimit: "remaining=0, reset=9" }, quota(0, 9_000)],
    [{ ratelimit: "limit=100, remaining=x, reset=30" }, undefined],
    // drafts 08 to 10
    [
      { "ratelimit-policy": '"burst";q=100;w=60', ratelimit: '"burst";r=50;t=30' },
      quota(50, 30_000, 100),
    ],
    [{ ratelimit: '"a";r=9;t=10,"b";r=0;t=60' }, quota(0, 60_000)],
    [{ ratelimit: '"a;r=0;t=1";r=3;t=10' }, quota(3, 10_000)],
    [
      {
        "ratelimit-policy": '"b";q=65535;qu="content-bytes";w=60,"r";q=10;w=60',
        ratelimit: '"b";r=0;t=60, "r";r=5;t=20',
      },
      quota(5, 20_000, 10),
    ],
    [{ ratelimit: '"default";r=5' }, undefined],
    [{ ratelimit: `"${"x".repeat(5000)}";r=0;t=9` }, undefined],
    // X-RateLimit: seconds from now, epoch seconds, epoch milliseconds
    [
      { "x-ratelimit-limit": "10", "x-ratelimit-remaining": "1", "x-ratelimit-reset": "5" },
      quota(1, 5_000, 10),
    ],
    [
      { "x-ratelimit-remaining": "1", "x-ratelimit-reset": String(NOW / 1000 + 8) },
      quota(1, 8_000),
    ],
    [{ "x-ratelimit-remaining": "1", "x-ratelimit-reset": String(NOW + 900) }, quota(1, 900)],
    [{ "x-ratelimit-remaining": "1", "x-ratelimit-reset": String(NOW / 1000 - 8) }, quota(1, 0)],
    [
      { "x-ratelimit-remaining": "0", "x-ratelimit-reset-after": "0.25" },
      quota(0, 250),
    ],
    [{ "x-rate-limit-remaining": "4", "x-rate-limit-reset": "2" }, quota(4, 2_000)],
    // model APIs
    [
      {
        "x-ratelimit-limit-requests": "60",
        "x-ratelimit-remaining-requests": "59",
        "x-ratelimit-reset-requests": "1s",
        "x-ratelimit-remaining-tokens": "0",
        "x-ratelimit-reset-tokens": "6m0s",
      },
      quota(0, 360_000),
    ],
    [
      { "x-ratelimit-remaining-requests": "2", "x-ratelimit-reset-requests": "1h2m3.5s" },
      quota(2, 3_723_500),
    ],
    [{ "x-ratelimit-remaining-requests": "2", "x-ratelimit-reset-requests": "20ms" }, quota(2, 20)],
    [{ "x-ratelimit-remaining-requests": "2", "x-ratelimit-reset-requests": "soon" }, undefined],
    [
      {
        "anthropic-ratelimit-requests-limit": "50",
        "anthropic-ratelimit-requests-remaining": "3",
        "anthropic-ratelimit-requests-reset": "2026-11-28T12:00:12Z",
      },
      quota(3, 12_000, 50),
    ],
    [
      {
        "anthropic-ratelimit-requests-remaining": "3",
        "anthropic-ratelimit-requests-reset": "tomorrow",
      },
      undefined,
    ],
    [{}, undefined],
  ];
  for (const [fields, expected] of rows) {
    assertEquals(readQuota(new Headers(fields), NOW), expected, JSON.stringify(fields));
  }
});
