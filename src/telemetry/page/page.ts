/**
 * The inspector's page: one document, which loads nothing.
 *
 * @module
 */

import { PANELS } from "./panels.ts";
import { SCRIPT } from "./script.ts";
import { STYLE } from "./style.ts";
import { TABLE } from "./table.ts";

const ICON = "data:image/svg+xml," + encodeURIComponent(
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16"><rect width="16" height="16" rx="4" ' +
    'fill="#2f6fd6"/><path d="M3 5h4M9 5h4M3 8h2M6 8h7M3 11h7" stroke="#fff" stroke-width="2"/></svg>',
);

const BODY = `
<header>
  <h1>Inspector</h1>
  <p id="status" role="status" data-state="wait">connecting</p>
  <div class="tools" role="toolbar" aria-label="What is shown">
    <label class="search">
      <span class="sr">Filter calls</span>
      <input id="filter" type="search" placeholder="Filter: path, status, code" autocomplete="off"
        spellcheck="false"><kbd>/</kbd>
    </label>
    <label><span class="sr">Origin</span><select id="origin"><option value="">All origins</option></select></label>
    <label><span class="sr">Outcome</span><select id="outcome">
      <option value="">All outcomes</option><option value="failed">Failed</option>
      <option value="retried">Retried</option><option value="waited">Waited</option>
      <option value="running">Running</option><option value="stored">From the cache</option>
    </select></label>
    <button id="failed" type="button" aria-pressed="false">Failed only <kbd>F</kbd></button>
    <button id="scale" type="button" aria-pressed="false" title="Begin each bar at the left">Align bars <kbd>A</kbd></button>
    <button id="pause" type="button" aria-pressed="false"><span>Pause</span> <kbd>Space</kbd></button>
    <button id="clear" type="button">Clear</button>
    <a id="har" class="button" href="har" download="calls.har">Save HAR</a>
  </div>
</header>
<main>
  <section id="calls" aria-label="Calls">
    <div id="scroller">
      <table role="grid" aria-label="Calls" aria-describedby="keys">
        <thead><tr>
          <th scope="col">Call</th><th scope="col">Result</th><th scope="col" class="number">Attempts</th>
          <th scope="col" class="number">Time</th><th scope="col" class="axis"><span class="sr">Timeline</span><div id="axis" aria-hidden="true"></div></th>
        </tr></thead>
        <tbody id="rows"></tbody>
      </table>
      <div id="empty"></div>
    </div>
  </section>
  <aside id="side">
    <section id="detail" aria-label="The selected call" tabindex="-1" hidden></section>
    <section id="origins" aria-labelledby="h-origins"><h2 id="h-origins">Origins</h2><div></div></section>
    <section id="sockets" aria-labelledby="h-sockets"><h2 id="h-sockets">Sockets and event streams</h2><div></div></section>
  </aside>
</main>
<footer>
  <ul id="legend" aria-label="Legend">
    <li><i class="part request good"></i>request</li><li><i class="part request moved"></i>redirect</li>
    <li><i class="part request bad"></i>failed</li><li><i class="part body"></i>body</li>
    <li><i class="part wait"></i>wait before a retry</li><li><i class="part queue"></i>limiter’s queue</li>
    <li><i class="part cache"></i>cache</li>
  </ul>
  <p id="keys"><kbd>↑</kbd> <kbd>↓</kbd> select <kbd>Enter</kbd> details <kbd>Esc</kbd> close <kbd>/</kbd> filter</p>
</footer>`;

/** The page. Its style and its script carry the nonce that the policy of the answer names. */
export function pageHTML(nonce: string, hasBodies: boolean): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta name="color-scheme" content="light dark">
<title>Inspector</title>
<link rel="icon" href="${ICON}">
<style nonce="${nonce}">${STYLE}</style>
</head>
<body${hasBodies ? " data-bodies" : ""}>${BODY}
<script nonce="${nonce}">"use strict";${PANELS}${TABLE}${SCRIPT}</script>
</body>
</html>
`;
}
