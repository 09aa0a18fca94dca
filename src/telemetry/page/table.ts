/**
 * The script of the inspector's page, second part: the table of calls, its filter, and the time axis of
 * its bars.
 *
 * @module
 */

/** JavaScript. */
export const TABLE: string = String.raw`
const MOST_CALLS = 500;
const calls = new Map(), sockets = new Map(), rows = new Map();
/** What came while the page was paused. */
const held = { calls: new Map(), sockets: new Map(), origins: undefined };
let origins = [], selected, opened = false, missed = 0;
let offset = 0, frozenAt, isEnded = false, isPaused = false, sticks = true;
const [table, tbody, scroller, detail] = [document.querySelector("table"), byId("rows"), byId("scroller"), byId("detail")];
const now = () => frozenAt ?? performance.now() - offset;

// ---- calls ----
function rowOf(call) {
  let row = rows.get(call.id);
  if (row) return row;
  const tr = el("tr");
  tr.setAttribute("role", "row");
  tr.tabIndex = -1;
  tr.dataset.id = call.id;
  const cells = ["call", "result", "number", "number", "bar"].map((name) => el("td", name));
  tr.append(...cells);
  row = { tr, cells };
  rows.set(call.id, row);
  tbody.append(tr);
  return row;
}

/** Whether there are calls to several hosts, so that each is named. */
let namesHosts = false;
function drawHosts() {
  const origins = new Set([...calls.values()].map(({ origin }) => origin));
  if (namesHosts === origins.size > 1) return;
  namesHosts = !namesHosts;
  for (const call of calls.values()) drawRow(call);
}
function drawRow(call) {
  const { tr, cells: [name, result, attempts, time, bar] } = rowOf(call);
  name.replaceChildren(el("b", "", call.method), " ", call.path,
    namesHosts ? el("small", "", call.origin.replace(/^[a-z]+:\/\//, "")) : "");
  name.title = call.url;
  const [shape, word, tone] = resultOf(call);
  result.replaceChildren(el("i", tone + "-text", shape), " ", el("span", tone + "-text", word));
  result.title = call.message ?? word;
  attempts.textContent = call.attempts || "–";
  attempts.classList.toggle("many", call.attempts > 1);
  time.textContent = shownMs(call.elapsedMs ?? now() - call.startMs);
  const lane = el("div", "lane");
  lane.style.setProperty("--rs", call.startMs);
  lane.setAttribute("role", "img");
  lane.setAttribute("aria-label", call.parts.map(({ words }) => words).join("; "));
  for (const part of call.parts) {
    const { kind, startMs, endMs, words, mark } = part;
    const label = kind === "wait" || kind === "queue" ? shownMs((endMs ?? now() - call.startMs) - startMs) : "";
    const piece = el("i", partClass(part), label ? el("span", "", label) : "");
    piece.style.setProperty("--s", call.startMs + startMs);
    piece.style.setProperty("--d", (endMs ?? now() - call.startMs) - startMs);
    piece.title = words;
    lane.append(piece);
  }
  bar.replaceChildren(lane);
  tr.hidden = !matches(call);
}

const filter = { words: [], origin: "", outcome: "" };
const OUTCOMES = {
  failed: ({ state, statusCode }) => state === "failed" || state === "cancelled" || (state === "status" && statusCode >= 400),
  retried: ({ attempts }) => attempts > 1,
  waited: ({ parts }) => parts.some(({ kind }) => kind === "wait" || kind === "queue"),
  running: ({ state }) => state === "running",
  stored: ({ cache }) => cache !== undefined && cache !== "miss" && cache !== "bypass",
};
function matches(call) {
  if (filter.origin && call.origin !== filter.origin) return false;
  if (filter.outcome && !OUTCOMES[filter.outcome](call)) return false;
  const text = [call.method, call.url, call.statusCode, call.errorCode, call.cache, call.state].join(" ").toLowerCase();
  return filter.words.every((word) => text.includes(word));
}
function applyFilter() {
  filter.words = byId("filter").value.toLowerCase().split(/\s+/).filter(Boolean);
  filter.origin = byId("origin").value;
  filter.outcome = byId("outcome").value;
  byId("failed").setAttribute("aria-pressed", String(filter.outcome === "failed"));
  for (const call of calls.values()) rows.get(call.id).tr.hidden = !matches(call);
  settle();
}
const shownCalls = () => [...calls.values()].filter(({ id }) => !rows.get(id).tr.hidden);

function forget(id) {
  calls.delete(id);
  rows.get(id)?.tr.remove();
  rows.delete(id);
  if (selected === id) select(undefined);
}

// ---- the time axis: it fits the rows that are in view ----
function fitAxis() {
  const { top, bottom } = scroller.parentElement.parentElement.getBoundingClientRect();
  const aligned = table.classList.contains("aligned");
  let from = Infinity, to = 0;
  for (const call of shownCalls()) {
    const box = rows.get(call.id).tr.getBoundingClientRect();
    if (box.bottom < top || box.top > bottom) continue;
    const end = call.startMs + (call.elapsedMs ?? now() - call.startMs);
    from = aligned ? 0 : Math.min(from, call.startMs);
    to = Math.max(to, aligned ? end - call.startMs : end);
  }
  if (from === Infinity) [from, to] = [0, 1];
  const span = Math.max(1, (to - from) * 1.03);
  // A tick needs room for its label.
  const width = Math.max(168, byId("axis").clientWidth);
  const raw = span * 84 / width, power = 10 ** Math.floor(Math.log10(raw));
  const step = power * [1, 2, 5, 10].find((one) => one * power >= raw);
  table.style.setProperty("--t0", from);
  table.style.setProperty("--k", 100 / span);
  table.style.setProperty("--step", step * 100 / span);
  const ticks = [];
  for (let at = 0; at < span * (1 - 56 / width); at += step) {
    const tick = el("span", "", at === 0 ? "0" : shownMs(at));
    tick.style.left = at * 100 / span + "%";
    ticks.push(tick);
  }
  byId("axis").replaceChildren(...ticks);
}
`;
