/**
 * The script of the inspector's page, first part: what makes elements, and the panels at the side. Text
 * that came from elsewhere reaches the page as text alone.
 *
 * @module
 */

/** JavaScript. */
export const PANELS: string = String.raw`
const byId = (id) => document.getElementById(id);
/** An element: its name, its class, and what is in it. */
function el(name, className, ...content) {
  const element = document.createElement(name);
  if (className) element.className = className;
  element.append(...content.filter((one) => one !== undefined && one !== ""));
  return element;
}
function shownMs(ms) {
  if (ms < 9.95) return Number(ms.toFixed(1)) + " ms";
  if (ms < 999.5) return Math.round(ms) + " ms";
  if (ms < 9995) return (ms / 1000).toFixed(2) + " s";
  if (ms < 59950) return (ms / 1000).toFixed(1) + " s";
  const seconds = Math.round(ms / 1000);
  return Math.floor(seconds / 60) + " min " + seconds % 60 + " s";
}
function shownBytes(bytes) {
  if (bytes < 1000) return bytes + " B";
  let unit = -1;
  for (; bytes >= 999.5 && unit < 3; unit++) bytes /= 1000;
  return (bytes < 9.95 ? bytes.toFixed(1) : Math.round(bytes)) + " " + ["kB", "MB", "GB", "TB"][unit];
}
const plural = (count, word) => count + " " + word + (count === 1 ? "" : "s");
function facts(...rows) {
  const list = el("dl", "facts");
  for (const [name, value, className] of rows) {
    if (value !== undefined) list.append(el("dt", "", name), el("dd", className, value));
  }
  return list;
}

// What a call is, in one mark and one word. Marks differ by shape.
const SHAPE = { ok: "●", status: "▲", failed: "✕", cancelled: "⊘", running: "○" };
const TONE = { ok: "good", status: "bad", failed: "bad", cancelled: "wait", running: "dim" };
function resultOf(call) {
  const { state, statusCode, errorCode, cache } = call;
  if (state === "running") return ["○", doing(call), "dim"];
  if (state === "cancelled") return ["⊘", "aborted", "wait"];
  const moved = state === "status" && statusCode < 400;
  const word = String(statusCode ?? errorCode ?? "failed");
  const stored = cache && cache !== "miss" && cache !== "bypass" ? " " + cache : "";
  return [stored ? "◆" : moved ? "↪" : SHAPE[state], word + stored, moved ? "moved" : TONE[state]];
}
const DOING = { before: "preparing", queue: "queued", wait: "waiting", request: "sent", body: "reading" };
const doing = ({ parts }) => DOING[parts.at(-1)?.kind] ?? "running";

const SPOKEN = { websocket: "WebSocket", events: "event stream" };
const STATE_TONE = { open: "good", waiting: "wait", connecting: "", closed: "", idle: "", draining: "wait" };
function socketCard(view, now) {
  const card = el("article", "card");
  card.append(el("h3", "", el("span", "", view.path), pill(view.state, STATE_TONE[view.state])));
  card.append(el("p", "", SPOKEN[view.kind] + (view.origin ? " at " + view.origin : "")));
  const strip = el("div", "strip");
  strip.setAttribute("role", "img");
  strip.setAttribute("aria-label", view.spans.map(({ state }) => state).join(", "));
  const from = view.spans[0].startMs;
  for (const { state, startMs, endMs } of view.spans) {
    if (state === "idle" || state === "closed") continue;
    const span = el("i", state);
    span.style.flexGrow = String(Math.max(1, (endMs ?? now) - startMs));
    span.title = state + " for " + shownMs((endMs ?? now) - startMs);
    strip.append(span);
  }
  card.append(strip);
  const left = view.retryAtMs === undefined ? undefined : Math.max(0, view.retryAtMs - now);
  const traffic = ({ messages, bytes }) => plural(messages, "message") + ", " + shownBytes(bytes);
  const isSocket = view.kind === "websocket";
  card.append(facts(
    ["reconnects", String(view.reconnects), view.reconnects > 0 ? "strong" : ""],
    ["next attempt", left === undefined ? undefined : "in " + shownMs(left), "strong"],
    ["sent", isSocket ? traffic(view.sent) : undefined],
    ["received", traffic(view.received)],
    ["inbox", plural(view.inbox, "message") + (view.inbox > 0 ? " to read" : ""), view.inbox > 0 ? "strong" : ""],
    ["outbox", isSocket ? plural(view.outbox, "message") + (view.outbox > 0 ? " to send" : "") : undefined,
      view.outbox > 0 ? "strong" : ""],
    ["dropped", view.drops > 0 ? plural(view.drops, "message") : undefined, "strong"],
    ["last end", view.lastEnd],
  ));
  if (view.log.length > 0) {
    const log = el("ul", "log");
    for (const { atMs, words } of view.log.slice(-6)) {
      log.append(el("li", "", el("time", "", shownMs(atMs - from)), el("span", "", words)));
    }
    card.append(log);
  }
  return card;
}

function pill(text, tone) {
  return el("span", "pill " + (tone ?? ""), text);
}

function originCard(view) {
  const { budget, limiter, breaker } = view;
  const card = el("article", "card");
  const isOpen = breaker && breaker.state !== "closed";
  card.append(el("h3", "", el("span", "", view.origin || "(no origin)"),
    breaker ? pill("breaker " + breaker.state, isOpen ? "bad" : "good") : ""));
  card.append(facts(
    ["calls", view.calls + (view.running > 0 ? ", " + view.running + " running" : "")],
    ["retries", String(view.retries), view.retries > 0 ? "strong" : ""],
    ["not 2xx, or failed", String(view.failures), view.failures > 0 ? "strong" : ""],
    ["next probe", isOpen && breaker.opensInMs > 0 ? "in " + shownMs(breaker.opensInMs) : undefined, "strong"],
    ["on the wire", limiter && String(limiter.onWire)],
    ["in the queue", limiter && String(limiter.queued), limiter && limiter.queued > 0 ? "strong" : ""],
    ["gate", limiter && (limiter.closedForMs > 0 ? "closed for " + shownMs(limiter.closedForMs) : "open"),
      limiter && limiter.closedForMs > 0 ? "strong" : ""],
    ["retry budget", budget && budget.left + " of " + budget.of, budget && budget.left < budget.of ? "strong" : ""],
  ));
  if (budget) {
    const meter = el("meter");
    Object.assign(meter, { max: budget.of, low: budget.of * 0.5, optimum: budget.of, value: budget.left });
    meter.setAttribute("aria-label", "retry budget");
    card.append(meter);
  }
  return card;
}

function swatch(part) {
  return el("i", partClass(part));
}
function partClass({ kind, tone, endMs }) {
  return "part " + kind + (tone ? " " + tone : "") + (endMs === undefined ? " open" : "");
}

function fields(title, headers) {
  const names = Object.keys(headers ?? {});
  const list = el("dl", "fields");
  for (const name of names) list.append(el("dt", "", name), el("dd", "", headers[name]));
  return names.length === 0 ? [] : [el("h4", "", title), list];
}

const bodyText = (title, text) => text ? [el("h4", "", title), el("pre", "", text)] : [];
/** Numbers stay with their units. */
const joined = (words) => words.replace(/(\d) (ms|s|min)\b/g, "$1\u00a0$2").replace(/: (?=\S+$)/, ":\u00a0");
/** What the panel says of a call. */
function detailOf(call, now, close, bodies) {
  const head = el("header", "", el("h3", "", call.method + " " + call.path), close);
  const [shape, word, tone] = resultOf(call);
  const time = shownMs(call.elapsedMs ?? now - call.startMs);
  const sum = el("p", "sum", el("b", tone + "-text", shape + " " + word),
    (call.elapsedMs === undefined ? " for " : " after ") + time + ", " + plural(call.attempts, "attempt"),
    call.bytes === undefined ? "" : ", " + shownBytes(call.bytes));
  const steps = el("ul", "steps");
  for (const part of call.parts) {
    const row = el("li", "", swatch(part), el("time", "", shownMs(part.startMs)), el("span", "", joined(part.words)));
    row.dataset.kind = part.kind;
    steps.append(row);
  }
  const content = [head, el("p", "url", call.url), sum];
  if (call.message) content.push(el("p", "bad-text", call.message));
  if (call.gaveUp) content.push(el("p", "wait-text", call.gaveUp));
  content.push(el("h4", "", "Where the time went"), steps);
  if (call.lost > 0) content.push(el("p", "dim", call.lost + " parts in the middle are not kept"));
  if (call.exchanges.length > 0) content.push(el("h4", "", "On the wire"));
  call.exchanges.forEach(({ method, url, headers, statusCode, answer }, index) => {
    const one = el("details", "", el("summary", "", method + " " + url + " → " + (statusCode ?? "no response")));
    const { sent, received } = bodies?.at(index - call.exchanges.length) ?? {};
    one.append(...fields("Request", headers), ...bodyText("Body sent", sent));
    one.append(...fields("Response", answer), ...bodyText("Body received", received));
    content.push(one);
  });
  return content;
}
`;
